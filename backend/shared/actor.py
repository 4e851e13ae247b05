"""Who acts: built by the API from a verified token, by the portal from its session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backend.shared import control_characters
from backend.shared.config import config

LONGEST_NAME = 200
ERASED_NAME = "Erased person"
"""Who made or owns something still, but is nobody any more."""


class ActorKind(StrEnum):
    """What stands behind a call."""

    VISITOR = "VISITOR"
    USER = "USER"
    KIOSK = "KIOSK"
    SYSTEM = "SYSTEM"


def normalise_email(email: str) -> str:
    """One spelling per mailbox: no spaces around it, lower case."""
    return email.strip().lower()


def verified_email(told: Mapping[str, object]) -> str:
    """The address that Cognito's claims or attributes say is proved, in its one spelling, or "".

    Only ASCII counts: Cognito takes other letters, too, and some of them become ASCII in
    lower case, which would make two people's addresses one.
    """
    email = str(told.get("email", ""))
    proved = str(told.get("email_verified", "")).lower() == "true" and email.isascii()
    return normalise_email(email) if proved else ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Identity as the token gave it, never as a body or a query string says.

    ``email`` is set only when it is verified. ``device`` names a kiosk or browser
    for the activity record; ``event_id`` and ``gate`` say where a kiosk stands,
    ``self_service`` that guests use it themselves.
    """

    kind: ActorKind
    user_id: str = ""
    email: str = ""
    name: str = ""
    groups: frozenset[str] = field(default_factory=frozenset)
    device: str = ""
    event_id: str = ""
    gate: str = ""
    self_service: bool = False

    @classmethod
    def from_claims(cls, claims: Mapping[str, object], *, device: str = "") -> "Actor":
        """The user of verified Cognito ID-token claims.

        ``cognito:groups`` is a list in a token and a text in the gateway's context;
        an e-mail that is not verified is left out.
        """
        return cls(
            kind=ActorKind.USER,
            user_id=str(claims["sub"]),
            email=verified_email(claims),
            name=_shown_name(str(claims.get("name", ""))),
            groups=_groups(claims.get("cognito:groups")),
            device=device,
        )

    @classmethod
    def from_kiosk(
        cls, *, event_id: str, kiosk_id: str, name: str, gate: str, self_service: bool = False
    ) -> "Actor":
        """A paired device, which works at one event and, if it says so, at one gate."""
        return cls(
            ActorKind.KIOSK,
            name=name,
            device=kiosk_id,
            event_id=event_id,
            gate=gate,
            self_service=self_service,
        )

    @property
    def is_signed_in(self) -> bool:
        """Whether a person with an account acts."""
        return self.kind is ActorKind.USER

    @property
    def is_administrator(self) -> bool:
        """Whether the person belongs to the stage's group of administrators."""
        return self.is_signed_in and config().admin_group in self.groups

    @property
    def label(self) -> str:
        """What the activity record stores: kind, id and device, never a name or an address.

        ``USER:<id>@phone``, ``USER:<id>``, ``KIOSK:<id>`` or ``SYSTEM``.
        """
        if self.user_id and self.device:
            return f"{self.kind}:{self.user_id}@{self.device}"
        return f"{self.kind}:{self.user_id or self.device}".rstrip(":")


@dataclass(frozen=True, slots=True)
class Label:
    """An ``Actor.label`` taken apart; what it does not tell is empty."""

    kind: str
    id: str = ""
    device: str = ""


def parse_label(label: str) -> Label:
    """The parts of a stored label."""
    kind, _, rest = label.partition(":")
    who, _, device = rest.partition("@")
    return Label(kind, who, device)


def _shown_name(name: str) -> str:
    """One line of bounded length: people may give Cognito any name without asking us."""
    return " ".join(control_characters.IN_A_LINE.sub(" ", name).split())[:LONGEST_NAME]


def _groups(value: object) -> frozenset[str]:
    if isinstance(value, str):
        value = value.strip("[]").replace(",", " ").split()
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset()


VISITOR = Actor(ActorKind.VISITOR)
SYSTEM = Actor(ActorKind.SYSTEM)
