import pytest

from backend.shared.actor import LONGEST_NAME, SYSTEM, Actor, ActorKind, Label, parse_label


@pytest.mark.parametrize(
    ("claimed", "shown"),
    [
        ("Ada\r\nBcc: everybody@example.org", "Ada Bcc: everybody@example.org"),
        ("  Ada\t\x00 Byron\x85", "Ada Byron"),
        ("Ada \ud800 Byron", "Ada Byron"),
        ("نرگس می\u200cخواند", "نرگس می\u200cخواند"),
        ("x" * 2048, "x" * LONGEST_NAME),
    ],
)
def test_name_that_cognito_took_unchecked_is_one_bounded_line(claimed, shown):
    assert Actor.from_claims({"sub": "u-1", "name": claimed}).name == shown


@pytest.mark.parametrize(
    ("claimed", "counts"),
    [
        ("Mark@Example.org", "mark@example.org"),
        (" mark@example.org\n", "mark@example.org"),
        # The sign of the unit kelvin, whose lower case is the letter k.
        ("mar\u212a@example.org", ""),
        ("mark@example.or\u01e7", ""),
        ("mark@example.org\u00a0", ""),
    ],
)
def test_address_counts_in_ascii_only(claimed, counts):
    told = {"sub": "u-1", "email": claimed, "email_verified": "true"}

    assert Actor.from_claims(told).email == counts
    assert Actor.from_claims(told | {"email_verified": "false"}).email == ""


@pytest.mark.parametrize(
    ("actor", "label", "parts"),
    [
        (Actor(ActorKind.USER, "u-1"), "USER:u-1", Label("USER", "u-1")),
        (
            Actor(ActorKind.USER, "u-1", device="phone"),
            "USER:u-1@phone",
            Label("USER", "u-1", "phone"),
        ),
        (Actor(ActorKind.KIOSK, device="k-1"), "KIOSK:k-1", Label("KIOSK", "k-1")),
        (SYSTEM, "SYSTEM", Label("SYSTEM")),
    ],
)
def test_label_tells_who_and_from_which_device(actor, label, parts):
    assert (actor.label, parse_label(label)) == (label, parts)
