"""Adding the guests of a list to an event: looked at first, then added by a job.

A list is uploaded (``keep_upload``), read and its columns told (``open_list``,
``guessed_roles``), looked at (``preview``) and added (``start_import``, ``step``).
"""

from backend.registrations.imports.columns import answered_by, guessed_roles, roles_for
from backend.registrations.imports.dry_run import Preview, open_list, preview
from backend.registrations.imports.files import FAILED_ROWS, keep_upload
from backend.registrations.imports.running import ROWS_PER_STEP, start_import, step

__all__ = [
    "FAILED_ROWS",
    "ROWS_PER_STEP",
    "Preview",
    "answered_by",
    "guessed_roles",
    "keep_upload",
    "open_list",
    "preview",
    "roles_for",
    "start_import",
    "step",
]
