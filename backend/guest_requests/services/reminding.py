"""Reminding the team of what nobody brought in time."""

from datetime import datetime

from backend.guest_requests.models import DUE_BUCKETS, GuestRequest
from backend.shared.db import StaleWrite


def remind_late(*, now: datetime, limit: int = 100) -> int:
    """Note each request that is past its target, once; says how many there were.

    Takes up to ``limit`` per bucket, the longest due first, so one call leaves some for the next. Tells nobody
    itself: the table's stream does.
    """
    reminded = 0
    for bucket in range(DUE_BUCKETS):
        for due in GuestRequest.list_due(bucket, now=now, limit=limit).items:
            try:
                GuestRequest.remind(due.request_id, now=now)
            except StaleWrite:
                continue  # done with, or reminded of, since the index was read
            reminded += 1
    return reminded
