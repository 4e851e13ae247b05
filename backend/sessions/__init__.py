"""Sessions: an event's agenda, and the guests' bookings of its items."""
