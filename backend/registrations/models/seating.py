"""The writes of the seat protocol that only registrations know; the others are every place's."""

from datetime import datetime
from typing import Any, Self

from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from backend.registrations.models.attributes import Attributes
from backend.registrations.states import (
    ACTIVE,
    REGISTRATION_STATES,
    Admission,
    RegistrationStatus,
)

_S, _A = RegistrationStatus, Admission


class Seating(Attributes):
    """Who has a place, waits for one, or has none any more."""

    def move_to_waiting_list(self, *, waiting_shard: str, since: datetime, changed_by: str) -> Self:
        """Let a confirmed guest who never came wait from now on, as was read.

        The claim leaves the item and is released by the caller. Refuses as ``cancel`` does.
        """
        REGISTRATION_STATES.check(self.status, _S.WAITLISTED)
        return self._move_on(
            {
                "status": _S.WAITLISTED,
                "changed_by": changed_by,
                "waiting_shard": waiting_shard,
                "waiting_since": since,
                "claim_block": None,
                "claim_attempt": None,
            },
            (Attributes.version == self.version)
            & (Attributes.status == _S.CONFIRMED)
            & (Attributes.admission == _A.EXPECTED),
        )

    def leave_within(self, write: TransactWrite, *, changed_by: str) -> None:
        """Part of a larger transaction: a tombstone instead of what was read, or the whole fails.

        It keeps the ticket number: a scan of that ticket finds it revoked, and a registering
        call whose answer was lost finds that it had landed. No index attribute stays.
        """
        tombstone = type(self)(
            self.shard,
            self.guest,
            event_id=self.event_id,
            status=_S.TOMBSTONE,
            version=self.version + 1,
            ticket_no=self.ticket_no,
            first_ticket_no=self.first_ticket_no,
            former_guest=self.former_guest,
            changed_by=changed_by,
        )
        condition = (Attributes.version == self.version) & Attributes.status.is_in(*ACTIVE)
        for attribute in _OF_THE_DOOR:
            condition &= _same(attribute, getattr(self, attribute.attr_name))
        write.save(tombstone, condition=condition)

    def _in_use(self) -> Condition:
        in_use: Condition = Attributes.admission.is_in(_A.IN, _A.OUT)
        return in_use

    def _of_new_seat(self) -> dict[str, object]:
        return {"admission": _A.EXPECTED}


# Admissions leave the version alone, so who moves a registration looks at them, too.
_OF_THE_DOOR: tuple[Attribute[Any], ...] = (
    Attributes.admission,
    Attributes.admitted_scan,
    Attributes.undone_scan,
    Attributes.left_scan,
)


def _same(attribute: Attribute[Any], value: object) -> Condition:
    same: Condition = attribute.does_not_exist() if value is None else attribute == value
    return same
