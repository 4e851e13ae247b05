"""Lambda ``KiosksStreamFunction``: what follows from a change of a kiosk."""

from backend.kiosks.streams import record_change
from backend.shared.stream_batches import follow

handler = follow(record_change)
