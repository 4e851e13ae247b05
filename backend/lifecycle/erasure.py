"""Erasing one guest of an event, as a job: four stages, each of which may run again.

1. Wait for imports and bulk changes that run: they could write the guest anew.
2. The activity no longer says under which account the guest did something.
3. The registration forgets who it is for. It stays counted, so do its scans and its bookings, which
   name nobody; what the guest waits for is given up.
4. Files with guests in them are deleted: lists, exports, failed rows. An export that began
   before stage 3 may still write the name, so it is waited for.

The outbox holds no address of a guest (``registrations.mails``), scans hold the guest's key,
which is an HMAC under the stage's secret, and the idempotency table holds nothing of guests.
"""

from collections.abc import Callable
from datetime import datetime

from backend.events import queries as events
from backend.events.models import Event
from backend.guest_requests import services as guest_requests
from backend.jobs import file_store
from backend.jobs import queries as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.lifecycle import queries
from backend.lifecycle.errors import GuestsAreChanging
from backend.registrations import services as registrations
from backend.registrations.imports.files import forget_uploads
from backend.registrations.models import Registration
from backend.sessions import services as sessions
from backend.shared.actor import Actor, ActorKind

K = JobKind
WRITES_GUESTS = K.IMPORT_GUESTS
"""Bulk changes run in the same lane."""
HOLDS_GUESTS = (K.IMPORT_GUESTS, K.CHANGE_GUESTS, K.EXPORT_GUESTS, K.ANNOUNCE)
_USER = f"{ActorKind.USER}:"
JOBS_PER_STEP = 50
LEFT = ("scans", "messages", "accounts", "sessions", "backups")
"""What is not touched, for the report; the job's page says why."""


def step(job: Job, _now: datetime) -> StepResult:
    """Do the next stage; the result counts what was changed, and lists what was left.

    Refuses with ``EventNotFound`` and ``GuestsAreChanging`` (tried again later).
    """
    event = Event.fetch(job.event_id)
    cursor = job.cursor or {"at": "waiting"}
    return _STAGES[cursor["at"]](job, event)


def _wait(job: Job, event: Event) -> StepResult:
    """Only what began before matters: what begins now finds the guest as it is to be."""
    holder = jobs.find_in_lane(event.uuid, WRITES_GUESTS)
    if holder:
        _refuse_while(holder, before=job.created_at)
    return StepResult({"at": "activity"})


def _forget_actor(job: Job, event: Event) -> StepResult:
    """Before the registration forgets whose account it is, so that it can still be told."""
    guest = job.params["guest"]
    stored = Registration.find(queries.shard_of(event, guest), guest)
    mine = f"{_USER}{stored.user_id}" if stored and stored.user_id else ""
    entries = list(queries.list_activity(event, queries.keys_of(event, guest)))
    accounts = {one.actor_label for one in entries if one.actor_label.startswith(_USER)}
    team = {label for label in accounts - {mine} if _is_in_team(label, event, job.updated_at)}
    done = 0
    for entry in entries:
        if entry.actor_label in accounts - team:
            entry.forget_actor()
            done += 1
    return StepResult({"at": "registration"}, done=done, result={"activities": done})


def _is_in_team(label: str, event: Event, now: datetime) -> bool:
    """Who is not did what they did as the guest: also under an account from before."""
    actor = Actor(ActorKind.USER, user_id=label.removeprefix(_USER))
    return events.role_at(event=event, actor=actor, now=now) is not None


def _forget_guest(job: Job, event: Event) -> StepResult:
    guest = job.params["guest"]
    erased = registrations.erase_guest(
        shard=queries.shard_of(event, guest),
        guest=guest,
        changed_by=job.created_by,
        now=job.updated_at,
    )
    found = int(erased is not None)
    keys = queries.keys_of(event, guest)
    taken = queries.others_since(event, keys)
    for key in keys:
        guest_requests.erase_requests(
            event_id=event.uuid,
            guest=key,
            before=taken.get(key),
            changed_by=job.created_by,
            now=job.updated_at,
        )
    bookings = sum(
        sessions.erase_bookings(
            event_id=event.uuid, guest=key, changed_by=job.created_by, now=job.updated_at
        )
        for key in queries.own_keys(event, keys)
    )
    done = {"registrations": found, "bookings": bookings}
    return StepResult({"at": "uploads"}, done=found + bookings, result=done)


def _forget_uploads(_job: Job, event: Event) -> StepResult:
    removed = forget_uploads(event.uuid)
    return StepResult({"at": "files", "start": None}, done=removed, result={"files": removed})


def _forget_files(job: Job, event: Event) -> StepResult:
    cursor = job.cursor or {}
    keys = queries.keys_of(event, job.params["guest"])
    page = jobs.list_for_event(event.uuid, limit=JOBS_PER_STEP, start=cursor["start"])
    removed = 0
    for other in page.items:
        if not _may_name(other, keys):
            continue
        # An announcement names guests for the minutes in which it asks for its messages, but may
        # stay open for a night: nobody waits for it.
        if other.kind is not K.ANNOUNCE:
            _refuse_while(other, before=job.updated_at)
        if not other.is_open:
            removed += file_store.remove_all(other.job_id)
    files = (job.result or {}).get("files", 0) + removed
    following = {"at": "files", "start": page.next_key} if page.next_key else None
    return StepResult(following, done=removed, result={"files": files, "left": list(LEFT)})


def _may_name(other: Job, keys: list[str]) -> bool:
    """Whether a job's files may hold the guest; exports of other guests do not."""
    if other.kind is not K.EXPORT_GUEST:
        return other.kind in HOLDS_GUESTS
    return jobs.fetch_job(other.job_id).params["guest"] in keys


def _refuse_while(other: Job, *, before: datetime) -> None:
    if other.is_open and other.created_at <= before:
        raise GuestsAreChanging("An import, export or bulk change of guests is still running.")


_STAGES: dict[str, Callable[[Job, Event], StepResult]] = {
    "waiting": _wait,
    "activity": _forget_actor,
    "registration": _forget_guest,
    "uploads": _forget_uploads,
    "files": _forget_files,
}
