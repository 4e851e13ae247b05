"""Every list of the API: its shape, its limits, and tokens that are good for nothing else."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.factories.registrations import make_registration

LISTS = {
    operation["operationId"]: path
    for path, methods in json.loads(Path("openapi.json").read_text())["paths"].items()
    for method, operation in methods.items()
    if method == "get" and "nextToken" in [one["name"] for one in operation["parameters"]]
}
THINGS = {
    "listEvents": "events",
    "listMyEvents": "events",
    "listMyRegistrations": "registrations",
    "listRegistrations": "registrations",
    "listUsers": None,
}
"""What a list calls its things; users are a bare array."""


@pytest.fixture(scope="module")
def person(pool):
    """Somebody who may see every list, and of whose things each has more than one."""
    return pool.make("Lea Lists", group="apiAdmins")


@pytest.fixture(scope="module")
def crowd(api, event, person):
    """An event of that person's, with guests, where the person is one, too."""
    event_id = event(by=person)
    for other in (event_id, event(by=person)):
        assert api.post(f"/events/{other}/registrations", {}, by=person).status == 201
    make_registration(event_id=event_id, name="Greta Guest", user_email="greta@example.org")
    for name in ("Lola", "Lou"):
        assert api.post("/users", {"name": name}, by=person).status == 200
    return event_id


@pytest.fixture(scope="module")
def tokens(api, crowd, person):
    """The token after the first thing of each list."""
    pages = {name: api.get(f"{where(name, crowd)}?limit=1", by=person) for name in LISTS}
    return {name: next_token(page) for name, page in pages.items()}


def where(name, event_id):
    return LISTS[name].replace("{eventId}", event_id)


def next_token(page):
    assert page.status == 200, page
    return page.headers["x-next-token"] if isinstance(page.body, list) else page.body["nextToken"]


def test_every_list_is_known_here():
    assert LISTS.keys() == THINGS.keys()


@pytest.mark.parametrize("name", LISTS)
def test_list_has_one_shape_and_as_many_things_as_asked_for(api, crowd, person, name):
    one, most = (
        api.get(f"{where(name, crowd)}?limit={limit}", by=person).body for limit in (1, 100)
    )
    things = THINGS[name]

    if things is None:
        assert (len(one), len(most) > 1) == (1, True)
    else:
        assert (one.keys(), most.keys()) == ({things, "nextToken"}, {things, "nextToken"})
        assert (len(one[things]), len(most[things]) > 1) == (1, True)


@pytest.mark.parametrize("name", LISTS)
def test_list_without_a_limit_has_twenty_at_most(api, crowd, person, name):
    body = api.get(where(name, crowd), by=person).body
    things = body if isinstance(body, list) else body[THINGS[name]]

    assert 1 < len(things) <= 20


@pytest.mark.parametrize("name", LISTS)
def test_token_leads_to_the_next_thing_of_its_own_list_only(api, crowd, person, tokens, name):
    pages = {
        other: api.get(f"{where(name, crowd)}?limit=1&nextToken={quote(token)}", by=person)
        for other, token in tokens.items()
    }
    own = pages.pop(name)

    assert own.status == 200
    assert {page.said for page in pages.values()} == {(400, "bad_input")}


@pytest.mark.parametrize("name", ["listMyEvents", "listMyRegistrations"])
def test_token_of_ones_own_list_is_nobody_elses(api, crowd, administrator, tokens, name):
    answer = api.get(f"{where(name, crowd)}?nextToken={quote(tokens[name])}", by=administrator)

    assert (answer.said, [*answer.body["fields"]]) == ((400, "bad_input"), ["nextToken"])
