"""Where a desk stands: typed once, kept in the session."""

from django.http import HttpRequest

GATES = "gates"


def gate_of(request: HttpRequest, event_id: str) -> str:
    """The gate that this person gave for this event, or an empty text."""
    gate: str = request.session.get(GATES, {}).get(event_id, "")
    return gate


def keep_gate(request: HttpRequest, event_id: str, gate: str) -> None:
    request.session[GATES] = {**request.session.get(GATES, {}), event_id: gate}
