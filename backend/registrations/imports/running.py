"""An import as a job: fifty rows a step, each row once however often a step is run.

The list is read anew by whoever runs a step: its rows, their order and their guests' keys never
differ. A guest who is registered already is counted and left as they are, so running the same
list again changes nothing.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.questions import Question, questions_of
from backend.jobs import file_store, services
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import Problem, StepResult
from backend.jobs.services import JobFile
from backend.registrations import policies, spreadsheets
from backend.registrations.errors import SoldOut
from backend.registrations.imports import columns, files
from backend.registrations.imports.dry_run import Fate, judge, stored_guests
from backend.registrations.imports.entries import Entry, RowProblem, Wish, read_entries
from backend.registrations.models import Registration
from backend.registrations.services.importing import ImportedGuest, import_guest
from backend.registrations.states import RegistrationStatus
from backend.shared.actor import Actor

ROWS_PER_STEP = 50


def start_import(
    *,
    event_id: str,
    upload: str,
    roles: Sequence[str],
    encoding: str,
    send_tickets: bool,
    actor: Actor,
    now: datetime,
) -> Job:
    """Begin to add the guests of an uploaded list; the same upload, read the same, begins once.

    ``encoding`` is the one that the list was looked at in. Refuses with ``EventNotFound``,
    ``EventForbidden``, ``RegistrationClosed``, ``FileGone``, ``BadInput`` and ``LaneBusy``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    policies.check_open(event, now=now)
    content = files.fetch_upload(event_id, upload)
    sheet = spreadsheets.read(content, encoding=_encoding(encoding))
    asked = questions_of(event)
    return services.start_job(
        kind=JobKind.IMPORT_GUESTS,
        event_id=event_id,
        params={
            "roles": columns.checked_roles(roles, headings=sheet.headings, questions=asked),
            # Somebody may edit the questions while rows are added; those looked at count.
            "questions": [question.to_document() for question in asked],
            "encoding": encoding,
            "quiet": not send_tickets,
            "administrator": actor.is_administrator,
        },
        actor_label=actor.label,
        user_id=actor.user_id,
        total=len(sheet.rows),
        now=now,
        key="\n".join([upload, encoding, str(send_tickets), *roles]),
        files={files.LIST: JobFile(content, "application/octet-stream")},
    )


