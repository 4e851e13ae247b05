"""Reactions to changes of the tables ``sessions`` and ``bookings``, whoever made them.

Each may happen more than once and in any order: mails are kept by key, releases by claim, jobs by
key, activity by record id, and counters by sequence number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.activity import counters
from backend.activity import services as activity
from backend.activity.kinds import ActivityKind, Counter
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations.models import Registration
from backend.registrations.streams import Change as RegistrationChange
from backend.seats import places
from backend.seats import services as seats
from backend.sessions import mails, queries, services
from backend.sessions.details import DETAILS
from backend.sessions.models import Booking, Session
from backend.sessions.models.agendas import AGENDA
from backend.sessions.services import allowing
from backend.sessions.states import BookingStatus
from backend.shared.actor import SYSTEM
from backend.shared.stream_batches import UnreadableRecord

K, S = ActivityKind, BookingStatus
_TIME_AND_PLACE = {"starts_at", "ends_at", "room"}


# Sessions


def follow_session(record: Mapping[str, Any], *, now: datetime) -> None:
    """See to the seats of a session that was written, tell its guests, and keep the record.

    Refuses with ``UnreadableRecord``. Bears being repeated, and out of order: pools and jobs
    follow the session as it is stored now.
    """
    old, new = _sessions_of(record)
    if new is None:
        return
    stored = Session.fetch(new.event_id, new.session_id)
    queries.forget_settings(stored)
    seats.open_pool(pool=stored.pool, capacity=stored.capacity, now=now)
    if old is not None and old.capacity != new.capacity:
        _change_seats(stored, had_limit=old.capacity is not None, now=now)
    if not stored.is_planned:
        services.start_cancellation(stored, now=now)
    elif old is not None and old.schedule_version != new.schedule_version:
        _tell(stored, now=now)
    _record_session(record, old, new)


def _sessions_of(record: Mapping[str, Any]) -> tuple[Session | None, Session | None]:
    try:
        written = record["dynamodb"]
        if written["Keys"]["session_id"]["S"] == AGENDA:
            return None, None
        images = [written.get(name) for name in ("OldImage", "NewImage")]
        old, new = (Session.from_raw_data(image) if image else None for image in images)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRecord(type(error).__name__) from error
    return old, new


def _change_seats(session: Session, *, had_limit: bool, now: datetime) -> None:
    """Changing the session does the first part too, but may have died before it."""
    seats.change_capacity(pool=session.pool, seats=session.capacity, order=session.version, now=now)
    if not had_limit and session.capacity is not None:
        # Who booked holds no seat yet: there were none to hold.
        services.start_adoption(session, now=now)
        return
    services.promote_waiting(session=session, now=now)


def _tell(session: Session, *, now: datetime) -> None:
    """Nobody can have booked before the event was published."""
    if Event.fetch(session.event_id).status is EventStatus.PUBLISHED:
        services.start_telling(session, now=now)


def _record_session(record: Mapping[str, Any], old: Session | None, new: Session) -> None:
    changed = [name for name in DETAILS if old and getattr(old, name) != getattr(new, name)]
    kind = K.SESSION_CHANGED
    if old is None:
        kind = K.SESSION_ADDED
    elif old.is_planned and not new.is_planned:
        kind = K.SESSION_CANCELED
    elif changed and set(changed) <= _TIME_AND_PLACE:
        kind = K.SESSION_MOVED
    elif not changed:
        return
    activity.record(
        event_id=new.event_id,
        kind=kind,
        actor_label=new.changed_by,
        subject=new.session_id,
        at=new.updated_at,
        record_id=str(record["eventID"]),
        details={"session": new.title},
    )


# Registrations


def follow_registration(change: RegistrationChange, *, now: datetime) -> None:
    """End what a guest booked who gave up the place at the event; move it with the guest.

    Where the event is called off, its job does so.
    """
    new = change.new
    if new is not None and change.is_other_address and new.is_confirmed:
        services.move_bookings(registration=new, former=str(new.former_guest), now=now)
    elif new is not None and change.was_confirmed and not change.is_confirmed:
        stored = Registration.find(new.shard, new.guest)
        if stored is not None and not stored.is_confirmed and _is_on(new.event_id):
            services.end_bookings_of(
                event_id=new.event_id, guest=new.guest, changed_by=str(new.changed_by), now=now
            )


# Bookings


@dataclass(frozen=True, slots=True)
class Change:
    """One write to a booking: as it was and as it is, ``None`` where there was nothing.

    A tombstone is nothing. ``at`` is when DynamoDB recorded the write.
    """

    record_id: str
    sequence_number: str
    shard: str
    at: datetime
    old: Booking | None
    new: Booking | None

    @property
    def pool(self) -> str:
        """The pool of the session's seats."""
        image = self.new or self.old
        return image.pool if image else ""

    @property
    def before(self) -> BookingStatus | None:
        """What the booking was."""
        return self.old.status if self.old else None

    @property
    def after(self) -> BookingStatus | None:
        """What the booking is."""
        return self.new.status if self.new else None

    @property
    def moved(self) -> bool:
        """Whether the guest has a seat, waits, was there or gave up, and had not before."""
        return self.before is not self.after


