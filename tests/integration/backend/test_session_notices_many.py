"""Ten thousand guests of one session are told, and the worker that tells them is killed once."""

import pytest

from backend.jobs.states import JobStatus
from backend.notifications.models import Notification
from tests.support.killing import dies
from tests.support.noticing import SOON, asked_for, booked_session, due_at, the_minute, work

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_tables")]
GUESTS = 10_000
SOMEWHERE = 4_321
"""The call at which the worker dies: among the messages of a page in the middle."""


def test_ten_thousand_guests_are_each_asked_to_be_told_once_though_the_worker_dies():
    session, bookings = booked_session(GUESTS, shards=16)
    now = due_at(session)
    the_minute(now)

    assert dies(lambda: work(session, now), SOMEWHERE)
    halfway = Notification.count()
    (job,) = work(session, now + SOON)

    assert 0 < halfway < GUESTS
    assert (job.status, job.done, job.takes) == (JobStatus.DONE, GUESTS, 2)
    assert len(asked_for(session, bookings)) == GUESTS
    assert Notification.count() == GUESTS