def step(job: Job, now: datetime) -> StepResult:
    """Add the guests of the next rows; the last step makes the file of those that failed."""
    here = job.cursor or {"at": 0, "failed": []}
    at = int(here["at"])
    actor = policies.actor_of_job(job)
    event = events.authorize(
        event_id=job.event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    policies.check_open(event, now=now)
    sheet, entries = _entries(job.job_id, job.event_id, json.dumps(job.params))
    if at >= len(entries):
        return StepResult(None, result=_failed_file(job, sheet, here["failed"]))
    part = entries[at : at + ROWS_PER_STEP]
    wanted = [entry for entry in part if not entry.problems and entry.wish is not Wish.NOTHING]
    stored = stored_guests(event, wanted)
    fates: Counter[Fate] = Counter()
    problems: list[RowProblem] = []
    for nth, entry in enumerate(part):
        # The waiting list is ordered by time: rows of one step keep their order by a moment each.
        moment = now + timedelta(milliseconds=nth)
        fate, found = _add(entry, stored, event=event, job=job, actor=actor, now=moment)
        fates[fate] += 1
        problems += found
    return StepResult(
        {"at": at + len(part), "failed": here["failed"] + _keep_failed(job, at, problems)},
        done=len(part) - fates[Fate.PROBLEM],
        failed=[*_per_row(problems)],
        result=_added_up(job, fates),
    )


def _added_up(job: Job, fates: Counter[Fate]) -> dict[str, int]:
    before = job.result or {}
    now = {
        "created": fates[Fate.NEW] + fates[Fate.WAITING],
        "waiting": fates[Fate.WAITING],
        "existing": fates[Fate.THERE],
        "left_out": fates[Fate.LEFT_OUT],
    }
    return {name: before.get(name, 0) + number for name, number in now.items()}


def _add(
    entry: Entry,
    stored: dict[str, Registration],
    *,
    event: Event,
    job: Job,
    actor: Actor,
    now: datetime,
) -> tuple[Fate, Sequence[RowProblem]]:
    """What became of one row, and why it adds nobody if it does not."""
    known = stored.get(entry.guest)
    if known is not None and known.import_id == job.job_id:
        # This job added them, in a step that was cut off.
        return _fate_of_added(known), ()
    fate, problems = judge(entry, stored, event)
    if fate not in (Fate.NEW, Fate.WAITING):
        return fate, problems
    try:
        outcome = import_guest(
            _guest_of(entry),
            event=event,
            import_id=job.job_id,
            quiet=bool(job.params["quiet"]),
            actor=actor,
            now=now,
        )
    except SoldOut as refusal:
        return Fate.PROBLEM, [RowProblem(entry.row.number, refusal.code, refusal.message)]
    return (_fate_of_added(outcome.registration) if outcome.created else Fate.THERE), ()


def _fate_of_added(registration: Registration) -> Fate:
    waits = registration.status is RegistrationStatus.WAITLISTED
    return Fate.WAITING if waits else Fate.NEW


def _guest_of(entry: Entry) -> ImportedGuest:
    return ImportedGuest(
        guest=entry.guest,
        name=entry.name,
        email=entry.email,
        answers=entry.answers,
        note=entry.note,
        attention=entry.attention,
        waits=entry.wish is Wish.WAIT,
    )


@lru_cache(maxsize=1)
def _entries(job_id: str, event_id: str, params: str) -> tuple[spreadsheets.Sheet, list[Entry]]:
    """The job's rows in the order they are added in.

    A runner takes one step after the other, so it reads them once.
    """
    asked: dict[str, Any] = json.loads(params)
    content = file_store.get(job_id, files.LIST)
    sheet = spreadsheets.read(content, encoding=_encoding(asked["encoding"]))
    questions = [Question.from_document(document) for document in asked["questions"]]
    entries = read_entries(sheet, asked["roles"], event_id=event_id, questions=questions)
    # Once somebody waits, newcomers wait behind them: first come those who want a place.
    return sheet, sorted(entries, key=lambda entry: entry.wish is Wish.WAIT)


def _encoding(named: str) -> str:
    return "" if named == spreadsheets.XLSX else named


# The rows that failed: kept step by step, put together at the end


def _keep_failed(job: Job, at: int, problems: Sequence[RowProblem]) -> list[int]:
    """Keep why rows of the step at ``at`` failed; what the cursor remembers of it."""
    if not problems:
        return []
    reasons = json.dumps([[problem.row, problem.sentence] for problem in problems]).encode()
    file_store.put(job.job_id, _part_name(at), reasons, content_type="application/json")
    return [at]


def _part_name(at: int) -> str:
    return f"failed-{at:06}.json"


def _per_row(problems: Sequence[RowProblem]) -> Iterator[Problem]:
    """One problem per row, the first one's code with everything that is wrong."""
    by_row: dict[int, list[RowProblem]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(problem)
    for row, found in by_row.items():
        yield Problem(f"row {row}", found[0].code, " ".join(one.kept_sentence for one in found))


def _failed_file(job: Job, sheet: spreadsheets.Sheet, parts: Sequence[int]) -> dict[str, Any]:
    """The failed rows as they were, with the reason before them; ready to be imported again."""
    if not parts:
        return {}
    reasons: dict[int, list[str]] = {}
    for at in parts:
        for row, sentence in json.loads(file_store.get(job.job_id, _part_name(at))):
            reasons.setdefault(row, []).append(sentence)
    failed = [
        [str(row.number), " ".join(reasons[row.number]), *row.cells]
        for row in sheet.rows
        if row.number in reasons
    ]
    content = spreadsheets.csv_bytes([["row", "reason", *sheet.headings], *failed])
    file_store.put(job.job_id, files.FAILED_ROWS, content, content_type=spreadsheets.CSV_TYPE)
    return {"downloads": {files.FAILED_ROWS: files.FAILED_ROWS}}
