"""Letting guests in and taking it back, against the local cloud."""

import pytest

from backend.shared.db import StaleWrite
from tests.factories.events import NOON, new_event_id
from tests.factories.registrations import build_registration, make_registration
from tests.support.registering import LATER, A, S, admit, stored, undo

pytestmark = pytest.mark.usefixtures("tables")


def test_admit_lets_the_guest_in_once():
    guest = make_registration(event_id=new_event_id())

    admitted = admit(guest)

    assert (admitted.admission, admitted.admitted_at, admitted.admitted_gate) == (
        A.IN,
        NOON,
        "North",
    )
    with pytest.raises(StaleWrite) as refused:
        admit(guest, "scan-2", at=LATER, gate="South")
    assert (refused.value.old.admitted_scan, refused.value.old.admitted_at) == ("scan-1", NOON)


def test_admit_again_by_the_same_scan_answers_the_first_time_and_gate():
    guest = make_registration(event_id=new_event_id())
    admit(guest)

    again = admit(guest, at=LATER, gate="South")

    assert (again.admitted_at, again.admitted_gate) == (NOON, "North")


@pytest.mark.parametrize("status", [S.CANCELED, S.WAITLISTED, S.TOMBSTONE])
def test_admit_refuses_who_has_no_place(status):
    guest = make_registration(event_id=new_event_id(), status=status)

    with pytest.raises(StaleWrite) as refused:
        admit(guest)

    assert refused.value.old.status == status


def test_admit_refuses_a_ticket_that_was_replaced():
    guest = make_registration(event_id=new_event_id())

    with pytest.raises(StaleWrite):
        admit(guest, ticket_no="0" * 16)


def test_admit_refuses_who_was_never_registered():
    with pytest.raises(StaleWrite) as refused:
        admit(build_registration(event_id=new_event_id()))

    assert refused.value.old is None


def test_undo_expects_the_guest_again():
    guest = make_registration(event_id=new_event_id())
    admit(guest)

    undone = undo(guest)

    assert (undone.admission, undone.admitted_at, undone.admitted_scan, undone.undone_scan) == (
        A.EXPECTED,
        None,
        None,
        "scan-1",
    )
    assert admit(guest, "scan-2", at=LATER).admitted_at == LATER


def test_a_scan_that_was_undone_never_admits_again():
    guest = make_registration(event_id=new_event_id())
    admit(guest)
    undo(guest)

    with pytest.raises(StaleWrite) as refused:
        admit(guest)

    assert refused.value.old.undone_scan == "scan-1"


def test_undo_takes_back_only_the_scan_it_names():
    guest = make_registration(event_id=new_event_id())
    admit(guest)

    with pytest.raises(StaleWrite):
        undo(guest, "scan-2")

    assert stored(guest).admission == A.IN


def test_undo_of_a_guest_who_is_not_in_is_refused():
    guest = make_registration(event_id=new_event_id())

    with pytest.raises(StaleWrite):
        undo(guest)


def test_admissions_change_nothing_that_an_index_holds():
    guest = make_registration(event_id=new_event_id())

    before, after = guest.serialize(), admit(guest).serialize()

    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    entry = {f"admitted_{name}" for name in ("at", "by", "gate", "scan")}
    assert changed == {"admission", "arrived_at", "arrived_gate", "changed_by"} | entry
    assert changed & {"user_email", "registered_at", "event_id", "status"} == set()
    assert changed & {"name_shard", "name_key", "waiting_shard", "waiting_since"} == set()
