"""A kiosk in the guests' hands: its mode, the PIN that leaves it, and what changes meanwhile."""

from datetime import timedelta

import boto3
import pytest

from backend.kiosks import authorizer, services
from backend.kiosks.credentials import UNLOCKED_FOR
from backend.kiosks.errors import KioskChanged, PinNotValid
from backend.kiosks.kinds import KioskMode
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.shared.errors import BadInput
from backend.shared.http import actor_of
from bench.meter import metered
from tests.factories.events import NOON, make_event
from tests.factories.kiosks import pair_device
from tests.support.gateway import question
from tests.support.pairing import NORTH, at, offer
from tests.support.resending import every_write_sent_twice

pytestmark = pytest.mark.usefixtures("tables")
SELF = KioskSettings("Self 1", "North", KioskMode.SELF_SERVICE, pin="2468")
SECOND = timedelta(seconds=1)


@pytest.fixture
def event():
    return make_event()


@pytest.fixture
def paired(event) -> services.Paired:
    return pair_device(event_id=event.uuid, now=NOON, mode=KioskMode.SELF_SERVICE, pin="2468")


def change(kiosk: Kiosk, settings: KioskSettings, version: int = 1) -> Kiosk:
    return services.change_kiosk(**at(kiosk), settings=settings, version=version)


def test_self_service_needs_a_pin(event):
    with pytest.raises(BadInput) as refused:
        offer(event, KioskSettings("Self 1", "North", KioskMode.SELF_SERVICE))

    assert list(refused.value.fields) == ["pin"]
    assert Kiosk.list_for_event(event.uuid, limit=5).items == []


def test_mode_changes_with_a_pin_and_back_without_one(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    with pytest.raises(BadInput):
        change(kiosk, KioskSettings("Self 1", "North", KioskMode.SELF_SERVICE))

    alone = change(kiosk, SELF)
    staffed = change(kiosk, NORTH, version=2)
    again = change(kiosk, KioskSettings("S", "N", KioskMode.SELF_SERVICE), version=3)

    assert [one.is_self_service for one in (alone, staffed, again)] == [True, False, True]
    assert (again.pin_hash, again.version) == (alone.pin_hash, 4)


def test_pin_is_kept_by_a_salted_hash_only(event):
    one, two = (pair_device(event_id=event.uuid, now=NOON, pin="86420975") for _ in range(2))
    stored = str(boto3.client("dynamodb").scan(TableName=Kiosk.Meta.table_name)["Items"])

    assert "86420975" not in stored + repr(SELF) + repr(one)
    assert one.kiosk.pin_hash != two.kiosk.pin_hash


def test_right_pin_gives_the_device_to_the_crew_for_a_while(paired):
    kiosk = paired.kiosk
    assert services.actor_of(kiosk).self_service is True

    with metered() as usage:
        proof = services.unlock(kiosk=kiosk, pin="2468", now=NOON)
    until = [timedelta(0), UNLOCKED_FOR - SECOND, UNLOCKED_FOR, -SECOND]
    holds = [services.is_unlocked(kiosk=kiosk, proof=proof, now=NOON + after) for after in until]

    assert holds == [True, True, False, False]
    assert usage.calls == {}
    assert services.actor_of(kiosk, unlocked=True).self_service is False


@pytest.mark.parametrize("pin", ["", "2469", "24680", "246", " 2468", "٢٤٦٨", "2468\n"])
def test_wrong_pin_is_refused_by_field(paired, pin):
    with pytest.raises(PinNotValid) as refused:
        services.unlock(kiosk=paired.kiosk, pin=pin, now=NOON)

    assert list(refused.value.fields) == ["pin"]


def test_kiosk_without_a_pin_is_opened_by_none(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk

    with pytest.raises(PinNotValid):
        services.unlock(kiosk=kiosk, pin="", now=NOON)


def test_who_had_the_code_sets_the_device_up_first(paired):
    assert services.is_unlocked(kiosk=paired.kiosk, proof=paired.proof, now=NOON)
    assert paired.proof not in repr(paired)


def test_proof_of_another_kiosk_version_or_device_does_not_hold(event, paired):
    proof = services.unlock(kiosk=paired.kiosk, pin="2468", now=NOON)
    other = pair_device(event_id=event.uuid, now=NOON, mode=KioskMode.SELF_SERVICE, pin="2468")
    renewed = change(paired.kiosk, KioskSettings("S", "N", KioskMode.SELF_SERVICE, pin="1357"))
    set_again = change(paired.kiosk, KioskSettings("S", "N", KioskMode.SELF_SERVICE), version=2)
    code = services.pair_again(**at(paired.kiosk)).code
    anew = services.claim_code(code=code, now=NOON).kiosk

    for kiosk in (other.kiosk, renewed, set_again, anew):
        assert services.is_unlocked(kiosk=kiosk, proof=proof, now=NOON) is False


@pytest.mark.parametrize("change_of", ["seconds", "signature", "text"])
def test_proof_that_was_tampered_with_does_not_hold(paired, change_of):
    seconds, _, signature = paired.proof.partition(".")
    forged = {
        "seconds": f"{int(seconds) + 60}.{signature}",
        "signature": f"{seconds}.{signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        "text": "ä.ö",
    }

    proof = forged[change_of]
    assert services.is_unlocked(kiosk=paired.kiosk, proof=proof, now=NOON) is False


def test_of_two_organisers_the_second_is_shown_what_the_first_saved(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    change(kiosk, SELF)

    with pytest.raises(KioskChanged) as refused:
        change(kiosk, NORTH)

    assert refused.value.details["stored"].name == "Self 1"
    assert Kiosk.fetch(event.uuid, kiosk.kiosk_id).version == 2


def test_report_of_a_device_does_not_overtake_an_organiser(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    services.heartbeat(kiosk=kiosk, waiting_scans=1, app_version="1", now=NOON)

    assert change(kiosk, SELF).version == 2


def test_change_whose_answer_got_lost_is_made_once(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    with every_write_sent_twice() as sent:
        changed = change(kiosk, SELF)

    assert (len(sent), changed.version, changed.name) == (1, 2, "Self 1")


def test_mode_changed_elsewhere_is_known_within_thirty_seconds(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    services.authenticate(credential=paired.credential, now=NOON)
    Kiosk.fetch(event.uuid, paired.kiosk.kiosk_id).revise(
        {"mode": KioskMode.SELF_SERVICE}, version=1
    )

    known = [
        services.authenticate(credential=paired.credential, now=NOON + after).is_self_service
        for after in (29 * SECOND, 30 * SECOND)
    ]
    assert known == [False, True]


@pytest.mark.parametrize("mode", list(KioskMode))
def test_gateway_is_told_who_uses_the_kiosk(event, mode):
    paired = pair_device(event_id=event.uuid, now=NOON, mode=mode, pin="2468")
    answer = authorizer.identify(question(f"Kiosk {paired.credential}"), now=NOON)

    actor = actor_of({"requestContext": {"authorizer": answer["context"]}})
    assert actor.self_service is (mode is KioskMode.SELF_SERVICE)
    assert actor == services.actor_of(paired.kiosk)
