"""Rules over everything: cancel an event, export and erase a guest."""
