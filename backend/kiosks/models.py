"""Table ``kiosks``: one item per kiosk, and one per pairing code while it lives.

====================  ===========================================  =========================
Access pattern        Keys                                         Method
====================  ===========================================  =========================
one kiosk             pk=event_id, sk=kiosk_id                     ``Kiosk.fetch``, ``find``
the kiosks of an      pk=event_id                                  ``Kiosk.list_for_event``
event
whose code this is    pk=``code#<hash>``, sk=``code``              ``PairingCode.find_code``
====================  ===========================================  =========================

Neither credentials nor codes nor PINs are kept, only hashes of them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, TTLAttribute, UnicodeAttribute

from backend.kiosks.errors import KioskNotFound
from backend.kiosks.kinds import KioskMode
from backend.kiosks.states import KIOSK_STATES, KioskStatus
from backend.shared import db
from backend.shared.paging import Page

_S = KioskStatus
_CODE = "code"


class Kiosk(db.Table):
    """A device at the door of one event.

    ``pairing_hash`` and ``pairing_until`` belong to the one code that pairs it, while ``PAIRING``;
    ``secret_hash`` to the device that did. ``express``: admits without asking. ``pin_hash``: of
    the PIN that leaves self-service. ``version`` counts what organisers say about it.
    ``last_seen_at``, ``waiting_scans`` and ``app_version`` are what the device reported last.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("kiosks")

    event_id = UnicodeAttribute(hash_key=True)
    kiosk_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    gate = UnicodeAttribute()
    mode = db.EnumAttribute(KioskMode)
    express = BooleanAttribute(default=False)
    pin_hash = UnicodeAttribute(null=True)
    version = db.IntegerAttribute(default=1)
    status = db.EnumAttribute(KioskStatus)
    pairing_hash = UnicodeAttribute(null=True)
    pairing_until = db.UtcAttribute(null=True)
    secret_hash = UnicodeAttribute(null=True)
    created_at = db.UtcAttribute()
    paired_at = db.UtcAttribute(null=True)
    revoked_at = db.UtcAttribute(null=True)
    last_seen_at = db.UtcAttribute(null=True)
    waiting_scans = db.IntegerAttribute(null=True)
    app_version = UnicodeAttribute(null=True)
    changed_at = db.UtcAttribute()
    changed_by = UnicodeAttribute()

    @property
    def is_active(self) -> bool:
        """Whether a device works here."""
        return self.status is _S.ACTIVE

    @property
    def is_self_service(self) -> bool:
        """Whether guests use it themselves."""
        return self.mode is KioskMode.SELF_SERVICE

    # Queries

    @classmethod
    def fetch(cls, event_id: str, kiosk_id: str) -> "Kiosk":
        """The kiosk, read consistently; ``KioskNotFound`` when there is none."""
        kiosk = cls.find(event_id, kiosk_id)
        if kiosk is None:
            raise KioskNotFound("There is no such kiosk.")
        return kiosk

    @classmethod
    def list_for_event(
        cls, event_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Kiosk]":
        """One page of an event's kiosks, by their ids, read consistently."""
        return db.query_page(cls, event_id, limit=limit, start=start, consistent=True)

    # Mutators

    def add(self) -> None:
        """Write a new kiosk; ``StaleWrite`` when the event has another one with this id."""
        try:
            self.put(Kiosk.kiosk_id.does_not_exist())
        except db.StaleWrite as refusal:
            if refusal.old is None or refusal.old.pairing_hash != self.pairing_hash:
                raise

    def move_to(
        self, target: KioskStatus, values: Mapping[str, Any], *, code: str | None = None
    ) -> "Kiosk":
        """Change the status, provided the stored one still allows it.

        With ``code``, the hash of one, also provided that it is the one waited for. Refuses with
        ``IllegalTransition`` by what was read, ``StaleWrite`` by what is stored. No two moves may
        carry the same ``values``.
        """
        KIOSK_STATES.check(self.status, target)
        condition = Kiosk.status.is_in(*KIOSK_STATES.sources_of(target))
        if code is not None:
            condition &= Kiosk.pairing_hash == code
        moved = {"status": target, **values}
        try:
            return Kiosk.change(
                self.event_id,
                self.kiosk_id,
                actions=Kiosk.assignments(moved),
                condition=condition,
            )
        except db.StaleWrite as refusal:
            return self._landed(refusal, moved)

    def renew(self, values: Mapping[str, Any]) -> "Kiosk":
        """Write another code while it waits for one, unless it is revoked (``StaleWrite``)."""
        return Kiosk.change(
            self.event_id,
            self.kiosk_id,
            actions=Kiosk.assignments(values),
            condition=Kiosk.status.is_in(_S.PAIRING, _S.ACTIVE),
        )

    def revise(self, values: Mapping[str, Any], *, version: int) -> "Kiosk":
        """Write other settings over exactly this version.

        Refuses with ``StaleWrite``: there is a newer one, or it is revoked.
        """
        revised = {"version": version + 1, **values}
        try:
            return Kiosk.change(
                self.event_id,
                self.kiosk_id,
                actions=Kiosk.assignments(revised),
                condition=(Kiosk.version == version) & Kiosk.status.is_in(_S.PAIRING, _S.ACTIVE),
            )
        except db.StaleWrite as refusal:
            return self._landed(refusal, revised)

    def report(self, values: Mapping[str, Any], *, at: datetime, every: timedelta) -> "Kiosk":
        """Keep what the device reports, unless it did within ``every`` (``StaleWrite``)."""
        seen = Kiosk.last_seen_at
        return Kiosk.change(
            self.event_id,
            self.kiosk_id,
            actions=Kiosk.assignments({"last_seen_at": at, **values}),
            condition=(Kiosk.status == _S.ACTIVE) & (seen.does_not_exist() | (seen <= at - every)),
        )

    @staticmethod
    def _landed(refusal: db.StaleWrite, values: Mapping[str, Any]) -> "Kiosk":
        """What is stored, if it is just what was written; else the refusal stands.

        A write whose answer was lost is sent again, and then refused though it landed.
        """
        stored: Kiosk | None = refusal.old
        if stored is not None and all(getattr(stored, n) == v for n, v in values.items()):
            return stored
        raise refusal


class PairingCode(db.Table):
    """Leads from a code to its kiosk; whether the code is good stands with the kiosk."""

    class Meta(db.TableMeta):
        table_name = db.table_name("kiosks")

    event_id = UnicodeAttribute(hash_key=True)
    kiosk_id = UnicodeAttribute(range_key=True, default=_CODE)
    for_event = UnicodeAttribute()
    for_kiosk = UnicodeAttribute()
    expires_at = TTLAttribute()

    @classmethod
    def of(cls, code_hash: str, kiosk: Kiosk, *, until: datetime) -> "PairingCode":
        """The item of a code, not saved."""
        return cls(
            event_id=_code_key(code_hash),
            for_event=kiosk.event_id,
            for_kiosk=kiosk.kiosk_id,
            expires_at=until,
        )

    @classmethod
    def find_code(cls, code_hash: str) -> "PairingCode | None":
        """Whose code this is, or was."""
        return cls.find(_code_key(code_hash), _CODE)

    def add(self) -> None:
        """Write the code; ``StaleWrite`` in the rare case that another kiosk has it."""
        mine = PairingCode.event_id.does_not_exist() | (PairingCode.for_kiosk == self.for_kiosk)
        self.put(mine)


def _code_key(code_hash: str) -> str:
    return f"{_CODE}#{code_hash}"
