"""Every list of the API: its shape, its limits, and tokens that are good for nothing else."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.factories.registrations import make_registration


def words(parameter):
    """What may stand in a place of a path, where the file tells."""
    return parameter["schema"].get("enum", [])


LISTS = {
    operation["operationId"]: (
        path,
        [one for one in operation["parameters"] if one["in"] == "path"],
    )
    for path, methods in json.loads(Path("openapi.json").read_text())["paths"].items()
    for method, operation in methods.items()
    if method == "get" and "nextToken" in [one["name"] for one in operation["parameters"]]
    if all(
        one["name"] == "eventId" or words(one)
        for one in operation["parameters"]
        if one["in"] == "path"
    )
}
"""Those of the stage, of a person and of an event."""
FILLED = ["listEvents", "listMyEvents", "listMyRegistrations", "listRegistrations", "listUsers"]
"""Those of which there is more than one thing here."""


@pytest.fixture(scope="module")
def person(pool):
    """Somebody who may see every list."""
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
def ask(api, crowd, person):
    """``ask("listUsers", "?limit=1")``: that list, of the event if it is one of an event."""

    def send(name, query="", by=person):
        path, places = LISTS[name]
        for one in places:
            value = crowd if one["name"] == "eventId" else words(one)[0]
            path = path.replace(f"{{{one['name']}}}", value)
        return api.get(path + query, by=by)

    return send


@pytest.fixture(scope="module")
def tokens(ask):
    """The token after the first thing of each list."""
    return {name: parts(ask(name, "?limit=1"))[1] for name in FILLED}


def parts(page):
    """The things of a page, and the token of the next."""
    assert page.status == 200, page
    if isinstance(page.body, list):
        return page.body, page.headers.get("x-next-token")
    [things] = page.body.keys() - {"nextToken"}
    return page.body[things], page.body["nextToken"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("query", "most"), [("", 20), ("?limit=1", 1), ("?limit=100", 100)])
def test_list_has_one_shape_and_at_most_what_was_asked_for(ask, name, query, most):
    things, _token = parts(ask(name, query))

    assert len(things) <= most


@pytest.mark.parametrize("name", FILLED)
def test_limit_is_how_many_there_are(ask, name):
    assert len(parts(ask(name, "?limit=1"))[0]) == 1
    assert len(parts(ask(name, "?limit=2"))[0]) == 2


@pytest.mark.parametrize("name", LISTS)
def test_token_leads_on_in_its_own_list_only(ask, tokens, name):
    pages = {other: ask(name, f"?limit=1&nextToken={quote(tokens[other])}") for other in tokens}
    own = pages.pop(name, None)

    assert own is None or own.status == 200
    assert {page.said for page in pages.values()} == {(400, "bad_input")}
    assert {(*page.body["fields"],) for page in pages.values()} == {("nextToken",)}


@pytest.mark.parametrize("name", ["listMyEvents", "listMyRegistrations"])
def test_token_of_ones_own_list_is_nobody_elses(ask, administrator, tokens, name):
    answer = ask(name, f"?nextToken={quote(tokens[name])}", by=administrator)

    assert (answer.said, [*answer.body["fields"]]) == ((400, "bad_input"), ["nextToken"])
