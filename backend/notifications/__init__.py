"""Notifications: an outbox with one message per key, and the channels that carry them."""
