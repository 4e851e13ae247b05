"""What guest requests refuse."""

from backend.shared.errors import Conflict, Forbidden, NotFound, Rejected


class RequestNotFound(NotFound):
    """There is no such request at this event, or it is somebody else's."""

    code = "request_not_found"


class QueueNotFound(NotFound):
    """The event has no such kind of request."""

    code = "queue_not_found"


class NotAGuest(Forbidden):
    """Only who has a place at the event may ask for something there."""

    code = "not_a_guest"


class NotAdmitted(Rejected):
    """This kind is for guests who are in."""

    code = "not_admitted"


class RequestsClosed(Rejected):
    """Nothing of this kind is taken now: the event, the kind or its opening hours."""

    code = "requests_closed"


class TooManyOpen(Rejected):
    """The guest has as many open requests of this kind as one may have."""

    code = "too_many_open"


class TakenBySomebody(Conflict):
    """Another member of the team holds the request; the message says who."""

    code = "taken_by_somebody"


class RequestMoved(Conflict):
    """The request is not in a state in which this can be done to it."""

    code = "request_moved"


class RecallTooLate(Conflict):
    """What was fulfilled longer ago is not called back."""

    code = "recall_too_late"


class KindInUse(Conflict):
    """Guests still wait for something of a kind that was to be removed."""

    code = "kind_in_use"


class NoWayToTell(Rejected):
    """There is no confirmed address, or no phone number in the profile, to send notices to."""

    code = "no_way_to_tell"


class NoticesUnavailable(Rejected):
    """SNS does not answer, so nobody's notices can be changed now."""

    code = "notices_unavailable"
