"""Routes of sessions: the agenda that anyone may read, and a guest's own bookings."""
