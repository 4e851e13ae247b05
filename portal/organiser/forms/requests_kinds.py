"""What guests can ask for, as rows of a form: the built-in kinds and any number of own ones.

Each row has a key of the page's, and its parts are posted as ``kinds-<key>-name``; the keys come in
the order of the rows under ``kinds``. So rows are added and taken out by the page alone, and the form
works without scripts. Which rules a row breaks, the service says.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.guest_requests.kinds import BUILT_IN_KEYS, MOST_KINDS, Kind
from portal.common.forms import FoyerForm
from portal.organiser.differences import Difference

KEY = re.compile(r"[A-Za-z0-9_]{1,40}")
MOST_ROWS = MOST_KINDS + 5
LABELS: dict[str, str | Promise] = {
    "enabled": gettext_lazy("Guests can ask for it"),
    "name": gettext_lazy("Name"),
    "target_minutes": gettext_lazy("Target, minutes"),
    "team": gettext_lazy("Team"),
    "options": gettext_lazy("Options"),
    "opens": gettext_lazy("From"),
    "closes": gettext_lazy("Until"),
    "most_open": gettext_lazy("Open at once, per guest"),
    "only_admitted": gettext_lazy("Only for guests who are checked in"),
}
CHECKS = ("enabled", "only_admitted")
NUMBERS = ("target_minutes", "most_open")


@dataclass(slots=True)
class KindRow:
    """A kind as the page shows it: texts as they were typed, ``options`` one per line."""

    row: str
    key: str = ""
    name: str = ""
    target_minutes: str = "10"
    team: str = ""
    options: str = ""
    opens: str = ""
    closes: str = ""
    most_open: str = "3"
    only_admitted: bool = False
    enabled: bool = True
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: Kind) -> "KindRow":
        values = {name: getattr(kind, name) for name in LABELS}
        values |= {name: str(values[name]) for name in NUMBERS}
        return cls(row=kind.key, key=kind.key, **values | {"options": "\n".join(kind.options)})

    @property
    def is_built_in(self) -> bool:
        return self.key in BUILT_IN_KEYS

    @property
    def is_blank(self) -> bool:
        return not (self.key or any(t.strip() for t in (self.name, self.team, self.options)))

    @property
    def kind(self) -> Kind:
        """For the service, which refuses numbers that are none."""
        values = {name: getattr(self, name) for name in LABELS}
        values |= {name: _number(values[name]) for name in NUMBERS}
        values |= {name: values[name].strip()[:5] for name in ("opens", "closes")}
        return Kind(key=self.key, **values | {"options": tuple(self.options.splitlines())})


class KindsWidget(forms.Widget):
    """Reads the rows; the page draws them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[KindRow]:
        rows = []
        for key in dict.fromkeys(data.getlist(name)[:MOST_ROWS]):
            if not KEY.fullmatch(key):
                continue
            posted = {part: data.get(f"{name}-{key}-{part}", "") for part in LABELS}
            posted |= {part: bool(posted[part]) for part in CHECKS}
            row = KindRow(row=key, key=data.get(f"{name}-{key}-key", ""), **posted)
            if not row.is_blank and not data.get(f"{name}-{key}-remove"):
                rows.append(row)
        return rows


class KindsField(forms.Field):
    """Cleans to ``Kind``s. The code of an error says where it belongs: ``2.name``."""

    widget = KindsWidget

    def clean(self, value: list[KindRow]) -> tuple[Kind, ...]:
        return tuple(row.kind for row in value)


class KindsForm(FoyerForm):
    kinds = KindsField(required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    labels = LABELS

    @property
    def kind_rows(self) -> list[KindRow]:
        """What the page draws: stored kinds or posted rows, each with its own errors."""
        shown = self["kinds"].value() or ()
        rows = [KindRow.of(one) if isinstance(one, Kind) else one for one in shown]
        for error in self._errors_of_kinds():
            place, _dot, name = (error.code or "").partition(".")
            if name and int(place) < len(rows):
                rows[int(place)].errors[name] = error.messages[0]
        return rows

    @property
    def kinds_errors(self) -> list[str]:
        """What is wrong with the kinds as a whole."""
        return [e.messages[0] for e in self._errors_of_kinds() if "." not in (e.code or "")]

    def _errors_of_kinds(self) -> list[ValidationError]:
        errors = self.errors.get("kinds") if self.is_bound else None
        return list(errors.as_data()) if errors else []


def kind_differences(stored: Sequence[Kind], typed: Iterable[Kind]) -> list[Difference]:
    """What somebody else saved beside what was typed, a line for each part of each kind."""
    mine = {kind.key: kind for kind in typed if kind.key}
    theirs = {kind.key: kind for kind in stored}
    there, missing = _("(there)"), _("(not there)")
    found = []
    for key, kind in theirs.items():
        if key not in mine:
            found.append(Difference(label=kind.name, stored=there, typed=missing))
            continue
        found += [
            Difference(
                label=f"{kind.name}: {LABELS[part.name]}",
                stored=_in_words(getattr(kind, part.name)),
                typed=_in_words(getattr(mine[key], part.name)),
            )
            for part in fields(Kind)
            if part.name in LABELS and getattr(kind, part.name) != getattr(mine[key], part.name)
        ]
    gone = [kind for key, kind in mine.items() if key not in theirs]
    added = [kind for kind in typed if not kind.key]
    for kind in (*gone, *added):
        found.append(Difference(label=kind.name, stored=missing, typed=there))
    return found


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return "\n".join(value) or _("(none)")
    return str(value) or _("(empty)")


def _number(text: str) -> Any:
    stripped = text.strip()
    return (
        int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 9 else text
    )
