"""One change to many guests: who worked, who did not and why, also after a kill."""

from datetime import timedelta

import pytest

from backend.events.errors import EventForbidden
from backend.jobs.errors import LaneBusy
from backend.jobs.kinds import JobKind
from backend.jobs.runner import run_job
from backend.jobs.states import JobStatus
from backend.registrations import bulk, services
from backend.registrations.bulk import GuestChange
from backend.registrations.models import Registration
from backend.registrations.selections import Group, Selection
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.team import make_member
from tests.support.interleaving import CRASH_AFTER, CRASH_BEFORE, kill_at
from tests.support.jobs import run_all
from tests.support.registering import LATER, NOON, OLGA, add, claims_in, open_event, person, stored

pytestmark = pytest.mark.usefixtures("tables")
STEPS = {JobKind.CHANGE_GUESTS: bulk.step}
C, S = GuestChange, RegistrationStatus


@pytest.fixture
def event():
    return open_event(capacity=3, waiting_list=True)


def fill(event, *names) -> list[Registration]:
    return [add(event, name=name, email=f"{name}@example.com").registration for name in names]


def begin(event, change, chosen, *, actor=OLGA, key=None):
    keys = chosen if isinstance(chosen, Selection) else [one.guest for one in chosen]
    return bulk.start_change(
        event_id=event.uuid, change=change, chosen=keys, actor=actor, key=key, now=LATER
    )


def change(event, what, chosen):
    return run(begin(event, what, chosen))


def run(job, now=LATER):
    return run_all(job.job_id, steps=STEPS, now_fn=lambda: now)


def told(job) -> tuple[int, dict[str, str]]:
    return job.done, {problem.where: problem.code for problem in job.list_problems()}


def statuses(*registrations) -> list[RegistrationStatus]:
    return [stored(one).status for one in registrations]


def test_chosen_guests_are_canceled_and_who_is_in_is_explained(event):
    ada, bo, cleo = fill(event, "ada", "bo", "cleo")
    bo.admission = Admission.IN
    bo.save()

    job = change(event, C.CANCEL, [ada, bo])

    assert told(job) == (1, {bo.guest: "not_cancelable"})
    assert (job.status, job.total) == (JobStatus.DONE, 2)
    assert statuses(ada, bo, cleo) == [S.CANCELED, S.CONFIRMED, S.CONFIRMED]


def test_all_that_match_are_changed_and_nobody_else(event, monkeypatch):
    monkeypatch.setattr(bulk, "GUESTS_PER_STEP", 2)
    waiting = fill(event, "ada", "bob", "cleo", "dan", "eve")[3:]
    anna = add(event, name="Anna", email="anna@example.com").registration

    job = change(event, C.CANCEL, Selection(Group.WAITLISTED))

    assert told(job) == (3, {})
    assert job.total == 3
    assert statuses(*waiting, anna) == [S.CANCELED] * 3
    assert len(claims_in(event)) == 3


def test_promoting_more_than_there_are_seats_says_who_stays(event):
    ada, _bo, _cleo, dan, eve = fill(event, "ada", "bo", "cleo", "dan", "eve")
    services.cancel_guest(
        event_id=event.uuid, guest=ada.guest, version=ada.version, actor=OLGA, now=NOON
    )

    job = change(event, C.PROMOTE, [dan, eve])

    assert told(job) == (1, {eve.guest: "sold_out"})
    assert statuses(dan, eve) == [S.CONFIRMED, S.WAITLISTED]


def test_guests_are_moved_to_the_waiting_list(event):
    ada, bo = fill(event, "ada", "bo")

    assert told(change(event, C.TO_WAITING_LIST, [ada, bo])) == (2, {})
    assert statuses(ada, bo) == [S.WAITLISTED] * 2


def test_attention_is_asked_for_and_taken_back_with_the_note_kept(event):
    [ada] = fill(event, "ada")
    ada.note = "Loop amplifier"
    ada.save()

    change(event, C.MARK, [ada])
    marked = stored(ada)
    change(event, C.UNMARK, [ada])

    assert (marked.attention, marked.note) == (True, "Loop amplifier")
    assert (stored(ada).attention, stored(ada).note) == (None, "Loop amplifier")


def test_tickets_are_sent_again_to_who_has_an_address_and_a_place(event):
    ada, bo, _cleo, dan = fill(event, "ada", "bo", "cleo", "dan")
    bo.user_email = None
    bo.save()

    job = change(event, C.RESEND_TICKET, [ada, bo, dan])

    assert told(job) == (1, {bo.guest: "no_ticket", dan.guest: "no_ticket"})
    assert stored(ada).resent_at == LATER


def test_guest_nobody_knows_is_explained(event):
    job = bulk.start_change(
        event_id=event.uuid, change=C.CANCEL, chosen=["0" * 16], actor=OLGA, now=LATER
    )

    assert told(run(job)) == (0, {"0" * 16: "registration_not_found"})


@pytest.mark.parametrize(
    "chosen", [[], ["x"], [f"{number:016}" for number in range(501)]], ids=["none", "odd", "many"]
)
def test_odd_choice_is_refused(event, chosen):
    with pytest.raises(BadInput) as refused:
        bulk.start_change(
            event_id=event.uuid, change=C.CANCEL, chosen=chosen, actor=OLGA, now=LATER
        )

    assert [*refused.value.fields] == ["guests"]


def test_unknown_change_is_refused():
    with pytest.raises(BadInput):
        bulk.change_named("DELETE")


def test_one_change_at_a_time_and_the_same_key_begins_once(event):
    ada, bo = fill(event, "ada", "bo")
    first = begin(event, C.CANCEL, [ada], key="press")

    assert begin(event, C.CANCEL, [ada], key="press").job_id == first.job_id
    for other in ((C.CANCEL, [bo]), (C.MARK, [ada]), (C.CANCEL, Selection())):
        with pytest.raises(LaneBusy):
            begin(event, *other, key="press")


def test_desk_changes_nobody(event):
    dana = person("dana")
    make_member(event_id=event.uuid, member=dana.user_id, name="Dana", role=Role.DESK)

    with pytest.raises(EventForbidden):
        begin(event, C.CANCEL, fill(event, "ada"), actor=dana)


@pytest.mark.parametrize("what", [C.CANCEL, C.TO_WAITING_LIST, C.RESEND_TICKET, C.MARK])
@pytest.mark.parametrize("when", [CRASH_BEFORE, CRASH_AFTER])
@pytest.mark.parametrize("number", range(1, 12, 2))
def test_kill_at_any_call_changes_everybody_all_the_same(event, what, when, number):
    chosen = fill(event, "ada", "bo")
    job = begin(event, what, Selection(search=""))

    def work():
        run_job(job_id=job.job_id, steps=STEPS, now_fn=lambda: LATER, until=lambda: False)

    kill_at(number, when, work)
    done = run(job, now=LATER + timedelta(seconds=200))

    assert (done.status, told(done)) == (JobStatus.DONE, (2, {}))
    assert {what_became_of(one, what) for one in chosen} == {True}


def what_became_of(registration, what) -> bool:
    now = stored(registration)
    return {
        C.CANCEL: now.status is S.CANCELED,
        C.TO_WAITING_LIST: now.status is S.WAITLISTED,
        C.RESEND_TICKET: now.resent_at is not None,
        C.MARK: now.attention is True,
    }[what]
