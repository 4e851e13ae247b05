"""Devices at the door: paired once by a code, then known by a credential of their own."""