def read_change(record: Mapping[str, Any]) -> Change | None:
    """The change of a raw stream record, ``None`` for what is no booking.

    Refuses with ``UnreadableRecord``.
    """
    try:
        written = record["dynamodb"]
        shard = str(written["Keys"]["shard"]["S"])
        if "#R" not in shard:
            return None
        return Change(
            record_id=str(record["eventID"]),
            sequence_number=str(written["SequenceNumber"]),
            shard=shard,
            at=datetime.fromtimestamp(float(written["ApproximateCreationDateTime"]), UTC),
            old=_image(written.get("OldImage")),
            new=_image(written.get("NewImage")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRecord(type(error).__name__) from error


def _image(raw: dict[str, Any] | None) -> Booking | None:
    if not raw:
        return None
    image = Booking.from_raw_data(raw)
    return None if image.status is S.TOMBSTONE else image


def count(changes: Sequence[Change]) -> None:
    """Add what happened on one shard to its counters, each record once; one write as a rule."""
    counters.apply(
        event_shard=changes[0].shard,
        changes=[counters.Change(one.sequence_number, deltas_of(one)) for one in changes],
    )


def deltas_of(change: Change) -> dict[str, int]:
    """What one change adds to the counters of its shard.

    By the names of an event's: who booked is registered, who was there admitted.
    """
    deltas: dict[str, int] = {}
    had, has = (image is not None and image.is_confirmed for image in (change.old, change.new))
    if has and not had:
        deltas[Counter.REGISTERED] = 1
    if had and not has:
        # Who goes on under another key gave nothing back.
        deltas |= {Counter.CANCELED: 1} if change.after is S.CANCELED else {Counter.REGISTERED: -1}
    for counter, status in (
        (Counter.ADMITTED, S.ATTENDED),
        (Counter.WAITING, S.WAITLISTED),
        (Counter.GIVEN_UP, S.CANCELED),
    ):
        if moved := (change.after is status) - (change.before is status):
            deltas[counter] = moved
    return deltas


def react(change: Change, *, now: datetime) -> None:
    """What else follows a change: the seat is free, a mail is asked for, it is put on record."""
    places.release_former(change.old, change.new, now=now)
    new = change.new
    if new is None or not change.moved:
        return
    session = Session.fetch(new.event_id, str(new.session_id))
    if change.after is S.CANCELED:
        allowing.forget(new, until=new.canceled_at)
        if not session.is_planned:
            mails.enqueue(mails.CANCELED, new, session, now=now)
    if change.after is S.BOOKED and change.before is S.WAITLISTED:
        mails.enqueue(mails.PROMOTED, new, session, now=now)
    _record_booking(change, new, session)


def _record_booking(change: Change, new: Booking, session: Session) -> None:
    promoted = change.before is S.WAITLISTED
    if new.former_guest and change.before is None:
        return  # the same booking, under another key of its guest
    kinds = {
        S.BOOKED: K.BOOKING_PROMOTED if promoted else K.BOOKING_MADE,
        S.WAITLISTED: K.BOOKING_WAITLISTED,
        S.CANCELED: K.BOOKING_CANCELED,
        S.ATTENDED: K.SESSION_ATTENDED,
    }
    activity.record(
        event_id=new.event_id,
        kind=kinds[new.status],
        actor_label=str(new.changed_by),
        subject=new.guest,
        at=change.at,
        record_id=change.record_id,
        details={"session": session.title},
    )


def see_to_seats(changes: Sequence[Change], *, now: datetime) -> None:
    """What the changes of one session call for together, after each was reacted to.

    Who got a seat or waits at a session that was called off, at such an event, or without a place
    at it any more, loses it: their commits were on the way when that was followed. Who booked
    without a claim, but there is a limit by now, gets one. Who waits is announced, and the promoter
    runs after whatever may have freed a seat, or used up one run of it.
    """
    moves = [change for change in changes if change.moved]
    if not moves:
        return
    came = [change.new for change in moves if change.new is not None and change.new.is_active]
    # Read now, past any cache: after all these changes were written.
    session = services.session_of(moves[0].pool)
    if came and not (session.is_planned and _is_on(session.event_id)):
        _end_all(came, now=now)
        return
    came = _end_of_strangers(came, now=now)
    if any(one.is_waiting for one in came):
        seats.note_waiting(pool=session.pool, now=now)
    unclaimed = [one for one in came if one.is_confirmed and one.claim is None]
    has_limit = places.adopt_late(unclaimed, now=now)
    if has_limit or any(_calls_promoter(change) for change in moves):
        services.promote_waiting(session=session, now=now)


def _is_on(event_id: str) -> bool:
    return Event.fetch(event_id).canceled_at is None


def _end_of_strangers(came: Sequence[Booking], *, now: datetime) -> list[Booking]:
    """Those who have a place at the event; what the others booked is taken back.

    Also what somebody booked in the very moment that the address was changed: the new key's
    record moves what was booked before.
    """
    keys = list({(str(one.registration_shard), one.guest) for one in came})
    known = Registration.find_current(keys) if keys else {}
    guests = {guest for guest, registration in known.items() if registration.is_confirmed}
    _end_all([one for one in came if one.guest not in guests], now=now)
    return [one for one in came if one.guest in guests]


def _end_all(came: Sequence[Booking], *, now: datetime) -> None:
    current = Booking.find_current([(one.shard, one.guest) for one in came]) if came else {}
    for found in current.values():
        services.end_booking(found, changed_by=SYSTEM.label, now=now)


def _calls_promoter(change: Change) -> bool:
    waits = S.WAITLISTED in (change.before, change.after)
    return waits or (change.old is not None and change.old.is_confirmed)
