"""Who works on an event, and in which role."""
