"""Organisers say what can be asked for at their event."""

from dataclasses import replace

import pytest

from backend.events.errors import EventForbidden
from backend.guest_requests import queries, services
from backend.guest_requests.errors import KindInUse
from backend.guest_requests.kinds import BUILT_IN, Kind
from backend.shared.actor import SYSTEM
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from tests.factories.events import NOON, make_event
from tests.support.asking import open_venue
from tests.support.tables_in_process import tables_in_process

BLANKET = Kind(key="", name="Blanket", team="Floor", options=("Red", "Blue"))


@pytest.fixture(autouse=True, scope="module")
def in_process(tables):
    with tables_in_process():
        yield


@pytest.fixture
def event():
    return make_event()


def save(event, *own, version=0, actor=SYSTEM, **values):
    given = {"kinds": [*BUILT_IN, *own], "version": version, "actor": actor, "now": NOON}
    return services.save_kinds(event_id=event.uuid, **given | values)


def test_saved_kinds_are_those_that_are_read(event):
    saved = save(event, BLANKET)

    read = queries.kinds_of(event.uuid)
    assert read == saved
    assert (read.version, read.kinds[4]) == (1, replace(BLANKET, key="BLANKET"))
    assert read.teams == ["Floor"]


def test_second_organiser_is_told_that_the_first_was_faster(event):
    save(event)

    with pytest.raises(StaleWrite):
        save(event, BLANKET)

    assert queries.kinds_of(event.uuid).version == 1


@pytest.mark.parametrize("version", [0, 1])
def test_writers_who_both_saw_the_same_do_not_overwrite_each_other(event, monkeypatch, version):
    for before in range(version):
        save(event, version=before)
    seen = queries.kinds_of(event.uuid)
    save(event, version=version)
    monkeypatch.setattr(services.settings, "kinds_of", lambda *_, **__: seen)

    with pytest.raises(StaleWrite):
        save(event, BLANKET, version=version)

    assert len(queries.kinds_of(event.uuid).kinds) == 4


def test_bad_kind_changes_nothing(event):
    with pytest.raises(BadInput) as refusal:
        save(event, replace(BLANKET, target_minutes=0))

    assert [*refusal.value.fields] == ["kinds.4.target_minutes"]
    assert queries.kinds_of(event.uuid).version == 0


def test_floor_may_not_change_kinds():
    venue = open_venue()

    with pytest.raises(EventForbidden):
        save(venue.event, version=1, actor=venue.fay)


def test_kind_that_guests_wait_for_is_not_removed():
    venue = open_venue()
    save(venue.event, BLANKET, version=1, kinds=[*_enabled(), BLANKET])
    made = venue.ask(venue.guest(), kind="BLANKET")

    with pytest.raises(KindInUse):
        save(venue.event, version=2)

    venue.do("decline", made, reason="None left.")
    assert save(venue.event, version=2).former == ("BLANKET",)


def test_what_was_asked_of_a_removed_kind_just_then_still_stands_on_the_board():
    venue = open_venue()
    save(venue.event, version=1, kinds=[*_enabled(), BLANKET])
    save(venue.event, version=2, kinds=_enabled())
    save(venue.event, version=3, kinds=[*_enabled(), BLANKET])
    made = venue.ask(venue.guest(), kind="BLANKET", option="Red")
    offered = queries.kinds_of(venue.id)
    queries.EventKinds(
        request_id=queries.EventKinds.key(venue.id),
        event_id=venue.id,
        kinds=[kind.to_document() for kind in offered.kinds[:4]],
        former=["BLANKET"],
        kinds_version=offered.version + 1,
        changed_at=NOON,
        changed_by="SYSTEM",
    ).replace(seen=offered.version)

    assert [one.request_id for one in venue.board().new] == [made.request_id]


def _enabled():
    return [replace(kind, enabled=True) for kind in BUILT_IN]
