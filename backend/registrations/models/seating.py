"""The writes of the seat protocol: each one conditional write of one item."""

from datetime import datetime
from typing import Any, Self

from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from backend.registrations.models.attributes import Attributes
from backend.registrations.states import (
    ACTIVE,
    FREE,
    REGISTRATION_STATES,
    Admission,
    RegistrationStatus,
)
from backend.seats.claims import Claim
from backend.shared import db

_S, _A = RegistrationStatus, Admission


class Seating(Attributes):
    """Who has a place, waits for one, or has none any more."""

    def commit(self, *, seen: int) -> None:
        """Write this registration over nothing, a canceled one or a tombstone of version ``seen``.

        ``seen`` is 0 where nothing is known to be there. Refuses with ``StaleWrite``, which
        carries what is there: the guest has a registration, or the version moved on.
        """
        self.version = seen + 1
        self.put(condition=_free_at(seen))

    @classmethod
    def fence(cls, shard: str, guest: str, *, event_id: str, seen: int) -> bool:
        """Raise the version, so that no commit on its way at ``seen`` can land any more.

        Where nothing was a tombstone is put, without any index attribute. ``False`` when
        the version is not the one seen: somebody else's write was the fence.
        """
        try:
            if seen == 0:
                cls(shard, guest, event_id=event_id, status=_S.TOMBSTONE, version=1).put(
                    condition=Attributes.guest.does_not_exist()
                )
            else:
                cls.change(
                    shard,
                    guest,
                    actions=[Attributes.version.set(seen + 1)],
                    condition=Attributes.version == seen,
                )
        except db.StaleWrite:
            return False
        return True

    def cancel(self, *, at: datetime, changed_by: str) -> Self:
        """Give the place up, provided nothing changed since this was read.

        The claim leaves the item and is released by the caller. Refuses with
        ``IllegalTransition`` by what was read, ``StaleWrite`` by what is stored.
        """
        REGISTRATION_STATES.check(self.status, _S.CANCELED)
        return type(self).change(
            self.shard,
            self.guest,
            actions=[
                Attributes.status.set(_S.CANCELED),
                Attributes.version.set(self.version + 1),
                Attributes.canceled_at.set(at),
                Attributes.changed_by.set(changed_by),
                Attributes.claim_block.remove(),
                Attributes.claim_attempt.remove(),
                Attributes.waiting_shard.remove(),
                Attributes.waiting_since.remove(),
            ],
            condition=_unchanged_since(self.version)
            & Attributes.status.is_in(*REGISTRATION_STATES.sources_of(_S.CANCELED))
            & ~Attributes.admission.is_in(_A.IN, _A.OUT),
        )

    def move_to_waiting_list(self, *, waiting_shard: str, since: datetime, changed_by: str) -> Self:
        """Let a confirmed guest who never came wait from now on, as was read.

        The claim leaves the item and is released by the caller. Refuses as ``cancel`` does.
        """
        REGISTRATION_STATES.check(self.status, _S.WAITLISTED)
        return type(self).change(
            self.shard,
            self.guest,
            actions=Attributes.assignments(
                {
                    "status": _S.WAITLISTED,
                    "version": self.version + 1,
                    "changed_by": changed_by,
                    "waiting_shard": waiting_shard,
                    "waiting_since": since,
                    "claim_block": None,
                    "claim_attempt": None,
                }
            ),
            condition=_unchanged_since(self.version)
            & (Attributes.status == _S.CONFIRMED)
            & (Attributes.admission == _A.EXPECTED),
        )

    def promote(self, held: Claim | None, *, changed_by: str) -> Self:
        """Give who waits the seat that is held, or a place in an unlimited pool, as was read.

        The ticket number stays. Refuses as ``cancel`` does; the caller releases the claim then.
        """
        REGISTRATION_STATES.check(self.status, _S.CONFIRMED)
        return type(self).change(
            self.shard,
            self.guest,
            actions=Attributes.assignments(
                {
                    "status": _S.CONFIRMED,
                    "version": self.version + 1,
                    "changed_by": changed_by,
                    "admission": _A.EXPECTED,
                    "waiting_shard": None,
                    "waiting_since": None,
                    **_naming(held),
                }
            ),
            condition=_unchanged_since(self.version) & (Attributes.status == _S.WAITLISTED),
        )

    def adopt(self, held: Claim) -> Self:
        """Name the claim of a guest who is confirmed without one, as was read."""
        return type(self).change(
            self.shard,
            self.guest,
            actions=Attributes.assignments({"version": self.version + 1, **_naming(held)}),
            condition=_unchanged_since(self.version)
            & (Attributes.status == _S.CONFIRMED)
            & Attributes.claim_attempt.does_not_exist(),
        )

    def add_within(self, write: TransactWrite, *, seen: int) -> None:
        """``commit`` as a part of a larger transaction, which fails where it refuses."""
        self.version = seen + 1
        write.save(self, condition=_free_at(seen))

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
        condition = _unchanged_since(self.version) & Attributes.status.is_in(*ACTIVE)
        for attribute in _OF_THE_DOOR:
            condition &= _same(attribute, getattr(self, attribute.attr_name))
        write.save(tombstone, condition=condition)


def _naming(held: Claim | None) -> dict[str, object]:
    return {
        "claim_block": held.block if held else None,
        "claim_attempt": held.attempt if held else None,
    }


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


def _free_at(seen: int) -> Condition:
    if seen == 0:
        return Attributes.guest.does_not_exist()
    free: Condition = _unchanged_since(seen) & Attributes.status.is_in(*FREE)
    return free


def _unchanged_since(seen: float) -> Condition:
    unchanged: Condition = Attributes.version == seen
    return unchanged
