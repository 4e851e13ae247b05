"""How much one guest has booked at one event, where that is limited."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import MAP, NUMBER
from pynamodb.expressions.condition import size
from pynamodb.expressions.operand import Path

from backend.shared import db


class BookedTimes(Attribute[Mapping[str, int]]):
    """A map from session id to the epoch second it was asked for."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, int]) -> dict[str, Any]:
        """As DynamoDB writes a map of numbers."""
        return {session: {NUMBER: str(at)} for session, at in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
        """The map."""
        return {session: int(at[NUMBER]) for session, at in value.items()}


class Allowance(db.Table):
    """The sessions that count against what one guest may book, in the table of bookings.

    A session is written here before its booking, and taken away after it was given up: so there
    may be one too many here after a crash, which whoever is refused looks after, never one too few.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("bookings")

    shard = UnicodeAttribute(hash_key=True)
    guest = UnicodeAttribute(range_key=True)
    booked = BookedTimes()

    @staticmethod
    def key(event_id: str, guest: str) -> str:
        """``<event>#G#<guest>``: a partition of its own, and no booking's."""
        return f"{event_id}#G#{guest}"

    @classmethod
    def take(
        cls, event_id: str, guest: str, session_id: str, *, most: int, at: datetime
    ) -> "Allowance":
        """Count a session, unless it is counted already or ``most`` are.

        Refuses with ``StaleWrite``, which carries what is counted.
        """
        key, place = cls.key(event_id, guest), cls._place(session_id)
        try:
            return cls.change(
                key,
                guest,
                actions=[place.set(int(at.timestamp()))],
                condition=Allowance.guest.exists()
                & (place.exists() | (size(Allowance.booked) < most)),
            )
        except db.StaleWrite as refusal:
            if refusal.old is not None:
                raise
        # The guest's first: a map has to be there before something is put into it.
        first = cls(key, guest, booked={})
        with suppress(db.StaleWrite):
            first.put(condition=Allowance.guest.does_not_exist())
        return cls.take(event_id, guest, session_id, most=most, at=at)

    @classmethod
    def give_back(cls, event_id: str, guest: str, sessions: Sequence[str]) -> None:
        """Count these sessions no more; who has no item has nothing counted."""
        with suppress(db.StaleWrite):
            cls.change(
                cls.key(event_id, guest),
                guest,
                actions=[cls._place(session_id).remove() for session_id in sessions],
                condition=Allowance.guest.exists(),
            )

    @staticmethod
    def _place(session_id: str) -> Path:
        place: Path = Allowance.booked[session_id]
        return place
