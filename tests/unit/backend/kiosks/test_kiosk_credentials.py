"""What a kiosk proves itself by: shape, hash, comparison, and what is never shown."""

import hashlib

import pytest

from backend.kiosks import credentials
from backend.kiosks.credentials import Credential

EVENT = "0190aaaa-0000-7000-8000-000000000001"
SECRET = "s" * 43


def test_credential_survives_being_written_down():
    credential = credentials.new_credential(EVENT, "7K3MQ2XD")

    assert credentials.read_credential(credential.text) == credential


def test_credential_names_its_event_and_kiosk():
    credential = Credential(EVENT, "7K3MQ2XD", SECRET)

    assert credential.text == f"0190aaaa000070008000000000000001{'7K3MQ2XD'}.{SECRET}"


def test_secret_has_256_random_bits():
    secrets = {credentials.new_credential(EVENT, "7K3MQ2XD").secret for _ in range(50)}

    assert (len(secrets), {len(secret) for secret in secrets}) == (50, {43})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7K3MQ2XD",
        f"0190aaaa0000700080000000000000017K3MQ2XD{SECRET}",
        f"0190aaaa0000700080000000000000017K3MQ2XD.{SECRET}x",
        f"0190aaaa0000700080000000000000017K3MQ2XD.{SECRET[1:]}",
        f"0190aaaa0000700080000000000000017K3MQ2XU.{SECRET}",
        f"0190AAAA0000700080000000000000017K3MQ2XD.{SECRET}",
        f"code#aa0000700080000000000000017K3MQ2XD.{SECRET}",
        f"0190aaaa0000700080000000000000017K3MQ2XD.{SECRET}\n",
    ],
)
def test_other_texts_are_no_credentials(text):
    assert credentials.read_credential(text) is None


def test_kept_hash_is_sha_256_and_fits_its_own_secret_only():
    credential, other = (credentials.new_credential(EVENT, "7K3MQ2XD") for _ in range(2))

    assert credential.hashed == hashlib.sha256(credential.secret.encode()).hexdigest()
    assert credential.fits(credential.hashed) is True
    assert (credential.fits(other.hashed), credential.fits(None)) == (False, False)


def test_secret_is_not_shown_by_repr():
    credential = credentials.new_credential(EVENT, "7K3MQ2XD")

    assert repr(credential) == f"Credential(event_id='{EVENT}', kiosk_id='7K3MQ2XD')"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K3MQ2XD", "7K3MQ2XD"),
        (" 7k3m-q2xd ", "7K3MQ2XD"),
        ("7k3m q2xd", "7K3MQ2XD"),
        ("OIL0-0000", "01100000"),
        ("7K3MQ2X", None),
        ("7K3MQ2XD7", None),
        ("7K3MQ2XU", None),
        ("ÄÖÜ", None),
    ],
)
def test_code_is_read_as_people_type_it(typed, code):
    assert credentials.read_code(typed) == code


def test_code_is_shown_in_two_halves_and_read_back():
    code = credentials.new_code()

    assert credentials.read_code(credentials.shown_code(code)) == code
