"""Check-in: one scan, one answer, and each guest admitted once."""
