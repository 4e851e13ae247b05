"""What may happen to sessions and bookings.

Activity, counters, notices and whatever a crash left undone hang on the tables' streams.
"""

from backend.sessions.services.attending import Attendance, AttendanceResult, attend
from backend.sessions.services.booking import Outcome, add_booking, book
from backend.sessions.services.canceling import (
    cancel_booking,
    end_booking,
    end_bookings_of,
    erase_bookings,
    remove_booking,
)
from backend.sessions.services.noticing import give_notice
from backend.sessions.services.planning import (
    cancel_session,
    copy_session,
    create_session,
    import_agenda,
    move_session,
    set_rules,
    start_adoption,
    start_cancellation,
    start_telling,
    update_session,
)
from backend.sessions.services.renaming import move_bookings
from backend.sessions.services.seating import (
    adopt_seats,
    audit_seats,
    is_session_pool,
    promote_waiting,
    session_of,
)

__all__ = [
    "Attendance",
    "AttendanceResult",
    "Outcome",
    "add_booking",
    "adopt_seats",
    "attend",
    "audit_seats",
    "book",
    "cancel_booking",
    "cancel_session",
    "copy_session",
    "create_session",
    "end_booking",
    "end_bookings_of",
    "erase_bookings",
    "give_notice",
    "import_agenda",
    "is_session_pool",
    "move_bookings",
    "move_session",
    "promote_waiting",
    "remove_booking",
    "session_of",
    "set_rules",
    "start_adoption",
    "start_cancellation",
    "start_telling",
    "update_session",
]
