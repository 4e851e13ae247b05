"""What the crew changes about a guest: name, answers, note, ticket. The seat stays as it is.

Every change carries the version that the person saw. Where another one came first it is refused
with ``StaleWrite``, whose ``old`` is the registration as it is now: nothing is overwritten unseen.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.questions import checked_answers, questions_of
from backend.registrations import guests, policies, queries, tickets
from backend.registrations.errors import NoTicket, SentJustNow
from backend.registrations.models import Registration
from backend.shared import control_characters, db
from backend.shared.actor import Actor
from backend.shared.errors import BadInput

LONGEST_NOTE = 2_000
RESENT_EVERY = timedelta(minutes=1)


def change_name(
    *, event_id: str, guest: str, version: int, name: str, actor: Actor, now: datetime
) -> Registration:
    """Call the guest something else; see ``change_guest``."""
    return change_guest(
        event_id=event_id, guest=guest, version=version, name=name, actor=actor, now=now
    )


def change_guest(
    *,
    event_id: str,
    guest: str,
    version: int,
    name: str,
    answers: Mapping[str, object] | None = None,
    actor: Actor,
    now: datetime,
) -> Registration:
    """Write the guest's name and, unless ``None``, answers; required ones may be left out.

    What was answered to questions that are not asked any more is kept, and an answer that stays
    as it was is not checked again: its question may have changed since. One conditional write;
    none where nothing differs. Refuses with ``EventNotFound``, ``EventForbidden``,
    ``RegistrationNotFound``, ``StaleWrite``, ``GuestErased`` and ``BadInput`` (``name``,
    ``answers.<id>``).
    """
    event, registration = _seen(
        event_id, guest, version, action=EventAction.MANAGE_GUESTS, actor=actor, now=now
    )
    called = guests.checked_name(name)
    values: dict[str, object] = {"name": called, "name_key": guests.name_key(called, guest)}
    if answers is not None:
        values["answers"] = _answers(event, registration, answers) or None
    if all(getattr(registration, key) == value for key, value in values.items()):
        return registration
    return registration.revise(values, changed_by=actor.label)


def _answers(
    event: Event, registration: Registration, answers: Mapping[str, object]
) -> dict[str, object]:
    questions = questions_of(event)
    asked = {question.id for question in questions}
    before: dict[str, object] = registration.answers or {}
    kept = {
        name: answer
        for name, answer in before.items()
        if name not in asked or answers.get(name) == answer
    }
    new = {name: answer for name, answer in answers.items() if name not in kept}
    return kept | checked_answers(questions, new, complete=False)


def write_note(
    *,
    event_id: str,
    guest: str,
    version: int,
    note: str,
    attention: bool,
    actor: Actor,
    now: datetime,
) -> Registration:
    """Replace what the crew noted about a guest; ``attention``: the desk should look at it.

    At most 2,000 characters; an empty note removes it. One conditional write, none where nothing
    differs. Refuses as ``change_guest`` does, with ``BadInput`` on ``note``.
    """
    _event, registration = _seen(
        event_id, guest, version, action=EventAction.NOTE_GUESTS, actor=actor, now=now
    )
    text = checked_note(note)
    if (text or None, attention) == (registration.note, bool(registration.attention)):
        return registration
    values = {"note": text or None, "attention": True if attention else None}
    return registration.revise(values, changed_by=actor.label)


def checked_note(note: str) -> str:
    """The note as it is stored; refuses with ``BadInput`` on ``note``."""
    text = note.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise BadInput({"note": f"A note has at most {LONGEST_NOTE:,} characters."})
    if control_characters.IN_PROSE.search(text):
        raise BadInput({"note": "A note has no control characters."})
    return text


def reissue_ticket(
    *, event_id: str, guest: str, version: int, actor: Actor, now: datetime
) -> Registration:
    """Give the guest another ticket: the one before answers ``REVOKED`` from now on.

    The table's stream mails it. Refuses as ``change_guest`` does, and with ``NoTicket``.
    """
    event, registration = _seen(
        event_id, guest, version, action=EventAction.MANAGE_GUESTS, actor=actor, now=now
    )
    policies.check_has_ticket(registration, event, now=now)
    ticket_no = tickets.another_ticket_no(str(registration.ticket_no))
    return registration.reissue(ticket_no, changed_by=actor.label)


def resend_ticket(*, event_id: str, guest: str, actor: Actor, now: datetime) -> Registration:
    """Have the ticket that counts mailed once more, at most once a minute per guest.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``RegistrationNotFound``, ``NoTicket`` (no
    place, no address), ``SentJustNow`` and ``StaleWrite``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    return _resend(queries.fetch_one(event, guest), event, actor=actor, now=now)


def resend_mine(*, event_id: str, actor: Actor, now: datetime) -> Registration:
    """The same for the actor's own ticket; refuses also with ``SignInNeeded``."""
    registration = queries.fetch_mine(event_id=event_id, actor=actor, now=now)
    event = events.settings_of(event_id, now=now)
    return _resend(registration, event, actor=actor, now=now)


def _resend(
    registration: Registration, event: Event, *, actor: Actor, now: datetime
) -> Registration:
    policies.check_has_ticket(registration, event, now=now)
    if not registration.user_email:
        raise NoTicket("This guest has no e-mail address to send the ticket to.")
    long_ago = now - RESENT_EVERY
    try:
        return registration.mark_resent(at=now, not_since=long_ago, changed_by=actor.label)
    except db.StaleWrite as refusal:
        stored: Registration | None = refusal.old
        if stored is not None and stored.resent_at and stored.resent_at > long_ago:
            raise SentJustNow("The ticket was sent a moment ago. Try again in a minute.") from None
        raise


def _seen(
    event_id: str, guest: str, version: int, *, action: EventAction, actor: Actor, now: datetime
) -> tuple[Event, Registration]:
    """The registration that the actor saw at ``version``, if it still is that one."""
    event = events.authorize(event_id=event_id, actor=actor, action=action, now=now)
    registration = queries.fetch_seen(event, guest, version)
    policies.check_not_erased(registration)
    return event, registration
