"""The tabs of "My events": which of a person's events stand under which."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.events import queries
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.shared.actor import Actor
from backend.shared.paging import Page

PAGE, MOST_READS = 25, 8
S = EventStatus


@dataclass(frozen=True, slots=True)
class Tab:
    """``holds`` says whether an event stands here at a moment."""

    key: str
    label: str | Promise
    holds: Callable[[Event, datetime], bool]
    latest_first: bool = False


def _is_past(event: Event, now: datetime) -> bool:
    over = event.status is S.PUBLISHED and event.ends_at <= now
    return over or event.status is S.FINISHED


TABS = {
    tab.key: tab
    for tab in (
        Tab("upcoming", _("Upcoming"), lambda e, now: e.status is S.PUBLISHED and e.ends_at > now),
        Tab("drafts", _("Drafts"), lambda e, _now: e.status is S.DRAFT),
        Tab("past", _("Past"), _is_past, latest_first=True),
        Tab("canceled", _("Canceled"), lambda e, _now: e.status is S.CANCELED, latest_first=True),
        Tab("archive", _("Archive"), lambda e, _now: e.status is S.ARCHIVED, latest_first=True),
    )
}


def tab_named(key: str | None) -> Tab:
    return TABS.get(key or "", TABS["upcoming"])


def list_in_tab(
    tab: Tab, *, actor: Actor, start: dict[str, Any] | None, now: datetime
) -> Page[Event]:
    """One page of the person's events under a tab, ordered by start within the page.

    Memberships come the newest made first, whatever their state; so a page with few
    matches can be short and still have a next.
    """
    found: list[Event] = []
    for _read in range(MOST_READS):
        page = queries.list_for_actor(actor=actor, limit=PAGE, start=start)
        found += [event for event in page.items if tab.holds(event, now)]
        start = page.next_key
        if start is None or len(found) >= PAGE:
            break
    found.sort(key=lambda event: event.starts_at, reverse=tab.latest_first)
    return Page(found, start)
