"""The board of guest requests as its page shows it: cards with their age in words and colour."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.guest_requests import queries
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.policies import RECALLED_WITHIN
from backend.guest_requests.queries import Board
from backend.guest_requests.states import RequestStatus

S = RequestStatus
COLUMNS = {
    S.OPEN: "new",
    S.CLAIMED: "claimed",
    S.FULFILLED: "done",
    S.DECLINED: "done",
}
MINUTE = timedelta(minutes=1)
LONGEST_TITLE = 80
"""A longer text reads better below the name of its kind than as a headline."""
LONG_NOTE, MOST_LINES = 300, 8
LONGEST_IN_MINUTES = 100
SOON = 5
"""A card turns amber when this part of its time is all that is left."""


@dataclass(frozen=True)
class Card:
    """One request at a moment. ``holder`` is a name; empty for oneself, who is ``mine``."""

    request: GuestRequest
    holder: str
    mine: bool
    now: datetime

    @property
    def title(self) -> str:
        one = self.request
        short = one.text and len(one.text) <= LONGEST_TITLE and "\n" not in one.text
        return str(one.option or (one.text if short else "") or one.kind_name)

    @property
    def note(self) -> str:
        text = str(self.request.text or "")
        return "" if text == self.title else text

    @property
    def is_long(self) -> bool:
        """Whether the note scrolls, so that one guest does not fill the board."""
        return len(self.note) > LONG_NOTE or self.note.count("\n") > MOST_LINES

    @cached_property
    def minutes(self) -> int:
        """So long the guest waits, or waited, by the minutes of the clock.

        So all cards of a board grow older at once, and between two minutes nothing is sent anew.
        """
        since = _clock(self.request.done_at or self.now) - _clock(self.request.created_at)
        return max(since // MINUTE, 0)

    @property
    def target(self) -> int:
        return max((self.request.due_at - self.request.created_at) // MINUTE, 1)

    @property
    def over(self) -> int:
        """Minutes past the target; below 0 while there is time."""
        return self.minutes - self.target

    @property
    def is_late(self) -> bool:
        return self.over > 0

    @property
    def look(self) -> str:
        if self.over > 0:
            return "bad"
        return "warn" if -self.over * SOON <= self.target else ""

    @property
    def age(self) -> str:
        """``6 min, 1 over``, ``7 min, 1 left``."""
        since = minutes_text(self.minutes) if self.minutes else _("just now")
        if self.over == 0:
            return _("%(since)s, due now") % {"since": since}
        much = abs(self.over)
        number = str(much) if self.minutes and much < LONGEST_IN_MINUTES else minutes_text(much)
        words = (
            _("%(since)s, %(number)s over") if self.over > 0 else _("%(since)s, %(number)s left")
        )
        return words % {"since": since, "number": number}

    @property
    def took(self) -> str:
        return _("Done in %(time)s") % {"time": minutes_text(self.minutes)}

    @property
    def recall_minutes(self) -> int:
        """So many minutes what was fulfilled can still be called back."""
        if self.request.status is not S.FULFILLED:
            return 0
        left = _clock(self.request.done_at) + RECALLED_WITHIN - _clock(self.now)
        return max(left // MINUTE, 0)

    @property
    def recall_until(self) -> str:
        left = self.recall_minutes
        return ngettext("for %(n)d more minute", "for %(n)d more minutes", left) % {"n": left}


@dataclass(frozen=True)
class Column:
    """``key`` is new, claimed or done."""

    key: str
    cards: list[Card]

    @property
    def late(self) -> int:
        return sum(card.is_late for card in self.cards)


def minutes_text(minutes: int) -> str:
    """``12 min``; from a hundred on ``1 h 40 min``."""
    if minutes < LONGEST_IN_MINUTES:
        return _("%(n)d min") % {"n": minutes}
    return _("%(hours)d h %(n)d min") % {"hours": minutes // 60, "n": minutes % 60}


def columns_of(board: Board, *, me: str) -> list[Column]:
    """The three columns for the person whose user id is ``me``."""
    return [
        Column(name, [_card(one, board, me) for one in getattr(board, name)])
        for name in ("new", "claimed", "done")
    ]


def etag_of(board: Board, columns: list[Column]) -> str:
    """Changes with the board, and with the minutes that its cards tell."""
    told = sum(
        card.recall_minutes if column.key == "done" else card.minutes
        for column in columns
        for card in column.cards
    )
    return f'"{board.fingerprint}-{told}"'


def with_changed(board: Board, changed: GuestRequest, *, filtered: bool) -> Board:
    """The board with this request as it is now: an index may still tell of before."""
    parts = {
        name: [one for one in getattr(board, name) if one.request_id != changed.request_id]
        for name in ("new", "claimed", "done")
    }
    belongs = not filtered or changed.kind in {kind.key for kind in board.kinds}
    if changed.status in COLUMNS and belongs:
        parts[COLUMNS[changed.status]].append(changed)
    parts["new"].sort(key=lambda one: one.created_at)
    parts["claimed"].sort(key=lambda one: one.created_at)
    parts["done"].sort(key=lambda one: one.done_at, reverse=True)
    names = queries.names_of(event_id=board.event.uuid, requests=[changed], now=board.now)
    return replace(
        board,
        new=tuple(parts["new"]),
        claimed=tuple(parts["claimed"]),
        done=tuple(parts["done"]),
        names={**board.names, **names},
    )


def _clock(moment: datetime) -> datetime:
    """Its minute."""
    return moment.replace(second=0, microsecond=0)


def _card(request: GuestRequest, board: Board, me: str) -> Card:
    mine = bool(me) and request.held_by == me
    holder = board.names.get(str(request.held_by), "") if request.held_by and not mine else ""
    return Card(request, holder, mine=mine, now=board.now)
