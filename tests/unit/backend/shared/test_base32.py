"""Crockford's base32."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.shared import base32


@given(raw=st.binary(min_size=10, max_size=10))
def test_bytes_come_back_from_their_text(raw):
    text = base32.encode(raw)
    assert (len(text), base32.decode(text)) == (16, raw)


def test_leading_zeros_stay():
    assert base32.encode(bytes(9) + b"\x1f") == "000000000000000Z"


def test_letter_that_looks_like_a_digit_is_foreign():
    with pytest.raises(ValueError, match="substring not found"):
        base32.decode("O" * 16)
