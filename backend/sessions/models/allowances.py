"""How much one guest has booked at one event, where that is limited."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import MAP, NUMBER
from pynamodb.expressions.condition import size
from pynamodb.expressions.operand import Path

from backend.shared import db


class BookedTimes(Attribute[Mapping[str, int]]):
    """A map from session id to the epoch millisecond it was asked for."""

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
    Each ``version`` of the event's rules has items of its own.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("bookings")

    shard = UnicodeAttribute(hash_key=True)
    guest = UnicodeAttribute(range_key=True)
    booked = BookedTimes()

    @staticmethod
    def key(event_id: str, guest: str, *, version: int) -> str:
        """``<event>#G<version>#<guest>``: a partition of its own, and no booking's."""
        return f"{event_id}#G{version}#{guest}"

    @classmethod
    def open(cls, key: str, guest: str, *, booked: Iterable[str], at: datetime) -> None:
        """Begin with the sessions that are booked already, unless somebody began before."""
        times = dict.fromkeys(booked, _milliseconds(at))
        with suppress(db.StaleWrite):
            cls(key, guest, booked=times).put(condition=Allowance.guest.does_not_exist())

    @classmethod
    def take(cls, key: str, guest: str, session_id: str, *, most: int, at: datetime) -> None:
        """Count a session, unless it is counted already or ``most`` are.

        Refuses with ``StaleWrite``, which carries what is counted: ``None`` where nobody began.
        """
        place = cls._place(session_id)
        cls.change(
            key,
            guest,
            actions=[place.set(_milliseconds(at))],
            condition=Allowance.guest.exists() & (place.exists() | (size(Allowance.booked) < most)),
        )

    @classmethod
    def give_back(cls, key: str, guest: str, session_id: str, *, until: datetime) -> None:
        """Count a session no more, if it was counted before ``until`` and not again since."""
        place = cls._place(session_id)
        with suppress(db.StaleWrite):
            cls.change(
                key,
                guest,
                actions=[place.remove()],
                condition=place <= _milliseconds(until),
            )

    def list_before(self, moment: datetime) -> list[str]:
        """The sessions that were counted before a moment."""
        return [session for session, at in self.booked.items() if at < _milliseconds(moment)]

    @staticmethod
    def _place(session_id: str) -> Path:
        place: Path = Allowance.booked[session_id]
        return place


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
