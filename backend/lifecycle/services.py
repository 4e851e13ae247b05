"""What touches everything: calling an event off, and the data of one guest."""

from datetime import datetime

from backend.events import services as events
from backend.jobs import services as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.shared.actor import Actor


def cancel_event(*, event_id: str, actor: Actor, now: datetime) -> Job | None:
    """Call an event off and start taking everybody's place back; ``None`` for a draft.

    Refuses as ``events.services.cancel_event`` does. Should the process die before the job is
    started, or somebody cancel the event otherwise, the events stream starts it.
    """
    event = events.cancel_event(event_id=event_id, actor=actor, now=now)
    if event.published_at is None:
        return None
    return start_cancellation(event_id=event_id, actor_label=actor.label, now=now)


def start_cancellation(*, event_id: str, actor_label: str, now: datetime) -> Job:
    """The one job that cancels the registrations of a canceled event; started once."""
    return jobs.start_job(
        kind=JobKind.CANCEL_EVENT,
        event_id=event_id,
        params={},
        actor_label=actor_label,
        user_id="",
        total=None,
        now=now,
        key="cancel",
    )
