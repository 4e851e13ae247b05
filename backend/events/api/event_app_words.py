"""The words of the event app's clients, read and told again.

They tell a start and an end as a day and two times of the day, and name kinds of events and
places as they like. What says the same in our words is understood; what they sent is sent back
for as long as the event still means it.
"""

import re
from collections.abc import Callable
from datetime import date as day
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.events.kinds import Category, LocationType, Visibility
from backend.shared.clock import parse_iso
from backend.shared.shapes import broken

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?\s*([ap]m)?", re.IGNORECASE | re.ASCII)
_PLACES = {
    "in-person": LocationType.IN_PERSON,
    "inperson": LocationType.IN_PERSON,
    "physical": LocationType.IN_PERSON,
    "offline": LocationType.IN_PERSON,
    "venue": LocationType.IN_PERSON,
    "online": LocationType.ONLINE,
    "virtual": LocationType.ONLINE,
    "remote": LocationType.ONLINE,
    "both": LocationType.BOTH,
    "hybrid": LocationType.BOTH,
}


def word_of(kind: StrEnum) -> str:
    """``IN_PERSON`` as clients of the event app are told: ``in-person``."""
    return kind.lower().replace("_", "-")


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip().lower())


def read_place(text: str) -> LocationType:
    """How guests take part; anything else breaks the field's rule."""
    found = _PLACES.get(_plain(text))
    if found is None:
        raise broken("This must be one of in-person, online, both.")
    return found


def read_privacy(text: str) -> Visibility:
    """Who finds the event; anything else breaks the field's rule."""
    word = text.strip().upper()
    if word not in Visibility.__members__:
        raise broken("This must be one of public, unlisted, private.")
    return Visibility(word)


def read_category(text: str) -> Category:
    """Ours if it is one; the app's clients have categories of their own, too."""
    word = _plain(text).replace("-", "_").upper()
    return Category(word) if word in Category.__members__ else Category.OTHER


def read_time(text: str) -> time:
    """``18:30``, ``18:30:00`` or ``6:30 pm``; anything else breaks the field's rule."""
    parts = _TIME.fullmatch(text.strip())
    try:
        if parts is None:
            raise ValueError
        hour, minute, second = (int(part or 0) for part in parts.groups()[:3])
        half = (parts[4] or "").lower()
        if half and not 1 <= hour <= 12:
            raise ValueError
        return time(hour % 12 + 12 * (half == "pm") if half else hour, minute, second)
    except ValueError:
        raise broken("This must be a time of the day, such as 18:30.") from None


def read_day(text: str, zone: ZoneInfo) -> day:
    """A day, or that of an instant in ``zone``; anything else breaks the field's rule."""
    try:
        found = (
            parse_iso(text).astimezone(zone).date() if len(text) > 10 else day.fromisoformat(text)
        )
    except (ValueError, OverflowError):
        raise broken("This must be a day, such as 2026-11-20.") from None
    if not 2000 <= found.year < 2200:
        raise broken("This must be a year between 2000 and 2199.")
    return found


def told_word(sent: str | None, read: Callable[[str], StrEnum], meant: StrEnum) -> str:
    """What was sent, while it still means the same, else our word."""
    return sent if sent is not None and read(sent) is meant else word_of(meant)


def told_time(sent: str | None, moment: datetime) -> str:
    """What was sent, while it still is the time of the day of ``moment``, else ``18:30``."""
    meant = moment.time().replace(microsecond=0)
    return sent if sent is not None and read_time(sent) == meant else f"{meant:%H:%M}"
