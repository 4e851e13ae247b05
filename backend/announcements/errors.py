"""What announcements refuse."""

from backend.shared.errors import Conflict, NotFound, Rejected


class AnnouncementNotFound(NotFound):
    """The event has no such announcement."""

    code = "announcement_not_found"


class AnnouncementSent(Conflict):
    """It went out already, so it stays as it is."""

    code = "announcement_sent"


class AnnouncementChanged(Conflict):
    """Somebody changed it since it was looked at."""

    code = "announcement_changed"


class TrialRefused(Rejected):
    """Who asked for a test switched announcements off, or has no confirmed address."""

    code = "trial_refused"


class TooManyAnnouncements(Rejected):
    """The event sent as many as it may on one day."""

    code = "too_many_announcements"
