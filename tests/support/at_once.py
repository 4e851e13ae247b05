"""Several calls begun at the same moment, each in a thread of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from backend.shared.errors import DomainError


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of the calls answers, or the refusal that it rose."""
    answers: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(place: int) -> None:
        gate.wait()
        try:
            answers[place] = calls[place]()
        except DomainError as refusal:
            answers[place] = refusal

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
