"""Waiting for what streams and jobs bring about within moments."""

import time
from collections.abc import Callable
from typing import Any

_TRUTHY = object()


def eventually(look: Callable[[], Any], wanted: Any = _TRUTHY, seconds: float = 90) -> Any:
    """Look until it is ``wanted`` (anything true, if not given) and answer it.

    Fails with what was seen last.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if bool(seen) if wanted is _TRUTHY else seen == wanted:
            return seen
        if time.monotonic() >= deadline:
            break
        time.sleep(0.1)
    if wanted is not _TRUTHY:
        assert seen == wanted
    raise AssertionError(f"After {seconds:.0f} s it was {seen!r}.")
