"""Table ``announcements``: what organisers wrote to the guests of an event.

====================  ===========================================  ==========================
Access pattern        Keys                                         Method
====================  ===========================================  ==========================
one announcement      pk=event_id, sk=announcement_id              ``Announcement.find``
those of an event     pk=event_id, newest first                    ``list_for_event``
an event's quiet      pk=``<event>#settings``, sk=``quiet``        ``QuietHours.find``
hours
which were sent on    pk=``<event>#settings``, sk=``sent``         ``SentCount.add_one``
the latest day
====================  ===========================================  ==========================
"""

from datetime import date, datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from backend.announcements.errors import AnnouncementNotFound
from backend.announcements.kinds import Audience
from backend.shared import db
from backend.shared.paging import Page

LONGEST_ID = 64


class Announcement(db.Table):
    """One announcement: a draft until ``sent_at``, then as it was sent.

    With a ``session_id`` only those of the audience who have a place at that session get it.
    ``job_id`` is the job that sends it; a moment after ``sent_at`` it may still be missing.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("announcements")

    event_id = UnicodeAttribute(hash_key=True)
    announcement_id = UnicodeAttribute(range_key=True)
    subject = UnicodeAttribute()
    text = UnicodeAttribute()
    audience = db.EnumAttribute(Audience)
    session_id = UnicodeAttribute(null=True)
    version = db.IntegerAttribute(default=1)
    created_at = db.UtcAttribute()
    created_by = UnicodeAttribute()
    updated_at = db.UtcAttribute()
    sent_at = db.UtcAttribute(null=True)
    job_id = UnicodeAttribute(null=True)

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.sent_at is None

    @classmethod
    def fetch(cls, event_id: str, announcement_id: str) -> "Announcement":
        """The announcement, read consistently; refuses with ``AnnouncementNotFound``."""
        is_key = 0 < len(announcement_id) <= LONGEST_ID
        found = cls.find(event_id, announcement_id) if is_key else None
        if found is None:
            raise AnnouncementNotFound("There is no such announcement.")
        return found

    @classmethod
    def list_for_event(
        cls, event_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> Page["Announcement"]:
        """One page of an event's announcements, the newest first."""
        return db.query_page(cls, event_id, limit=limit, start=start, newest_first=True)

    def add(self) -> None:
        """Write a new one."""
        self.put(Announcement.announcement_id.does_not_exist())

    def write(self, values: dict[str, Any], *, version: int, at: datetime) -> "Announcement":
        """Change a draft whose ``version`` was seen; ``StaleWrite`` when it went on since."""
        changes = {**values, "version": version + 1, "updated_at": at}
        return self._while_draft(changes, version)

    def mark_sent(self, *, version: int, at: datetime) -> "Announcement":
        """Keep it as it is from now on; ``StaleWrite`` as above."""
        return self._while_draft({"sent_at": at}, version)

    def keep_job(self, job_id: str) -> "Announcement":
        """Note which job sends it."""
        return Announcement.change(
            self.event_id, self.announcement_id, actions=[Announcement.job_id.set(job_id)]
        )

    def _while_draft(self, values: dict[str, Any], version: int) -> "Announcement":
        return Announcement.change(
            self.event_id,
            self.announcement_id,
            actions=Announcement.assignments(values),
            condition=(Announcement.version == version) & Announcement.sent_at.does_not_exist(),
        )


def _settings_of(event_id: str) -> str:
    return f"{event_id}#settings"


class QuietHours(db.Table):
    """When an event's messages wait, as ``22:00`` and ``07:00``; neither: never."""

    NAME = "quiet"

    class Meta(db.TableMeta):
        table_name = db.table_name("announcements")

    event_id = UnicodeAttribute(hash_key=True)
    announcement_id = UnicodeAttribute(range_key=True)
    since = UnicodeAttribute(null=True)
    until = UnicodeAttribute(null=True)

    @staticmethod
    def place_of(event_id: str) -> str:
        """The partition of an event's settings, beside its announcements."""
        return _settings_of(event_id)

    @classmethod
    def write(cls, event_id: str, since: str | None, until: str | None) -> None:
        """Replace them; the last writer wins."""
        values = {"since": since, "until": until}
        cls.change(cls.place_of(event_id), cls.NAME, actions=cls.assignments(values))


class SentCount(db.DailyCount):
    """Which announcements an event sent on the latest day that it sent any."""

    class Meta(db.TableMeta):
        table_name = db.table_name("announcements")

    event_id = UnicodeAttribute(hash_key=True)
    announcement_id = UnicodeAttribute(range_key=True)

    @classmethod
    def add_one(cls, event_id: str, *, announcement_id: str, day: date, limit: int) -> None:
        """Count an announcement, once; ``StaleWrite`` when there were too many others that day."""
        cls.count_once(_settings_of(event_id), "sent", name=announcement_id, day=day, limit=limit)
