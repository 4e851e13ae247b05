"""Why a channel did not take a message. Both stay inside the feature."""


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
