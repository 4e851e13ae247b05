"""What each column of a list means: guessed from its heading, changed by the organiser. Pure."""

from collections.abc import Sequence

from backend.events.questions import Question
from backend.registrations.guests import folded
from backend.shared.errors import BadInput

IGNORED, NAME, FIRST_NAME, LAST_NAME = "", "name", "first_name", "last_name"
EMAIL, STATUS, NOTE, ATTENTION = "email", "status", "note", "attention"
_ANSWER = "answer:"
_HEADINGS = {
    NAME: "name|full name|guest name|guest|attendee|participant|vollstandiger name|gast",
    FIRST_NAME: "first name|given name|firstname|vorname|prenom|nombre",
    LAST_NAME: "last name|surname|family name|lastname|nachname|familienname|nom|apellido",
    EMAIL: "email|e-mail|mail|email address|e-mail address|mail address|e-mail-adresse|emailadresse",
    STATUS: "status|registration|registration status|waiting list|warteliste|anmeldung",
    NOTE: "note|notes|comment|remark|notiz|bemerkung|kommentar",
    ATTENTION: "attention|needs attention",
}
EXPORTED = (
    "name", "email", "status", "ticket_code", "registered_at", "waiting_since", "canceled_at",
    "arrival", "admitted_at", "admitted_gate", "note", "attention", "time_zone",
)  # fmt: skip
"""What stands above the columns of an export, before the answers; other programs rely on it."""
_ROLE_OF = {
    heading: role for role, headings in _HEADINGS.items() for heading in headings.split("|")
}


def answer_role(question: Question) -> str:
    """The role of a column with the answers to a question."""
    return _ANSWER + question.id


def answered_by(role: str) -> str | None:
    """The id of the question whose answers a column of this role holds."""
    return role.removeprefix(_ANSWER) if role.startswith(_ANSWER) else None


def roles_for(questions: Sequence[Question]) -> list[str]:
    """Everything that a column of an event's list may mean."""
    fixed = [IGNORED, NAME, FIRST_NAME, LAST_NAME, EMAIL, STATUS, NOTE, ATTENTION]
    return fixed + [answer_role(question) for question in questions]


def answer_headings(questions: Sequence[Question]) -> list[str]:
    """A heading of its own for the answers to each question: its text, told apart where needed."""
    headings: list[str] = []
    used = {*EXPORTED}
    for question in questions:
        label = " ".join(question.label.split())
        clear = _plain(label) not in used and _fixed_role(label) == IGNORED
        headings.append(label if clear else f"{label} ({question.id})")
        used.add(_plain(label))
    return headings


def guessed_roles(headings: Sequence[str], questions: Sequence[Question]) -> list[str]:
    """What the columns seem to be, by their headings; each role at most once.

    A question's own heading is its before it is anything else.
    """
    own = answer_headings(questions)
    asked = {_plain(text): answer_role(one) for one, text in zip(questions, own, strict=True)}
    roles: list[str] = []
    for heading in headings:
        role = asked.get(_plain(heading)) or _fixed_role(heading)
        roles.append(role if role not in roles else IGNORED)
    if FIRST_NAME in roles and LAST_NAME not in roles:
        # "Name" beside "First name" is what comes last.
        return [LAST_NAME if role == NAME else role for role in roles]
    return roles


def checked_roles(
    roles: Sequence[str], *, headings: Sequence[str], questions: Sequence[Question]
) -> list[str]:
    """The roles, one per heading.

    Refuses with ``BadInput``: on ``columns.<n>`` an unknown role, or one that another column
    has; on ``columns`` too few or too many, and when no column holds the name or too many do.
    """
    if len(roles) != len(headings):
        raise BadInput({"columns": "The file has other columns than these."})
    fields: dict[str, str] = {}
    allowed = roles_for(questions)
    for number, role in enumerate(roles):
        if role not in allowed:
            fields[f"columns.{number}"] = "A column cannot be this."
        elif role and role in roles[:number]:
            earlier = headings[roles.index(role)]
            fields[f"columns.{number}"] = f"The column “{earlier[:40]}” is this already."
    parts = {FIRST_NAME, LAST_NAME} & set(roles)
    if NAME not in roles and not parts:
        fields["columns"] = "Say which column holds the guests’ names."
    if NAME in roles and parts:
        fields["columns"] = "Choose the whole name or its parts, not both."
    if fields:
        raise BadInput(fields)
    return list(roles)


def _fixed_role(heading: str) -> str:
    return _ROLE_OF.get(folded(heading.replace("_", " ")), IGNORED)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
