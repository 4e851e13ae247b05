"""Lists in pages: complete, in order, and with tokens good for one list only."""

from urllib.parse import quote

import pytest

from tests.factories.registrations import make_registration


def walk(api, path, things, *, by, limit=2):
    """All things of a list, page by page, and the tokens on the way."""
    found, tokens, token = [], [], ""
    while True:
        mark = "&" if "?" in path else "?"
        page = api.get(f"{path}{mark}limit={limit}{token}", by=by)
        assert page.status == 200, page
        assert len(page.body[things]) <= limit
        found += page.body[things]
        if page.body["nextToken"] is None:
            return found, tokens
        tokens.append(page.body["nextToken"])
        token = f"&nextToken={quote(tokens[-1])}"


@pytest.fixture(scope="module")
def maker(pool):
    return pool.make("Mia Maker")


@pytest.fixture(scope="module")
def crowd(event, maker):
    """An event with five guests."""
    event_id = event(by=maker)
    for number in range(5):
        make_registration(
            event_id=event_id, name=f"Guest {number}", user_email=f"crowd{number}@example.org"
        )
    return event_id


def test_every_guest_is_on_exactly_one_page(api, crowd, maker):
    found, tokens = walk(api, f"/events/{crowd}/registrations", "registrations", by=maker)

    assert [guest["name"] for guest in found] == [f"Guest {number}" for number in range(5)]
    assert len(tokens) == 2


def test_every_own_event_is_on_exactly_one_page(api, pool, draft):
    person = pool.make("Ewa Events")
    made = [
        draft(by=person, startsAt=f"2030-05-0{day}T12:00:00Z", endsAt="2030-06-01T12:00:00Z")
        for day in range(1, 6)
    ]

    found, _ = walk(api, "/me/events", "events", by=person)

    assert [event["eventId"] for event in found] == made[::-1]


def test_public_list_has_every_event_once(api, event, stranger):
    made = {event() for _ in range(3)}

    found, _ = walk(api, "/events", "events", by=stranger, limit=100)

    listed = [shown["eventId"] for shown in found]
    assert made <= set(listed)
    assert len(listed) == len(set(listed))
    assert [shown["startsAt"] for shown in found] == sorted(shown["startsAt"] for shown in found)


def test_token_is_good_for_its_own_list_only(api, crowd, maker, event, pool):
    path = f"/events/{crowd}/registrations"
    _, (token, *_) = walk(api, path, "registrations", by=maker)
    other = event(by=maker)

    asked = [
        f"/events/{other}/registrations?nextToken={token}",
        f"{path}?namePrefix=G&nextToken={token}",
        f"{path}?status=CONFIRMED&nextToken={token}",
        f"/me/events?nextToken={token}",
        f"/me/registrations?nextToken={token}",
        f"/events?nextToken={token}",
    ]

    assert api.get(f"{path}?nextToken={token}", by=maker).status == 200
    for query in asked:
        answer = api.get(query, by=maker)
        assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), ["nextToken"])


def test_token_of_another_person_is_refused(api, pool, draft):
    person = pool.make("Pia Paging")
    for _ in range(3):
        draft(by=person)
    _, (token, *_) = walk(api, "/me/events", "events", by=person)

    assert api.get(f"/me/events?nextToken={token}", by=pool.make()).said == (400, "bad_input")


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-2],
        lambda token: ("A" if token[0] != "A" else "B") + token[1:],
        lambda token: token[:30] + ("A" if token[30] != "A" else "B") + token[31:],
        lambda _: "x",
        lambda _: "%00",
        lambda _: "%C3%A9",
        lambda _: "x" * 2049,
        lambda _: "",
    ],
)
def test_changed_token_is_refused(api, crowd, maker, change):
    path = f"/events/{crowd}/registrations"
    _, (token, *_) = walk(api, path, "registrations", by=maker)

    answer = api.get(f"{path}?nextToken={change(token)}", by=maker)

    # An empty token is the first page.
    assert answer.status == (200 if change(token) == "" else 400)
