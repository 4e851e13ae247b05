"""Lambda ``EventsStreamFunction``: what follows from a change of an event."""

from backend.events.streams import follow_event
from backend.shared.stream_batches import follow

handler = follow(follow_event)
