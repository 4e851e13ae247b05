"""Who changed what and when, and the counters of each event."""
