"""What messages are about, and how they travel: what people can switch off, one by one."""

from enum import StrEnum


class NotificationKind(StrEnum):
    """What a message is about. Everything but ``TICKET`` can be switched off by who gets it."""

    TICKET = "TICKET"
    """One's ticket, and that it does not open the door any more."""
    WAITING_LIST = "WAITING_LIST"
    SESSION = "SESSION"
    REQUEST = "REQUEST"
    ANNOUNCEMENT = "ANNOUNCEMENT"
    INVITATION = "INVITATION"
    WELCOME = "WELCOME"


class ChannelName(StrEnum):
    """How a message travels."""

    EMAIL = "EMAIL"
    SMS = "SMS"


K = NotificationKind

SWITCHABLE = tuple(kind for kind in K if kind is not K.TICKET)
BY_SMS = (K.WAITING_LIST, K.SESSION, K.REQUEST, K.ANNOUNCEMENT)
"""What makes sense in a few words on a phone; only who asks for it gets it there."""

SWITCHED_OFF, BOUNCED, COMPLAINED = "switched_off", "bounced", "complained"
TOO_MANY_SMS = "too_many_sms"
HELD_BACK = (SWITCHED_OFF, BOUNCED, COMPLAINED, TOO_MANY_SMS)
"""Why somebody who should have been told was not; other reasons say that there was nothing to tell."""
