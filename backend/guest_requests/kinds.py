"""What guests can ask for at an event: kinds, and the rules that each of their fields keeps. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from backend.shared import control_characters
from backend.shared.errors import BadInput

LONGEST_NAME, LONGEST_TEAM, LONGEST_OPTION = 40, 40, 60
MOST_KINDS, MOST_OPTIONS = 20, 20
LONGEST_TARGET_MINUTES = 240
MOST_OPEN_PER_GUEST = 20
KIND_KEY = r"[A-Z][A-Z0-9_]{0,31}"
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of request. ``key`` stays, whatever its ``name`` becomes.

    ``target_minutes``: so soon guests should have it. ``team`` is a label such as ``Bar``.
    ``options`` are what guests choose from, if any. ``opens`` and ``closes`` are times of day in the
    event's zone (``09:30``), both or none; closing at an earlier hour means on the next day.
    ``most_open``: so many a guest may wait for at once. ``only_admitted``: for guests who are in.
    """

    key: str
    name: str
    target_minutes: int = 10
    team: str = ""
    options: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""
    most_open: int = 3
    only_admitted: bool = False
    enabled: bool = True

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Kind":
        """The kind that ``to_document`` made it from."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in document.items() if name in known}
        return cls(**values | {"options": tuple(values.get("options", ()))})

    def to_document(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"options": list(self.options)}

    def is_open_at(self, now: datetime, *, time_zone: str) -> bool:
        """Whether this moment lies within the opening hours."""
        if not self.opens:
            return True
        hour = now.astimezone(ZoneInfo(time_zone)).time()
        opens, closes = time.fromisoformat(self.opens), time.fromisoformat(self.closes)
        if opens < closes:
            return opens <= hour < closes
        return hour >= opens or hour < closes


BUILT_IN = (
    Kind(key="FOOD", name="Food", target_minutes=15, team="Kitchen", enabled=False),
    Kind(key="BEVERAGE", name="Beverage", target_minutes=10, team="Bar", enabled=False),
    Kind(key="HAND_OUT", name="Hand-out", target_minutes=10, team="Desk", enabled=False),
    Kind(key="HELP", name="Help", target_minutes=5, team="Floor", enabled=False),
)
"""What an event begins with: its organisers switch on what they serve."""
BUILT_IN_KEYS = tuple(kind.key for kind in BUILT_IN)


def new_key(name: str, taken: Iterable[str]) -> str:
    """The key of an own kind that is called so; none of those ``taken``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    stem = re.sub(r"[^A-Z0-9]+", "_", plain).strip("_")[:24].strip("_")
    stem = stem if re.fullmatch(KIND_KEY, stem) else f"KIND_{stem}".strip("_")[:24]
    used, key, number = set(taken), stem, 2
    while key in used:
        key, number = f"{stem}_{number}", number + 1
    return key


def checked_kinds(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """The kinds as they are stored: texts trimmed, keys given to those that have none.

    Refuses with one ``BadInput`` that names every field that breaks a rule, such as
    ``kinds.2.target_minutes`` (the first kind is 0). Built-in kinds are switched off, never left out.
    """
    tidy: list[Kind] = []
    for kind in map(_tidied, kinds):
        taken = {other.key for other in (*kinds, *tidy)}
        tidy.append(kind if kind.key else replace(kind, key=new_key(kind.name, taken)))
    problems = {
        f"kinds.{place}.{name}": rule
        for place, kind in enumerate(tidy)
        for name, rule in _rules_broken(kind).items()
    }
    if rule := _rule_broken_by_all(tidy):
        problems["kinds"] = rule
    names = [kind.name.casefold() for kind in tidy]
    for place, name in enumerate(names):
        if name in names[:place]:
            problems.setdefault(f"kinds.{place}.name", "Another kind has this name.")
    if problems:
        raise BadInput(problems)
    return tuple(tidy)


def _tidied(kind: Kind) -> Kind:
    return replace(
        kind,
        name=kind.name.strip(),
        team=kind.team.strip(),
        options=tuple(option for text in kind.options if (option := text.strip())),
    )


def _rule_broken_by_all(kinds: Sequence[Kind]) -> str | None:
    keys = [kind.key for kind in kinds]
    if len(kinds) > MOST_KINDS:
        return f"An event has at most {MOST_KINDS} kinds."
    if len(set(keys)) != len(keys):
        return "Each kind is there once."
    missing = [key for key in BUILT_IN_KEYS if key not in keys]
    return f"Switch {missing[0]} off instead of leaving it out." if missing else None


def _rules_broken(kind: Kind) -> dict[str, str]:
    rules = {
        "key": None if re.fullmatch(KIND_KEY, kind.key) else "Not a key of a kind.",
        "name": _line(kind.name, LONGEST_NAME, least=1),
        "team": _line(kind.team, LONGEST_TEAM),
        "options": _options(kind.options),
        "target_minutes": _whole(kind.target_minutes, LONGEST_TARGET_MINUTES),
        "most_open": _whole(kind.most_open, MOST_OPEN_PER_GUEST),
        "opens": _hour(kind.opens, kind.closes),
        "closes": _hour(kind.closes, kind.opens),
    }
    if kind.opens and kind.opens == kind.closes:
        rules["closes"] = "It closes at another time than it opens."
    return {name: rule for name, rule in rules.items() if rule}


def _line(text: str, longest: int, *, least: int = 0) -> str | None:
    if not least <= len(text) <= longest:
        return f"{least} to {longest} characters." if least else f"At most {longest} characters."
    bad = control_characters.IN_A_LINE.search(text)
    return "Control characters are not allowed." if bad else None


def _options(options: Sequence[str]) -> str | None:
    if len(options) > MOST_OPTIONS:
        return f"At most {MOST_OPTIONS} options."
    if len(set(options)) != len(options):
        return "Each option is there once."
    return next((rule for option in options if (rule := _line(option, LONGEST_OPTION))), None)


def _whole(number: object, most: int) -> str | None:
    is_whole = isinstance(number, int) and not isinstance(number, bool)
    fits = is_whole and 1 <= int(str(number)) <= most
    return None if fits else f"A whole number from 1 to {most}."


def _hour(text: str, other: str) -> str | None:
    if not text:
        return "Give both times, or none." if other else None
    return None if _HOUR.fullmatch(text) else "A time of day such as 09:30."
