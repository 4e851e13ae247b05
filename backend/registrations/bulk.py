"""One change to many guests, as a job: chosen by hand, or all of a list's tab and search.

Who is meant is written down first, so that guests who come, go or change meanwhile make no
difference; then they are changed page by page. A guest who is as wanted already counts as changed,
so a page that is begun again ends like one that was not cut off.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.jobs import file_store
from backend.jobs import services as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import Problem, StepResult
from backend.jobs.services import JobFile
from backend.registrations import guests, policies, positions, selections, services
from backend.registrations.errors import SentJustNow
from backend.registrations.models import Registration
from backend.registrations.selections import Selection
from backend.registrations.states import RegistrationStatus as S
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput, DomainError

MOST_CHOSEN = 500
GUESTS_PER_STEP = 50
_FILTER, _JSON = "selection.json", "application/json"


class GuestChange(StrEnum):
    """What is done to each guest."""

    CANCEL = "CANCEL"
    TO_WAITING_LIST = "TO_WAITING_LIST"
    PROMOTE = "PROMOTE"
    RESEND_TICKET = "RESEND_TICKET"
    MARK = "MARK"
    UNMARK = "UNMARK"


C = GuestChange


def start_change(
    *,
    event_id: str,
    change: GuestChange,
    chosen: Sequence[str] | Selection,
    key: str | None = None,
    total: int | None = None,
    actor: Actor,
    now: datetime,
) -> Job:
    """Begin to change these guests (keys), or all that are selected.

    The same change of the same guests under the same ``key`` begins once.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``BadInput`` on ``guests`` (none, too
    many, no keys) and ``LaneBusy``.
    """
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now)
    files: dict[str, JobFile] = {}
    keys: list[str] | None = None
    meant: Sequence[str]
    if isinstance(chosen, Selection):
        files[_FILTER] = JobFile(chosen.to_bytes(), _JSON)
        meant = [chosen.group, chosen.search]
    else:
        meant = keys = _checked_keys(chosen)
        total = len(keys)
    return jobs.start_job(
        kind=JobKind.CHANGE_GUESTS,
        event_id=event_id,
        params={"change": change, "guests": keys, "administrator": actor.is_administrator},
        actor_label=actor.label,
        user_id=actor.user_id,
        total=total,
        now=now,
        # Who comes back to a page that a browser kept may mean others this time.
        key="\n".join([key, change, *meant]) if key else None,
        files=files,
    )


def _checked_keys(chosen: Sequence[str]) -> list[str]:
    keys = list(dict.fromkeys(chosen))
    if not keys:
        raise BadInput({"guests": "Choose at least one guest."})
    if len(keys) > MOST_CHOSEN:
        raise BadInput({"guests": f"Choose at most {MOST_CHOSEN} guests, or all that match."})
    if not all(guests.is_guest_key(key) for key in keys):
        raise BadInput({"guests": "These are no guests."})
    return keys


def step(job: Job, now: datetime) -> StepResult:
    """Write down the next page of who is meant, or change the next page of them."""
    actor = policies.actor_of_job(job)
    event = events.authorize(
        event_id=job.event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    here = job.cursor or {"more": True, "pages": 0, "at": 0, "found": 0}
    if job.params["guests"] is None and here["more"]:
        return _write_down(job, event, here)
    keys = _page_of(job, int(here["at"]), int(here["pages"]))
    if keys is None:
        return StepResult(None)
    change = _Change(GuestChange(job.params["change"]), event, job, actor, now)
    problems = change.make(keys)
    return StepResult(
        {**here, "at": here["at"] + 1}, done=len(keys) - len(problems), failed=problems
    )


def _write_down(job: Job, event: Event, here: dict[str, Any]) -> StepResult:
    page = selections.list_selected(
        event,
        Selection.from_bytes(file_store.get(job.job_id, _FILTER)),
        with_addresses=True,
        limit=GUESTS_PER_STEP,
        start=positions.fetch(job.job_id, here["pages"]),
    )
    keys = json.dumps([one.guest for one in page.items]).encode()
    file_store.put(job.job_id, _page_name(here["pages"]), keys, content_type=_JSON)
    found = here["found"] + len(page.items)
    pages = here["pages"] + 1
    more = positions.keep(job.job_id, pages, page.next_key)
    cursor = {"more": more, "pages": pages, "at": 0, "found": found}
    return StepResult(cursor, total=None if more else found)


def _page_of(job: Job, number: int, pages: int) -> list[str] | None:
    """The keys of one page; ``None`` after the last."""
    chosen: list[str] | None = job.params["guests"]
    if chosen is not None:
        return chosen[number * GUESTS_PER_STEP :][:GUESTS_PER_STEP] or None
    if number >= pages:
        return None
    keys: list[str] = json.loads(file_store.get(job.job_id, _page_name(number)))
    return keys


def _page_name(number: int) -> str:
    return f"guests-{number:06}.json"


class _Change:
    """One change, made to guests as they are stored at that moment."""

    def __init__(
        self, change: GuestChange, event: Event, job: Job, actor: Actor, now: datetime
    ) -> None:
        self._event, self._job = event, job
        self._common: dict[str, Any] = {"event_id": event.uuid, "actor": actor, "now": now}
        self._do = _DOERS[change]

    def make(self, keys: Sequence[str]) -> list[Problem]:
        """Change these guests; says of each that could not be changed why."""
        shards = int(self._event.shards)
        wanted = [(guests.shard_of(self._event.uuid, key, shards=shards), key) for key in keys]
        stored = Registration.find_current(wanted)
        problems = []
        for key in keys:
            found = stored.get(key)
            if found is None or found.status is S.TOMBSTONE:
                problems.append(Problem(key, "registration_not_found", "Nobody is registered so."))
            elif refusal := self._refusal_of(found):
                problems.append(Problem(key, refusal.code, refusal.message))
        return problems

    def _refusal_of(self, registration: Registration) -> DomainError | None:
        try:
            try:
                self._do(self, registration)
            except StaleWrite:
                # Somebody changed the guest since the page was read; once more as they are now.
                self._do(self, Registration.fetch(registration.shard, registration.guest))
        except DomainError as refusal:
            return refusal
        return None

    def cancel(self, one: Registration) -> None:
        """Take the place back."""
        if one.status is not S.CANCELED:
            services.cancel_guest(guest=one.guest, version=int(one.version), **self._common)

    def to_waiting_list(self, one: Registration) -> None:
        """Let the guest wait, at the end of the line."""
        if one.status is not S.WAITLISTED:
            services.move_to_waiting_list(guest=one.guest, version=int(one.version), **self._common)

    def promote(self, one: Registration) -> None:
        """Give who waits a seat."""
        if one.status is not S.CONFIRMED:
            services.promote_guest(guest=one.guest, version=int(one.version), **self._common)

    def resend(self, one: Registration) -> None:
        """Mail the ticket once more."""
        try:
            services.resend_ticket(guest=one.guest, **self._common)
        except SentJustNow:
            if one.resent_at is None or one.resent_at < self._job.created_at:
                raise

    def mark(self, one: Registration) -> None:
        """Ask the desk to look at the guest."""
        self._attend(one, attention=True)

    def unmark(self, one: Registration) -> None:
        """Take that back."""
        self._attend(one, attention=False)

    def _attend(self, one: Registration, *, attention: bool) -> None:
        services.write_note(
            guest=one.guest,
            version=int(one.version),
            note=one.note or "",
            attention=attention,
            **self._common,
        )


_DOERS: dict[GuestChange, Callable[[_Change, Registration], None]] = {
    C.CANCEL: _Change.cancel,
    C.TO_WAITING_LIST: _Change.to_waiting_list,
    C.PROMOTE: _Change.promote,
    C.RESEND_TICKET: _Change.resend,
    C.MARK: _Change.mark,
    C.UNMARK: _Change.unmark,
}


def change_named(text: str) -> GuestChange:
    """The change of this name; refuses with ``BadInput`` on ``change``."""
    if text not in GuestChange.__members__:
        raise BadInput({"change": "Choose what to do with the guests."})
    return GuestChange(text)
