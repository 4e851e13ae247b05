"""What each code of a refusal means, told by the docstring of the class that has it."""

from collections.abc import Iterator

# Routes load it when they need it; its refusals are told all the same.
import backend.shared.idempotency  # noqa: F401
from backend.shared.errors import DomainError

MEANING = {
    400: "Bad input, or a rule that refuses.",
    401: "No ID token of this stage's client.",
    403: "The caller may not do this.",
    404: "There is no such thing, or none the caller may know of.",
    409: "Another write won, or this was done before.",
    413: "The body is larger than 256 KB.",
    415: "The body is not declared as JSON.",
    429: "Too many requests; try again shortly.",
    500: "Something went wrong on our side.",
}
# Codes that any route has, whatever it does: the gateway's, or those of a kind of refusal.
GENERAL_CODES = {
    400: "bad_input",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
}
_GENERAL_MEANING = {code: MEANING[status] for status, code in GENERAL_CODES.items()} | {
    "bad_input": "One or more fields break a rule; `fields` says which, and the rule."
}
# Features without routes of their own: where others have a code of theirs, too, those tell it.
_WITHOUT_ROUTES = ("backend.jobs", "backend.seats")


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds(inner)


def meanings(feature: str = "") -> dict[str, str]:
    """A sentence for each code that the loaded parts of the domain refuse with.

    Where several have a code, that of ``feature`` counts (``backend.sessions``), whatever was
    loaded first.
    """
    told = [
        kind
        for kind in _kinds(DomainError)
        # A process that has the portal loaded knows refusals that no route answers with.
        if "code" in vars(kind) and kind.__module__.startswith("backend.")
    ]
    told.sort(
        key=lambda kind: (
            kind.__module__.startswith(f"{feature}."),
            not kind.__module__.startswith(_WITHOUT_ROUTES),
            kind.__module__,
        )
    )
    found = {kind.code: (kind.__doc__ or "").partition("\n")[0].replace("``", "`") for kind in told}
    return found | _GENERAL_MEANING
