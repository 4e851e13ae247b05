"""The writes of the door."""

from datetime import datetime
from typing import Self

from pynamodb.expressions.update import Action

from backend.registrations.models.attributes import Attributes
from backend.registrations.states import ADMISSION_STATES, Admission, RegistrationStatus

_S, _A = RegistrationStatus, Admission


class Admissions(Attributes):
    """Who is in. These writes leave ``version`` alone."""

    @classmethod
    def admit(
        cls,
        shard: str,
        guest: str,
        *,
        ticket_no: str,
        scan_id: str,
        gate: str,
        at: datetime,
        changed_by: str,
    ) -> Self:
        """Let the holder of this ticket in: one call, one write unit, the item as it is then.

        The same scan again is accepted and changes nothing that matters: the first time and
        gate stay. Refuses with ``StaleWrite``, whose ``old`` says why: no such guest, not
        confirmed, another ticket, in already, or this very scan was undone.
        """
        expected = Attributes.admission.is_in(*_EXPECTED)
        return cls.change(
            shard,
            guest,
            actions=[
                Attributes.admission.set(_A.IN),
                Attributes.admitted_at.set(Attributes.admitted_at | at),
                Attributes.admitted_scan.set(scan_id),
                Attributes.admitted_gate.set(Attributes.admitted_gate | gate),
                Attributes.changed_by.set(changed_by),
            ],
            condition=(Attributes.status == _S.CONFIRMED)
            & (Attributes.ticket_no == ticket_no)
            & (expected | (Attributes.admitted_scan == scan_id))
            & (Attributes.undone_scan.does_not_exist() | (Attributes.undone_scan != scan_id)),
        )

    @classmethod
    def undo_admission(cls, shard: str, guest: str, *, scan_id: str, changed_by: str) -> Self:
        """Take back the admission that this scan made; the guest is expected again.

        Refuses with ``StaleWrite``; where ``old.undone_scan`` is this scan it was undone
        before, otherwise another scan admitted the guest, or nobody did.
        """
        actions: list[Action] = [
            Attributes.admission.set(_A.EXPECTED),
            Attributes.undone_scan.set(scan_id),
            Attributes.changed_by.set(changed_by),
            Attributes.admitted_at.remove(),
            Attributes.admitted_scan.remove(),
            Attributes.admitted_gate.remove(),
        ]
        return cls.change(
            shard,
            guest,
            actions=actions,
            condition=(Attributes.admission == _A.IN) & (Attributes.admitted_scan == scan_id),
        )


_EXPECTED = [state for state in ADMISSION_STATES.sources_of(_A.IN) if state is not _A.OUT]
"""Who is out comes in again only where the event allows it; no event does yet."""
