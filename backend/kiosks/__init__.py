"""Paired devices at the door: one event, one gate, one mode each."""
