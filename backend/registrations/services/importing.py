"""Adding a guest of a list that may be read twice: nobody gets a second place by it."""

from dataclasses import dataclass
from datetime import datetime

from backend.events.models import Event
from backend.events.questions import Answer
from backend.registrations.services.registering import Outcome, draft_of, take_place
from backend.shared.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedGuest:
    """One guest of a list, checked; ``guest`` is the key that the same row always has."""

    guest: str
    name: str
    email: str | None
    answers: dict[str, Answer]
    note: str | None
    attention: bool
    waits: bool


def import_guest(
    imported: ImportedGuest,
    *,
    event: Event,
    import_id: str,
    quiet: bool,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """A place for a guest of a list, or on the waiting list if that is asked or all are taken.

    ``quiet``: no mail is sent for it. Refuses with ``SoldOut``, ``PoolBusy``, ``TryAgain``.
    """
    draft = draft_of(event, imported.guest, name=imported.name, actor=actor, now=now)
    draft.user_email = imported.email
    draft.answers = imported.answers or None
    draft.note = imported.note
    draft.attention = imported.attention or None
    draft.import_id = import_id
    draft.quiet = quiet or None
    return take_place(draft, event=event, waits=imported.waits, now=now)
