"""Everything an event holds about one guest, as two files: for machines and for people.

A job: the event's scans are gone through page by page, and what is the guest's is kept beside
the job until the last step writes the files. Other people stay what they are: a role, no id.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from backend.activity.models import Activity
from backend.checkin.models import Scan, scan_shards
from backend.events.models import Event
from backend.events.questions import questions_of
from backend.guest_requests import queries as guest_requests
from backend.guest_requests.models import GuestRequest
from backend.jobs import file_store
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.lifecycle import queries
from backend.notifications.models import Notification
from backend.registrations import mails
from backend.registrations.models import Registration
from backend.sessions import queries as session_queries
from backend.sessions.models import Booking, Session
from backend.shared.clock import iso

SCANS_PER_STEP = 500
DATA, TEXT = "guest.json", "guest.txt"
_PART = "part-"
_LISTS = ("activity", "bookings", "requests", "scans", "messages")
# How the seat protocol and the indexes name things; it says nothing about the guest.
_INTERNAL = {
    "shard", "version", "name_shard", "name_key", "waiting_shard", "claim_block", "claim_attempt",
    "changed_by", "first_ticket_no",
}  # fmt: skip
Document = dict[str, Any]


def step(job: Job, now: datetime) -> StepResult:
    """Look through the next page of scans, or write the files; refuses with ``EventNotFound``."""
    event = Event.fetch(job.event_id)
    shards = scan_shards(event.uuid, shards=int(event.shards))
    cursor = job.cursor or {"shard": 0, "before": None, "page": 0}
    if cursor["shard"] < len(shards):
        return _look_through(job, event, shards[cursor["shard"]], cursor)
    if not cursor.get("written"):
        return _write(job, event, cursor, now)
    # A step of its own: one that runs again needs the parts once more.
    for name in file_store.list_names(job.job_id):
        if name.startswith(_PART):
            file_store.remove(job.job_id, name)
    return StepResult(None)


def _write(job: Job, event: Event, cursor: Document, now: datetime) -> StepResult:
    document = _document(job, event, now)
    _store(job, DATA, json.dumps(document, ensure_ascii=False, indent=2), "application/json")
    _store(job, TEXT, "\n".join(_lines(document)) + "\n", "text/plain; charset=utf-8")
    written = sum(len(document[part]) for part in _LISTS)
    start = f"guest-{job.params['guest'][:4]}"
    downloads = {DATA: f"{start}.json", TEXT: f"{start}.txt"}
    return StepResult(
        {**cursor, "written": True}, done=written + 1, result={"downloads": downloads}
    )


def _look_through(job: Job, event: Event, shard: str, cursor: Document) -> StepResult:
    keys = queries.keys_of(event, job.params["guest"])
    page = Scan.list_in_shard(shard, before=cursor["before"], limit=SCANS_PER_STEP)
    taken = queries.others_since(event, keys)
    mine = [
        _scan(scan)
        for scan in page.items
        if scan.guest in keys and (scan.guest not in taken or scan.at < taken[scan.guest])
    ]
    if mine:
        # Named by the page, so that a step that runs again writes over what it wrote.
        _store(job, f"{_PART}{cursor['page']:06}", json.dumps(mine), "application/json")
    if page.next_key:
        before = page.items[-1].scan_id
        return StepResult({**cursor, "before": before, "page": cursor["page"] + 1})
    return StepResult({"shard": cursor["shard"] + 1, "before": None, "page": cursor["page"] + 1})


def _document(job: Job, event: Event, now: datetime) -> Document:
    keys = queries.keys_of(event, job.params["guest"])
    registration = Registration.fetch(queries.shard_of(event, keys[0]), keys[0])
    names = file_store.list_names(job.job_id)
    parts = [file_store.get(job.job_id, name) for name in names if name.startswith(_PART)]
    return {
        "event": {"id": event.uuid, "title": event.title},
        "exported_at": iso(now),
        "registration": _registration(event, registration),
        "activity": [_activity(one, registration) for one in queries.list_activity(event, keys)],
        "bookings": [_booking(*one) for one in _bookings(event, keys)],
        "requests": [_request(one) for one in _requests(event, keys)],
        "scans": [scan for part in parts for scan in json.loads(part)],
        "messages": [_message(one) for one in _messages(registration)],
        "not_included": "The account and profile of the person, which belong to no event.",
    }


def _registration(event: Event, registration: Registration) -> Document:
    """All that is stored, with each answer beside its question."""
    known = _plain(registration.attribute_values)
    labels = {question.id: question.label for question in questions_of(event)}
    answers: Mapping[str, Any] = registration.answers or {}
    return known | {"answers": {labels.get(name, name): said for name, said in answers.items()}}


def _activity(entry: Activity, registration: Registration) -> Document:
    by_guest = entry.actor_label == f"USER:{registration.user_id}"
    who = "the guest" if by_guest else _who(entry.actor_label)
    return {"at": iso(entry.at), "what": str(entry.kind), "by": who, "details": entry.details or {}}


def _who(actor_label: str) -> str:
    """What kind of actor it was: other people's ids are theirs."""
    return actor_label.partition(":")[0].lower()


