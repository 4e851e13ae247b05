"""What a channel carries, and what it answers when it cannot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. With ``inline_id`` the HTML shows it as ``cid:<inline_id>``."""

    filename: str
    content_type: str
    content: bytes
    inline_id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient (an address of the channel: e-mail or phone number)."""

    recipient: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """The reason, as a machine word, why there is nothing to send any more."""

    reason: str
