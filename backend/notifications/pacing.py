"""Sending no faster than the stage may, in however many processes at once.

One item per channel counts what was sent in the present second: a conditional write per message,
two for the first of a second. Reserved concurrency would need a quota that new accounts do not
have, and says nothing about how fast one process sends; a queue in front would cost more calls.
A process whose second is full waits in place, which is what a stream's function may do: the
stream keeps the rest. Who waits too long puts the message off, and it counts as no attempt.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from backend.notifications.channels.base import Channel
from backend.notifications.errors import ChannelBusy
from backend.notifications.kinds import ChannelName
from backend.notifications.messages import Message
from backend.notifications.models import Pace
from backend.shared.db import StaleWrite

MOST_WAITED = 60
"""Seconds for one message; batches are small enough to end within the function's time."""
PUT_OFF = timedelta(minutes=1)


class PacedChannel:
    """A channel that takes at most ``per_second()`` messages a second from all; 0: any number."""

    def __init__(
        self,
        name: ChannelName,
        channel: Channel,
        per_second: Callable[[], int],
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name, self._channel, self._per_second = name, channel, per_second
        self._clock, self._sleep = clock, sleep

    def send(self, message: Message) -> None:
        """Wait for a turn and send; see ``Channel.send``."""
        if limit := self._per_second():
            self._wait_for_turn(limit)
        self._channel.send(message)

    def _wait_for_turn(self, limit: int) -> None:
        last = self._clock() + MOST_WAITED
        while (now := self._clock()) < last:
            if take_turn(self._name, second=int(now), limit=limit):
                return
            self._sleep(int(now) + 1 - now)
        raise ChannelBusy("paced", after=PUT_OFF)


def take_turn(name: ChannelName, *, second: int, limit: int) -> bool:
    """Count one more message in a second, if there is room."""
    try:
        Pace.add_one(name, second=second, limit=limit)
    except StaleWrite as refusal:
        seen: Pace | None = refusal.old
        # Full, or begun by a process whose clock is ahead.
        if seen is not None and seen.second >= second:
            return False
        return _begin(name, second, seen)
    return True


def _begin(name: ChannelName, second: int, seen: Pace | None) -> bool:
    try:
        Pace.begin(name, second=second, after=seen.second if seen else None)
    except StaleWrite:
        return False  # somebody else began it just now; there is room in the next one, or here
    return True
