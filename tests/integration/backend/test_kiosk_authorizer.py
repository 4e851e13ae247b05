"""Pairing to policy: what a credential is worth to the gateway, and what leaves a trace."""

import json
from datetime import timedelta

import pytest

from backend.kiosks import authorizer, services
from backend.kiosks.errors import KioskRevoked
from backend.kiosks.models import Kiosk
from backend.shared.http import actor_of
from tests.factories.events import NOON, make_event
from tests.factories.kiosks import pair_device
from tests.factories.users import a_user
from tests.support.gateway import METHOD, question

pytestmark = pytest.mark.usefixtures("tables")


@pytest.mark.parametrize("scheme", ["Kiosk ", "kiosk ", "KIOSK   "])
def test_credential_lets_through_this_one_method_as_this_kiosk(scheme):
    event = make_event()
    paired = pair_device(event_id=event.uuid, gate="Süd", now=NOON)
    answer = authorizer.identify(question(scheme + paired.credential), now=NOON)

    assert answer["principalId"] == f"KIOSK:{paired.kiosk.kiosk_id}"
    assert answer["policyDocument"]["Statement"] == [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": METHOD}
    ]
    assert {type(value) for value in answer["context"].values()} == {str}
    actor = actor_of({"requestContext": {"authorizer": answer["context"]}})
    assert actor == services.actor_of(paired.kiosk)


def test_device_that_only_sends_scans_is_seen_at_most_once_a_minute():
    paired = pair_device(event_id=make_event().uuid, now=NOON)
    shown, seen = question(f"Kiosk {paired.credential}"), []
    for seconds in (0, 59, 60):
        authorizer.identify(shown, now=NOON + timedelta(seconds=seconds))
        stored = Kiosk.fetch(paired.kiosk.event_id, paired.kiosk.kiosk_id)
        seen.append(stored.last_seen_at)

    assert seen == [NOON, NOON, NOON + timedelta(minutes=1)]


def test_answer_holds_neither_the_secret_nor_its_hash():
    paired = pair_device(event_id=make_event().uuid, now=NOON)
    told = json.dumps(authorizer.identify(question(f"Kiosk {paired.credential}"), now=NOON))
    secret = paired.credential.partition(".")[2]

    assert [text for text in (secret, paired.kiosk.secret_hash) if text in told] == []


def test_revoked_kiosk_is_refused():
    event = make_event()
    paired = pair_device(event_id=event.uuid, now=NOON)
    shown = question(f"Kiosk {paired.credential}")
    authorizer.identify(shown, now=NOON)
    services.revoke(
        event_id=event.uuid,
        kiosk_id=paired.kiosk.kiosk_id,
        actor=a_user(event.creator_id),
        now=NOON,
    )

    with pytest.raises(KioskRevoked):
        authorizer.identify(shown, now=NOON + timedelta(seconds=1))
