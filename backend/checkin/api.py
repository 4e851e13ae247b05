"""Routes of the door."""

from datetime import datetime

from backend.checkin import services
from backend.checkin.errors import CrewOnly, ReentryNotAllowed, ScanIdReused
from backend.checkin.schemas import OneScan, ScanAnswer, ScansAnswer, ScansInput
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter

router = ApiRouter("check-in")


@router.serve(
    "POST",
    "/events/<event_id>/scans",
    answer=ScansAnswer,
    refusals={403: ("event_forbidden",), 404: ("event_not_found",)},
    kiosks=True,
)
def admit_tickets(event_id: str, body: ScansInput, actor: Actor, now: datetime) -> ScansAnswer:
    """Scan tickets.

    One scan, or a batch of up to 100. Each gets a result, in order: a refused ticket is a
    result, not an error. A scan id that comes again gets its first answer again. A scan that
    cannot be made says so in its place (`scan_id_reused`, `reentry_not_allowed`, `crew_only`),
    and the others are made. A paired kiosk scans at its own event only, and at its own gate if it
    has one; in self-service it lets nobody out, and hears a name with `ADMITTED` only.
    """
    return ScansAnswer(
        results=[_scan(event_id, scan, actor=actor, now=now) for scan in body.each()]
    )


def _scan(event_id: str, scan: OneScan, *, actor: Actor, now: datetime) -> ScanAnswer:
    go = services.leave if scan.leaving else services.admit
    try:
        outcome = go(
            event_id=event_id,
            ticket=scan.ticket,
            scan_id=scan.scan_id,
            gate=scan.gate,
            actor=actor,
            now=now,
            resent=scan.resent,
        )
    except (ScanIdReused, ReentryNotAllowed, CrewOnly) as refusal:
        return ScanAnswer.refused(scan.scan_id, refusal)
    return ScanAnswer.of(outcome)
