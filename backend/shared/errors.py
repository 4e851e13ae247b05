"""The kinds of refusal the domain can answer with.

Every feature error subclasses exactly one kind. The API and the portal map the
*kind*, never the concrete class, so a new error needs no new handler.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """An anticipated refusal.

    ``code`` is part of the public API contract; ``message`` is a sentence for a
    person; ``fields`` names each bad input (snake_case) with the rule it broke;
    ``details`` are facts for the caller (never shown as they are).
    """

    code = "domain_error"

    def __init__(
        self, message: str, *, fields: Mapping[str, str] | None = None, **details: object
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})
        self.details = details


class Unauthorized(DomainError):
    """Nobody is signed in, or the proof of it does not hold (401)."""

    code = "unauthorized"


class NotFound(DomainError):
    """The thing does not exist, or its existence is none of the actor's business (404)."""

    code = "not_found"


class Forbidden(DomainError):
    """The thing is there, the actor may not do this with it (403)."""

    code = "forbidden"


class Conflict(DomainError):
    """Another write won, or this one was made before (409)."""

    code = "conflict"


class Rejected(DomainError):
    """Bad input, or a rule says no (400)."""

    code = "rejected"


class TooManyAttempts(DomainError):
    """The same caller tried too often in a short time (429)."""

    code = "too_many_attempts"


class BadInput(Rejected):
    """One or more fields break a rule; ``fields`` says which."""

    code = "bad_input"

    def __init__(self, fields: Mapping[str, str], message: str = "") -> None:
        super().__init__(message or "Some of the input is not valid.", fields=fields)
