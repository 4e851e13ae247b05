"""Tickets: signed, small enough to scan, and nothing but the genuine text passes."""

import struct
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest
import segno
from base45 import b45decode, b45encode
from hypothesis import given
from hypothesis import strategies as st

from backend.registrations import tickets
from backend.registrations.tickets import InvalidTicket, Ticket
from backend.shared import base32
from backend.shared.secrets_manager import TicketKeys

EVENT = "0f8fad5b-d9cb-469f-a165-70867728950e"
GUEST = "7K3MQ2XD0123456Z"
KEYS = TicketKeys(current="1", texts={"1": "first random text", "2": "second random text"})


@dataclass(frozen=True)
class Holder:
    shard: str = f"{EVENT}#R7"
    guest: str = GUEST
    event_id: str = EVENT
    ticket_no: str = "00112233445566ff"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch):
    use_keys(monkeypatch, KEYS)


def use_keys(monkeypatch: pytest.MonkeyPatch, keys: TicketKeys) -> None:
    monkeypatch.setattr(tickets, "ticket_keys", lambda: keys)
    tickets._signing_key.cache_clear()


def test_a_ticket_says_what_the_registration_is():
    assert tickets.verify(tickets.issue(Holder())) == Ticket(
        event_id=EVENT, shard=7, guest=GUEST, ticket_no="00112233445566ff", key_id="1"
    )


@given(
    event=st.uuids(),
    shard=st.integers(0, 63),
    guest=st.text(base32.ALPHABET, min_size=16, max_size=16),
    number=st.binary(min_size=8, max_size=8),
)
def test_every_registration_has_a_ticket_that_verifies(event, shard, guest, number):
    holder = Holder(f"{event}#R{shard}", guest, str(event), number.hex())
    text = tickets.issue(holder)
    ticket = tickets.verify(text)
    assert (ticket.event_id, ticket.shard, ticket.guest) == (str(event), shard, guest)
    assert ticket.ticket_no == number.hex()
    assert text == text.strip()


def test_the_same_registration_has_the_same_ticket_again():
    assert tickets.issue(Holder()) == tickets.issue(Holder())


def test_every_flipped_bit_is_refused():
    raw = b45decode(tickets.issue(Holder()).removeprefix("F:"))
    for place in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(InvalidTicket):
            tickets.verify("F:" + b45encode(bytes(flipped)).decode())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text[2:],
        lambda text: text.lower(),
        lambda text: text[:-1] + "\n",
        lambda text: " " + text[:-1],
        lambda text: text[:2] + "é" * 152,
        lambda text: text[:2] + ":" * 152,
        lambda text: text[:0],
        lambda text: text[:2],
        lambda text: "X:" + text[2:],
        lambda text: text * 1000,
    ],
)
def test_another_text_is_refused(change):
    with pytest.raises(InvalidTicket):
        tickets.verify(change(tickets.issue(Holder())))


def test_a_second_spelling_of_the_last_byte_is_refused():
    """Base45 writes a lone byte as two digits; only the smallest spelling counts."""
    text = tickets.issue(Holder())
    for last in "6789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:":
        with pytest.raises(InvalidTicket):
            tickets.verify(text[:-1] + last)


def test_a_rotated_key_still_verifies_and_a_withdrawn_one_does_not(monkeypatch):
    old = tickets.issue(Holder())
    use_keys(monkeypatch, TicketKeys(current="2", texts=KEYS.texts))
    assert (tickets.verify(old).key_id, tickets.verify(tickets.issue(Holder())).key_id) == (
        "1",
        "2",
    )
    use_keys(monkeypatch, TicketKeys(current="2", texts={"2": KEYS.texts["2"]}))
    with pytest.raises(InvalidTicket):
        tickets.verify(old)


def test_another_stage_accepts_nothing_of_ours(monkeypatch):
    text = tickets.issue(Holder())
    use_keys(monkeypatch, TicketKeys(current="1", texts={"1": "another stage"}))
    with pytest.raises(InvalidTicket):
        tickets.verify(text)


def test_public_keys_verify_without_the_private_ones():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw = b45decode(tickets.issue(Holder()).removeprefix("F:"))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(tickets.public_keys()["1"]))
    key.verify(raw[37:], raw[:37])
    assert sorted(tickets.public_keys()) == ["1", "2"]


def test_the_qr_code_is_small_enough_for_a_phone_screen():
    code = segno.make_qr(tickets.issue(Holder()), error="m", boost_error=False)
    assert (code.mode, code.error, int(code.version)) == ("alphanumeric", "M", 6)


def test_the_svg_scales_and_keeps_four_quiet_modules():
    svg = ET.fromstring(tickets.qr_svg(tickets.issue(Holder())))  # noqa: S314 - ours
    assert (svg.get("viewBox"), svg.get("width"), svg.get("style")) == ("0 0 49 49", None, None)


def test_the_png_is_for_mails():
    image = tickets.qr_png(tickets.issue(Holder()))
    assert image.startswith(b"\x89PNG\r\n")
    assert struct.unpack(">II", image[16:24]) == (392, 392)
    assert len(image) < 4096


def test_a_short_code_is_the_start_of_the_guest_key_and_a_check_character():
    assert tickets.short_code(GUEST, "00112233445566ff") == "7K3M-Q2XZ"


@pytest.mark.parametrize(
    "typed", ["7K3M-Q2XZ", "7k3mq2xz", " 7k3m q2xz ", "7-K-3-M-Q-2-X-Z", "7K3MQ2XZ"]
)
def test_a_typed_code_is_read_leniently(typed: str):
    code = tickets.parse_short_code(typed)
    assert code.fits(guest=GUEST, ticket_no="00112233445566ff")
    assert not code.fits(guest=GUEST, ticket_no="00112233445566fe")
    assert not code.fits(guest="0" + GUEST[1:], ticket_no="00112233445566ff")


def test_letters_that_look_like_digits_are_digits():
    assert tickets.parse_short_code("olio-oioL") == tickets.parse_short_code("0110-0101")


@pytest.mark.parametrize("typed", ["", "7K3M-Q2X", "7K3M-Q2XZZ", "7K3M-Q2XU", "７K3M-Q2XZ"])
def test_what_cannot_be_a_code_is_refused(typed: str):
    with pytest.raises(InvalidTicket):
        tickets.parse_short_code(typed)


def test_a_scanned_text_is_told_from_a_typed_one():
    assert not tickets.looks_typed(tickets.issue(Holder()))
    assert tickets.looks_typed("7k3m q2xz")
    assert not tickets.looks_typed("https://example.org/")


def test_ticket_numbers_are_random():
    numbers = {tickets.new_ticket_no() for _ in range(100)}
    assert (len(numbers), {len(n) for n in numbers}) == (100, {16})


def test_another_ticket_has_another_short_code():
    guest = "0123456789ABCDEF"
    old = tickets.new_ticket_no()

    codes = {tickets.short_code(guest, tickets.another_ticket_no(old)) for _ in range(200)}

    assert tickets.short_code(guest, old) not in codes
