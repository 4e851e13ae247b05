import json
import logging

import pytest

from portal.common.request_log import JsonFormatter, blot


@pytest.mark.parametrize(
    ("text", "blotted"),
    [
        ("mail to ana@example.com now", "mail to [address] now"),
        ("GET /x?email=ana%40example.com&y=1", "GET /x?email=[address]&y=1"),
        ("<ana.b+c@sub.example.org>", "<[address]>"),
        ("nothing here", "nothing here"),
    ],
)
def test_addresses_are_blotted_out(text, blotted):
    assert blot(text) == blotted


def test_record_becomes_one_line_with_the_shared_fields():
    record = logging.LogRecord("portal", logging.INFO, __file__, 1, "request", (), None)
    record.route, record.status, record.cold_start = "/signin", 200, False
    record.request = object()  # Django's own records carry the request itself

    entry = json.loads(JsonFormatter().format(record))

    assert (entry["route"], entry["status"], entry["cold_start"]) == ("/signin", 200, False)
    assert "request" not in entry


def test_exception_is_logged_without_its_text():
    try:
        raise KeyError("Canary Bird, F:TICKET")
    except KeyError as error:
        told = (KeyError, error, error.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "broke", (), told)

    line = JsonFormatter().format(record)

    assert json.loads(line)["error_type"] == "KeyError"
    assert "Canary" not in line
