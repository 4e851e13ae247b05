"""What holds for all sessions of one event."""

from datetime import datetime

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from backend.sessions.details import MOST_SESSIONS
from backend.shared import db

AGENDA = "#agenda"
"""No session's id starts like this."""


class Agenda(db.Table):
    """One item per event, in the table of its sessions.

    ``sessions`` is how many were ever added. ``most_bookings`` is how many sessions one guest may
    have booked or wait for, ``None`` for any number; ``version`` counts the changes of the rules.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("sessions")

    event_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True, default=AGENDA)
    sessions = db.IntegerAttribute(default=0)
    most_bookings = db.IntegerAttribute(null=True)
    allow_overlap = BooleanAttribute(default=False)
    version = db.IntegerAttribute(default=0)
    updated_at = db.UtcAttribute(null=True)
    changed_by = UnicodeAttribute(null=True)

    @classmethod
    def find_for(cls, event_id: str) -> "Agenda":
        """The rules of an event; those that hold at first where nobody set any."""
        return cls.find(event_id, AGENDA) or cls(event_id, AGENDA)

    @classmethod
    def count_within(cls, write: TransactWrite, event_id: str, *, added: int) -> None:
        """Part of a larger transaction: so many sessions more, or the whole fails for too many."""
        room = MOST_SESSIONS - added
        write.update(
            cls(event_id, AGENDA),
            actions=[Agenda.sessions.add(added)],
            condition=Agenda.sessions.does_not_exist() | (Agenda.sessions <= room),
        )

    def set_rules(
        self, *, most_bookings: int | None, allow_overlap: bool, at: datetime, changed_by: str
    ) -> "Agenda":
        """Write the rules over the version that was read; refuses with ``StaleWrite``."""
        unchanged = Agenda.version == self.version
        if not self.version:
            unchanged = Agenda.version.does_not_exist() | unchanged
        return Agenda.change(
            self.event_id,
            AGENDA,
            actions=Agenda.assignments(
                {
                    "most_bookings": most_bookings,
                    "allow_overlap": allow_overlap,
                    "version": self.version + 1,
                    "updated_at": at,
                    "changed_by": changed_by,
                }
            ),
            condition=unchanged,
        )
