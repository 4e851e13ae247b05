"""What the portal must not import when it starts on Lambda: few pages need each of these."""

import os
import subprocess
import sys

DEPLOYED = {
    "STAGE": "production",
    "AWS_REGION": "eu-central-1",
    "PUBLIC_BASE_URL": "https://portal.foyer.example",
    "STATIC_BUCKET": "static",
    "STATIC_BASE_URL": "https://static.foyer.example",
}
WAITS_UNTIL_USED = {
    "PIL",
    "aws_lambda_powertools",
    "boto3",
    "cryptography",
    "email_validator",
    "icalendar",
    "jinja2",
    "jwt",
    "nh3",
    "openpyxl",
    "pycognito",
    "pydantic",
    "requests",
    "segno",
    "stripe",
    "waitress",
    "whitenoise",
}


def test_start_of_the_portal_loads_its_pages_and_only_what_most_of_them_need():
    program = "import portal.wsgi, gc, sys; print(gc.isenabled(), *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], **DEPLOYED},
    )
    collects, *loaded = done.stdout.split()

    assert WAITS_UNTIL_USED & set(loaded) == set()
    assert {"portal.organiser.urls", "portal.public.urls", "portal.kiosk.urls"} < set(loaded)
    # The pause that portal/wsgi.py begins is over.
    assert collects == "True"
