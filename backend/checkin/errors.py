"""What the door refuses beyond the answers of a scan."""

from backend.shared.errors import Conflict, Forbidden, Rejected


class AdmissionChanged(Conflict):
    """This admission does not stand any more: it was undone, or another scan admitted."""

    code = "admission_changed"


class ScanIdReused(Conflict):
    """This scan id belongs to another ticket, or to the other direction."""

    code = "scan_id_reused"


class ReentryNotAllowed(Rejected):
    """Who leaves this event does not come in again, so nobody is let out."""

    code = "reentry_not_allowed"


class CrewOnly(Forbidden):
    """Guests use this kiosk themselves, and this is the crew's to do."""

    code = "crew_only"


class UndoTooLate(Forbidden):
    """This role may undo a check-in for some minutes only."""

    code = "undo_too_late"


class NotYourScan(Forbidden):
    """A device undoes its own scans only."""

    code = "not_your_scan"
