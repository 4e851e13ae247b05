"""The rows of a list as guests to be, and what is wrong with the others. Pure but for the key."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backend.events.questions import Answer, Question, checked_answers, read_answers
from backend.registrations import guests
from backend.registrations.imports import columns
from backend.registrations.services.changing import LONGEST_NOTE
from backend.registrations.spreadsheets import (
    LONGEST_CELL,
    SURELY_FORMULA,
    Row,
    Sheet,
    is_formula,
    unquoted,
)
from backend.shared import control_characters
from backend.shared.errors import BadInput

_SHOWN = 60


class Wish(StrEnum):
    """What a row asks for. ``NOTHING``: its guest canceled, so there is nobody to add."""

    PLACE = "PLACE"
    WAIT = "WAIT"
    NOTHING = "NOTHING"


_WISHES = {
    Wish.PLACE: "|confirmed|registered|going|attending|bestatigt|angemeldet",
    Wish.WAIT: "waiting|waitlisted|wait list|waitlist|waiting list|warteliste|wartet",
    Wish.NOTHING: "canceled|cancelled|declined|not going|storniert|abgesagt|abgemeldet",
}
_WISH_OF = {word: wish for wish, words in _WISHES.items() for word in words.split("|")}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong with a row: in which column, what stands there, which rule.

    ``heading`` and ``value`` are empty, and ``column`` (from 0) ``None``, where it is about the
    row as a whole. ``value`` is cut
    and holds no control characters; it is for the organiser's eyes, never for a job's item.
    """

    row: int
    code: str
    rule: str
    heading: str = ""
    value: str = ""
    column: int | None = None

    @property
    def sentence(self) -> str:
        """Column and rule, without the value."""
        return f"{self.heading[:_SHOWN]}: {self.rule}" if self.heading else self.rule

    @property
    def kept_sentence(self) -> str:
        """The same with the column's number: a list without headings has a guest in their place.

        A job's item names nobody.
        """
        return self.rule if self.column is None else f"Column {self.column + 1}: {self.rule}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a guest to add, unless ``problems`` say why not.

    ``guest`` is the key that the guest has at the event, the same at every reading of the row,
    so nobody is added twice; without an address the name is who they are.
    """

    row: Row
    problems: tuple[RowProblem, ...] = ()
    guest: str = ""
    name: str = ""
    email: str | None = None
    wish: Wish = Wish.PLACE
    note: str | None = None
    attention: bool = False
    answers: dict[str, Answer] = field(default_factory=dict)


def read_entries(
    sheet: Sheet, roles: Sequence[str], *, event_id: str, questions: Sequence[Question]
) -> list[Entry]:
    """All rows of a sheet in their order; of several for one guest the first good one counts."""
    seen: dict[str, int] = {}
    reader = _Reader(sheet, roles, event_id, questions)
    entries = []
    for row in sheet.rows:
        entry = reader.read(row)
        earlier = row.number if entry.problems else seen.setdefault(entry.guest, row.number)
        if earlier != row.number:
            entry = Entry(row, (_same_guest(entry, earlier),))
        entries.append(entry)
    return entries


def _same_guest(entry: Entry, earlier: int) -> RowProblem:
    rule = (
        f"Row {earlier} has the same e-mail address."
        if entry.email
        else f"Row {earlier} has the same name, and no e-mail address tells them apart."
    )
    return RowProblem(entry.row.number, "duplicate_in_file", rule)


class _Reader:
    """Reads rows of one sheet; each check notes what is wrong and goes on."""

    def __init__(
        self, sheet: Sheet, roles: Sequence[str], event_id: str, questions: Sequence[Question]
    ) -> None:
        self._sheet, self._event_id, self._questions = sheet, event_id, questions
        self._column = {role: number for number, role in enumerate(roles) if role}

    def read(self, row: Row) -> Entry:
        width = len(self._sheet.headings)
        if any(row.cells[width:]):
            rule = f"It has more cells than the {width} headings. Is a quotation mark missing?"
            return Entry(row, (RowProblem(row.number, "too_many_cells", rule),))
        problems: list[RowProblem] = []

        def cell(role: str, check: Callable[[str], object], *, code: str = "bad_value") -> object:
            """What the check makes of the cell, or ``None`` with a problem noted."""
            text = row.cells[self._column[role]] if role in self._column else ""
            try:
                if len(text) > LONGEST_CELL:
                    raise BadInput({role: f"A cell has at most {LONGEST_CELL:,} characters."})
                return check(text)
            except BadInput as refusal:
                rule = next(iter(refusal.fields.values()))
                seen = "formula" if rule is _FORMULA else code
                column = self._column.get(role)
                heading = "" if column is None else self._sheet.headings[column]
                problems.append(RowProblem(row.number, seen, rule, heading, _shown(text), column))
                return None

        name = self._name(cell)
        email = cell(columns.EMAIL, _email, code="bad_email")
        wish = cell(columns.STATUS, _wish, code="bad_status")
        note = cell(columns.NOTE, _note)
        attention = cell(columns.ATTENTION, _attention)
        answers = self._answers(cell)
        if problems:
            return Entry(row, tuple(problems))
        return Entry(
            row,
            guest=self._guest(str(name), email),
            name=str(name),
            email=str(email) if email else None,
            wish=Wish(str(wish)),
            note=str(note) if note else None,
            attention=bool(attention),
            answers=answers,
        )

    def _name(self, cell: Callable[..., object]) -> object:
        if columns.NAME in self._column:
            return cell(columns.NAME, _name, code="bad_name")
        parts = [role for role in (columns.FIRST_NAME, columns.LAST_NAME) if role in self._column]
        texts = [cell(role, _part_of_name, code="bad_name") for role in parts]
        if None in texts:
            return None
        whole = " ".join(str(text) for text in texts if text)
        return cell(parts[-1], lambda _text: guests.checked_name(whole), code="bad_name")

    def _answers(self, cell: Callable[..., object]) -> dict[str, Answer]:
        given: dict[str, Answer] = {}
        for question in self._questions:
            role = columns.answer_role(question)
            if role in self._column:
                checked = cell(role, _answer_to(question), code="bad_answer")
                given |= checked if isinstance(checked, dict) else {}
        return given

    def _guest(self, name: str, email: object) -> str:
        if email:
            return guests.guest_key(self._event_id, str(email))
        return guests.named_guest_key(self._event_id, name)


_FORMULA = "It begins as a formula does. Put an apostrophe (') before it if it is a text."


def _text(text: str, *, whatever: bool = False) -> str:
    """The text of a cell; refuses a formula, or with ``whatever`` only what is surely one.

    A plus or minus, as of a telephone number, and an at sign are fine in an answer.
    """
    if is_formula(text) and (text.startswith(SURELY_FORMULA) or not whatever):
        raise BadInput({"": _FORMULA})
    return unquoted(text)


def _name(text: str) -> str:
    return guests.checked_name(_text(text))


def _part_of_name(text: str) -> str:
    return guests.checked_name(_text(text)) if text else ""


def _email(text: str) -> str | None:
    return guests.checked_email(_text(text)) if text else None


def _wish(text: str) -> Wish:
    wish = _WISH_OF.get(guests.folded(_text(text)))
    if wish is None:
        raise BadInput({"": "This is neither “confirmed”, “waiting list” nor “canceled”."})
    return wish


def _note(text: str) -> str:
    note = unicodedata.normalize("NFC", _text(text, whatever=True).replace("\r\n", "\n"))
    if len(note) > LONGEST_NOTE:
        raise BadInput({"": f"A note has at most {LONGEST_NOTE:,} characters."})
    if control_characters.IN_PROSE.search(note):
        raise BadInput({"": "Control characters are not allowed."})
    return note


def _attention(text: str) -> bool:
    word = guests.folded(_text(text))
    if word not in ("", "yes", "no", "true", "false", "ja", "nein", "1", "0", "x"):
        raise BadInput({"": "This is neither “yes” nor “no”."})
    return word in ("yes", "true", "ja", "1", "x")


def _answer_to(question: Question) -> Callable[[str], dict[str, Answer]]:
    def check(text: str) -> dict[str, Answer]:
        typed = {question.id: _text(text, whatever=True)}
        return checked_answers([question], read_answers([question], typed), complete=False)

    return check


def _shown(text: str) -> str:
    """A value as an organiser may see it: one line, cut, nothing invisible."""
    plain = control_characters.IN_A_LINE.sub(" ", text)
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
