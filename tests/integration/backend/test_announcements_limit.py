"""An event writes to its guests so often a day and no more."""

from datetime import timedelta

import pytest

from backend.announcements.errors import AnnouncementChanged, TooManyAnnouncements
from backend.announcements.models import Announcement
from backend.announcements.services import SENT_PER_DAY
from tests.support.announcing import draft, send
from tests.support.registering import LATER, open_event

pytestmark = pytest.mark.usefixtures("tables")


def test_an_event_sends_ten_announcements_a_day():
    event, other = open_event(), open_event()
    first = draft(event)
    for one in [first, *(draft(event) for _ in range(SENT_PER_DAY - 1))]:
        send(one)
    last = draft(event)
    with pytest.raises(TooManyAnnouncements) as refusal:
        send(last)
    assert refusal.value.message == (
        "An event sends 10 announcements a day at most. Send this one tomorrow."
    )
    assert Announcement.fetch(event.uuid, last.announcement_id).is_draft
    assert send(first).job_id == Announcement.fetch(event.uuid, first.announcement_id).job_id
    assert send(draft(other))
    assert send(last, now=LATER + timedelta(days=1))


def test_what_changed_since_it_was_seen_counts_for_nothing():
    event = open_event()
    for _ in range(SENT_PER_DAY):
        with pytest.raises(AnnouncementChanged):
            send(draft(event), version=7)
    assert send(draft(event))
