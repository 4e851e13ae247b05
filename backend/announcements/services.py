"""Writing to the guests of an event: drafts, a test to oneself, and sending in the background."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.announcements import letters
from backend.announcements.errors import (
    AnnouncementChanged,
    AnnouncementSent,
    TooManyAnnouncements,
    TrialRefused,
)
from backend.announcements.kinds import Audience
from backend.announcements.models import Announcement, SentCount
from backend.events import queries as events
from backend.events.policies import EventAction
from backend.jobs import services as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.notifications import choices
from backend.notifications.kinds import NotificationKind
from backend.sessions.errors import SessionNotFound
from backend.sessions.models import Session
from backend.shared import control_characters
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.shared.ulids import new_ulid

LONGEST_SUBJECT, LONGEST_TEXT = 150, 10_000
SENT_PER_DAY = 10
"""More would be a nuisance to guests, and cost whoever pays for the mails."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an organiser typed, and for whom."""

    subject: str
    text: str
    audience: Audience
    session_id: str = ""


def write_draft(*, event_id: str, wording: Wording, actor: Actor, now: datetime) -> Announcement:
    """Keep a new draft. Refuses as ``events.authorize`` does, and with ``BadInput``.

    Fields: ``subject`` (one line of at most 150 letters), ``text`` (at most 10,000),
    ``session_id`` (a session of the event, or none).
    """
    _authorize(event_id, actor, now)
    _check(event_id, wording)
    draft = Announcement(
        event_id,
        new_ulid(now),
        **_values(wording),
        created_at=now,
        created_by=actor.label,
        updated_at=now,
    )
    draft.add()
    return draft


def change_draft(
    *,
    event_id: str,
    announcement_id: str,
    wording: Wording,
    version: int,
    actor: Actor,
    now: datetime,
) -> Announcement:
    """Change a draft whose ``version`` was seen.

    Refuses as above, and with ``AnnouncementNotFound``, ``AnnouncementSent`` and
    ``AnnouncementChanged`` (somebody else was faster).
    """
    _authorize(event_id, actor, now)
    _check(event_id, wording)
    draft = _draft(event_id, announcement_id)
    try:
        return draft.write(_values(wording), version=version, at=now)
    except StaleWrite as refusal:
        raise _overtaken(refusal) from None


def send_test(*, event_id: str, announcement_id: str, actor: Actor, now: datetime) -> None:
    """Mail it to the actor alone, at most once a minute, and never by SMS.

    Refuses as above, and with ``TrialRefused``.
    """
    _authorize(event_id, actor, now)
    announcement = Announcement.fetch(event_id, announcement_id)
    if not actor.email:
        raise TrialRefused("Confirm your e-mail address first; then a test can go there.")
    if choices.fetch_choices(actor=actor).off & {NotificationKind.ANNOUNCEMENT}:
        raise TrialRefused("You switched announcements off in your profile.")
    letters.enqueue_test(
        announcement, user_id=actor.user_id, name=actor.name, address=actor.email, now=now
    )


def send(
    *,
    event_id: str,
    announcement_id: str,
    version: int,
    total: int | None = None,
    actor: Actor,
    now: datetime,
) -> Job:
    """Send it, as it was seen, to everybody it is for, in the background; from now on it stays.

    Sent again it answers the same job: each guest gets it once. ``total`` is about how many
    there are. Refuses as above, and with ``TooManyAnnouncements`` (ten a day, by UTC).
    """
    _authorize(event_id, actor, now)
    announcement = Announcement.fetch(event_id, announcement_id)
    if announcement.is_draft:
        if announcement.version != version:
            raise _changed()
        _count(announcement, now)
        try:
            announcement = announcement.mark_sent(version=version, at=now)
        except StaleWrite as refusal:
            if refusal.old is None or refusal.old.is_draft:
                raise _overtaken(refusal) from None
            announcement = refusal.old
    job = jobs.start_job(
        kind=JobKind.ANNOUNCE,
        event_id=event_id,
        params={"announcement_id": announcement_id, "administrator": actor.is_administrator},
        actor_label=actor.label,
        user_id=actor.user_id,
        total=total,
        now=now,
        key=announcement_id,
    )
    if not announcement.job_id:
        announcement.keep_job(job.job_id)
    return job


def _authorize(event_id: str, actor: Actor, now: datetime) -> None:
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now)


def _count(announcement: Announcement, now: datetime) -> None:
    try:
        SentCount.add_one(
            announcement.event_id,
            announcement_id=announcement.announcement_id,
            day=now.date(),
            limit=SENT_PER_DAY,
        )
    except StaleWrite:
        raise TooManyAnnouncements(
            f"An event sends {SENT_PER_DAY} announcements a day at most. Send this one tomorrow."
        ) from None


def _draft(event_id: str, announcement_id: str) -> Announcement:
    found = Announcement.fetch(event_id, announcement_id)
    if not found.is_draft:
        raise AnnouncementSent("This went out already. Write another one.")
    return found


def _overtaken(refusal: StaleWrite) -> AnnouncementSent | AnnouncementChanged:
    if refusal.old is not None and not refusal.old.is_draft:
        return AnnouncementSent("This went out already. Write another one.")
    return _changed()


def _changed() -> AnnouncementChanged:
    return AnnouncementChanged("Somebody changed this meanwhile. Look at it again.")


def _values(wording: Wording) -> dict[str, Any]:
    return {
        "subject": wording.subject,
        "text": wording.text,
        "audience": wording.audience,
        "session_id": wording.session_id or None,
    }


def _check(event_id: str, wording: Wording) -> None:
    wrong = {}
    if wording.session_id:
        try:
            Session.fetch(event_id, wording.session_id)
        except SessionNotFound:
            wrong["session_id"] = "This event has no such session."
    if not wording.subject.strip() or len(wording.subject) > LONGEST_SUBJECT:
        wrong["subject"] = f"A subject has 1 to {LONGEST_SUBJECT} letters."
    elif control_characters.IN_A_LINE.search(wording.subject):
        wrong["subject"] = "A subject is one line."
    if not wording.text.strip() or len(wording.text) > LONGEST_TEXT:
        wrong["text"] = f"A text has 1 to {LONGEST_TEXT:,} letters."
    elif control_characters.IN_PROSE.search(wording.text):
        wrong["text"] = "The text has characters that cannot be read."
    if wrong:
        raise BadInput(wrong)
