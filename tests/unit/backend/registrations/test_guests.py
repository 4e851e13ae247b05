import pytest

from backend.registrations import guests
from backend.shared.errors import BadInput

SECRET = b"a secret of this test"
EVENT = "0190aaaa-0000-7000-8000-000000000001"
OTHER_EVENT = "0190aaaa-0000-7000-8000-000000000002"


@pytest.fixture(autouse=True)
def a_known_secret(monkeypatch):
    monkeypatch.setattr(guests, "stage_hmac_key", lambda: SECRET)


def test_guest_key_is_the_first_80_bits_of_the_hmac():
    # Computed apart from our code, with base64.b32encode and the alphabets exchanged.
    assert guests.guest_key(EVENT, "ada@example.com") == "4SCDJNDWTKTX5QHQ"


@pytest.mark.parametrize("typed", ["Ada@Example.com", " ada@example.com ", "ADA@EXAMPLE.COM"])
def test_guest_key_does_not_depend_on_how_the_address_was_typed(typed):
    assert guests.guest_key(EVENT, typed) == guests.guest_key(EVENT, "ada@example.com")


def test_guest_key_does_not_depend_on_the_unicode_form():
    assert guests.guest_key(EVENT, "zoe\u0308@example.com") == guests.guest_key(
        EVENT, "zo\u00eb@example.com"
    )


def test_guest_key_differs_between_events_and_between_guests():
    keys = {
        guests.guest_key(event, email)
        for event in (EVENT, OTHER_EVENT)
        for email in ("ada@example.com", "bob@example.com")
    }

    assert len(keys) == 4


def test_guest_keys_are_recognised_and_other_texts_are_not():
    good = [guests.guest_key(EVENT, "ada@example.com"), guests.random_guest()]

    assert [guests.is_guest_key(text) for text in [*good, good[0].lower(), good[0][1:], ""]] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("guest", "shards", "shard"),
    [
        ("0000000000000000", 16, "#R0"),
        ("0Z00000000000000", 16, "#R15"),
        ("1000000000000000", 64, "#R32"),
        ("ZZ00000000000000", 64, "#R63"),
        ("ZZ00000000000000", 1, "#R0"),
        ("1Z", 64, "#R63"),
    ],
)
def test_shard_is_the_value_of_the_first_two_characters(guest, shards, shard):
    assert guests.shard_of(EVENT, guest, shards=shards) == EVENT + shard


@pytest.mark.parametrize(("shards", "count"), [(1, 1), (16, 16), (64, 16)])
def test_name_shards_are_at_most_sixteen_and_hold_every_guest(shards, count):
    names = guests.name_shards_of(EVENT, shards=shards)
    used = {guests.name_shard_of(EVENT, guests.random_guest(), shards=shards) for _ in range(1_000)}

    assert (len(names), used) == (count, set(names))


@pytest.mark.parametrize(("shards", "count"), [(1, 1), (16, 16), (64, 16)])
def test_waiting_shards_are_at_most_sixteen_and_hold_every_guest(shards, count):
    lists = guests.waiting_shards_of(EVENT, shards=shards)
    keys = (guests.random_guest() for _ in range(1_000))
    used = {guests.waiting_shard_of(EVENT, key, shards=shards) for key in keys}

    assert (len(lists), used) == (count, set(lists))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ada Lovelace", "ada lovelace"),
        ("  Ada   Lovelace ", "ada lovelace"),
        ("ÉMILIE du Châtelet", "emilie du chatelet"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Straße", "strasse"),
        ("Søren Ærø", "soren aero"),
        ("李小龙", "李小龙"),
        ("x" * 100, "x" * 60),
    ],
)
def test_folded_names_ignore_case_accents_and_spaces(name, key):
    assert guests.folded(name) == key


def test_name_keys_order_by_name_and_then_by_guest():
    ordered = [("Ann", "B"), ("Ann", "C"), ("ann b", "A"), ("Anna", "A")]

    keys = [guests.name_key(name, guest) for name, guest in ordered]

    assert keys == sorted(keys)


def test_checked_name_is_trimmed_and_in_normal_form_c():
    assert guests.checked_name("  Zoe\u0308 ") == "Zo\u00eb"


@pytest.mark.parametrize("name", ["A", "N" * 200, "Dr. 李 O'Neil-Ødegård", "🦊"])
def test_checked_name_takes_what_people_are_called(name):
    assert guests.checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "   ", "N" * 201, "Ada\x00", "Ada\nLovelace", "Ada\u2028Lovelace", "\ud800"]
)
def test_checked_name_refuses_what_is_no_name(name):
    with pytest.raises(BadInput) as refused:
        guests.checked_name(name)

    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ada@Example.com", "ada@example.com"),
        ("a.b+tag@sub.example.org", "a.b+tag@sub.example.org"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("zoe\u0308@b\u00fccher.de", "zo\u00eb@b\u00fccher.de"),
    ],
)
def test_checked_email_answers_the_stored_spelling(typed, stored):
    assert guests.checked_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["ada", "ada@", "@example.com", "a b@example.com", "ada@example..com",
     "ada@" + "e" * 250 + ".com", "ada@example.com\r\nBcc: x@y.zz"],
)  # fmt: skip
def test_checked_email_refuses_what_is_no_address(typed):
    with pytest.raises(BadInput) as refused:
        guests.checked_email(typed)

    assert list(refused.value.fields) == ["email"]
