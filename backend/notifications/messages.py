"""What a channel carries, and what a composer answers when there is nothing to carry."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. With ``inline_id`` the HTML shows it as ``cid:<inline_id>``."""

    filename: str
    content_type: str
    content: bytes
    inline_id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient, an e-mail address as composers make it.

    ``short`` is the message in a few words for a phone; without it the subject has to do.
    ``headers`` are further headers of the mail, ``key`` is the outbox's, for news of a bounce.
    ``mail_only``: it goes to no phone, whatever who gets it chose.
    """

    recipient: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    short: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    key: str = ""
    mail_only: bool = False


@dataclass(frozen=True, slots=True)
class Suppression:
    """The reason, as a machine word, why there is nothing to send any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: the message waits until then, and no attempt is counted."""

    until: datetime
    reason: str
