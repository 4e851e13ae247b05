"""The small pure parts every feature stands on."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from backend.shared.actor import SYSTEM, VISITOR, Actor, ActorKind, normalise_email
from backend.shared.clock import iso, parse_iso, utc_now
from backend.shared.errors import BadInput, DomainError
from backend.shared.states import IllegalTransition, StateMachine

CLAIMS = {
    "sub": "5b1c",
    "email": "Ada@Example.org",
    "email_verified": "true",
    "name": "Ada",
    "cognito:groups": ["apiAdmins"],
}


class Light(StrEnum):
    RED = "RED"
    GREEN = "GREEN"


LIGHTS = StateMachine({Light.RED: frozenset({Light.GREEN}), Light.GREEN: frozenset()})


def test_times_are_stored_with_fixed_width_in_utc():
    moment = datetime(2030, 5, 1, 14, 0, 0, 7000, tzinfo=timezone(timedelta(hours=2)))
    assert iso(moment) == "2030-05-01T12:00:00.007Z"
    assert parse_iso(iso(moment)) == moment


@pytest.mark.parametrize("text", ["2030-05-01T12:00:00", "tomorrow", ""])
def test_a_time_without_a_zone_is_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        parse_iso(text)


def test_a_naive_time_is_never_stored():
    with pytest.raises(ValueError, match="zone"):
        iso(datetime(2030, 5, 1))  # noqa: DTZ001 - the point of the test


def test_now_is_aware():
    assert utc_now().tzinfo is UTC


def test_an_actor_is_what_the_token_says():
    actor = Actor.from_claims(CLAIMS, device="tablet")
    assert (actor.kind, actor.user_id, actor.email, actor.name, actor.device) == (
        ActorKind.USER,
        "5b1c",
        "ada@example.org",
        "Ada",
        "tablet",
    )
    assert actor.is_administrator
    assert actor.label == "USER:5b1c@tablet"


def test_an_address_that_is_not_verified_is_no_identity():
    assert Actor.from_claims(CLAIMS | {"email_verified": "false"}).email == ""


@pytest.mark.parametrize("groups", ["[apiAdmins, staff]", "apiAdmins staff", "apiAdmins,staff"])
def test_groups_are_read_as_the_gateway_writes_them(groups: str):
    actor = Actor.from_claims(CLAIMS | {"cognito:groups": groups})
    assert actor.groups == frozenset({"apiAdmins", "staff"})


def test_nobody_and_the_system_are_not_signed_in():
    assert not VISITOR.is_signed_in
    assert not SYSTEM.is_administrator
    assert (VISITOR.label, SYSTEM.label) == ("VISITOR", "SYSTEM")


def test_one_mailbox_has_one_spelling():
    assert normalise_email("  Ada@Example.ORG ") == "ada@example.org"


def test_a_state_machine_allows_exactly_its_moves():
    LIGHTS.check(Light.RED, Light.GREEN)
    with pytest.raises(IllegalTransition) as refusal:
        LIGHTS.check(Light.GREEN, Light.RED)
    assert refusal.value.details == {"current": Light.GREEN, "target": Light.RED}
    assert LIGHTS.sources_of(Light.GREEN) == [Light.RED]


def test_bad_input_names_the_field():
    error = BadInput({"title": "Give it a title."})
    assert isinstance(error, DomainError)
    assert (error.code, error.fields) == ("bad_input", {"title": "Give it a title."})
