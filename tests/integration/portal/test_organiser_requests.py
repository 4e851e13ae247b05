"""The board of guest requests: what stands on it, each step with each refusal, and the cost of looking."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from backend.guest_requests import queries, services
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.states import RequestStatus
from backend.shared import base32
from backend.team.roles import Role
from portal.organiser.request_cards import with_changed
from tests.factories.events import make_event
from tests.factories.guest_requests import make_request as a_request
from tests.factories.guest_requests import offer
from tests.factories.team import make_member
from tests.integration.portal.people import browser_of
from tests.support.recorded_calls import recorded_calls

pytestmark = pytest.mark.usefixtures("portal")
S = RequestStatus
HTMX = {"HX-Request": "true"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(portal):
    return make_event(starts_at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def served(event):
    offer(event)
    return event


@pytest.fixture
def fay(event):
    return browser_of("floor", event.uuid, name="Fay Floor")


def address(event, *parts: str) -> str:
    return "/".join([f"/o/e/{event.uuid}/requests", *parts])


def make_request(event, **values) -> GuestRequest:
    values.setdefault("created_at", datetime.now(UTC) - timedelta(minutes=2))
    request_id = base32.encode(secrets.token_bytes(15))
    return a_request(event_id=event.uuid, request_id=request_id, **values)


def make_fin(event) -> str:
    member = make_member(
        event_id=event.uuid, member=f"fin-{event.uuid}", name="Fin Floor", role=Role.FLOOR
    )
    return member.member


def status_of(request: GuestRequest) -> RequestStatus:
    return GuestRequest.fetch(request.event_id, request.request_id).status


def column(page: str, key: str) -> str:
    """The text of the page from the head of a column to the next."""
    return page.partition(f'id="column-{key}"')[2].partition('id="column-')[0]


def test_event_without_kinds_says_who_switches_them_on(event, fay):
    organisers, floor = browser_of("organiser", event.uuid), fay

    pages = [one.get(address(event)).text for one in (organisers, floor)]

    assert ["Guests can ask for nothing yet" in page for page in pages] == [True, True]
    assert [address(event, "kinds") in page for page in pages] == [True, False]


def test_requests_stand_in_their_columns_the_oldest_first(served, fay):
    now = datetime.now(UTC)
    late = now - timedelta(minutes=17)
    make_request(served, text="Younger", option="")
    make_request(served, text="Older", option="", created_at=late)
    make_request(served, status=S.CLAIMED, held_by=fay.actor.user_id, claimed_at=now, option="Rice")
    make_request(served, status=S.CLAIMED, held_by=make_fin(served), claimed_at=now, option="Soup")
    make_request(
        served, status=S.FULFILLED, created_at=now - 3 * MINUTE, done_at=now, option="Bread"
    )
    make_request(served, status=S.DECLINED, done_at=now, option="Cake", reason="Sold out")
    make_request(served, status=S.CANCELED, done_at=now, option="Never mind")

    page = fay.get(address(served)).text

    new, claimed, done = (column(page, key) for key in ("new", "claimed", "done"))
    assert 0 < new.index("Older") < new.index("Younger")
    assert ("17 min, 2 over" in new, "2 min, 13 left" in new) == (True, True)
    assert ("Rice" in claimed, "Taken by you at" in claimed) == (True, True)
    assert ("Soup" in claimed, "Taken by <bdi>Fin Floor</bdi> at" in claimed) == (True, True)
    assert ("Bread" in done, "Done in 3 min" in done) == (True, True)
    assert ("Cake" in done, "The guest was told: “Sold out”" in done) == (True, True)
    assert "Never mind" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Rice", "Cola"]),
        ("?kind=FOOD", ["Rice"]),
        ("?team=Bar", ["Cola"]),
        ("?kind=NO_SUCH", []),
    ],
)
def test_filter_is_kept_in_the_address(served, fay, query, shown):
    make_request(served, option="Rice")
    cola = make_request(served, option="Cola", kind="BEVERAGE", kind_name="Beverage", team="Bar")

    page = fay.get(address(served) + query).text

    assert [name for name in ("Rice", "Cola") if name in page] == shown
    assert f'hx-get="{address(served)}{query}"' in page
    if "Cola" in shown:
        assert f'action="{address(served, cola.request_id, "claim")}{query}"' in page


def test_look_at_what_did_not_change_is_answered_without_a_page(served, fay):
    make_request(served)
    first = fay.get(address(served), headers=HTMX)

    again = fay.get(address(served), headers={**HTMX, "If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert list(json.loads(again["HX-Trigger"])) == ["foyer:unchanged"]
    assert ("<html" in first.text, 'id="column-new"' in first.text) == (False, True)


@pytest.mark.parametrize("change", ["asked", "claimed", "older"])
def test_look_after_a_change_brings_the_board(served, fay, change):
    request = make_request(served)
    seen = fay.get(address(served), headers=HTMX)["ETag"]
    if change == "asked":
        make_request(served, option="Rice")
    elif change == "claimed":
        fay.post(address(served, request.request_id, "claim"))
    else:
        request.created_at -= timedelta(minutes=1)
        request.put()

    answer = fay.get(address(served), headers={**HTMX, "If-None-Match": seen})

    assert (answer.status_code, answer["ETag"] == seen) == (200, False)


def test_look_costs_the_same_however_many_are_done(served, fay):
    fay.get(address(served))
    costs = []
    for done in (0, 30):
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        for _ in range(done):
            make_request(served, status=S.FULFILLED, created_at=long_ago, done_at=long_ago)
        with recorded_calls() as calls:
            fay.get(address(served), headers=HTMX)
        costs.append(sorted(calls))

    # The session and the kinds; a queue per kind and what was done lately.
    assert costs == [["GetItem"] * 2 + ["Query"] * 5] * 2


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("claim", S.OPEN, S.CLAIMED),
        ("fulfil", S.CLAIMED, S.FULFILLED),
        ("release", S.CLAIMED, S.OPEN),
        ("recall", S.FULFILLED, S.CLAIMED),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_step_is_taken_with_and_without_scripts(served, fay, step, before, after, htmx):
    me = fay.actor.user_id if before is not S.OPEN else None
    done = datetime.now(UTC) if before is S.FULFILLED else None
    claimed = datetime.now(UTC) if me else None
    request = make_request(served, status=before, held_by=me, claimed_at=claimed, done_at=done)

    answer = fay.post(
        address(served, request.request_id, step) + "?kind=FOOD", headers=HTMX if htmx else {}
    )

    assert status_of(request) is after
    if htmx:
        key = {S.OPEN: "new", S.CLAIMED: "claimed", S.FULFILLED: "done"}[after]
        assert (answer.status_code, request.request_id in column(answer.text, key)) == (200, True)
    else:
        assert (answer.status_code, answer["Location"]) == (302, f"{address(served)}?kind=FOOD")


@pytest.mark.parametrize(
    ("filtered", "columns"), [(["FOOD"], (0, 1)), (["HELP"], (0, 0)), ([], (0, 1))]
)
def test_board_shows_a_step_that_its_index_has_not_heard_of(served, fay, filtered, columns):
    request = make_request(served)
    who = {"event_id": served.uuid, "actor": fay.actor, "now": datetime.now(UTC)}
    before = queries.board(kinds=filtered, **who)

    changed = services.claim(request_id=request.request_id, **who)

    shown = with_changed(before, changed, filtered=bool(filtered))
    assert (len(shown.new), len(shown.claimed)) == columns
    assert columns == (0, 0) or shown.names == {fay.actor.user_id: "Fay Floor"}


@pytest.mark.parametrize("htmx", [True, False])
def test_who_claims_second_reads_who_was_first(served, fay, htmx):
    request = make_request(served)
    browser_of("floor", served.uuid, name="Ana Kovač").post(
        address(served, request.request_id, "claim")
    )

    answer = fay.post(
        address(served, request.request_id, "claim"), headers=HTMX if htmx else {}, follow=True
    )

    assert answer.status_code == (409 if htmx else 200)
    assert "Taken by Ana Kovač." in answer.text
    assert request.request_id in column(answer.text, "claimed")


def test_release_of_what_changed_hands_is_refused(served, fay):
    held = {"status": S.CLAIMED, "held_by": make_fin(served), "claimed_at": datetime.now(UTC)}
    request = make_request(served, **held)

    refused = fay.post(
        address(served, request.request_id, "release"), {"holder": "somebody"}, headers=HTMX
    )
    released = fay.post(
        address(served, request.request_id, "release"), {"holder": held["held_by"]}, headers=HTMX
    )

    assert (refused.status_code, released.status_code) == (409, 200)
    assert status_of(request) is S.OPEN


@pytest.mark.parametrize("step", ["claim", "fulfil", "release", "recall", "decline"])
def test_step_with_a_request_of_another_event_is_refused(served, fay, step):
    elsewhere = make_request(make_event())

    answer = fay.post(address(served, elsewhere.request_id, step), {"reason": "No"}, headers=HTMX)

    assert answer.status_code in (404, 409)
    assert "There is no such request." in answer.text
    assert status_of(elsewhere) is S.OPEN


def test_declining_asks_why_and_shows_it(served, fay):
    request = make_request(served, option="Rice")
    here = address(served, request.request_id, "decline")
    asked = fay.get(here)
    in_dialog = fay.get(here, headers=HTMX).text
    assert ("Rice" in asked.text, "<dialog" in asked.text) == (True, False)
    assert ("<dialog" in in_dialog, "<html" in in_dialog) == (True, False)

    answer = fay.post(here, {"reason": " Sold out\n"}, headers=HTMX)

    assert "The guest was told: “Sold out”" in column(answer.text, "done")
    assert status_of(request) is S.DECLINED


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("  ", "Say why: the guest is shown it."),
        ("x" * 301, "Ensure this value has at most 300 characters (it has 301)."),
        ("Sold\u200b out\x07", "Control characters are not allowed."),
    ],
)
def test_declining_without_a_good_reason_keeps_what_was_typed(served, fay, reason, said):
    request = make_request(served)

    answer = fay.post(
        address(served, request.request_id, "decline"), {"reason": reason}, headers=HTMX
    )

    assert (answer.status_code, answer["HX-Retarget"]) == (400, "#decline-place")
    assert said in answer.text
    assert reason.strip() in answer.text
    assert status_of(request) is S.OPEN


def test_declining_what_somebody_else_took_says_who(served, fay):
    claimed = {"status": S.CLAIMED, "held_by": make_fin(served), "claimed_at": datetime.now(UTC)}
    request = make_request(served, **claimed)

    answer = fay.post(
        address(served, request.request_id, "decline"), {"reason": "No"}, headers=HTMX
    )

    assert (answer.status_code, "Taken by Fin Floor." in answer.text) == (409, True)
    assert status_of(request) is S.CLAIMED


@pytest.mark.parametrize(("role", "status"), [("desk", 403), ("stranger", 403), ("visitor", 302)])
def test_board_is_for_those_who_serve(served, role, status):
    assert browser_of(role, served.uuid).get(address(served)).status_code == status


def test_guests_own_words_are_shown_as_text(served, fay):
    make_request(served, text="<script>alert(1)</script>\n" * 5, guest_name="<b>Ada</b>", option="")

    page = fay.get(address(served)).text

    assert ("<script>alert" in page, "<b>Ada" in page) == (False, False)
    assert "&lt;script&gt;alert(1)" in page


def test_who_only_serves_requests_is_led_to_their_board_and_sees_no_numbers():
    event = make_event(starts_at=datetime.now(UTC) + timedelta(days=2), title="Harbour Meetup")
    floor, desk = (browser_of(role, event.uuid) for role in ("floor", "desk"))

    pages = [client.get("/o/events").text for client in (floor, desk)]

    board = f'href="/o/e/{event.uuid}/requests"'
    assert [page.count(board) for page in pages] == [2, 0]
    assert [f'href="/o/e/{event.uuid}"' in page for page in pages] == [False, True]
    assert ["0 arrived" in page for page in pages] == [False, True]
