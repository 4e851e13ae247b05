"""A guest whose traces lie everywhere, and where a word still stands."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import boto3

from backend.handlers import registrations_stream
from backend.jobs import file_store
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from backend.lifecycle import exports, services
from backend.registrations import services as registrations
from backend.registrations.imports.files import keep_upload
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from tests.factories.events import NOON
from tests.factories.jobs import make_job
from tests.factories.users import a_user
from tests.support.interleaving import dynamodb_client
from tests.support.jobs import run_all
from tests.support.meetups import Meetup

K, S = JobKind, RegistrationStatus
LATER = NOON + timedelta(hours=1)


def register(meetup: Meetup, canary: str, **values: object) -> Registration:
    """A guest who registered, whose name, address, note and account say the canary's word."""
    guest = a_user(f"{canary}-sub", name=f"Bird {canary}", email=f"{canary}@example.com")
    registered = registrations.register(
        event_id=meetup.event.uuid, name=guest.name, actor=guest, now=NOON
    ).registration
    return registered.revise(
        {"note": f"Allergic, says {canary}", "attention": True, "answers": {"diet": canary}}
        | values,
        changed_by=guest.label,
    )


def deliver(meetup: Meetup) -> None:
    answer = registrations_stream.handler({"Records": meetup.records()}, None)
    assert answer == {"batchItemFailures": []}


def everything() -> Iterator[tuple[str, str]]:
    """(where, text) of every item of every table and every stored file."""
    dynamodb, s3 = dynamodb_client(), boto3.client("s3")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from ((table, json.dumps(item, default=str)) for item in page["Items"])
    for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", []):
                yield bucket, found["Key"] + _text_of(bucket, found["Key"], found["ETag"])


@cache
def _text_of(bucket: str, key: str, _etag: str) -> str:
    """What other tests left is read once, not at each look."""
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body.decode(errors="replace")


def places_of(word: str) -> list[str]:
    return sorted({where for where, text in everything() if word in text})


def erase(meetup: Meetup, guest: Registration) -> Job:
    job = services.start_erase_guest(
        event_id=meetup.event.uuid, guest=guest.guest, actor=meetup.organiser, now=LATER
    )
    return run_all(job.job_id, now_fn=lambda: LATER)


def leave_files(meetup: Meetup, canary: str) -> str:
    """An import that is done with its list, an export, and a list that waits; its id."""
    text = f"name,email\n{canary},{canary}@example.com\n".encode()
    for kind in (K.IMPORT_GUESTS, K.EXPORT_GUESTS):
        job = make_job(event_id=meetup.event.uuid, kind=kind, status=JobStatus.DONE)
        file_store.put(job.job_id, "list", text, content_type="text/csv")
    return keep_upload(meetup.event.uuid, text)


def export(meetup: Meetup, guest: Registration) -> tuple[Job, dict, str]:
    job = services.start_export_guest(
        event_id=meetup.event.uuid, guest=guest.guest, actor=meetup.organiser, now=LATER
    )
    done = run_all(job.job_id, now_fn=lambda: LATER)
    data = json.loads(file_store.get(job.job_id, exports.DATA))
    return done, data, file_store.get(job.job_id, exports.TEXT).decode()
