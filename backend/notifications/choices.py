"""What people want to be told, and how: everything but tickets can be switched off.

What is not wanted by e-mail is kept per address, under an HMAC of it: so it holds for guests
without an account, too, and a link in a mail can change it. What is wanted on a phone, and the
number, are kept in the profile and go with it.
"""

import base64
import contextlib
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from backend.notifications.errors import NoAddress, UnknownLink
from backend.notifications.kinds import BY_SMS, COMPLAINED, SWITCHABLE, NotificationKind
from backend.notifications.messages import Message
from backend.notifications.models import Contact
from backend.profiles import services as profiles
from backend.profiles.models import Profile
from backend.shared import base32
from backend.shared.actor import Actor
from backend.shared.config import config
from backend.shared.db import StaleWrite
from backend.shared.email_addresses import address_key
from backend.shared.secrets_manager import stage_hmac_key

_ID_BYTES, _SIGNATURE_BYTES = 15, 15
MARK = "<!--unsubscribe-->"
"""Where the layout of mails has room for the link."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody wants: ``off`` by e-mail not, ``by_sms`` on the phone, too."""

    name: str = ""
    phone: str = ""
    off: frozenset[NotificationKind] = frozenset()
    by_sms: frozenset[NotificationKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Link:
    """What a link in a mail is about: an address (its contact id) and a kind of messages."""

    contact_id: str
    kind: NotificationKind


def contact_id_of(address: str) -> str:
    """The key of what is known of an address: 120 bits of an HMAC, the same at every event."""
    message = f"contact\n{address_key(address)}".encode()
    return base32.encode(hmac.digest(stage_hmac_key(), message, hashlib.sha256)[:_ID_BYTES])


def fetch_choices(*, actor: Actor) -> Choices:
    """What the actor wants; everything by e-mail and nothing by SMS until they chose."""
    profile = Profile.find(actor.user_id)
    contact = Contact.find(contact_id_of(actor.email)) if actor.email else None
    return Choices(
        name=(profile and profile.name) or actor.name,
        phone=(profile and profile.phone) or "",
        off=contact.switched_off if contact else frozenset(),
        by_sms=_by_sms(profile),
    )


def change_choices(
    *, choices: Choices, seen: Choices | None = None, actor: Actor, now: datetime
) -> None:
    """Keep what the actor wants, in the profile and with the address of the token.

    ``seen`` is what they chose over (none: what is kept): of the kinds, only what they changed is
    written, so that what a link in a mail switched off meanwhile stays off. Who wants anything by
    e-mail takes back that an earlier mail was spam. Refuses with ``NoAddress`` who has no
    confirmed address, and with ``BadInput`` on ``name`` and ``phone``.
    """
    if not actor.email:
        raise NoAddress("Confirm your e-mail address first.")
    kept = fetch_choices(actor=actor)
    seen = seen or kept
    by_sms = (kept.by_sms - (seen.by_sms - choices.by_sms)) | (choices.by_sms - seen.by_sms)
    wanted = [kind for kind in BY_SMS if kind in by_sms]
    profiles.put_details(
        name=choices.name, phone=choices.phone, by_sms=wanted, actor=actor, now=now
    )
    contact_id = contact_id_of(actor.email)
    off = (choices.off - seen.off) & set(SWITCHABLE)
    Contact.switch(contact_id, off, off=True, user_id=actor.user_id, now=now)
    if on := seen.off - choices.off:
        Contact.switch(contact_id, on, off=False, now=now)
    if not choices.off >= set(SWITCHABLE):
        _take_complaint_back(contact_id)


def phone_for(contact: Contact | None, kind: NotificationKind) -> str:
    """The number of whose address it is, if messages of the kind are wanted there, else nothing."""
    if contact is None or not contact.user_id or kind not in BY_SMS:
        return ""
    profile = Profile.find(contact.user_id)
    if profile is None or kind not in _by_sms(profile):
        return ""
    # An address that they gave up may be somebody else's by now.
    is_theirs = contact_id_of(profile.email or "") == contact.contact_id
    return str(profile.phone or "") if is_theirs else ""


def with_link(message: Message, kind: NotificationKind) -> Message:
    """The mail with a link, and the headers of RFC 8058, that switch its kind off."""
    url = link_to(contact_id_of(message.recipient), kind)
    said = "You do not want mails like this one?"
    anchor = f'<br>{said} <a href="{url}" style="color:#5a6772;">Unsubscribe</a>'
    return replace(
        message,
        text=f"{message.text.rstrip()}\n\n-- \n{said} Unsubscribe: {url}\n",
        html=message.html.replace(MARK, anchor),
        headers=(
            *message.headers,
            ("List-Unsubscribe", f"<{url}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ),
    )


def link_to(contact_id: str, kind: NotificationKind) -> str:
    """The address of the page that switches a kind off, for whoever has the mail."""
    said = f"{contact_id}.{kind}"
    return f"{config().public_base_url}/unsubscribe/{said}.{_signature(said)}"


def read_link(token: str) -> Link:
    """What a link of a mail is about; refuses (``UnknownLink``) what was not made here."""
    said, _, signature = token.rpartition(".")
    if not said or not hmac.compare_digest(signature.encode(), _signature(said).encode()):
        raise UnknownLink("This link is not complete. Open it once more from the mail.")
    contact_id, _, kind = said.partition(".")
    return Link(contact_id, NotificationKind(kind))


def switched_off_by(token: str) -> tuple[Link, frozenset[NotificationKind]]:
    """What a link is about, and what its address has switched off by now.

    Everything, for who said that a mail was spam.
    """
    link = read_link(token)
    contact = Contact.find(link.contact_id)
    if contact and contact.suppressed_for == COMPLAINED:
        return link, frozenset(SWITCHABLE)
    return link, contact.switched_off if contact else frozenset()


def switch(token: str, *, off: bool, everything: bool = False, now: datetime) -> None:
    """Switch what a link is about off, or on again; ``everything``: all but tickets.

    Who has the link may: it came with a mail to that address. Switching on takes back that an
    earlier mail was spam. Refuses with ``UnknownLink``.
    """
    link = read_link(token)
    kinds = SWITCHABLE if everything else (link.kind,)
    Contact.switch(link.contact_id, kinds, off=off, now=now)
    if not off:
        _take_complaint_back(link.contact_id)


def _take_complaint_back(contact_id: str) -> None:
    with contextlib.suppress(StaleWrite):
        Contact.lift(contact_id, reason=COMPLAINED)


def _by_sms(profile: Profile | None) -> frozenset[NotificationKind]:
    return frozenset(NotificationKind(kind) for kind in (profile and profile.by_sms) or ())


def _signature(said: str) -> str:
    digest = hmac.digest(stage_hmac_key(), f"unsubscribe\n{said}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()
