"""Guest requests over HTTP: what guests send, what staff see, and what each is answered."""

import pytest

from backend.events.models import Event
from backend.team.roles import Role
from tests.factories.guest_requests import offer

WISH = {"kind": "FOOD", "text": "By the window", "option": "Vegetarian"}


@pytest.fixture
def venue(event):
    """An event of this test's own, at which something can be asked for."""
    event_id = event()
    offer(Event.fetch(event_id), options=("Vegetarian", "Everything"), most_open=2)
    return event_id


@pytest.fixture
def grace(api, venue, guest):
    """A guest with a place there."""
    assert api.post(f"/events/{venue}/registrations", {}, by=guest).status == 201
    return guest


@pytest.fixture
def fay(venue, member):
    return member(venue, Role.FLOOR)


@pytest.fixture
def ask(api, venue, grace):
    def send(body=WISH, *, by=grace, key=""):
        headers = {"Idempotency-Key": key} if key else {}
        return api.post(f"/events/{venue}/requests", body, by=by, headers=headers)

    return send


def queue(api, venue, by, more=""):
    return api.get(f"/events/{venue}/queues/FOOD{more}", by=by)


def test_guest_asks_and_sees_how_it_goes(api, venue, grace, fay, ask):
    asked = ask()
    one = f"/events/{venue}/requests/{asked.body['requestId']}"

    assert (asked.status, asked.body["status"], asked.body["kindName"]) == (201, "OPEN", "Food")
    (waiting,) = queue(api, venue, fay).body["requests"]
    assert (waiting["guestName"], waiting["heldBy"], waiting["text"]) == (
        grace.name, None, "By the window",
    )  # fmt: skip
    assert grace.email not in str(waiting)
    assert api.post(f"{one}/claim", by=fay).body["heldBy"] == fay.name
    (seen,) = api.get("/me/requests", by=grace).body["requests"]
    assert (seen["status"], "heldBy" in seen) == ("CLAIMED", False)
    declined = api.post(f"{one}/decline", {"reason": "Sold out."}, by=fay)
    assert (declined.body["status"], declined.body["reason"]) == ("DECLINED", "Sold out.")
    assert queue(api, venue, fay).body["requests"] == []


def test_key_or_id_asks_once(ask):
    by_key = [ask(key="k-1") for _ in range(2)]
    by_id = [ask(WISH | {"requestId": "r-1"}, key=key) for key in ("k-2", "k-3")]

    assert [answer.status for answer in by_key + by_id] == [201, 200, 201, 200]
    assert by_key[0].body == by_key[1].body
    assert by_id[0].body == by_id[1].body
    assert by_id[0].body["requestId"] not in ("r-1", by_key[0].body["requestId"])
    assert ask(WISH | {"text": "Other"}, key="k-1").said == (409, "idempotency_mismatch")
    assert ask(WISH | {"text": "Third"}).said == (400, "too_many_open")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": "x" * 10_240}, "text"),
        ({"option": "Lobster"}, "option"),
        ({"kind": "CLOAKROOM"}, "kind"),
        ({"status": "FULFILLED"}, "status"),
        ({"heldBy": "me"}, "heldBy"),
    ],
)
def test_bad_input_names_the_field_and_asks_for_nothing(api, grace, ask, changed, field):
    refused = ask(WISH | changed)

    assert refused.said == (400, "bad_input")
    assert [*refused.body["fields"]] == [field]
    assert api.get("/me/requests", by=grace).body["requests"] == []


def test_markup_comes_back_as_text(ask):
    assert ask(WISH | {"text": "<script>x</script>"}).body["text"] == "<script>x</script>"


def test_guest_takes_it_back_while_nobody_has_it(api, venue, grace, fay, ask):
    first, second = ask(), ask()
    mine = f"/me/requests/{first.body['requestId']}"
    claimed = f"/events/{venue}/requests/{second.body['requestId']}/claim"

    assert api.delete(mine, by=fay).said == (404, "request_not_found")
    assert [api.delete(mine, by=grace).body["status"] for _ in range(2)] == ["CANCELED"] * 2
    api.post(claimed, by=fay)
    taken = api.delete(f"/me/requests/{second.body['requestId']}", by=grace)
    assert taken.said == (409, "request_moved")


def test_who_canceled_the_registration_asks_for_nothing(api, venue, grace, ask):
    api.delete(f"/events/{venue}/registrations/me", by=grace)

    assert ask().said == (403, "not_a_guest")


def test_request_of_another_event_does_not_exist_here(api, event, member, ask):
    elsewhere = event()
    fay = member(elsewhere, Role.FLOOR)
    one = f"/events/{elsewhere}/requests/{ask().body['requestId']}"

    assert api.post(f"{one}/claim", by=fay).said == (404, "request_not_found")
    assert queue(api, elsewhere, fay, "X").said == (404, "queue_not_found")


def test_queues_and_own_requests_are_paged(api, venue, grace, fay, ask):
    made = [ask(WISH | {"text": str(n)}).body["requestId"] for n in range(2)]

    first = queue(api, venue, fay, "?limit=1").body
    second = queue(api, venue, fay, f"?limit=1&nextToken={first['nextToken']}").body
    newest = api.get("/me/requests?limit=1", by=grace).body
    older = api.get(f"/me/requests?limit=1&nextToken={newest['nextToken']}", by=grace).body

    assert [page["requests"][0]["requestId"] for page in (first, second)] == made
    assert [page["requests"][0]["requestId"] for page in (newest, older)] == made[::-1]
    foreign = api.get(f"/me/requests?nextToken={first['nextToken']}", by=grace)
    assert foreign.said == (400, "bad_input")
