"""Jobs as the stage runs them: woken by the queue, under their own rights."""

import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta

import boto3

from backend.jobs import job_queue
from backend.jobs import queries as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from infra.localcloud.cloud import LocalCloud
from tests.support.api import Api, Person, Pool
from tests.support.eventual import eventually


def published_event(api: Api, owner: Person) -> str:
    starts_at = datetime.now(UTC) + timedelta(days=3)
    details = {
        "title": "Harbour Conference",
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(hours=5)).isoformat(),
        "capacity": 1,
        "waitingList": True,
    }
    event_id: str = api.post("/events", details, by=owner).body["eventId"]
    assert api.post(f"/events/{event_id}/publish", by=owner).status == 200
    return event_id


def told_of_the_end(cloud: LocalCloud) -> set[str]:
    """The addresses that got a mail which says that the organiser called the event off."""
    with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/ses/messages") as answer:
        kept = json.load(answer)["messages"]
    texts = [json.dumps(mail) for mails in kept.values() for mail in mails]
    found = [re.findall(r"[\w.-]+@example.org", text) for text in texts if "has called" in text]
    return {address for addresses in found for address in addresses}


def job_of(event_id: str) -> Job | None:
    found = jobs.list_for_event(event_id, limit=1).items
    return jobs.fetch_job(found[0].job_id) if found else None


def has_ended(event_id: str) -> bool:
    job = job_of(event_id)
    return job is not None and not job.is_open


def test_event_called_off_over_the_api_takes_every_place_back_and_tells_everybody(
    stage, stage_cloud
):
    api, pool = Api(stage["APIEndpoint"]), Pool()
    owner, ada, bob = (pool.make(name) for name in ("Olga Owner", "Ada Byron", "Bob Moss"))
    event_id = published_event(api, owner)
    for guest in (ada, bob):
        place = f"/events/{event_id}/registrations"
        assert api.post(place, {"name": guest.name}, by=guest).status == 201

    assert api.delete(f"/events/{event_id}", by=owner).status == 200

    eventually(lambda: has_ended(event_id))
    job = job_of(event_id)
    assert (job.kind, job.status, job.done) == (JobKind.CANCEL_EVENT, JobStatus.DONE, 2)
    mine = api.get(f"/events/{event_id}/registrations/me", by=ada).body
    assert mine["status"] == "CANCELED"
    eventually(lambda: told_of_the_end(stage_cloud) >= {ada.email, bob.email})


def test_message_about_nothing_is_kept_apart_and_stops_nobody(stage):
    sqs, queue = boto3.client("sqs"), stage["JobsQueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="rubbish")
    job_queue.send("no-such-job")

    def left() -> tuple[str, str]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return found[names[0]], found[names[1]]

    # Handed out and not deleted: it comes again, and goes to the queue of what failed in the end.
    eventually(lambda: left() == ("0", "1"))
