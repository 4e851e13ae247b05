"""Which of an event's guests somebody wants to see, change or take along: a list's tab and search."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.events.models import Event
from backend.registrations import guests, queries, tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.registrations.tickets import InvalidTicket
from backend.seats import places
from backend.shared.clock import iso, parse_iso
from backend.shared.errors import BadInput
from backend.shared.paging import Page

_LOOKED_AT_PER_PAGE = 400
"""A page of who is in looks at up to this many guests with a place, however few have come."""
_READ_AT_ONCE = 100


class Group(StrEnum):
    """A tab of the list. ``CHECKED_IN``: came, whether or not they left since."""

    ALL = "ALL"
    CONFIRMED = "CONFIRMED"
    WAITLISTED = "WAITLISTED"
    CHECKED_IN = "CHECKED_IN"
    ATTENTION = "ATTENTION"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True)
class Selection:
    """A group of guests, narrowed by the start of a name, a whole address or a ticket's code."""

    group: Group = Group.ALL
    search: str = ""

    def to_bytes(self) -> bytes:
        """As a job keeps it, with its files: a search holds a name."""
        return json.dumps([self.group, self.search]).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Selection":
        """The selection of what ``to_bytes`` made."""
        group, search = json.loads(content)
        return cls(Group(group), search)

    def holds(self, registration: Registration) -> bool:
        """Whether a registration is of the group; the search is not looked at."""
        match self.group:
            case Group.ALL:
                return registration.status is not RegistrationStatus.TOMBSTONE
            case Group.CHECKED_IN:
                return registration.is_confirmed and registration.admission in _CAME
            case Group.ATTENTION:
                return bool(registration.attention)
            case _:
                return registration.status == self.group.value


_CAME = (Admission.IN, Admission.OUT)


def list_selected(
    event: Event,
    selection: Selection,
    *,
    with_addresses: bool,
    limit: int,
    start: dict[str, Any] | None = None,
) -> Page[Registration]:
    """One page of the selected guests by name; who waits, unless searched, by how long.

    Reads O(page): where few are of the group, a page can be short or empty and still have a
    ``next_key``. An address finds nobody unless ``with_addresses``. The caller authorised the actor.
    """
    if "@" in selection.search:
        found = _by_address(event, selection.search) if with_addresses else []
        return Page([one for one in found if selection.holds(one)])
    if coded := _by_code(event, selection.search):
        return Page([one for one in coded if selection.holds(one)])
    if selection.group is Group.WAITLISTED and not selection.search:
        return _by_waiting(event, limit=limit, start=start)
    if selection.group is Group.CHECKED_IN:
        return _who_came(event, selection, limit=limit, start=start)
    return queries.page_by_name(
        event,
        name_prefix=selection.search,
        status=_STATUS.get(selection.group),
        attention=selection.group is Group.ATTENTION,
        limit=limit,
        start=start,
    )


_STATUS = {
    Group.CONFIRMED: RegistrationStatus.CONFIRMED,
    Group.WAITLISTED: RegistrationStatus.WAITLISTED,
    Group.CANCELED: RegistrationStatus.CANCELED,
}


def _by_address(event: Event, typed: str) -> list[Registration]:
    try:
        guest = guests.guest_key(event.uuid, guests.checked_email(typed))
    except BadInput:
        return []
    return Registration.find_many([(_shard_of(event, guest), guest)])


def _by_code(event: Event, typed: str) -> list[Registration]:
    try:
        code = tickets.parse_short_code(typed)
    except InvalidTicket:
        return []
    found = queries.find_by_code_prefix(event, code.prefix)
    return [one for one in found if code.fits(guest=one.guest, ticket_no=str(one.ticket_no))]


def _who_came(
    event: Event, selection: Selection, *, limit: int, start: dict[str, Any] | None
) -> Page[Registration]:
    """Admissions are in no index, so they stay one write; guests with a place are looked through."""
    came: list[Registration] = []
    here = start
    for _read in range(_LOOKED_AT_PER_PAGE // _READ_AT_ONCE):
        page = queries.page_by_name(
            event,
            name_prefix=selection.search,
            status=RegistrationStatus.CONFIRMED,
            limit=_READ_AT_ONCE,
            start=here,
        )
        for one in page.items:
            if len(came) == limit:
                return Page(came, {"after": came[-1].name_key})
            if selection.holds(one):
                came.append(one)
        here = page.next_key
        if here is None:
            return Page(came)
    return Page(came, here)


def _by_waiting(event: Event, *, limit: int, start: dict[str, Any] | None) -> Page[Registration]:
    since, guest = (parse_iso(start["since"]), start["guest"]) if start else (None, "")
    entries: list[Registration] = []
    for entry in queries.iter_waiting(event, since=since):
        if since is not None and places.place_in_line(entry) <= (since, guest):
            continue
        if len(entries) == limit:
            last = entries[-1]
            return Page(
                _waiting_now(entries), {"since": iso(last.waiting_since), "guest": last.guest}
            )
        entries.append(entry)
    return Page(_waiting_now(entries))


def _waiting_now(entries: list[Registration]) -> list[Registration]:
    """The whole items; the index is a moment behind, so some may wait no more."""
    keys = [(entry.shard, entry.guest) for entry in entries]
    found = Registration.find_many(keys, consistent=True)
    return [one for one in found if one.status is RegistrationStatus.WAITLISTED]


def _shard_of(event: Event, guest: str) -> str:
    return guests.shard_of(event.uuid, guest, shards=int(event.shards))
