"""What organisers do with an agenda. The sessions' stream tells the guests and keeps the record."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.events import queries as events
from backend.events.kinds import shards_for
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.seats import services as seats
from backend.seats.errors import PoolBusy, PoolNotFound, TryAgain
from backend.sessions import policies, queries
from backend.sessions.details import DETAILS, MOST_SESSIONS, SessionDetails, checked
from backend.sessions.errors import TooManySessions
from backend.sessions.models import Agenda, Session
from backend.shared import db
from backend.shared.actor import Actor
from backend.shared.errors import BadInput
from backend.shared.ulids import new_ulid

MOST_BOOKINGS = 100
_PER_TRANSACTION = 90
_TRIES = 5
_TOLD = ("starts_at", "ends_at", "room")
"""What guests who booked are told of when it changes."""


def create_session(
    *, event_id: str, details: SessionDetails, actor: Actor, now: datetime
) -> Session:
    """Put a session on the agenda, with its pool of seats.

    Should the process die before the pool is open, the sessions' stream opens it. Refuses with
    ``EventNotFound``, ``EventForbidden``, ``SessionClosed`` (the event is over or called off),
    ``TooManySessions``, ``TryAgain`` and ``BadInput``.
    """
    event = _authorize(event_id, actor, now)
    session = _new(event, checked(details, event), actor, now)
    _add([session])
    seats.open_pool(pool=session.pool, capacity=session.capacity, now=now)
    return session


def copy_session(*, event_id: str, session_id: str, actor: Actor, now: datetime) -> Session:
    """The same session once more, at the same time in the same room, for organisers to move.

    Nobody has booked it. Refuses as ``create_session`` does, and with ``SessionNotFound``.
    """
    event = _authorize(event_id, actor, now)
    details = details_of(Session.fetch(event.uuid, session_id))
    return create_session(event_id=event_id, details=details, actor=actor, now=now)


def import_agenda(
    *, event_id: str, rows: Sequence[SessionDetails], actor: Actor, now: datetime
) -> list[Session]:
    """Put sessions of a file on the agenda: all of them, or none where one breaks a rule.

    Ninety in one transaction: only a process that dies between two leaves a part. The stream
    opens their pools. Refuses as ``create_session`` does; ``BadInput`` names ``rows.<n>.<field>``
    (from 1).
    """
    event = _authorize(event_id, actor, now)
    tidy: list[SessionDetails] = []
    broken: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        try:
            tidy.append(checked(row, event))
        except BadInput as refusal:
            broken |= {f"rows.{number}.{name}": rule for name, rule in refusal.fields.items()}
    if broken:
        raise BadInput(broken)
    if Agenda.find_for(event.uuid).sessions + len(tidy) > MOST_SESSIONS:
        raise _too_many()
    sessions = [_new(event, row, actor, now) for row in tidy]
    for first in range(0, len(sessions), _PER_TRANSACTION):
        _add(sessions[first : first + _PER_TRANSACTION])
    return sessions


def update_session(
    *,
    event_id: str,
    session_id: str,
    details: SessionDetails,
    version: int,
    actor: Actor,
    now: datetime,
) -> Session:
    """Write new details over the ``version`` that the actor saw.

    Its seats follow its capacity: everybody who booked keeps the seat. Who booked is told when
    time or room changed. Refuses as ``create_session`` does, with ``SessionNotFound``,
    ``SessionClosed`` (canceled) and ``StaleWrite``, whose ``old`` is the session as it is now.
    """
    event = _authorize(event_id, actor, now)
    session = _fetch_seen(event, session_id, version)
    new = checked(details, event)
    values = {name: value for name, value in new.stored().items() if _differs(session, name, value)}
    if not values:
        return session
    changed = session.revise(values | _schedule(session, new, now) | _written(actor, now))
    queries.forget_settings(changed)
    if "capacity" in values:
        # What these refuse, the stream repeats until it is done.
        with suppress(PoolNotFound, PoolBusy):
            seats.change_capacity(
                pool=changed.pool, seats=changed.capacity, order=changed.version, now=now
            )
    return changed


def move_session(
    *,
    event_id: str,
    session_id: str,
    version: int,
    starts_at: datetime | None = None,
    room: str | None = None,
    actor: Actor,
    now: datetime,
) -> Session:
    """Have a session at another time, as long as before, or in another room.

    ``None`` leaves either as it is. Refuses as ``update_session`` does.
    """
    event = _authorize(event_id, actor, now)
    session = _fetch_seen(event, session_id, version)
    details = details_of(session)
    if starts_at is not None:
        if starts_at.tzinfo is None:
            raise BadInput({"starts_at": "Give the time with its offset from UTC."})
        length = session.ends_at - session.starts_at
        details = replace(details, starts_at=starts_at, ends_at=starts_at + length)
    if room is not None:
        details = replace(details, room=room)
    return update_session(
        event_id=event_id,
        session_id=session_id,
        details=details,
        version=version,
        actor=actor,
        now=now,
    )


def cancel_session(
    *, event_id: str, session_id: str, version: int, actor: Actor, now: datetime
) -> Session:
    """Call a session off; a job cancels its bookings and each guest is told.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``SessionNotFound``, ``SessionClosed`` and
    ``StaleWrite``. Should the process die before the job is started, the stream starts it.
    """
    event = _authorize(event_id, actor, now)
    session = _fetch_seen(event, session_id, version)
    canceled = session.cancel({"canceled_at": now, **_written(actor, now)})
    queries.forget_settings(canceled)
    start_cancellation(canceled, now=now)
    return canceled


def start_cancellation(session: Session, *, now: datetime) -> None:
    """The one job that cancels the bookings of a canceled session; started once."""
    start_job(session, "CANCEL_SESSION", key=session.session_id, now=now)


def start_telling(session: Session, *, now: datetime) -> None:
    """The one job that tells who booked of this version of the session's schedule."""
    version = int(session.schedule_version)
    key = f"{session.session_id}#{session.schedule_version}"
    start_job(session, "TELL_SESSION", {"schedule_version": version}, key=key, now=now)


