"""Telling booked guests to queue up: what starts it. The job (``telling``) tells them."""

from datetime import datetime

from backend.events.models import Event
from backend.sessions import policies
from backend.sessions.models import Session
from backend.sessions.services.planning import start_job
from backend.shared.actor import SYSTEM


def give_notice(*, event_id: str, session_id: str, now: datetime) -> bool:
    """Start the one job that tells who booked a session to queue up; says whether it is due.

    Reads session and event as they are stored: the index of notices lags behind. The session
    leaves that index only once the job stands, so whoever dies on the way is made up for by the
    next run, and the job's key (the version of the schedule) keeps it one job. Refuses with
    ``SessionNotFound`` and ``EventNotFound``.
    """
    session = Session.fetch(event_id, session_id)
    if session.notice_at is None or session.notice_at > now:
        return False
    is_due = policies.is_notice_due(session, Event.fetch(event_id), now=now)
    if is_due:
        _start(session, now=now)
    session.drop_notice()
    return is_due


def _start(session: Session, *, now: datetime) -> None:
    version = int(session.schedule_version)
    start_job(
        session,
        "NOTIFY_SESSION",
        {"schedule_version": version},
        key=f"{session.session_id}#{version}",
        actor_label=SYSTEM.label,
        now=now,
    )
