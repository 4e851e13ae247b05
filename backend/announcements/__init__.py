"""What organisers tell their guests, and which of an event's messages did not arrive."""
