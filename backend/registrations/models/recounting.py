"""The mark that a recount leaves in a partition, so that the stream meets it in its order."""

import json
from typing import Any

from backend.registrations.models.attributes import Attributes
from backend.registrations.states import RegistrationStatus

MARK = "#recount"
"""No guest's key starts like this."""


class Recounting(Attributes):
    """One item per partition, a tombstone to everybody who reads registrations."""

    @classmethod
    def mark_recount(cls, shard: str, *, event_id: str, document: dict[str, Any]) -> None:
        """Write ``document`` where the table's stream passes by, over an earlier one."""
        mark = cls(
            shard,
            MARK,
            event_id=event_id,
            status=RegistrationStatus.TOMBSTONE,
            version=0,
            recount=json.dumps(document, sort_keys=True),
        )
        mark.put()
