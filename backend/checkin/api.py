"""Routes of the door."""

from datetime import datetime

from backend.checkin import services
from backend.checkin.schemas import ScanAnswer, ScansAnswer, ScansInput
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter

router = ApiRouter("check-in")


@router.serve(
    "POST",
    "/events/<event_id>/scans",
    answer=ScansAnswer,
    refusals={403: ("event_forbidden",), 404: ("event_not_found",)},
)
def admit_tickets(event_id: str, body: ScansInput, actor: Actor, now: datetime) -> ScansAnswer:
    """Scan tickets.

    One scan, or a batch of up to 100. Each gets a result, in order: a refused ticket is a
    result, not an error. A scan id that comes again gets its first answer again.
    """
    outcomes = [
        services.admit(
            event_id=event_id,
            ticket=scan.ticket,
            scan_id=scan.scan_id,
            gate=scan.gate,
            actor=actor,
            now=now,
            resent=scan.resent,
        )
        for scan in body.each()
    ]
    return ScansAnswer(results=[ScanAnswer.of(outcome) for outcome in outcomes])
