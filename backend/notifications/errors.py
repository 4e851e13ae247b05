"""Why a channel did not take a message, which stays inside the feature; and what is refused."""

from datetime import timedelta

from backend.shared.errors import NotFound, Rejected


class ChannelRefused(Exception):
    """The channel will never take this message; ``reason`` is a machine word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChannelUnavailable(Exception):
    """The channel could not take the message now; it may have been sent all the same."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChannelBusy(ChannelUnavailable):
    """The channel takes no more for the moment; the message was not sent.

    ``after``: when to try again; otherwise later and later.
    """

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class NoAddress(Rejected):
    """Who has no confirmed e-mail address cannot choose what goes there."""

    code = "no_address"


class UnknownLink(NotFound):
    """A link to unsubscribe that was not made here, or was cut off."""

    code = "unknown_link"


class NotSentAgain(Rejected):
    """The message went out, is on its way, or is not wanted by who would get it."""

    code = "not_sent_again"


class NotificationNotFound(NotFound):
    """The event has no such message."""

    code = "notification_not_found"
