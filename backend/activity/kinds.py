"""What the activity of an event tells, and what is counted."""

from enum import StrEnum


class ActivityKind(StrEnum):
    """One thing that can happen; pages put it into words."""

    EVENT_CREATED = "EVENT_CREATED"
    EVENT_EDITED = "EVENT_EDITED"
    BANNER_CHANGED = "BANNER_CHANGED"
    EVENT_PUBLISHED = "EVENT_PUBLISHED"
    EVENT_FINISHED = "EVENT_FINISHED"
    EVENT_CANCELED = "EVENT_CANCELED"
    EVENT_ARCHIVED = "EVENT_ARCHIVED"
    GUEST_REGISTERED = "GUEST_REGISTERED"
    GUEST_WAITLISTED = "GUEST_WAITLISTED"
    GUEST_PROMOTED = "GUEST_PROMOTED"
    GUEST_CHANGED = "GUEST_CHANGED"
    GUEST_NOTED = "GUEST_NOTED"
    TICKET_REISSUED = "TICKET_REISSUED"
    TICKET_RESENT = "TICKET_RESENT"
    GUEST_CANCELED = "GUEST_CANCELED"
    GUEST_ERASED = "GUEST_ERASED"
    GUEST_ADMITTED = "GUEST_ADMITTED"
    ADMISSION_UNDONE = "ADMISSION_UNDONE"
    GUEST_LEFT = "GUEST_LEFT"
    KIOSK_ADDED = "KIOSK_ADDED"
    KIOSK_PAIRED = "KIOSK_PAIRED"
    KIOSK_CHANGED = "KIOSK_CHANGED"
    KIOSK_REVOKED = "KIOSK_REVOKED"
    MEMBER_INVITED = "MEMBER_INVITED"
    MEMBER_JOINED = "MEMBER_JOINED"
    MEMBER_CHANGED = "MEMBER_CHANGED"
    MEMBER_LEFT = "MEMBER_LEFT"
    INVITATION_ENDED = "INVITATION_ENDED"
    REQUEST_MADE = "REQUEST_MADE"
    REQUEST_CLAIMED = "REQUEST_CLAIMED"
    REQUEST_RELEASED = "REQUEST_RELEASED"
    REQUEST_FULFILLED = "REQUEST_FULFILLED"
    REQUEST_RECALLED = "REQUEST_RECALLED"
    REQUEST_DECLINED = "REQUEST_DECLINED"
    REQUEST_CANCELED = "REQUEST_CANCELED"
    REQUEST_KINDS_CHANGED = "REQUEST_KINDS_CHANGED"


class Counter(StrEnum):
    """What is counted of registrations; arrivals by time and by gate stand beside these.

    ``ADMITTED`` counts guests who came, once each; ``OUT`` those of them who left for now.
    ``REGISTERED`` counts places given to guests who do not wait for one again, ``CANCELED`` those
    of them that were given back for good; ``WAITING`` and ``GIVEN_UP`` those whose registration is
    on the waiting list or canceled now.
    """

    REGISTERED = "registered"
    CANCELED = "canceled"
    ADMITTED = "admitted"
    OUT = "out"
    WAITING = "waiting"
    GIVEN_UP = "given_up"
