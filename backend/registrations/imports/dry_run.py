"""What an import would do, without doing any of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.registrations import guests, queries, spreadsheets
from backend.registrations.imports import columns, files
from backend.registrations.imports.entries import Entry, RowProblem, Wish, read_entries
from backend.registrations.models import Registration
from backend.registrations.spreadsheets import Sheet
from backend.registrations.states import RegistrationStatus
from backend.shared.actor import Actor

SHOWN_ROWS, SHOWN_PROBLEMS = 5, 200


@dataclass(frozen=True, slots=True)
class Preview:
    """Numbers of rows by what would become of them, and what the organiser looks at first.

    ``places_left`` is ``None`` without a limit. ``problems`` are the first ones of
    ``problem_rows``, besides ``more_problems``; ``first`` are the first good rows.
    """

    sheet: Sheet
    roles: list[str]
    new: int
    waiting: int
    there: int
    left_out: int
    problem_rows: int
    problems: list[RowProblem]
    more_problems: int
    first: list[Entry]
    without_email: int
    places_left: int | None


def open_list(
    *, event_id: str, upload: str, encoding: str = "", actor: Actor, now: datetime
) -> tuple[Event, Sheet]:
    """An uploaded list as it is read, and the event it is for; one read of the file.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``FileGone`` and ``BadInput``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    content = files.fetch_upload(event_id, upload)
    return event, spreadsheets.read(content, encoding=encoding)


def preview(event: Event, sheet: Sheet, roles: Sequence[str]) -> Preview:
    """What would become of each row. Writes nothing; reads the rows' guests, half a unit each.

    Refuses with ``BadInput`` on ``columns`` as ``columns.checked_roles`` does.
    """
    questions = questions_of(event)
    used = columns.checked_roles(roles, headings=sheet.headings, questions=questions)
    entries = read_entries(sheet, used, event_id=event.uuid, questions=questions)
    good = [entry for entry in entries if not entry.problems and entry.wish is not Wish.NOTHING]
    stored = stored_guests(event, good)
    judged = [(entry, *judge(entry, stored, event)) for entry in entries]
    fates = Counter(fate for _entry, fate, _problems in judged)
    problems = [problem for _entry, _fate, found in judged for problem in found]
    new = [entry for entry, fate, _problems in judged if fate in (Fate.NEW, Fate.WAITING)]
    return Preview(
        sheet=sheet,
        roles=used,
        new=fates[Fate.NEW],
        waiting=fates[Fate.WAITING],
        there=fates[Fate.THERE],
        left_out=fates[Fate.LEFT_OUT],
        problem_rows=fates[Fate.PROBLEM],
        problems=problems[:SHOWN_PROBLEMS],
        more_problems=max(0, len(problems) - SHOWN_PROBLEMS),
        first=new[:SHOWN_ROWS],
        without_email=sum(entry.email is None for entry in new),
        places_left=queries.places_left(event),
    )


def stored_guests(event: Event, entries: Sequence[Entry]) -> dict[str, Registration]:
    """The registrations that the guests of these rows have already, by guest."""
    shards = int(event.shards)
    keys = [
        (guests.shard_of(event.uuid, entry.guest, shards=shards), entry.guest) for entry in entries
    ]
    return {item.guest: item for item in Registration.find_many(keys)}


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    WAITING = "waiting"
    THERE = "there"
    LEFT_OUT = "left_out"
    PROBLEM = "problem"


def judge(
    entry: Entry, stored: dict[str, Registration], event: Event
) -> tuple[Fate, tuple[RowProblem, ...]]:
    """What becomes of a row, going by what is stored, and why it adds nobody.

    Seats are not looked at: whether there is one is known when it is taken.
    """
    if entry.problems:
        return Fate.PROBLEM, entry.problems
    if entry.wish is Wish.NOTHING:
        return Fate.LEFT_OUT, ()
    found = stored.get(entry.guest)
    if found is not None and found.status is RegistrationStatus.CANCELED:
        return Fate.PROBLEM, (RowProblem(entry.row.number, "canceled_before", _CANCELED),)
    if found is not None and found.status is RegistrationStatus.TOMBSTONE and found.ticket_no:
        # Not the mark of an audit, but what is left where a guest got another address.
        return Fate.PROBLEM, (RowProblem(entry.row.number, "moved_before", _MOVED),)
    if found is not None and found.is_active:
        return Fate.THERE, ()
    if entry.wish is Wish.PLACE:
        return Fate.NEW, ()
    if not event.waiting_list:
        return Fate.PROBLEM, (RowProblem(entry.row.number, "waiting_list_off", _NO_LIST),)
    return Fate.WAITING, ()


_CANCELED = "This guest’s registration was canceled. Add them by hand if they come after all."
_MOVED = (
    "Whoever was added like this has another address now. Is this somebody else? Add them by hand."
)
_NO_LIST = "This event has no waiting list."
