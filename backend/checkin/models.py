"""Table ``scans``: every attempt to admit a ticket, whatever came of it; append only.

===================  ==============================================  =======================
Access pattern       Keys                                            Method
===================  ==============================================  =======================
one scan             pk=event_shard (``<event>#S<n>``), sk=scan_id   ``Scan.find_scan``
the latest scans     pk=event_shard, sk < scan_id, newest first,     ``Scan.list_in_shard``
                     merged over the shards
===================  ==============================================  =======================

``n`` follows from the scan id, so a scan is found without knowing whose ticket it was. Scan ids are
ULIDs: their order is the order of time, as the device saw it.
"""

import zlib
from datetime import timedelta

from pynamodb.attributes import TTLAttribute, UnicodeAttribute

from backend.checkin.kinds import ScanKind, ScanResult
from backend.shared import db
from backend.shared.paging import Page

KEPT_FOR = timedelta(days=365)


def scan_shard(event_id: str, scan_id: str, *, shards: int) -> str:
    """The partition of a scan: ``<event>#S<n>``."""
    return f"{event_id}#S{zlib.crc32(scan_id.encode()) % shards}"


def scan_shards(event_id: str, *, shards: int) -> list[str]:
    """All partitions of an event's scans."""
    return [f"{event_id}#S{number}" for number in range(shards)]


class Scan(db.Table):
    """One scan and what was answered.

    ``at`` and ``gate`` are the scan's own; ``admitted_at`` and ``admitted_gate`` say when and where
    the guest was let in (or, at an exit, out), if so. ``guest`` is empty where the ticket told
    nothing about one. ``subject`` is a digest of what was scanned, absent where a stream wrote.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("scans")

    event_shard = UnicodeAttribute(hash_key=True)
    scan_id = UnicodeAttribute(range_key=True)
    event_id = UnicodeAttribute()
    kind = db.EnumAttribute(ScanKind, default=ScanKind.ENTRY)
    result = db.EnumAttribute(ScanResult)
    at = db.UtcAttribute()
    gate = UnicodeAttribute()
    guest_shard = UnicodeAttribute(null=True)
    guest = UnicodeAttribute(null=True)
    admitted_at = db.UtcAttribute(null=True)
    admitted_gate = UnicodeAttribute(null=True)
    scanned_by = UnicodeAttribute()
    subject = UnicodeAttribute(null=True)
    expires_at = TTLAttribute()

    # Queries

    @classmethod
    def find_scan(cls, event_id: str, scan_id: str, *, shards: int) -> "Scan | None":
        """The scan with this id at this event."""
        return cls.find(scan_shard(event_id, scan_id, shards=shards), scan_id)

    @classmethod
    def list_in_shard(cls, event_shard: str, *, before: str | None, limit: int) -> "Page[Scan]":
        """Up to ``limit`` scans of one shard older than scan id ``before``, newest first."""
        older = Scan.scan_id < before if before else None
        return db.query_page(
            cls, event_shard, limit=limit, range_condition=older, newest_first=True
        )

    # Mutators

    def append(self) -> "Scan":
        """Keep the scan; if its id was kept before, that first one is the answer."""
        self.expires_at = self.at + KEPT_FOR
        try:
            self.put(Scan.scan_id.does_not_exist())
        except db.StaleWrite as refusal:
            first: Scan = refusal.old
            return first
        return self
