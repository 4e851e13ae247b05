"""Shapes of scans in the public API. Changing one changes the contract."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from backend.checkin.kinds import SCAN_ID, ScanResult
from backend.checkin.policies import LONGEST_GATE, rule_broken_by_gate
from backend.checkin.services import ScanOutcome
from backend.registrations.models import Registration
from backend.shared.errors import DomainError
from backend.shared.shapes import Answer, Flag, Request, UtcTime, broken, line

MOST_SCANS = 100
# A ticket's text is never trimmed: its alphabet has a space in it.
TicketText = Annotated[str, line(300, least=1, trim=False)]
ScanId = Annotated[str, Field(pattern=f"^{SCAN_ID}$", max_length=64)]


def _checked_gate(gate: str) -> str:
    """Asked before the first scan of a batch: a refusal in the middle would hide what was done."""
    if rule := rule_broken_by_gate(gate):
        raise broken(rule)
    return gate


Gate = Annotated[str, line(LONGEST_GATE), AfterValidator(_checked_gate)]


class OneScan(Request):
    """One attempt to admit a ticket."""

    ticket: TicketText = Field(examples=["7K3M-Q2XD"], description="QR text or typed code.")
    scan_id: ScanId = Field(description="Made by the device; repeating it repeats the answer.")
    gate: Gate = ""
    resent: Flag = Field(False, description="Whether this scan may have been sent before.")
    leaving: Flag = Field(False, description="Whether the guest goes out, to come in again.")


class ScansInput(Request):
    """One scan, or up to a hundred under `scans`."""

    ticket: TicketText | None = None
    scan_id: ScanId | None = None
    gate: Gate = ""
    resent: Flag = False
    leaving: Flag = False
    scans: Annotated[list[OneScan], Field(min_length=1, max_length=MOST_SCANS)] | None = None

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        # Programs that are generated from the schema send its defaults, too.
        single = self.model_dump(exclude={"scans"}, exclude_defaults=True)
        if self.scans is not None and single:
            raise broken("Send either one scan or a list of scans.")
        if self.scans is None and (self.ticket is None or self.scan_id is None):
            raise broken("Send ticket and scanId, or a list of scans.")
        return self

    def each(self) -> list[OneScan]:
        """The scans in the order they were sent."""
        if self.scans is not None:
            return self.scans
        return [OneScan.model_construct(**self.model_dump(exclude={"scans"}))]


class GuestName(Answer):
    """Whom a ticket belongs to, as the desk may know it."""

    guest: str
    name: str

    @classmethod
    def of(cls, registration: Registration) -> Self:
        """The answer for a registration."""
        return cls(guest=registration.guest, name=registration.name or "")


class ScanRefusal(Answer):
    """Why one scan of a batch could not be made; the others were."""

    error: str = Field(description="A sentence for a person.")
    code: str = Field(description="A word for a program.")


class ScanAnswer(Answer):
    """What the door shows for one scan. Either `result` or `refusal` is there."""

    scan_id: str
    result: ScanResult | None
    refusal: ScanRefusal | None = Field(description="Why this scan could not be made.")
    at: UtcTime | None = Field(description="When the guest was admitted, by whichever scan.")
    gate: str | None = Field(description="Where the guest was admitted.")
    guest: GuestName | None
    candidates: list[GuestName] = Field(
        description="Whom a typed code fits when it fits more than one guest."
    )

    @classmethod
    def of(cls, outcome: ScanOutcome) -> Self:
        """The answer for a scan."""
        registration = outcome.registration
        return cls(
            scan_id=outcome.scan_id,
            result=outcome.result,
            refusal=None,
            at=outcome.at,
            gate=outcome.gate or None,
            guest=GuestName.of(registration) if registration else None,
            candidates=[GuestName.of(candidate) for candidate in outcome.candidates],
        )

    @classmethod
    def refused(cls, scan_id: str, why: DomainError) -> Self:
        """The answer for a scan that could not be made."""
        refusal = ScanRefusal(error=why.message, code=why.code)
        return cls(
            scan_id=scan_id,
            result=None,
            refusal=refusal,
            at=None,
            gate=None,
            guest=None,
            candidates=[],
        )


class ScansAnswer(Answer):
    """One result for each scan, in order."""

    results: list[ScanAnswer]
