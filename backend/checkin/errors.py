"""What the door refuses beyond the answers of a scan."""

from backend.shared.errors import Conflict


class AdmissionChanged(Conflict):
    """This admission does not stand any more: it was undone, or another scan admitted."""

    code = "admission_changed"