def _bookings(event: Event, keys: list[str]) -> list[tuple[Booking, Session]]:
    """What the guest booked at this event; not what others did under a key that is theirs now."""
    mine = queries.own_keys(event, keys)
    found = [one for key in mine for one in session_queries.list_of_guest(key)]
    known = session_queries.sessions_of(found)
    here = [one for one in found if one.event_id == event.uuid and one.session_id in known]
    return [(one, known[str(one.session_id)]) for one in here]


def _booking(booking: Booking, session: Session) -> Document:
    moments = {"booked_at": booking.booked_at, "attended_at": booking.attended_at}
    told = {name: iso(at) if at else None for name, at in moments.items()}
    return {
        "session": session.title,
        "starts_at": iso(session.starts_at),
        "status": str(booking.status),
        **told,
    }


def _requests(event: Event, keys: list[str]) -> Iterable[GuestRequest]:
    """What the guest asked for at this event; not what others did under a key that is theirs now."""
    taken = queries.others_since(event, keys)
    for key in keys:
        for one in guest_requests.list_of_guest(event_id=event.uuid, guest=key):
            if key not in taken or one.created_at < taken[key]:
                yield one


def _request(request: GuestRequest) -> Document:
    return {
        "at": iso(request.created_at),
        "what": request.kind_name,
        "option": request.option,
        "text": request.text,
        "status": str(request.status),
        "reason": request.reason or "",
    }


def _scan(scan: Scan) -> Document:
    return {"at": iso(scan.at), "gate": scan.gate, "result": str(scan.result)}


def _messages(registration: Registration) -> Iterable[Notification]:
    """What was mailed about the present ticket; other keys of the outbox are not known."""
    for key in mails.keys_about(registration):
        if found := Notification.find(key):
            yield found


def _message(message: Notification) -> Document:
    sent = iso(message.finished_at) if message.finished_at else None
    return {"what": message.template, "status": str(message.status), "sent_at": sent}


def _plain(values: Mapping[str, Any]) -> Document:
    kept = {name: value for name, value in values.items() if name not in _INTERNAL}
    return {name: _told(name, value) for name, value in kept.items() if value is not None}


def _told(name: str, value: Any) -> Any:
    if name.endswith("_by"):
        return _who(value)
    if isinstance(value, Enum):
        return str(value)
    return iso(value) if isinstance(value, datetime) else value


def _lines(document: Document) -> Iterable[str]:
    """The same for people: a heading per part, a line per fact."""
    yield f"{document['event']['title']}, as of {document['exported_at']}"
    yield from ("", "Registration")
    for name, value in document["registration"].items():
        facts = value.items() if isinstance(value, dict) else [(name.replace("_", " "), value)]
        yield from (f"  {label}: {fact}" for label, fact in facts)
    for part in _LISTS:
        yield from ("", part.capitalize())
        for one in document[part]:
            yield "  " + ", ".join(str(value) for value in one.values() if value)
    yield from ("", f"Not included: {document['not_included']}")


def _store(job: Job, name: str, text: str, content_type: str) -> None:
    file_store.put(job.job_id, name, text.encode(), content_type=content_type)
