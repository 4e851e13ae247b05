"""Tickets: what the QR code says, how it is signed, and the eight characters one can type.

The text in the QR code is ``F:`` and then, in base45, 37 bytes and their Ed25519 signature:

=======  ==================================================================
bytes    meaning
=======  ==================================================================
1        version of this layout, 1
16       the event's uuid
1        number of the registrations shard, so a server needs one keyed read
10       the guest key: 80 bits, 16 Crockford base32 characters as text
8        the ticket number: random, 16 hex digits as text
1        id of the key that signed
64       signature of all of the above
=======  ==================================================================

154 characters of the alphanumeric QR alphabet: version 6 at level M. The prefix keeps a form that
strips spaces from harming a text whose alphabet has a space in it.
"""

import io
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from backend.shared import base32
from backend.shared.errors import Rejected
from backend.shared.secrets_manager import ticket_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from segno import QRCode

VERSION = 1
PREFIX = "F:"
PREFIX_LENGTH = 7
"""How many characters of the guest key a short code holds."""
TEXT_LENGTH = 154
_PAYLOAD_BYTES = 37
_KEY_PURPOSE = b"foyer ticket signature"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class InvalidTicket(Rejected):
    """The text is no ticket of this stage, or no short code."""

    code = "invalid_ticket"


class TicketHolder(Protocol):
    """What of a registration goes onto its ticket."""

    @property
    def shard(self) -> str:
        """``<event>#R<n>``."""

    @property
    def guest(self) -> str:
        """The guest key."""

    @property
    def event_id(self) -> str:
        """A uuid."""

    @property
    def ticket_no(self) -> str:
        """As ``new_ticket_no`` makes it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a genuine ticket says. ``shard`` is the number in the registration's key."""

    event_id: str
    shard: int
    guest: str
    ticket_no: str
    key_id: str


@dataclass(frozen=True, slots=True)
class ShortCode:
    """A typed code: the start of a guest key, and the check character of a ticket number."""

    prefix: str
    check: str

    def fits(self, *, guest: str, ticket_no: str) -> bool:
        """Whether a registration with this guest key and ticket has this code."""
        return guest.startswith(self.prefix) and _check_character(ticket_no) == self.check


def new_ticket_no() -> str:
    """A fresh random ticket number: 16 lower-case hex digits."""
    return secrets.token_hex(8)


def another_ticket_no(than: str) -> str:
    """A fresh ticket number whose short code is another, too: the old one must not be typed."""
    while True:
        ticket_no = new_ticket_no()
        if _check_character(ticket_no) != _check_character(than):
            return ticket_no


def issue(registration: TicketHolder) -> str:
    """The signed text of a registration's ticket; the same one for the same ticket number."""
    from base45 import b45encode

    current = ticket_keys().current
    payload = b"".join(
        (
            bytes((VERSION,)),
            UUID(registration.event_id).bytes,
            bytes((int(registration.shard.rpartition("#R")[2]),)),
            base32.decode(registration.guest),
            bytes.fromhex(registration.ticket_no),
            bytes((int(current),)),
        )
    )
    signed: bytes = b45encode(payload + _signing_key(current).sign(payload))
    return PREFIX + signed.decode()


def verify(text: str) -> Ticket:
    """The ticket of a scanned text.

    Refuses (``InvalidTicket``) anything but the exact text that ``issue`` made with a key of this
    stage: another length, layout or spelling, an unknown key, any flipped bit.
    """
    payload, signature = _split(text)
    key_id = str(payload[36])
    if payload[0] != VERSION or key_id not in ticket_keys().texts:
        raise _not_ours()
    _check_signature(key_id, payload, signature)
    return Ticket(
        event_id=str(UUID(bytes=payload[1:17])),
        shard=payload[17],
        guest=base32.encode(payload[18:28]),
        ticket_no=payload[28:36].hex(),
        key_id=key_id,
    )


def looks_typed(text: str) -> bool:
    """Whether a text is meant as a short code, not as a scanned ticket."""
    return not text.startswith(PREFIX) and len(text) <= 2 * (PREFIX_LENGTH + 1)


def short_code(guest: str, ticket_no: str) -> str:
    """``7K3M-Q2XD``: seven characters of the guest key and one that depends on the ticket."""
    code = guest[:PREFIX_LENGTH] + _check_character(ticket_no)
    return f"{code[:4]}-{code[4:]}"


def parse_short_code(text: str) -> ShortCode:
    """The code a person typed, forgiving case, dashes, spaces, and O, I, L for 0 and 1.

    Refuses (``InvalidTicket``) what cannot be a code.
    """
    code = text.strip().upper().translate(_READ_AS)
    if len(code) != PREFIX_LENGTH + 1 or not set(code) <= set(base32.ALPHABET):
        raise InvalidTicket("A ticket code has eight letters and digits, like 7K3M-Q2XD.")
    return ShortCode(prefix=code[:PREFIX_LENGTH], check=code[PREFIX_LENGTH])


def public_keys() -> dict[str, str]:
    """The public keys by key id, as hex, with which a kiosk verifies tickets offline."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return {
        key_id: _signing_key(key_id).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        for key_id in ticket_keys().texts
    }


def qr_svg(text: str) -> str:
    """The QR code of a ticket as an SVG element that scales; dark on white, quiet zone included."""
    return _qr(text).svg_inline(border=4, light="#fff", dark="#000", omitsize=True)


def qr_png(text: str) -> bytes:
    """The QR code of a ticket as a PNG of about 400 pixels, for mails."""
    image = io.BytesIO()
    _qr(text).save(image, kind="png", scale=8, border=4)
    return image.getvalue()


def _qr(text: str) -> "QRCode":
    import segno

    return segno.make_qr(text, error="m", boost_error=False)


def _split(text: str) -> tuple[bytes, bytes]:
    from base45 import b45decode, b45encode

    if len(text) != TEXT_LENGTH:
        raise _not_ours()
    try:
        raw = b45decode(text.removeprefix(PREFIX))
    except ValueError:
        raise _not_ours() from None
    if PREFIX + b45encode(raw).decode() != text:
        raise _not_ours()
    return raw[:_PAYLOAD_BYTES], raw[_PAYLOAD_BYTES:]


def _not_ours() -> InvalidTicket:
    return InvalidTicket("This is not a ticket of ours.")


def _check_signature(key_id: str, payload: bytes, signature: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        _signing_key(key_id).public_key().verify(signature, payload)
    except InvalidSignature:
        raise InvalidTicket("This ticket was changed, or is not ours.") from None


@cache
def _signing_key(key_id: str) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_KEY_PURPOSE)
    return Ed25519PrivateKey.from_private_bytes(seed.derive(ticket_keys().texts[key_id].encode()))


def _check_character(ticket_no: str) -> str:
    return base32.ALPHABET[int(ticket_no[-2:], 16) % len(base32.ALPHABET)]
