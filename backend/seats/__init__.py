"""Seat pools: a limited number of seats, claimed and released without a counter."""
