"""Managing the kiosks of an event: settings, limits, who may, and what devices report."""

from datetime import timedelta

import pytest

from backend.events.errors import EventForbidden, EventNotFound
from backend.events.kinds import Visibility
from backend.kiosks import credentials, queries, services
from backend.kiosks.errors import (
    KioskChanged,
    KioskNotFound,
    TooManyKiosks,
)
from backend.kiosks.kinds import KioskMode
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.kiosks.states import KioskStatus
from backend.shared.errors import BadInput
from backend.team.roles import Role
from bench.meter import metered
from tests.factories.events import NOON, make_event
from tests.factories.kiosks import pair_device
from tests.factories.team import make_member
from tests.factories.users import a_user
from tests.support.pairing import NORTH, OLGA, at, offer

pytestmark = pytest.mark.usefixtures("tables")
S = KioskStatus
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def event():
    return make_event()


def test_a_heartbeat_is_written_at_most_once_a_minute(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    first = services.heartbeat(kiosk=kiosk, waiting_scans=3, app_version="1.2", now=NOON)
    with metered() as soon:
        services.heartbeat(kiosk=first, waiting_scans=9, app_version="1.2", now=NOON + 59 * SECOND)
    # Another process, which read the kiosk before the first heartbeat.
    stale = services.heartbeat(
        kiosk=kiosk, waiting_scans=9, app_version="1.2", now=NOON + 59 * SECOND
    )
    later = services.heartbeat(kiosk=first, waiting_scans=0, app_version="", now=NOON + MINUTE)

    assert (first.last_seen_at, first.waiting_scans, first.app_version) == (NOON, 3, "1.2")
    assert (soon.calls, stale.last_seen_at) == ({}, None)
    assert (later.last_seen_at, later.waiting_scans, later.app_version) == (NOON + MINUTE, 0, None)


def test_a_revoked_kiosk_leaves_no_heartbeat(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    Kiosk.fetch(event.uuid, kiosk.kiosk_id).move_to(S.REVOKED, {"revoked_at": NOON})
    services.heartbeat(kiosk=kiosk, waiting_scans=1, app_version="", now=NOON)

    assert Kiosk.fetch(event.uuid, kiosk.kiosk_id).last_seen_at is None


@pytest.mark.parametrize(
    ("waiting", "version", "field"),
    [(-1, "", "waiting_scans"), (1_000_001, "", "waiting_scans"), (0, "v" * 41, "app_version")],
)
def test_a_heartbeat_that_cannot_be_kept_names_its_field(event, waiting, version, field):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk

    with pytest.raises(BadInput) as refused:
        services.heartbeat(kiosk=kiosk, waiting_scans=waiting, app_version=version, now=NOON)

    assert list(refused.value.fields) == [field]


def test_a_kiosk_is_renamed_and_moved_to_another_gate(event):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    changed = services.change_kiosk(
        event_id=event.uuid,
        kiosk_id=kiosk.kiosk_id,
        settings=KioskSettings(
            " South 2 ", " South ", KioskMode.SELF_SERVICE, express=True, pin="2468"
        ),
        version=1,
        actor=OLGA,
        now=NOON + MINUTE,
    )

    assert (changed.name, changed.gate, changed.mode, changed.express) == (
        "South 2",
        "South",
        KioskMode.SELF_SERVICE,
        True,
    )
    assert (changed.status, changed.secret_hash) == (S.ACTIVE, kiosk.secret_hash)


def test_bad_settings_write_nothing(event):
    with pytest.raises(BadInput):
        offer(event, KioskSettings(""))

    assert queries.list_for_event(event_id=event.uuid, actor=OLGA, now=NOON).items == []


def test_an_event_has_at_most_so_many_kiosks(event, monkeypatch):
    monkeypatch.setattr(services, "MOST_KIOSKS", 2)
    first, _ = offer(event), offer(event)

    with pytest.raises(TooManyKiosks):
        offer(event)
    services.revoke(event_id=event.uuid, kiosk_id=first.kiosk.kiosk_id, actor=OLGA, now=NOON)
    assert offer(event).kiosk.status is S.PAIRING


def test_the_list_has_the_kiosks_of_the_event_and_nothing_else(event):
    made = {offer(event).kiosk.kiosk_id for _ in range(3)}
    offer(make_event())
    listed = queries.list_for_event(event_id=event.uuid, actor=OLGA, limit=2, now=NOON)
    rest = queries.list_for_event(
        event_id=event.uuid, actor=OLGA, limit=2, start=listed.next_key, now=NOON
    )

    assert {kiosk.kiosk_id for kiosk in [*listed.items, *rest.items]} == made


def test_a_kiosk_of_another_event_is_not_found(event):
    elsewhere = offer(make_event()).kiosk
    place = {"event_id": event.uuid, "kiosk_id": elsewhere.kiosk_id, "actor": OLGA, "now": NOON}

    for ask in (queries.fetch_kiosk, services.revoke, services.pair_again):
        with pytest.raises(KioskNotFound):
            ask(**place)
    with pytest.raises(KioskNotFound):
        services.change_kiosk(**place, settings=NORTH, version=1)


@pytest.mark.parametrize("role", [Role.DESK, Role.FLOOR, None])
def test_only_organisers_manage_kiosks(event, role):
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    person = a_user(f"{role}-{event.uuid}")
    if role:
        make_member(event_id=event.uuid, member=person.user_id, role=role)

    for actor in (person, services.actor_of(kiosk)):
        place = {"event_id": event.uuid, "actor": actor, "now": NOON}
        one = place | {"kiosk_id": kiosk.kiosk_id}
        for ask in (
            lambda place=place: queries.list_for_event(**place),
            lambda one=one: queries.fetch_kiosk(**one),
            lambda place=place: services.pair_kiosk(**place, settings=NORTH),
            lambda one=one: services.pair_again(**one),
            lambda one=one: services.revoke(**one),
            lambda one=one: services.change_kiosk(**one, settings=NORTH, version=1),
        ):
            with pytest.raises(EventForbidden):
                ask()
    assert Kiosk.fetch(event.uuid, kiosk.kiosk_id).is_active


def test_a_private_event_is_hidden_from_a_kiosk_of_another():
    hidden = make_event(visibility=Visibility.PRIVATE)
    kiosk = pair_device(event_id=make_event().uuid, now=NOON).kiosk

    with pytest.raises(EventNotFound):
        queries.list_for_event(event_id=hidden.uuid, actor=services.actor_of(kiosk), now=NOON)


# Races: each loser had read the kiosk before the other wrote.


@pytest.fixture
def stale(event, monkeypatch):
    """A kiosk that services go on seeing as it was when its device was paired."""
    kiosk = pair_device(event_id=event.uuid, now=NOON).kiosk
    seen = Kiosk.fetch(event.uuid, kiosk.kiosk_id)

    def show_it_as_it_was():
        monkeypatch.setattr(Kiosk, "fetch", lambda *_: seen)

    return kiosk, show_it_as_it_was


def test_change_that_comes_after_revoking_is_refused(stale):
    kiosk, show_it_as_it_was = stale
    services.revoke(**at(kiosk))
    show_it_as_it_was()

    for ask in (
        lambda: services.change_kiosk(**at(kiosk), settings=NORTH, version=1),
        lambda: services.pair_again(**at(kiosk)),
    ):
        with pytest.raises(KioskChanged):
            ask()
    assert Kiosk.find(kiosk.event_id, kiosk.kiosk_id).status is S.REVOKED


def test_of_two_who_pair_again_at_once_one_is_told_to_look_again(stale):
    kiosk, show_it_as_it_was = stale
    first = services.pair_again(**at(kiosk))
    show_it_as_it_was()

    with pytest.raises(KioskChanged):
        services.pair_again(**at(kiosk))
    assert services.claim_code(code=first.code, now=NOON).kiosk.is_active


def test_code_that_another_kiosk_has_is_not_given_out_twice(event, monkeypatch):
    codes = iter(["7K3MQ2XE", "7K3MQ2XE", "8K3MQ2XE"])
    monkeypatch.setattr(credentials, "new_code", lambda: next(codes))
    first, second = offer(event), offer(event)

    assert (first.code, second.code) == ("7K3M-Q2XE", "8K3M-Q2XE")
    claimed = services.claim_code(code=first.code, now=NOON).kiosk
    assert claimed.kiosk_id == first.kiosk.kiosk_id