def start_adoption(session: Session, *, now: datetime) -> None:
    """The job that gives seats to who booked before this version of the session had a limit."""
    start_job(session, "ADOPT_BOOKINGS", key=f"{session.session_id}#{session.version}", now=now)


def start_job(
    session: Session,
    kind: str,
    params: Mapping[str, Any] | None = None,
    *,
    key: str,
    actor_label: str = "",
    now: datetime,
) -> None:
    """The one job of this ``JobKind`` and ``key``, in the name of who changed the session last."""
    # Loaded by who starts one: most requests do not, and a cold start need not wait.
    from backend.jobs import services as jobs
    from backend.jobs.kinds import JobKind

    jobs.start_job(
        kind=JobKind[kind],
        event_id=session.event_id,
        params={"session_id": session.session_id, **(params or {})},
        actor_label=actor_label or session.changed_by,
        user_id="",
        total=None,
        now=now,
        key=key,
    )


def set_rules(
    *,
    event_id: str,
    most_bookings: int | None,
    allow_overlap: bool,
    version: int,
    actor: Actor,
    now: datetime,
) -> Agenda:
    """Say what holds for all sessions of an event, over the ``version`` the actor saw.

    ``most_bookings``: how many sessions a guest may have booked or wait for, at most 100, or
    ``None``; who has more keeps them. ``allow_overlap``: guests may book sessions that take place
    at the same time without being asked. Refuses with ``EventNotFound``, ``EventForbidden``,
    ``SessionClosed``, ``BadInput`` and ``StaleWrite``.
    """
    event = _authorize(event_id, actor, now)
    if most_bookings is not None and not 1 <= most_bookings <= MOST_BOOKINGS:
        rule = f"A whole number from 1 to {MOST_BOOKINGS}, or nothing for no limit."
        raise BadInput({"most_bookings": rule})
    rules = Agenda.find_for(event.uuid)
    if rules.version != version:
        raise db.StaleWrite(old=rules)
    return rules.set_rules(
        most_bookings=most_bookings, allow_overlap=allow_overlap, at=now, changed_by=actor.label
    )


def details_of(session: Session) -> SessionDetails:
    """What organisers wrote about a session, to be written again."""
    return SessionDetails(**{name: getattr(session, name) for name in DETAILS})


def _authorize(event_id: str, actor: Actor, now: datetime) -> Event:
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.EDIT, now=now, fresh=True
    )
    policies.check_event_open(event)
    return event


def _fetch_seen(event: Event, session_id: str, version: int) -> Session:
    session = Session.fetch(event.uuid, session_id)
    policies.check_changeable(session)
    if session.version != version:
        raise db.StaleWrite(old=session)
    return session


def _new(event: Event, details: SessionDetails, actor: Actor, now: datetime) -> Session:
    return Session(
        event.uuid,
        new_ulid(now),
        shards=min(int(event.shards), shards_for(details.capacity)),
        version=1,
        schedule_version=1,
        created_at=now,
        **details.stored(),
        **_written(actor, now),
        **policies.notice_of(details.starts_at, details.notice_minutes, now=now),
    )


def _add(sessions: Sequence[Session]) -> None:
    """Write the sessions and count them; refuses with ``TooManySessions``."""
    event_id = sessions[0].event_id
    for _ in range(_TRIES):
        try:
            with db.transaction() as write:
                Agenda.count_within(write, event_id, added=len(sessions))
                for session in sessions:
                    session.add_within(write)
        except db.StaleWrite:
            # Several people may plan at once, and the count is one item.
            if Agenda.find_for(event_id).sessions + len(sessions) > MOST_SESSIONS:
                raise _too_many() from None
        else:
            return
    raise TryAgain("The agenda was being changed elsewhere. Please try again.")


def _too_many() -> TooManySessions:
    return TooManySessions(
        f"An event has at most {MOST_SESSIONS} sessions, canceled ones included."
    )


def _written(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"updated_at": now, "changed_by": actor.label}


def _differs(session: Session, name: str, value: object) -> bool:
    return bool(getattr(session, name) != value)


def _schedule(session: Session, new: SessionDetails, now: datetime) -> dict[str, Any]:
    """What follows where time or room change: guests are told, and to queue up once more.

    Each version of the schedule has one notice, so that one which is being given may stop when
    there is a later version: the later one misses nobody.
    """
    values: dict[str, Any] = {}
    if any(_differs(session, name, getattr(new, name)) for name in _TOLD):
        values["schedule_version"] = session.version + 1
    if values or _differs(session, "notice_minutes", new.notice_minutes):
        values |= policies.notice_of(new.starts_at, new.notice_minutes, now=now)
    return values
