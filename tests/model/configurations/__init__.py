"""What is explored: guests, seats, processes and faults, each within small bounds."""

from tests.model.configurations import changes, changes_wrong, seats, seats_wrong

PROTOCOL = seats.PROTOCOL + changes.PROTOCOL  # no violation may be found in these
MUTANTS = seats_wrong.MUTANTS + changes_wrong.MUTANTS
