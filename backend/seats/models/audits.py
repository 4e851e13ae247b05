"""The index of what is due for an audit."""

from enum import StrEnum
from typing import Any

from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from backend.shared import db


class AuditState(StrEnum):
    """Which audit a pool waits for: soon, as it is full, closed or flagged; else nightly."""

    SOON = "SOON"
    NIGHTLY = "NIGHTLY"


class AuditIndex(GlobalSecondaryIndex[Any]):
    """What is due for an audit, by time."""

    class Meta:
        index_name = "audit_index"
        projection = KeysOnlyProjection()

    audit_state = db.EnumAttribute(AuditState, hash_key=True)
    audit_due_at = db.UtcAttribute(range_key=True)
