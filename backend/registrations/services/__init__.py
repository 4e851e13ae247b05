"""What may happen to registrations.

Mails, counters and the repeated release of a seat hang on the table's stream.
"""

from backend.registrations.services.auditing import audit_seats, list_due_audits
from backend.registrations.services.canceling import (
    cancel_called_off,
    cancel_guest,
    cancel_mine,
    release_seat,
)
from backend.registrations.services.changing import (
    change_guest,
    change_name,
    reissue_ticket,
    resend_mine,
    resend_ticket,
    write_note,
)
from backend.registrations.services.registering import Outcome, add_guest, register

__all__ = [
    "Outcome",
    "add_guest",
    "audit_seats",
    "cancel_called_off",
    "cancel_guest",
    "cancel_mine",
    "change_guest",
    "change_name",
    "list_due_audits",
    "register",
    "reissue_ticket",
    "release_seat",
    "resend_mine",
    "resend_ticket",
    "write_note",
]
