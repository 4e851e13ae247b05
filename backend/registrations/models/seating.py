"""The writes of the seat protocol: each one conditional write of one item."""

from datetime import datetime
from typing import Self

from pynamodb.expressions.condition import Condition

from backend.registrations.models.attributes import Attributes
from backend.registrations.states import FREE, REGISTRATION_STATES, Admission, RegistrationStatus
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
            & (Attributes.admission != _A.IN),
        )


def _free_at(seen: int) -> Condition:
    if seen == 0:
        return Attributes.guest.does_not_exist()
    free: Condition = _unchanged_since(seen) & Attributes.status.is_in(*FREE)
    return free


def _unchanged_since(seen: float) -> Condition:
    unchanged: Condition = Attributes.version == seen
    return unchanged
