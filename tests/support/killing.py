"""A process that dies at its n-th call to DynamoDB, before the call or right after it landed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.interleaving import dynamodb_client


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


@contextmanager
def killed_at(number: int, *, after: bool = False) -> Iterator[None]:
    """Die at call ``number`` (from 1) of this thread; who makes fewer calls lives on."""
    mine, calls = threading.get_ident(), 0

    def before_call(**_: Any) -> None:
        nonlocal calls
        if threading.get_ident() == mine:
            calls += 1
            if calls == number and not after:
                raise Killed

    def after_call(**_: Any) -> None:
        if threading.get_ident() == mine and calls == number and after:
            raise Killed

    events = dynamodb_client().meta.events
    events.register_first("before-call.dynamodb", before_call)
    events.register_first("after-call.dynamodb", after_call)
    try:
        yield
    finally:
        events.unregister("before-call.dynamodb", before_call)
        events.unregister("after-call.dynamodb", after_call)


def dies(work: Callable[[], Any], number: int, *, after: bool = False) -> bool:
    """Run ``work`` and say whether it was killed on the way."""
    try:
        with killed_at(number, after=after):
            work()
    except Killed:
        return True
    return False


@contextmanager
def meanwhile(number: int, work: Callable[[], Any]) -> Iterator[None]:
    """Somebody else does ``work`` right before call ``number`` (from 1) of this thread."""
    mine, calls, busy = threading.get_ident(), 0, False

    def before_call(**_: Any) -> None:
        nonlocal calls, busy
        if threading.get_ident() != mine or busy:
            return
        calls += 1
        if calls == number:
            busy = True
            work()
            busy = False

    events = dynamodb_client().meta.events
    events.register_first("before-call.dynamodb", before_call)
    try:
        yield
    finally:
        events.unregister("before-call.dynamodb", before_call)
