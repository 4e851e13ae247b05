"""Every address of the portal by every wrong actor: refused, and nothing written.

The addresses come from the URLconf: a new one without a row here fails.
"""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from backend.registrations import tickets
from tests.factories.events import make_event, new_event_id
from tests.integration.portal.actor_rows import (
    OUTSIDERS,
    ROWS,
    Place,
    Row,
    make_place,
    parameters_of,
    patterns,
    scan,
    undo,
)
from tests.integration.portal.people import browser_of
from tests.support.registering import stored
from tests.support.table_rights import given_rights, needed_rights

pytestmark = pytest.mark.usefixtures("portal")
# Sessions keep what a signed-out person typed; the others are written by the tables' streams.
NOT_COMPARED = {"web_sessions", "activity", "notifications", "stats"}


def methods_of(name: str) -> list[str]:
    view = getattr(dict(patterns())[name].callback, "view_class", None)
    allowed = view.http_method_names if view else ["post"]
    return [how for how in ("get", "post") if how in allowed and (not view or hasattr(view, how))]


def call(client: Client, how: str, address: str, row: Row, place: Place) -> HttpResponse:
    if how == "get":
        return client.get(address)
    kind = {"content_type": "application/json"} if row.json else {}
    return client.post(address, row.body(place), **kind)


def said(answer: HttpResponse) -> int | str:
    """The status, or where a redirect leads when that is the sign-in page."""
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/signin?")
    return "sign in" if to_sign_in else answer.status_code


def browsers(place: Place, names: list[str]) -> dict[str, Client]:
    elsewhere = make_event().uuid
    places = {"other owner": ("owner", elsewhere), "other desk": ("desk", elsewhere)}
    places |= {"guest": ("stranger", "")}
    return {
        name: browser_of(*places.get(name, (name, place.event.uuid)), name=name.title())
        for name in names
    }


def writes(sent: set[str]) -> set[str]:
    """Of what was sent to the tables, what could have changed any but those not compared."""
    kinds = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
    return {one for one in sent if one.startswith(kinds) and one.split()[1] not in NOT_COMPARED}


def test_every_address_has_a_row(portal):
    assert ROWS.keys() == {name for name, _pattern in patterns()}


@pytest.mark.parametrize("at", ["open", "hidden"])
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.wrong])
def test_wrong_actor_is_refused_and_nothing_is_written(name, at):
    row = ROWS[name]
    place = make_place(row.at if at == "open" else "private")
    hidden = at == "hidden" or row.at == "draft"
    outside, inside = (404 if hidden else 403), 403
    clients = browsers(place, row.wrong)
    expected = {who: outside if who in OUTSIDERS else inside for who in row.wrong}

    for how in methods_of(name):
        expected["visitor"] = 401 if row.json else "sign in"
        with needed_rights() as sent:
            answers = {
                who: said(call(client, how, place.address(name), row, place))
                for who, client in clients.items()
            }
        assert (how, answers, writes(sent)) == (how, expected, set())


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.wrong])
def test_smallest_actor_who_may_is_not_refused(name):
    """Otherwise the refusals above would prove nothing."""
    row = ROWS[name]
    place = make_place(row.at)
    [client] = browsers(place, [row.smallest]).values()
    needs_own_place = name in (
        "public:give-up",
        "public:resend",
        "public:ticket",
        "public:request-cancel",
        "public:session-give-up",
        "organiser:session-remove",
        "organiser:team-join",
    )

    for how in methods_of(name):
        with needed_rights() as needed:
            answer = said(call(client, how, place.address(name), row, place))
        expected = [404] if needs_own_place else [200, 302]
        # What would be sent to SNS is tried where there is a topic.
        others = {"organiser:banner": [400], "public:ask": [403]}
        others["organiser:request-notices"] = [200, 400]
        others["public:session-book"] = [403]
        expected = others.get(name, expected)
        assert answer in expected
        assert needed - given_rights("portal", "PortalRole") == set()


@pytest.mark.parametrize("who", ["visitor", *OUTSIDERS])
@pytest.mark.parametrize("at", ["private", "draft"])
def test_hidden_event_is_answered_like_an_unknown_one(who, at):
    place = make_place(at)
    event_id, unknown = place.event.uuid, new_event_id()
    [client] = browsers(place, [who]).values()

    for name, row in ROWS.items():
        if "event_id" not in parameters_of(name):
            continue
        there = place.address(name)
        nowhere = there.replace(event_id, unknown)
        for how in methods_of(name):
            answers = [call(client, how, url, row, place) for url in (there, nowhere)]
            texts = [_plain(answer, event_id, unknown) for answer in answers]
            assert (name, how, texts[0]) == (name, how, texts[1])


def _plain(answer: HttpResponse, *ids: str) -> tuple[int, str, str]:
    """Status, target and text, without ids and form tokens."""
    target = answer.get("Location", "")
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.text)
    for one in ids:
        target, text = target.replace(one, "ID"), text.replace(one, "ID")
    return answer.status_code, target, text


@pytest.mark.parametrize("name", ["organiser:registrations", "organiser:guest"])
def test_desk_sees_names_and_no_addresses(name):
    place = make_place("published")
    address = place.address(name)
    pages = {
        role: browser.get(address).text
        for role, browser in browsers(place, ["desk", "organiser"]).items()
    }

    assert "Ada Lovelace" in pages["desk"]
    assert "ada@example.com" in pages["organiser"]
    assert [mail for mail in ("ada@example.com", "bea@example.com") if mail in pages["desk"]] == []
    code = tickets.short_code(place.expected.guest, place.expected.ticket_no)
    assert code not in pages["desk"]


def test_guest_of_another_event_cannot_be_reached_through_ones_own():
    mine, theirs = make_place("published"), make_place("published")
    [client] = browsers(mine, ["owner"]).values()
    keys = {"event_id": mine.event.uuid, "guest": theirs.expected.guest}

    with needed_rights() as sent:
        answers = [
            client.get(reverse("organiser:guest", kwargs=keys)).status_code,
            client.post(
                reverse("organiser:guest-cancel", kwargs=keys), {"version": "1"}
            ).status_code,
            client.post(
                reverse("kiosk:undo", kwargs={"event_id": mine.event.uuid}),
                undo(theirs),
                content_type="application/json",
            ).status_code,
            client.post(
                reverse("kiosk:scans", kwargs={"event_id": mine.event.uuid}),
                scan(theirs),
                content_type="application/json",
            ).json()["result"],
        ]

    assert answers == [404, 404, 404, "WRONG_EVENT"]
    # The undo asks for the scan at the event of the address, where there is none.
    assert writes(sent) == {"PutItem scans", "UpdateItem registrations"}
    assert stored(theirs.expected).serialize() == theirs.expected.serialize()
