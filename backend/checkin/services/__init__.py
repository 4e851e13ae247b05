"""What may happen at the door. Used by the desk and kiosk pages and by the public API.

A scan that lets somebody in or out is one conditional write of the registration; its record, like
counters and activity, follows by the table's stream. A refusal writes its own record.
"""

from backend.checkin.services.admitting import admit, admit_guest, look_up
from backend.checkin.services.leaving import leave
from backend.checkin.services.scanning import ScanOutcome
from backend.checkin.services.undoing import undo

__all__ = ["ScanOutcome", "admit", "admit_guest", "leave", "look_up", "undo"]
