"""Adding the guests of a list to an event."""
