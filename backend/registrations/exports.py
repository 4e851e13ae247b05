"""All guests of a list as a file, made by a job: pages are kept one by one, then put together.

What is exported can be imported again. Names of columns are promises to other programs.
"""

import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.jobs import file_store, services
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.jobs.services import JobFile
from backend.registrations import policies, positions, selections, spreadsheets, tickets
from backend.registrations.imports.columns import EXPORTED, answer_headings
from backend.registrations.models import Registration
from backend.registrations.selections import Selection
from backend.shared.actor import Actor
from backend.shared.errors import BadInput

GUESTS_PER_STEP = 100
_FILTER, _HEADINGS = "selection.json", "headings.json"
_JSON = "application/json"
_HELD_IN_MEMORY = 8 * 1024 * 1024
"""A larger file is put together on the disk of the function."""


class FileFormat(StrEnum):
    """What an export is written as."""

    CSV = "CSV"
    XLSX = "XLSX"


_NAMES = {FileFormat.CSV: "guests.csv", FileFormat.XLSX: "guests.xlsx"}
_TYPES = {FileFormat.CSV: spreadsheets.CSV_TYPE, FileFormat.XLSX: spreadsheets.XLSX_TYPE}


def start_export(
    *,
    event_id: str,
    file_format: FileFormat,
    selection: Selection,
    total: int | None = None,
    actor: Actor,
    now: datetime,
) -> Job:
    """Begin to write the selected guests into a file.

    Refuses with ``EventNotFound`` and ``EventForbidden``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.EXPORT_GUESTS, now=now
    )
    headings = [*EXPORTED, *answer_headings(questions_of(event))]
    return services.start_job(
        kind=JobKind.EXPORT_GUESTS,
        event_id=event_id,
        params={
            "format": file_format,
            # The columns of all pages are those of the first, whatever is edited meanwhile.
            "questions": [question.id for question in questions_of(event)],
            "administrator": actor.is_administrator,
        },
        actor_label=actor.label,
        user_id=actor.user_id,
        total=total,
        now=now,
        files={
            _FILTER: JobFile(selection.to_bytes(), _JSON),
            _HEADINGS: JobFile(json.dumps(headings).encode(), _JSON),
        },
    )


def step(job: Job, now: datetime) -> StepResult:
    """Keep the next page of guests; the last step puts the pages together."""
    event = events.authorize(
        event_id=job.event_id,
        actor=policies.actor_of_job(job),
        action=EventAction.EXPORT_GUESTS,
        now=now,
    )
    here = job.cursor or {"more": True, "pages": 0}
    pages = int(here["pages"])
    if not here["more"]:
        return StepResult(
            None, result={"downloads": {_put_together(job, event, pages): _title(job)}}
        )
    page = selections.list_selected(
        event,
        Selection.from_bytes(file_store.get(job.job_id, _FILTER)),
        with_addresses=True,
        limit=GUESTS_PER_STEP,
        start=positions.fetch(job.job_id, pages),
    )
    records = [record_of(one, event, job.params["questions"]) for one in page.items]
    content = json.dumps(records, ensure_ascii=False).encode()
    file_store.put(job.job_id, _page_name(pages), content, content_type=_JSON)
    more = positions.keep(job.job_id, pages + 1, page.next_key)
    return StepResult({"more": more, "pages": pages + 1}, done=len(records))


def record_of(registration: Registration, event: Event, question_ids: Sequence[str]) -> list[str]:
    """A guest's cells: those of ``EXPORTED``, then the answers to these questions."""
    zone = ZoneInfo(event.time_zone)
    code = ""
    if registration.is_confirmed:
        code = tickets.short_code(registration.guest, str(registration.ticket_no))
    arrived = registration.is_confirmed and registration.admission
    answers: dict[str, object] = registration.answers or {}
    return [
        registration.name or "",
        registration.user_email or "",
        registration.status.value,
        code,
        _local(registration.registered_at, zone),
        _local(registration.waiting_since, zone),
        _local(registration.canceled_at, zone),
        arrived.value if arrived else "",
        _local(registration.admitted_at, zone),
        registration.admitted_gate or "",
        registration.note or "",
        "yes" if registration.attention else "",
        event.time_zone,
        *(_answer(answers.get(question)) for question in question_ids),
    ]


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    """``2026-11-20T18:00:00+01:00``: where the event is, with the offset said."""
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""


def _answer(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _put_together(job: Job, event: Event, pages: int) -> str:
    """The file of all pages; memory holds one page and, up to a bound, the file."""
    made = FileFormat(job.params["format"])
    with tempfile.SpooledTemporaryFile(_HELD_IN_MEMORY) as packed:
        if made is FileFormat.XLSX:
            spreadsheets.write_xlsx(_records(job, pages), packed, title=event.title)
        else:
            text = io.TextIOWrapper(packed, "utf-8-sig", newline="")
            spreadsheets.write_csv(_records(job, pages), text)
            text.flush()
            text.detach()
        packed.seek(0)
        file_store.put(job.job_id, _NAMES[made], packed.read(), content_type=_TYPES[made])
    return _NAMES[made]


def _records(job: Job, pages: int) -> Iterator[list[str]]:
    yield json.loads(file_store.get(job.job_id, _HEADINGS))
    for number in range(pages):
        yield from json.loads(file_store.get(job.job_id, _page_name(number)))


def _page_name(number: int) -> str:
    return f"page-{number:06}.json"


def _title(job: Job) -> str:
    return _NAMES[FileFormat(job.params["format"])]


def format_named(text: str) -> FileFormat:
    """The format of this name; refuses with ``BadInput`` on ``format``."""
    if text not in FileFormat.__members__:
        raise BadInput({"format": "Choose CSV or XLSX."})
    return FileFormat(text)
