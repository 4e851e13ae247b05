"""Measurements by hand: counts first, then CPU time as medians, each against a baseline of the same run."""
