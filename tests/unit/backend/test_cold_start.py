"""What a cold function must not import: each of these costs more than our own code."""

import subprocess
import sys

import pytest

FUNCTIONS = [
    "health",
    "register",
    "login",
    "public_events",
    "events",
    "registrations",
    "scans",
    "kiosk_authorizer",
]
WAITS_UNTIL_USED = {
    "asyncio",
    "boto3",
    "cryptography",
    "email_validator",
    "icalendar",
    "jinja2",
    "jwt",
    "PIL",
    "segno",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_import_of_a_function_loads_only_what_every_request_needs(name):
    program = f"import backend.handlers.{name}, gc, sys; print(gc.isenabled(), *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    collects, *loaded = done.stdout.split()

    assert WAITS_UNTIL_USED & set(loaded) == set()
    # The pause that backend/cold_start.py begins is over.
    assert collects == "True"
