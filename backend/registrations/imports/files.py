"""The list between the pages of an import, before there is a job: kept where jobs keep files."""

import re

from backend.jobs import file_store
from backend.jobs.errors import FileGone
from backend.registrations import spreadsheets
from backend.shared.ulids import new_ulid

LIST = "list"
FAILED_ROWS = "failed-rows.csv"
_UPLOAD = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def keep_upload(event_id: str, content: bytes) -> str:
    """Keep a list of guests as it was uploaded; answers the id it is found by.

    Refuses (``BadInput`` on ``file``) what cannot be read. Files lie under the event, so the
    team of another one cannot name them.
    """
    spreadsheets.read(content)
    upload = new_ulid()
    file_store.put(_place(event_id, upload), LIST, content, content_type="application/octet-stream")
    return upload


def fetch_upload(event_id: str, upload: str) -> bytes:
    """The content of a kept list; refuses with ``FileGone``."""
    if not _UPLOAD.fullmatch(upload):
        raise FileGone("This file is not kept any more. Choose it again.")
    return file_store.get(_place(event_id, upload), LIST)


def forget_uploads(event_id: str) -> int:
    """Delete every list that was uploaded for the event and waits; says how many there were."""
    return file_store.remove_beginning(_place(event_id, ""))


def _place(event_id: str, upload: str) -> str:
    return f"upload-{event_id}-{upload}"
