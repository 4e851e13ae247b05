import pytest

from backend.shared.actor import LONGEST_NAME, Actor


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
