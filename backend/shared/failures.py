"""What a log may say about an unexpected error: where it arose and of which kind, never its text.

The text of an exception quotes what it choked on, and that may be a guest's name, address
or ticket.
"""

import traceback
from typing import Any

_FRAMES = 8


def traits_of(error: BaseException) -> dict[str, Any]:
    """``error_type``: the classes from the error to its first cause; ``frames``: the last
    eight places on its way, as ``file:line function``."""
    kinds = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(kinds) < _FRAMES:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {
        "error_type": " < ".join(kinds),
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
