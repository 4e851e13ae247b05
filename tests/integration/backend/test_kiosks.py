"""Pairing a device: a code that works once, a credential kept as a hash, and its end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest

from backend.kiosks import credentials, queries, services
from backend.kiosks.errors import (
    CodeNotValid,
    KioskChanged,
    KioskRevoked,
    NotPaired,
)
from backend.kiosks.kinds import KioskMode
from backend.kiosks.models import Kiosk, PairingCode
from backend.kiosks.policies import KioskSettings
from backend.kiosks.states import KioskStatus
from backend.shared.actor import ActorKind
from backend.shared.config import config
from bench.meter import metered
from tests.factories.events import NOON, make_event
from tests.factories.kiosks import pair_device
from tests.support.pairing import NORTH, OLGA, offer
from tests.support.resending import every_write_sent_twice

pytestmark = pytest.mark.usefixtures("tables")
S = KioskStatus
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def event():
    return make_event()


def test_a_code_makes_the_device_that_shows_it_a_kiosk(event):
    made = offer(
        event, KioskSettings("Self 1", "East", KioskMode.SELF_SERVICE, express=True, pin="2468")
    )
    assert made.kiosk.status is S.PAIRING

    paired = services.claim_code(code=made.code, now=NOON + MINUTE)
    kiosk = services.authenticate(credential=paired.credential, now=NOON + MINUTE)

    assert (kiosk.kiosk_id, kiosk.status, kiosk.paired_at) == (
        made.kiosk.kiosk_id,
        S.ACTIVE,
        NOON + MINUTE,
    )
    assert (kiosk.name, kiosk.gate, kiosk.mode, kiosk.express) == (
        "Self 1",
        "East",
        KioskMode.SELF_SERVICE,
        True,
    )


def test_the_qr_text_leads_to_the_pairing_page_with_the_code(event, monkeypatch):
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://events.example.org")
    config.cache_clear()
    made = offer(event)
    config.cache_clear()

    code = made.code.replace("-", "")
    assert made.url == f"https://events.example.org/k/pair?code={code}"


def test_a_kiosk_acts_at_its_own_event_and_gate(event):
    kiosk = pair_device(event_id=event.uuid, gate="East").kiosk
    actor = services.actor_of(kiosk)

    assert (actor.kind, actor.event_id, actor.gate) == (ActorKind.KIOSK, event.uuid, "East")
    assert actor.label == f"KIOSK:{kiosk.kiosk_id}"
    assert (actor.email, actor.user_id, actor.is_signed_in) == ("", "", False)


def test_a_code_works_once(event):
    made = offer(event)
    services.claim_code(code=made.code, now=NOON)

    with pytest.raises(CodeNotValid):
        services.claim_code(code=made.code, now=NOON)


def test_of_devices_that_show_one_code_at_once_one_gets_the_kiosk(event):
    made = offer(event)

    def claim(_):
        try:
            return services.claim_code(code=made.code, now=NOON).credential
        except CodeNotValid:
            return None

    with ThreadPoolExecutor(6) as devices:
        credentials_given = [text for text in devices.map(claim, range(6)) if text]

    assert len(credentials_given) == 1
    kiosk = services.authenticate(credential=credentials_given[0], now=NOON)
    assert kiosk.is_active


def test_of_two_claims_past_the_check_the_second_loses(event):
    made = offer(event)
    code_hash = credentials.hash_of_code(made.code.replace("-", ""))
    first, second = (Kiosk.fetch(event.uuid, made.kiosk.kiosk_id) for _ in range(2))
    first.move_to(S.ACTIVE, {"secret_hash": "one", "pairing_hash": None}, code=code_hash)

    with pytest.raises(services.StaleWrite):
        second.move_to(S.ACTIVE, {"secret_hash": "two"}, code=code_hash)


@pytest.mark.parametrize(
    ("after", "works"), [(10 * MINUTE - SECOND, True), (10 * MINUTE, False), (60 * MINUTE, False)]
)
def test_a_code_lives_ten_minutes(event, after, works):
    made = offer(event)
    if works:
        assert services.claim_code(code=made.code, now=NOON + after).kiosk.is_active
    else:
        with pytest.raises(CodeNotValid):
            services.claim_code(code=made.code, now=NOON + after)


@pytest.mark.parametrize("code", ["", "7K3M-Q2XD", "nonsense", "7" * 500, "\x00" * 8, "Ä" * 8])
def test_codes_that_nobody_waits_for_are_refused_alike(event, code):
    offer(event)

    with pytest.raises(CodeNotValid) as refused:
        services.claim_code(code=code, now=NOON)

    assert list(refused.value.fields) == ["code"]


def test_pairing_again_kills_the_device_before_and_the_code_before(event):
    made = offer(event)
    paired = services.claim_code(code=made.code, now=NOON)
    again = services.pair_again(
        event_id=event.uuid, kiosk_id=made.kiosk.kiosk_id, actor=OLGA, now=NOON
    )
    newer = services.pair_again(
        event_id=event.uuid, kiosk_id=made.kiosk.kiosk_id, actor=OLGA, now=NOON
    )

    with pytest.raises(NotPaired):
        services.authenticate(credential=paired.credential, now=NOON)
    with pytest.raises(CodeNotValid):
        services.claim_code(code=again.code, now=NOON)
    claimed = services.claim_code(code=newer.code, now=NOON)
    assert claimed.kiosk.kiosk_id == made.kiosk.kiosk_id
    assert services.authenticate(credential=claimed.credential, now=NOON).is_active


def revoke_elsewhere(kiosk):
    """As another process does: this one does not know."""
    Kiosk.fetch(kiosk.event_id, kiosk.kiosk_id).move_to(S.REVOKED, {"revoked_at": NOON})


def test_a_kiosk_revoked_elsewhere_is_refused_within_thirty_seconds(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    services.authenticate(credential=paired.credential, now=NOON)
    revoke_elsewhere(paired.kiosk)

    still = services.authenticate(credential=paired.credential, now=NOON + 30 * SECOND - SECOND)
    assert still.kiosk_id == paired.kiosk.kiosk_id
    with pytest.raises(KioskRevoked):
        services.authenticate(credential=paired.credential, now=NOON + 30 * SECOND)


def test_a_clock_that_was_set_back_does_not_keep_a_revoked_kiosk_alive(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    services.authenticate(credential=paired.credential, now=NOON)
    revoke_elsewhere(paired.kiosk)

    with pytest.raises(KioskRevoked):
        services.authenticate(credential=paired.credential, now=NOON - SECOND)


def test_a_kiosk_revoked_here_is_refused_at_once(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    services.authenticate(credential=paired.credential, now=NOON)
    kiosk = services.revoke(
        event_id=event.uuid, kiosk_id=paired.kiosk.kiosk_id, actor=OLGA, now=NOON
    )

    assert (kiosk.status, kiosk.revoked_at) == (S.REVOKED, NOON)
    with pytest.raises(KioskRevoked):
        services.authenticate(credential=paired.credential, now=NOON)


def test_revoking_twice_changes_nothing_and_revoked_is_for_good(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    place = {"event_id": event.uuid, "kiosk_id": paired.kiosk.kiosk_id, "actor": OLGA}
    first = services.revoke(**place, now=NOON)

    assert services.revoke(**place, now=NOON + MINUTE).revoked_at == first.revoked_at == NOON
    with pytest.raises(KioskChanged):
        services.pair_again(**place, now=NOON)
    with pytest.raises(KioskChanged):
        services.change_kiosk(**place, settings=NORTH, version=1, now=NOON)


def test_a_kiosk_revoked_before_it_was_paired_stays_unpaired(event):
    made = offer(event)
    services.revoke(event_id=event.uuid, kiosk_id=made.kiosk.kiosk_id, actor=OLGA, now=NOON)

    with pytest.raises(CodeNotValid):
        services.claim_code(code=made.code, now=NOON)


def test_authentication_is_one_read_and_then_none_for_thirty_seconds(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    with metered() as first:
        services.authenticate(credential=paired.credential, now=NOON)
    with metered() as second:
        services.authenticate(credential=paired.credential, now=NOON + 29 * SECOND)

    assert (first.calls, second.calls) == ({"GetItem": 1}, {})


def test_wrong_secrets_are_refused_and_do_not_shut_the_right_one_out(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    other = pair_device(event_id=event.uuid, now=NOON)
    shown = credentials.read_credential(paired.credential)
    wrong = credentials.Credential(shown.event_id, shown.kiosk_id, "w" * 43).text
    swapped = paired.credential.partition(".")[0] + "." + other.credential.partition(".")[2]
    nobody = credentials.new_credential(event.uuid, "00000000").text

    for text in (wrong, swapped, nobody, "", "x", paired.credential[:-1]):
        with pytest.raises(NotPaired):
            services.authenticate(credential=text, now=NOON)
    assert services.authenticate(credential=paired.credential, now=NOON).is_active


def test_neither_code_nor_secret_is_anywhere_in_the_table(event):
    made = offer(event)
    paired = services.claim_code(code=made.code, now=NOON)
    again = offer(event)
    stored = str(boto3.client("dynamodb").scan(TableName=Kiosk.Meta.table_name)["Items"])

    secret = paired.credential.partition(".")[2]
    told = {made.code, again.code, made.code.replace("-", ""), again.code.replace("-", ""), secret}
    assert [text for text in told if text in stored] == []


def test_what_is_told_once_is_not_shown_by_repr(event):
    made = offer(event)
    paired = services.claim_code(code=made.code, now=NOON)

    shown = repr(made) + repr(paired)
    assert [
        text for text in (made.code, made.code.replace("-", ""), paired.credential) if text in shown
    ] == []


def test_answers_that_get_lost_change_nothing(event):
    place = {"event_id": event.uuid, "actor": OLGA, "now": NOON}
    with every_write_sent_twice() as sent:
        made = services.pair_kiosk(**place, settings=NORTH)
        place["kiosk_id"] = made.kiosk.kiosk_id
        first = services.claim_code(code=made.code, now=NOON)
        again = services.pair_again(**place)
        second = services.claim_code(code=again.code, now=NOON)
        services.heartbeat(kiosk=second.kiosk, waiting_scans=1, app_version="", now=NOON)
        services.change_kiosk(**place, settings=KioskSettings("South", "South"), version=1)
        active = services.authenticate(credential=second.credential, now=NOON)
        services.revoke(**place)

    assert len(sent) >= 8
    assert (active.name, active.last_seen_at, active.status) == ("South", NOON, S.ACTIVE)
    with pytest.raises(NotPaired):
        services.authenticate(credential=first.credential, now=NOON)
    with pytest.raises(KioskRevoked):
        services.authenticate(credential=second.credential, now=NOON)
    listed = queries.list_for_event(event_id=event.uuid, actor=OLGA, now=NOON)
    assert [kiosk.status for kiosk in listed.items] == [S.REVOKED]


def test_a_code_whose_kiosk_was_never_written_opens_nothing(event):
    """The maker died between its two writes."""
    kiosk = Kiosk(event_id=event.uuid, kiosk_id="00000000")
    code_hash = credentials.hash_of_code("7K3MQ2XD")
    PairingCode.of(code_hash, kiosk, until=NOON + 10 * MINUTE).put()

    with pytest.raises(CodeNotValid):
        services.claim_code(code="7K3M-Q2XD", now=NOON)


def test_a_new_code_that_was_not_finished_leaves_the_device_as_it_is(event):
    paired = pair_device(event_id=event.uuid, now=NOON)
    code_hash = credentials.hash_of_code("8K3MQ2XD")
    PairingCode.of(code_hash, paired.kiosk, until=NOON + 10 * MINUTE).put()

    with pytest.raises(CodeNotValid):
        services.claim_code(code="8K3M-Q2XD", now=NOON)
    assert services.authenticate(credential=paired.credential, now=NOON).is_active
