"""What guests may ask for, and when. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.events import policies as events
from backend.events.models import Event
from backend.guest_requests.errors import NotAdmitted, NotAGuest, RequestsClosed
from backend.guest_requests.kinds import Kind
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.shared import control_characters
from backend.shared.errors import BadInput

LONGEST_TEXT = 500
LONGEST_REASON = 300
LONGEST_CLIENT_ID = 255
RECALLED_WITHIN = timedelta(minutes=10)
"""So long what was fulfilled can be called back, and is shown on the board."""


def check_guest(registration: Registration | None) -> Registration:
    """The registration of who has a place; refuses with ``NotAGuest``."""
    if registration is None or not registration.is_confirmed or registration.erased_at:
        raise NotAGuest("Only guests with a place at this event can ask for something.")
    return registration


def check_open(event: Event, *, now: datetime) -> None:
    """Refuse (``RequestsClosed``) unless the event is published and not over."""
    if not events.is_open(event, now=now):
        raise RequestsClosed("This event takes no requests now.")


def checked_kind(
    kinds: Sequence[Kind], key: str, *, event: Event, registration: Registration, now: datetime
) -> Kind:
    """The kind, if this guest may ask for it now.

    Refuses with ``BadInput`` (kind), ``RequestsClosed`` and ``NotAdmitted``.
    """
    kind = next((kind for kind in kinds if kind.key == key and kind.enabled), None)
    if kind is None:
        raise BadInput({"kind": "This cannot be asked for at this event."})
    if not kind.is_open_at(now, time_zone=event.time_zone):
        raise RequestsClosed(
            f"{kind.name} can be asked for from {kind.opens} to {kind.closes} ({event.time_zone})."
        )
    if kind.only_admitted and registration.admission is not Admission.IN:
        raise NotAdmitted(f"{kind.name} is for guests who are checked in.")
    return kind


def check_wish(kind: Kind, *, text: str, option: str, request_id: str) -> tuple[str, str]:
    """What is asked for, trimmed: text and option. Refuses with ``BadInput`` on each of the three."""
    fields = {}
    text, option = text.replace("\r\n", "\n").strip(), option.strip()
    if len(text) > LONGEST_TEXT:
        fields["text"] = f"At most {LONGEST_TEXT} characters."
    elif control_characters.IN_PROSE.search(text):
        fields["text"] = "Control characters are not allowed."
    if option and option not in kind.options:
        fields["option"] = "This is not among the options."
    elif kind.options and not option and not text:
        fields["option"] = "Choose an option, or write what you would like."
    if len(request_id) > LONGEST_CLIENT_ID or not request_id.isprintable():
        fields["request_id"] = f"At most {LONGEST_CLIENT_ID} printable characters."
    if fields:
        raise BadInput(fields)
    return text, option


def check_reason(reason: str) -> str:
    """The reason, trimmed; refuses (``BadInput``) none, a long one and control characters."""
    tidy = reason.replace("\r\n", "\n").strip()
    if not tidy:
        raise BadInput({"reason": "Say why: the guest is shown it."})
    if len(tidy) > LONGEST_REASON:
        raise BadInput({"reason": f"At most {LONGEST_REASON} characters."})
    if control_characters.IN_PROSE.search(tidy):
        raise BadInput({"reason": "Control characters are not allowed."})
    return tidy
