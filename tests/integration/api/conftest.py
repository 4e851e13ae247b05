"""The deployed API, people who use it, and events that are open now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.team.roles import Role
from tests.factories.team import make_member
from tests.support import older_programs
from tests.support.api import Api, Person, Pool
from tests.support.event_app import new_event
from tests.support.older_programs import Caller, Suite


@pytest.fixture(scope="session")
def api(stage: dict[str, str]) -> Api:
    return Api(stage["APIEndpoint"])


@pytest.fixture(scope="session")
def pool(stage: dict[str, str]) -> Pool:
    return Pool()


@pytest.fixture(scope="session")
def owner(pool: Pool) -> Person:
    return pool.make("Olga Owner")


@pytest.fixture(scope="session")
def stranger(pool: Pool) -> Person:
    return pool.make("Stan Stranger")


@pytest.fixture(scope="session")
def administrator(pool: Pool) -> Person:
    return pool.make("Ada Administrator", group="apiAdmins")


@pytest.fixture
def guest(pool: Pool) -> Person:
    """A new person for each test."""
    return pool.make("Grace Guest")


def details(**values: Any) -> dict[str, Any]:
    """What one posts for an event that began an hour ago."""
    now = datetime.now(UTC)
    defaults = {
        "title": "Harbour Conference",
        "startsAt": (now - timedelta(hours=1)).isoformat(),
        "endsAt": (now + timedelta(hours=5)).isoformat(),
        "timeZone": "Europe/Berlin",
        "location": "Pier 2, Hamburg",
        "capacity": 50,
    }
    return defaults | values


MakeEvent = Callable[..., str]


@pytest.fixture(scope="session")
def draft(api: Api, owner: Person) -> MakeEvent:
    """``draft(capacity=2)``: the id of a new draft of the owner."""

    def make(*, by: Person = owner, **values: Any) -> str:
        made = api.post("/events", details(**values), by=by)
        assert made.status == 201, made
        event_id: str = made.body["eventId"]
        return event_id

    return make


@pytest.fixture(scope="session")
def event(api: Api, owner: Person, draft: MakeEvent) -> MakeEvent:
    """``event(capacity=2)``: the id of a new published event of the owner."""

    def make(*, by: Person = owner, **values: Any) -> str:
        event_id = draft(by=by, **values)
        assert api.post(f"/events/{event_id}/publish", by=by).status == 200
        return event_id

    return make


@pytest.fixture(scope="session")
def member(pool: Pool) -> Callable[[str, Role], Person]:
    """``member(event_id, Role.DESK)``: a new person with that role."""

    def make(event_id: str, role: Role) -> Person:
        person = pool.make(f"{role.title()} Person")
        make_member(event_id=event_id, member=person.user_id, name=person.name, role=role)
        return person

    return make


@pytest.fixture(scope="session")
def suite(stage: dict[str, str]) -> Suite:
    """A program written for an older system."""
    return older_programs.start()


@pytest.fixture(scope="session")
def boss(suite: Suite) -> Caller:
    """An administrator whom that program made."""
    return suite.make(administrator=True)


@pytest.fixture(scope="session")
def robin(suite: Suite) -> Caller:
    """Somebody else whom it made."""
    return suite.make()


@pytest.fixture
def anew(suite: Suite) -> Caller:
    """A person of this test's own."""
    return suite.make()


@pytest.fixture
def create(api, owner):
    """``create(title="X")``: the id of a new event of the owner."""

    def make(by: Person = owner, **values: Any) -> str:
        made = api.post("/create-event", new_event(**values), by=by)
        assert made.status == 200, made
        event_id: str = made.body["event_id"]
        return event_id

    return make


@pytest.fixture
def show(api):
    """The one item of an id."""

    def ask(event_id: str) -> dict[str, Any]:
        [item] = api.get(f"/get-events?event_id={event_id}").body["events"]
        return item

    return ask
