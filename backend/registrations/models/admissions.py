"""The writes of the door."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from backend.registrations.models.attributes import Attributes
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.db import StaleWrite

_S, _A = RegistrationStatus, Admission


@dataclass(frozen=True, slots=True)
class Passage:
    """One scan that lets a guest in or out: when, where and by whom (a label) it was made."""

    scan_id: str
    gate: str
    at: datetime
    by: str


class Admissions(Attributes):
    """Who is in. These writes leave ``version`` alone."""

    @classmethod
    def admit(
        cls,
        shard: str,
        guest: str,
        *,
        passage: Passage,
        ticket_no: str | None,
        reentry: bool = False,
    ) -> Self:
        """Let the holder of this ticket in: one call, one write unit, the item as it is then.

        Without ``ticket_no`` whoever holds the place. With ``reentry`` also who left. The same
        scan again is accepted and changes nothing that matters: the first time and gate stay.
        Refuses with ``StaleWrite``, whose ``old`` says why: no such guest, not confirmed,
        another ticket, in already, or this very scan was undone or the guest left since.
        """
        scan_id = passage.scan_id
        may_come = (Attributes.admission == _A.EXPECTED) | (
            (Attributes.admission == _A.IN) & (Attributes.admitted_scan == scan_id)
        )
        if reentry:
            may_come |= (Attributes.admission == _A.OUT) & (Attributes.admitted_scan != scan_id)
        condition = (
            (Attributes.status == _S.CONFIRMED)
            & may_come
            & _is_not(Attributes.undone_scan, scan_id)
        )
        if ticket_no is not None:
            condition &= Attributes.ticket_no == ticket_no
        return cls.change(
            shard,
            guest,
            actions=[
                Attributes.admission.set(_A.IN),
                # What the entry before left behind was removed when it ended.
                Attributes.admitted_at.set(Attributes.admitted_at | passage.at),
                Attributes.admitted_gate.set(Attributes.admitted_gate | passage.gate),
                Attributes.admitted_by.set(Attributes.admitted_by | passage.by),
                Attributes.arrived_at.set(Attributes.arrived_at | passage.at),
                Attributes.arrived_gate.set(Attributes.arrived_gate | passage.gate),
                Attributes.admitted_scan.set(scan_id),
                Attributes.changed_by.set(passage.by),
            ],
            condition=condition,
        )

    @classmethod
    def leave(cls, shard: str, guest: str, *, passage: Passage, ticket_no: str | None) -> Self:
        """Let a guest who is in go out, to come in again: one call, one write unit.

        Refuses with ``StaleWrite``, whose ``old`` says why; where ``old.left_scan`` is this
        scan, the guest went out by it before.
        """
        condition = (
            (Attributes.status == _S.CONFIRMED)
            & (Attributes.admission == _A.IN)
            & _is_not(Attributes.left_scan, passage.scan_id)
        )
        if ticket_no is not None:
            condition &= Attributes.ticket_no == ticket_no
        return cls.change(
            shard,
            guest,
            actions=[
                Attributes.admission.set(_A.OUT),
                Attributes.left_at.set(passage.at),
                Attributes.left_gate.set(passage.gate),
                Attributes.left_scan.set(passage.scan_id),
                Attributes.changed_by.set(passage.by),
                # The scan that admitted stays: sent again, it must not let the guest in once more.
                Attributes.admitted_at.remove(),
                Attributes.admitted_gate.remove(),
                Attributes.admitted_by.remove(),
            ],
            condition=condition,
        )

    @classmethod
    def undo_admission(
        cls,
        shard: str,
        guest: str,
        *,
        scan_id: str,
        changed_by: str,
        since: datetime | None = None,
        made_by: str | None = None,
    ) -> Self:
        """Take back the admission that this scan made, provided it is not older than ``since``
        and, with ``made_by``, was made by that label.

        The guest is expected again, or out where one had left before: then a second call.
        Refuses with ``StaleWrite``; where ``old.undone_scan`` is this scan it was undone before,
        otherwise another scan admitted the guest, nobody did, or a condition says no.
        """
        condition = (Attributes.admission == _A.IN) & (Attributes.admitted_scan == scan_id)
        if since is not None:
            condition &= Attributes.admitted_at >= since
        if made_by is not None:
            condition &= Attributes.admitted_by == made_by
        undo = [
            Attributes.undone_scan.set(scan_id),
            Attributes.changed_by.set(changed_by),
            Attributes.admitted_at.remove(),
            Attributes.admitted_scan.remove(),
            Attributes.admitted_gate.remove(),
            Attributes.admitted_by.remove(),
        ]
        arrived: list[Action] = [
            Attributes.admission.set(_A.EXPECTED),
            Attributes.arrived_at.remove(),
            Attributes.arrived_gate.remove(),
        ]
        never_left = condition & Attributes.left_scan.does_not_exist()
        try:
            return cls.change(shard, guest, actions=[*undo, *arrived], condition=never_left)
        except StaleWrite as refusal:
            if refusal.old is None or refusal.old.left_scan is None:
                raise
        came_back: list[Action] = [Attributes.admission.set(_A.OUT)]
        return cls.change(shard, guest, actions=[*undo, *came_back], condition=condition)


def _is_not(attribute: object, value: str) -> Condition:
    differs: Condition = attribute.does_not_exist() | (attribute != value)  # type: ignore[attr-defined]
    return differs
