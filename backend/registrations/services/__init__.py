"""What may happen to registrations.

Mails, counters and the repeated release of a seat hang on the table's stream.
"""

from backend.registrations.services.adopting import adopt_page, adopt_seats
from backend.registrations.services.auditing import AUDITED_AFTER_END, audit_seats
from backend.registrations.services.canceling import (
    cancel_called_off,
    cancel_guest,
    cancel_mine,
    note_waiting,
)
from backend.registrations.services.changing import (
    change_guest,
    change_name,
    reissue_ticket,
    resend_mine,
    resend_ticket,
    write_note,
)
from backend.registrations.services.erasing import erase_guest
from backend.registrations.services.moving import move_to_waiting_list
from backend.registrations.services.promoting import promote_guest, promote_waiting
from backend.registrations.services.registering import Outcome, add_guest, register
from backend.registrations.services.renaming import change_email

__all__ = [
    "AUDITED_AFTER_END",
    "Outcome",
    "add_guest",
    "adopt_page",
    "adopt_seats",
    "audit_seats",
    "cancel_called_off",
    "cancel_guest",
    "cancel_mine",
    "change_email",
    "change_guest",
    "change_name",
    "erase_guest",
    "move_to_waiting_list",
    "note_waiting",
    "promote_guest",
    "promote_waiting",
    "register",
    "reissue_ticket",
    "resend_mine",
    "resend_ticket",
    "write_note",
]
