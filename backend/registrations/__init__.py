"""Registrations: who has a place at an event, and the ticket that proves it."""
