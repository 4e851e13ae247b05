import json
import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from backend.shared.outcomes import counts, take
from portal.common.request_log import JsonFormatter, RequestLogMiddleware, blot


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


def served(event_id, monkeypatch, caplog, *, cold=False):
    """The line of one request for an event's page, on whose way a registration was counted."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")

    @counts("Registration", str)
    def register():
        return "CONFIRMED"

    def answer(request):
        request.resolver_match = ResolverMatch(
            register, (), {"event_id": event_id}, route="e/<str:event_id>"
        )
        register()
        return HttpResponse("Ada Canary")

    take()
    monkeypatch.setattr(RequestLogMiddleware, "_cold", cold)
    with caplog.at_level(logging.INFO, logger="portal"):
        RequestLogMiddleware(answer)(RequestFactory().post(f"/e/{event_id}", {"name": "Canary"}))
    return json.loads(JsonFormatter().format(caplog.records[-1]))


def test_line_of_a_page_has_the_fields_of_the_api_and_what_was_counted(monkeypatch, caplog):
    event_id = "01999b1e-7a5c-7d10-8a7b-0123456789ab"

    line = served(event_id, monkeypatch, caplog)

    assert line.keys() >= {"request", "actor_kind", "outcome", "status", "duration_ms"}
    assert (line["event_id"], line["route"]) == (event_id, "/e/<str:event_id>")
    assert line["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    (told,) = line["_aws"]["CloudWatchMetrics"]
    assert line[told["Metrics"][0]["Name"]] == line["RegistrationConfirmed"] == 1
    assert told["Dimensions"] == [["stage"]]
    assert "stage" in line


def test_what_was_typed_in_an_events_place_and_what_was_sent_stay_out(monkeypatch, caplog):
    line = served("canary@example.com", monkeypatch, caplog)

    assert line["event_id"] == ""
    assert "canary" not in json.dumps(line).lower()


def test_first_page_of_a_process_counts_as_a_cold_start(monkeypatch, caplog):
    cold = served("", monkeypatch, caplog, cold=True)
    warm = served("", monkeypatch, caplog)

    assert (cold["cold_start"], cold["ColdStart"]) == (True, 1)
    assert (warm["cold_start"], "ColdStart" in warm) == (False, False)
