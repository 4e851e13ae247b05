import logging

import pytest
from django.test import Client, override_settings

from tests.integration.portal import pages
from tests.integration.portal.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("portal", "test_pages")
NOTE = {"title": "Bring cake", "tags": ["a", "b"], "password": "Secret-123"}


@pytest.fixture
def test_pages(portal):
    pages.SAVED.clear()
    with override_settings(ROOT_URLCONF="tests.integration.portal.pages"):
        yield


def go_on(client, pool, response):
    """Sign in where ``response`` leads, and follow to where that leads."""
    assert response["Location"].startswith("/signin?next=")
    page = client.get(response["Location"])
    fields = {"email": pool.make(), "password": PASSWORD, "next": page.context["next"]}
    return client.post("/signin", fields)


def test_visitor_is_led_to_sign_in_and_back(visitor, pool):
    response = visitor.get("/test/guarded?tab=2")
    assert response["Location"] == "/signin?next=%2Ftest%2Fguarded%3Ftab%3D2"

    back = go_on(visitor, pool, response)

    assert back["Location"] == "/test/guarded?tab=2"
    assert visitor.get(back["Location"]).text == "hello Åsa Ångström"


def test_htmx_request_of_a_visitor_moves_the_whole_page_to_sign_in(visitor):
    response = visitor.get(
        "/test/guarded",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/o/events?q=a"},
    )

    assert (response.status_code, response["HX-Redirect"]) == (
        204,
        "/signin?next=%2Fo%2Fevents%3Fq%3Da",
    )


def test_form_sent_after_the_session_ended_waits_behind_the_sign_in(visitor, pool):
    back = go_on(visitor, pool, visitor.post("/test/note", NOTE))
    page = visitor.get(back["Location"])

    initial = page.context["form"].initial
    assert back["Location"] == "/test/note"
    assert (initial["title"], initial["tags"], initial["listed"]) == (
        "Bring cake",
        ["a", "b"],
        False,
    )
    assert 'value="Bring cake"' in page.text
    assert "Nothing is saved yet" in page.text
    assert pages.SAVED == []


def test_kept_form_never_holds_a_password(visitor, pool):
    go_on(visitor, pool, visitor.post("/test/note", NOTE))

    assert "Secret-123" not in visitor.get("/test/note").text


def test_kept_form_is_shown_once(visitor, pool):
    go_on(visitor, pool, visitor.post("/test/note", NOTE))
    visitor.get("/test/note")

    assert "Bring cake" not in visitor.get("/test/note").text


def test_kept_form_opens_on_its_own_page_only(visitor, pool):
    go_on(visitor, pool, visitor.post("/test/note", NOTE))

    assert visitor.get("/test/guarded").status_code == 200
    assert 'value="Bring cake"' in visitor.get("/test/note").text


def test_sign_in_page_says_that_what_was_typed_comes_back(visitor):
    page = visitor.post("/test/note", NOTE, follow=True)

    assert "You were signed out. Sign in: what you typed comes back." in page.text


def test_form_too_large_to_keep_still_leads_to_sign_in(visitor, pool):
    asked = visitor.post("/test/note", {"title": "x" * 20_000}, follow=True)
    assert "You were signed out. Sign in, then try again." in asked.text

    back = go_on(visitor, pool, visitor.post("/test/note", {"title": "x" * 20_000}))

    assert "xxxx" not in visitor.get(back["Location"]).text


def test_button_without_a_page_of_its_own_leads_back_to_where_it_stood(visitor):
    response = visitor.post("/test/act", headers={"Referer": "http://testserver/test/guarded?a=1"})

    assert response["Location"] == "/signin?next=%2Ftest%2Fguarded%3Fa%3D1"
    assert pages.SAVED == []


def test_refusal_of_a_form_stands_beside_its_field_and_keeps_what_was_typed(sign_in):
    response = sign_in().post("/test/note", {**NOTE, "title": "taken"})

    assert response.status_code == 400
    assert response.context["form"].errors == {"title": ["This title is taken."]}
    assert 'value="taken" required aria-invalid="true" aria-describedby="id_title_error"' in (
        response.text.replace(' class="fo-input"', "")
    )
    assert pages.SAVED == []


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("not_found", 404),
        ("forbidden", 403),
        ("conflict", 409),
        ("rejected", 400),
        ("too_many_attempts", 429),
    ],
)
def test_refusal_becomes_a_page_that_leads_somewhere(visitor, code, status):
    response = visitor.get(f"/test/refuse/{code}")

    assert response.status_code == status
    assert "The desk is closed." in response.text
    assert 'href="/"' in response.text


@pytest.mark.parametrize("code", ["conflict", "rejected"])
def test_refused_button_leads_back_to_a_fresh_page_with_the_message(visitor, code):
    response = visitor.post(
        f"/test/refuse/{code}", headers={"Referer": "http://testserver/signup"}, follow=True
    )

    assert response.status_code == 200
    assert "The desk is closed." in response.text


def test_unauthorized_refusal_leads_to_sign_in(visitor):
    response = visitor.get("/test/refuse/unauthorized")

    assert response["Location"] == "/signin?next=%2Ftest%2Frefuse%2Funauthorized"


def test_address_of_a_button_has_a_page(sign_in):
    browser = sign_in()

    response = browser.get("/test/act")

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
    assert "Only a button leads through this door." in response.text
    assert browser.put("/test/act").text == ""


def test_unknown_address_has_a_page(visitor):
    response = visitor.get("/no/such/page")

    assert response.status_code == 404
    assert "Nothing behind this door" in response.text


def test_bug_shows_a_page_and_logs_no_address(caplog):
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.INFO):
        response = client.get("/test/break")

    from portal.common.request_log import JsonFormatter

    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert response.status_code == 500
    assert "Something broke" in response.text
    assert any("RuntimeError" in line for line in lines)
    assert not any("canary@example.com" in line for line in lines)


def test_request_log_names_the_route_not_the_address(visitor, caplog):
    with caplog.at_level(logging.INFO, logger="portal"):
        visitor.get("/test/refuse/not_found?email=canary@example.com")

    record = next(r for r in caplog.records if r.name == "portal")
    assert (record.route, record.status, record.outcome, record.actor_kind) == (
        "/test/refuse/<code>",
        404,
        "not_found",
        "VISITOR",
    )
    assert "canary" not in str(record.__dict__)
