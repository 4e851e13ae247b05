"""What the gateway is told about who sends scans."""

import json

import pytest

from backend.handlers import kiosk_authorizer
from backend.kiosks import authorizer
from backend.kiosks.errors import NotPaired
from backend.shared.actor import ActorKind
from backend.shared.errors import Unauthorized
from backend.shared.http import actor_of
from tests.factories.events import NOON
from tests.support.gateway import question


@pytest.mark.parametrize("shown", ["Kiosk x", "Kiosk x.y", "kiosk 0190.", "Kiosk Kiosk a.b"])
def test_kiosk_that_shows_no_credential_is_not_paired(shown):
    with pytest.raises(NotPaired):
        authorizer.identify(question(shown), now=NOON)


@pytest.mark.parametrize("shown", ["", "Bearer ", "Kiosk ", "Basic abc", "Kioskabc.def", "a.b.c"])
def test_other_texts_are_unauthorized(shown):
    with pytest.raises(Unauthorized):
        authorizer.identify(question(shown), now=NOON)


def test_gateway_reads_401_from_the_exact_word_and_nothing_else_is_told():
    with pytest.raises(kiosk_authorizer.Refused) as refused:
        kiosk_authorizer.handler(question("Kiosk canary-credential"), None)

    assert str(refused.value) == "Unauthorized"
    assert (refused.value.__cause__, refused.value.__suppress_context__) == (None, True)


def test_function_behind_reads_the_device_from_the_answer():
    device = {"event_id": "e", "kiosk_id": "7K3MQ2XD", "name": "Größe 1", "gate": "Süd"}
    context = {"principalId": "KIOSK:7K3MQ2XD", "kiosk": json.dumps(device)}
    actor = actor_of({"requestContext": {"authorizer": context}})

    assert (actor.kind, actor.event_id, actor.device) == (ActorKind.KIOSK, "e", "7K3MQ2XD")
    assert (actor.name, actor.gate, actor.email, actor.is_signed_in) == (
        "Größe 1",
        "Süd",
        "",
        False,
    )
