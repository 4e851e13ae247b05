"""What events refuse."""

from backend.shared.errors import Conflict, Forbidden, NotFound, Rejected, Unauthorized


class EventNotFound(NotFound):
    """There is no such event, or none the actor may know of."""

    code = "event_not_found"


class EventForbidden(Forbidden):
    """The actor may see the event but not do this with it."""

    code = "event_forbidden"


class SignInNeeded(Unauthorized):
    """Only people with an account make events."""

    code = "sign_in_needed"


class OtherAddress(Forbidden):
    """A client of the event app names somebody else than who is signed in."""

    code = "other_address"


class EventClosed(Conflict):
    """The event is over, canceled or archived: nothing of it changes any more."""

    code = "event_closed"


class EventNotStarted(Rejected):
    """An event is finished when it has begun, not before."""

    code = "event_not_started"
