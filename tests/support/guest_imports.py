"""Importing a list of guests from its upload to its end."""

import csv
import io

from backend.events.questions import Question
from backend.jobs import file_store
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.registrations import guests, imports
from backend.registrations.models import Registration
from tests.support.jobs import run_all
from tests.support.registering import NOON, OLGA

STEPS = {JobKind.IMPORT_GUESTS: imports.step}


def upload(event, content: str | bytes):
    return imports.keep_upload(
        event.uuid, content.encode() if isinstance(content, str) else content
    )


def start(event, content, roles=None, *, encoding="", send_tickets=True, actor=OLGA):
    kept = upload(event, content)
    opened, sheet = imports.open_list(event_id=event.uuid, upload=kept, actor=actor, now=NOON)
    return imports.start_import(
        event_id=event.uuid,
        upload=kept,
        roles=roles or imports.guessed_roles(sheet.headings, questions(opened)),
        encoding=encoding or sheet.encoding,
        send_tickets=send_tickets,
        actor=actor,
        now=NOON,
    )


def questions(event):
    return [Question.from_document(document) for document in event.questions or []]


def run(job: Job) -> Job:
    return run_all(job.job_id, steps=STEPS, now_fn=lambda: NOON)


def import_all(event, content, **values) -> Job:
    return run(start(event, content, **values))


def dry_run(event, content):
    kept = upload(event, content)
    opened, sheet = imports.open_list(event_id=event.uuid, upload=kept, actor=OLGA, now=NOON)
    return imports.preview(opened, sheet, imports.guessed_roles(sheet.headings, questions(opened)))


def guests_of(event) -> dict[str, Registration]:
    found = {}
    for shard in guests.name_shards_of(event.uuid, shards=int(event.shards)):
        entries = Registration.list_by_name(shard, prefix="", after=None, limit=1000).items
        stored = Registration.find_many([(entry.shard, entry.guest) for entry in entries])
        found |= {one.name: one for one in stored}
    return found


def failed_rows(job: Job) -> list[list[str]]:
    text = file_store.get(job.job_id, imports.FAILED_ROWS).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def numbers(job: Job) -> tuple[int, int, int]:
    return job.result["created"], job.result["existing"], job.failed
