"""What jobs refuse."""

from backend.shared.errors import Conflict, NotFound, Rejected


class JobNotFound(NotFound):
    """There is no such job."""

    code = "job_not_found"


class LaneBusy(Conflict):
    """Another job of this kind works on the event; ``details["job_id"]`` is that one."""

    code = "lane_busy"


class JobOver(Conflict):
    """The job has ended, so nothing of it can be stopped any more."""

    code = "job_over"


class NotPausable(Rejected):
    """Work of this kind cannot rest half-way."""

    code = "not_pausable"


class NotCancelable(Rejected):
    """Jobs of this kind are carried through."""

    code = "not_cancelable"


class FileGone(NotFound):
    """The file was deleted, or never made."""

    code = "file_gone"


class StepFailed(Exception):
    """A step failed in a way that nobody foresaw; whoever caught it has told the log."""
