"""What may happen with guest requests. Used by the pages, the public API and jobs.

What follows from a change (counters, activity, notices) hangs on the table's stream.
"""

from backend.guest_requests.services.asking import Asked, ask, cancel_request
from backend.guest_requests.services.ending import end_called_off, end_page, erase_requests
from backend.guest_requests.services.reminding import remind_late
from backend.guest_requests.services.renaming import move_requests
from backend.guest_requests.services.serving import claim, decline, fulfil, recall, release
from backend.guest_requests.services.settings import save_kinds
from backend.guest_requests.services.subscribing import (
    StaffSubscription,
    end_subscriptions,
    my_subscriptions,
    subscribe_staff,
    unsubscribe_staff,
)

__all__ = [
    "Asked",
    "StaffSubscription",
    "ask",
    "cancel_request",
    "claim",
    "decline",
    "end_called_off",
    "end_page",
    "end_subscriptions",
    "erase_requests",
    "fulfil",
    "move_requests",
    "my_subscriptions",
    "recall",
    "release",
    "remind_late",
    "save_kinds",
    "subscribe_staff",
    "unsubscribe_staff",
]
