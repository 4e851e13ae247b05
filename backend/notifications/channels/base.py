"""What every channel is."""

from typing import Protocol

from backend.notifications.messages import Message


class Channel(Protocol):
    """Hands a message over to the service that delivers it."""

    def send(self, message: Message) -> None:
        """Send at once, without a retry of its own that could outlive the sender's lease.

        Raises ``ChannelRefused`` when no retry can help, ``ChannelUnavailable`` otherwise.
        """
