import pytest
from django.test import RequestFactory

from portal.common.safe_next import page_asked_from, safe_path


@pytest.mark.parametrize("path", ["/", "/o/events?tab=2", "/e/abc#agenda", "/me/tickets/1"])
def test_paths_of_ours_are_kept(path):
    assert safe_path(path, otherwise="/start") == path


@pytest.mark.parametrize(
    "path",
    [None, "", "events", "//evil.example", "/\\evil.example", "https://evil.example",
     "/signin", "/signout?x=1", "/" + "x" * 2001],
)  # fmt: skip
def test_anything_else_leads_to_the_start(path):
    assert safe_path(path, otherwise="/start") == "/start"


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"Referer": "http://testserver/o/events?q=a"}, "/o/events?q=a"),
        ({"Referer": "https://evil.example/o/events"}, "/start"),
        ({"HX-Current-URL": "http://testserver/k/scan"}, "/k/scan"),
        ({}, "/start"),
    ],
)
def test_page_that_sent_a_request_is_only_trusted_when_it_is_ours(headers, page):
    request = RequestFactory().post("/x", headers=headers)

    assert page_asked_from(request, otherwise="/start") == page
