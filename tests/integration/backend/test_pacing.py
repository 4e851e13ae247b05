"""However many processes send, no second has more messages than the stage allows."""

from collections import Counter

import pytest

from backend.notifications.errors import ChannelBusy
from backend.notifications.kinds import ChannelName
from backend.notifications.messages import Message
from backend.notifications.models import Pace
from backend.notifications.pacing import MOST_WAITED, PUT_OFF, PacedChannel, take_turn
from tests.support.recorded_calls import recorded_calls
from tests.support.tables_in_process import empty_tables, tables_in_process

pytestmark = pytest.mark.usefixtures("tables")
HELLO = Message("ada@example.org", "Hello", "Hello\n")
EMAIL = ChannelName.EMAIL


class Clock:
    """Goes on only while somebody sleeps."""

    def __init__(self, now: float = 1_000.25) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Log:
    """When messages went out."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.seconds = clock, []

    def send(self, _message: Message) -> None:
        self.seconds.append(int(self.clock.now))


@pytest.fixture(autouse=True)
def in_process():
    with tables_in_process():
        empty_tables()
        yield


def senders(count: int, limit: int) -> tuple[Log, list[PacedChannel]]:
    clock = Clock()
    log = Log(clock)
    given = {"clock": clock, "sleep": clock.sleep}
    return log, [PacedChannel(EMAIL, log, lambda: limit, **given) for _ in range(count)]


def test_all_processes_together_keep_within_the_rate_and_lose_nothing():
    log, channels = senders(4, limit=14)
    for number in range(100):
        channels[number % 4].send(HELLO)
    in_each = Counter(log.seconds)
    assert (len(log.seconds), max(in_each.values()), len(in_each)) == (100, 14, 8)


def test_a_message_costs_one_call_and_one_more_at_each_new_second_and_wait():
    log, [channel] = senders(1, limit=10)
    with recorded_calls() as calls:
        for _ in range(50):
            channel.send(HELLO)
    seconds = len(set(log.seconds))
    # 50 turns; the first of each second begins it; a full second is asked once more.
    assert len(calls) == 50 + seconds + (seconds - 1)


def test_without_a_limit_nothing_is_asked():
    _, [channel] = senders(1, limit=0)
    with recorded_calls() as calls:
        channel.send(HELLO)
    assert calls == []


def test_who_waits_too_long_puts_the_message_off():
    log, [channel] = senders(1, limit=1)
    Pace.begin(EMAIL, second=5_000, after=None)  # somebody's clock is far ahead
    with pytest.raises(ChannelBusy) as busy:
        channel.send(HELLO)
    assert (busy.value.reason, busy.value.after, log.seconds) == ("paced", PUT_OFF, [])
    assert log.clock.now >= 1_000 + MOST_WAITED


def test_two_who_begin_a_second_at_once_do_not_both_begin_it():
    assert take_turn(EMAIL, second=7, limit=1)
    assert [take_turn(EMAIL, second=8, limit=1) for _ in range(3)] == [True, False, False]


def test_channels_have_turns_of_their_own():
    assert take_turn(EMAIL, second=7, limit=1)
    assert take_turn(ChannelName.SMS, second=7, limit=1)
