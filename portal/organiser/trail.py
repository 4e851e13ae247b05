"""Pages forward by cursors, and back again: a token remembers the pages before it.

Lists know the key that the next page starts after, never the one before. So a page's
token carries, signed, where the last few pages started; going back further starts over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from backend.shared.paging import Page, decode_token, encode_token

ItemT = TypeVar("ItemT")
REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class Trail(Generic[ItemT]):
    """One page of a list in the address bar: ``previous`` and ``next`` are query strings or empty."""

    items: list[ItemT]
    first: int
    previous: str
    next: str

    @property
    def last(self) -> int:
        """The number of the last item shown, counted from the start of the list."""
        return self.first + len(self.items) - 1


def walk(
    token: str,
    fetch: Callable[[dict[str, Any] | None], Page[ItemT]],
    *,
    query: str,
    filters: dict[str, str],
) -> Trail[ItemT]:
    """The page that ``token`` names; refuses (``BadInput``) a token of another list."""
    here = decode_token(token, query=query) or {"start": None, "first": 1, "before": []}
    page = fetch(here["start"])
    stops = [*here["before"], [here["start"], here["first"]]]
    ahead = page.next_key and {
        "start": page.next_key,
        "first": here["first"] + len(page.items),
        "before": stops[-REMEMBERED:],
    }

    def address(key: dict[str, Any] | None) -> str:
        found = encode_token(key, query=query)
        return "?" + urlencode({**filters, "page": found} if found else filters)

    return Trail(
        page.items,
        first=here["first"],
        previous=address(_back(here)) if here["start"] else "",
        next=address(ahead) if ahead else "",
    )


def _back(here: dict[str, Any]) -> dict[str, Any] | None:
    """The page before; ``None`` is the first one."""
    if not here["before"]:
        return None
    *before, (start, first) = here["before"]
    return {"start": start, "first": first, "before": before} if start else None
