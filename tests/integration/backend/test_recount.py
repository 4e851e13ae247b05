"""Counters that lost a record are made right again, also while people go on registering."""

import pytest

from backend.activity.queries import totals
from backend.events.errors import EventForbidden
from backend.handlers import registrations_stream
from backend.jobs.errors import LaneBusy
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.lifecycle.services import start_recount
from backend.registrations import recounts
from backend.registrations.models import Registration
from backend.shared.paging import Page
from tests.factories.events import NOON
from tests.factories.users import a_user
from tests.support.meetups import Meetup, open_meetup

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def meetup(monkeypatch: pytest.MonkeyPatch) -> Meetup:
    monkeypatch.setattr(recounts, "SECONDS_BETWEEN", 0)
    return open_meetup()


@pytest.fixture
def job(meetup: Meetup) -> Job:
    return Job("job-1", event_id=meetup.event.uuid, kind=JobKind.RECOUNT)


def deliver(records: list) -> None:
    answer = registrations_stream.handler({"Records": records}, None)
    assert answer == {"batchItemFailures": []}


def news(meetup: Meetup) -> list:
    """What the stream tells since it was asked last."""
    known = len(meetup.delivered)
    return meetup.records()[known:]


def go_on(job: Job):
    """One step; its cursor is kept as the runner keeps it."""
    result = recounts.step(job, NOON)
    job.cursor = result.cursor
    return result


def a_day_whose_records_were_lost(meetup: Meetup) -> None:
    """Ada came; Bob canceled; Cleo is expected. The stream told of Cleo only."""
    ada, bob = meetup.register("Ada"), meetup.register("Bob")
    meetup.admit(ada)
    meetup.cancel(bob)
    news(meetup)
    meetup.register("Cleo")
    deliver(news(meetup))


def test_a_recount_repairs_what_was_lost(meetup, job):
    a_day_whose_records_were_lost(meetup)
    assert meetup.totals() == (1, 0, 0, 0)

    assert go_on(job).cursor is not None
    deliver(news(meetup))
    ended = go_on(job)

    assert (ended.cursor, ended.done, list(ended.failed)) == (None, 1, [])
    assert meetup.totals() == (3, 1, 1, 1)


def test_after_a_recount_the_counters_go_on_from_there(meetup, job):
    a_day_whose_records_were_lost(meetup)
    go_on(job)
    marks = news(meetup)
    deliver(marks)

    meetup.register("Dan")
    later = news(meetup)
    deliver(later)
    deliver(marks + later)

    assert meetup.totals() == (4, 1, 1, 1)


def test_a_recount_that_something_overtook_is_made_again(meetup, job):
    a_day_whose_records_were_lost(meetup)
    meetup.register("Dan")
    go_on(job)

    deliver(news(meetup))  # Dan first, whom the recount has seen already: it does not hold
    assert meetup.totals() == (2, 0, 0, 0)

    assert go_on(job).cursor is not None
    deliver(news(meetup))
    assert go_on(job).cursor is None
    assert meetup.totals() == (4, 1, 1, 1)


def test_a_recount_repairs_a_gate_whose_name_has_dots(meetup, job):
    meetup.admit(meetup.register("Ada"), gate="Gate 1.5 [a]")
    deliver(news(meetup))
    meetup.admit(meetup.register("Bob"), gate="Gate 1.5 [a]")
    news(meetup)

    go_on(job)
    deliver(news(meetup))

    assert go_on(job).cursor is None
    found = totals(event_id=meetup.event.uuid, shards=int(meetup.event.shards))
    assert (found.admitted, found.gates) == (2, {"Gate 1.5 [a]": 2})


def test_a_recount_of_nobody_empties_the_counters(meetup, job):
    go_on(job)
    deliver(news(meetup))

    assert go_on(job).cursor is None
    assert meetup.totals() == (0, 0, 0, 0)


def test_a_partition_that_never_rests_is_told(meetup, job, monkeypatch):
    monkeypatch.setattr(recounts, "ROUNDS", 2)
    meetup.register("Ada")

    for _ in range(2):
        go_on(job)
    ended = go_on(job)

    assert (ended.cursor, [problem.code for problem in ended.failed]) == (None, ["busy"])


def test_organisers_have_guests_counted_anew_one_at_a_time(meetup):
    started = start_recount(event_id=meetup.event.uuid, actor=meetup.organiser, now=NOON)

    assert (started.kind, started.event_id) == (JobKind.RECOUNT, meetup.event.uuid)
    with pytest.raises(LaneBusy):
        start_recount(event_id=meetup.event.uuid, actor=meetup.organiser, now=NOON)
    with pytest.raises(EventForbidden):
        start_recount(event_id=meetup.event.uuid, actor=a_user("user-nobody"), now=NOON)


def test_a_mark_is_nobody(meetup, job):
    ada = meetup.register("Ada")
    go_on(job)

    page: Page[Registration] = Registration.list_in_shard(ada.shard, after=None, limit=10)

    assert [one.guest for one in page.items if one.is_active] == [ada.guest]
