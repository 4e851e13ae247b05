"""The writes that leave the seat alone: who the guest is, what is noted, which ticket counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from backend.registrations.models.attributes import Attributes
from backend.registrations.states import RegistrationStatus

_S = RegistrationStatus
_PERSONAL = (
    "user_email", "user_id", "name", "name_shard", "name_key", "answers", "note", "attention",
    "resent_at",
)  # fmt: skip


class Details(Attributes):
    """What the crew changes about a guest. Each write but ``mark_resent`` raises ``version``."""

    def revise(self, values: Mapping[str, Any], *, changed_by: str) -> Self:
        """Write these attributes (``None`` removes one) over exactly the version that was read.

        Refuses with ``StaleWrite``: somebody changed the registration meanwhile.
        """
        changes = {"version": self.version + 1, "changed_by": changed_by, **values}
        return type(self).change(
            self.shard,
            self.guest,
            actions=Attributes.assignments(changes),
            condition=(Attributes.version == self.version) & (Attributes.status != _S.TOMBSTONE),
        )

    def erase(self, *, at: datetime, changed_by: str) -> Self:
        """Take away for good who the guest is and what was said or noted; the place stays.

        It leaves both indexes of people. Refuses with ``StaleWrite``: not the version that
        was read.
        """
        values = {"version": self.version + 1, "changed_by": changed_by, "erased_at": at}
        return type(self).change(
            self.shard,
            self.guest,
            actions=Attributes.assignments({**dict.fromkeys(_PERSONAL), **values}),
            condition=(Attributes.version == self.version) & (Attributes.status != _S.TOMBSTONE),
        )

    def reissue(self, ticket_no: str, *, changed_by: str) -> Self:
        """Give a confirmed guest another ticket; the one before is worth nothing from now on.

        Refuses with ``StaleWrite``: not the version that was read, or not confirmed any more.
        """
        return type(self).change(
            self.shard,
            self.guest,
            actions=Attributes.assignments(
                {
                    "version": self.version + 1,
                    "ticket_no": ticket_no,
                    # A registering call whose answer was lost looks for the one it made.
                    "first_ticket_no": self.first_ticket_no or self.ticket_no,
                    "changed_by": changed_by,
                    "resent_at": None,
                }
            ),
            condition=(Attributes.version == self.version) & (Attributes.status == _S.CONFIRMED),
        )

    def mark_resent(self, *, at: datetime, not_since: datetime, changed_by: str) -> Self:
        """Have the table's stream mail this very ticket once more.

        Refuses with ``StaleWrite``: it was mailed again later than ``not_since``, was replaced, or
        is no valid ticket any more.
        """
        long_ago = Attributes.resent_at.does_not_exist() | (Attributes.resent_at <= not_since)
        return type(self).change(
            self.shard,
            self.guest,
            actions=Attributes.assignments({"resent_at": at, "changed_by": changed_by}),
            condition=(Attributes.status == _S.CONFIRMED)
            & (Attributes.ticket_no == self.ticket_no)
            & Attributes.user_email.exists()
            & long_ago,
        )
