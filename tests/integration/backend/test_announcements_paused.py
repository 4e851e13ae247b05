"""An announcement that is paused for long: rarely looked at, and at once when it goes on."""

from datetime import timedelta

import pytest

from backend.announcements import letters
from backend.jobs import services as jobs
from backend.jobs.states import JobStatus
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from tests.support.announcing import Post, draft, send
from tests.support.registering import add, open_event

pytestmark = pytest.mark.usefixtures("tables")
S = NotificationStatus


def test_a_long_pause_is_looked_at_rarely_and_its_end_wakes_what_waits():
    event = open_event()
    ada = add(event, name="Ada", email=f"ada@{event.uuid}.example").registration
    first, post, waits = draft(event), Post(), []
    job = send(first)
    post.run(job)
    jobs.request_pause(job_id=job.job_id, now=post.now)
    key = letters.key_of(first.announcement_id, ada.guest)
    for _ in range(9):
        assert post.deliver_key(key) is S.SENDING
        waits.append((Notification.find(key).due_at - post.now) // timedelta(minutes=1))
        post.now += timedelta(minutes=waits[-1])
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    assert post.deliver_key(key) is S.SENDING
    assert post.run(job).status is JobStatus.PAUSED

    jobs.retry_job(job_id=job.job_id, now=post.now)
    post.run(job)

    assert Notification.find(key).nudged_at == post.now
    assert post.deliver_key(key) is S.SENT
    assert post.run(job).status is JobStatus.DONE


def test_what_a_sender_may_hold_is_not_woken():
    event = open_event()
    ada = add(event, name="Ada", email=f"ada@{event.uuid}.example").registration
    first, post = draft(event), Post()
    job = send(first)
    post.run(job)
    key = letters.key_of(first.announcement_id, ada.guest)
    held = Notification.take(key, until=post.now + timedelta(minutes=25), now=post.now)
    held.wait(until=post.now + timedelta(minutes=25), reason=letters.PAUSED)
    post.run(job)  # 20 minutes later
    assert Notification.find(key).nudged_at is None
