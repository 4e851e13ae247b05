"""The desk in a browser: taking back, a network that is cut, and a person who is signed out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from tests.e2e.desk.seen import SCREEN, rows, stored
from tests.e2e.desk_camera import hold

pytestmark = pytest.mark.browser


def test_undo_lets_the_guest_in_again(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    hold(page, tickets.issue(bo))

    page.locator(SCREEN).get_by_role("button", name="Undo").click()

    expect(page.locator("[data-toast]")).to_contain_text("Bo Li is expected again")
    assert rows(page) == [("Bo Li", "Undone")]
    assert stored(bo).admission == Admission.EXPECTED


def test_undo_from_the_last_scans_survives_a_reload(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    hold(page, tickets.issue(bo))
    page.locator(SCREEN).wait_for()
    page.reload()

    page.get_by_role("button", name="Undo, Bo Li").click()

    expect(page.locator("[data-toast]")).to_contain_text("expected again")
    assert stored(bo).admission == Admission.EXPECTED


def test_scan_during_a_cut_of_the_network_is_sent_once_it_is_back(desk, guest, context):
    bo = guest("Bo Li")
    page = desk()
    context.set_offline(True)
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Not sent yet")
    expect(page.locator("[data-banner]")).to_contain_text("Scans not sent yet: 1")
    assert stored(bo).admission == Admission.EXPECTED

    context.set_offline(False)

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted", timeout=15_000)
    expect(page.locator("[data-banner]")).to_be_empty()
    assert rows(page) == [("Bo Li", "Admitted")]


def test_answer_lost_on_the_way_is_repeated_not_admitted_twice(desk, guest):
    bo, lost = guest("Bo Li"), []

    def lose_the_first_answer(route):
        response = route.fetch()
        if lost:
            route.fulfill(response=response)
        else:
            lost.append(response.json()["result"])
            route.abort()

    page = desk()
    page.route("**/desk/scans", lose_the_first_answer)
    hold(page, tickets.issue(bo))

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted", timeout=15_000)
    assert (lost, rows(page)) == (["ADMITTED"], [("Bo Li", "Admitted")])


def test_scan_of_a_signed_out_person_is_sent_after_signing_in(
    desk, guest, context, event, sign_in_as
):
    bo = guest("Bo Li")
    page = desk()
    context.clear_cookies(name="foyer")
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__name")).to_have_text("You are signed out.")
    page.locator(SCREEN).get_by_role("link", name="Sign in").click()
    page.wait_for_url(f"**/signin?next=%2Fo%2Fe%2F{event.uuid}%2Fdesk")

    sign_in_as("desk", event.uuid)
    page.goto(f"/o/e/{event.uuid}/desk")

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    assert stored(bo).admission == Admission.IN


def test_each_scan_of_a_signed_out_person_says_that_it_waits(desk, guest, context):
    bo, eva = guest("Bo Li"), guest("Eva Roth")
    page = desk()
    context.clear_cookies(name="foyer")
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__name")).to_have_text("You are signed out.")
    page.get_by_role("link", name="Next scan").click()

    hold(page, tickets.issue(eva))

    expect(page.locator(f"{SCREEN} .fo-result__name")).to_have_text("You are signed out.")
    expect(page.locator("[data-banner]")).to_contain_text("Scans not sent yet: 2")
    assert rows(page) == [("Ticket", "Not sent yet"), ("Ticket", "Not sent yet")]


def test_search_without_a_network_says_so_and_scanning_goes_on(desk, guest, context):
    guest("Bo Li")
    page = desk()
    context.set_offline(True)
    page.locator("#ticket").fill("bo l")

    expect(page.locator("[data-toast]")).to_contain_text("names cannot be searched")
    context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.locator("[data-found] li")).to_have_count(1)


def test_nobody_signs_out_while_scans_wait(desk, guest, event, context):
    bo = guest("Bo Li")
    page = desk()
    page.route("**/desk/scans", lambda route: route.abort())
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Not sent yet")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/o/events")
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alert")).to_contain_text("Let the desk send them first.")

    page.unroute("**/desk/scans")
    page.get_by_role("link", name="Open the desk").click()
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    page.goto("/o/events")
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url(re.compile(r"/(signin.*)?$"))
    assert stored(bo).admission == Admission.IN


def test_undo_that_comes_too_late_is_not_offered_again(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    hold(page, tickets.issue(bo))
    page.locator(SCREEN).wait_for()
    page.keyboard.press("Escape")
    stored(bo).update(
        actions=[Registration.admitted_at.set(datetime.now(UTC) - timedelta(minutes=16))]
    )

    page.get_by_role("button", name="Undo, Bo Li").click()

    expect(page.locator("[data-toast]")).to_contain_text("Only organisers undo a check-in after")
    expect(page.get_by_role("button", name="Undo, Bo Li")).to_be_hidden()
    assert stored(bo).admission == Admission.IN
