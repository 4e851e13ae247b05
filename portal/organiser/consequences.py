"""What a change of a published event does to its guests, told before it is made."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.events.details import EventDetails
from backend.events.kinds import Visibility
from backend.events.models import Event
from backend.events.states import EventStatus

WHEN_AND_WHERE = ("starts_at", "ends_at", "time_zone", "location", "location_type")


@dataclass(frozen=True, slots=True)
class Consequence:
    """``key`` names the change itself: who has seen it need not see it again."""

    key: str
    text: str | Promise


def consequences_of(before: Event, new: EventDetails, *, confirmed: int) -> list[Consequence]:
    """Nothing for a draft: nobody is registered yet."""
    if before.status is not EventStatus.PUBLISHED:
        return []
    found = []
    if new.capacity != before.capacity:
        text = _capacity(before.capacity, new.capacity, confirmed)
        found.append(Consequence(f"capacity:{new.capacity}", text))
    moved = [name for name in WHEN_AND_WHERE if getattr(new, name) != getattr(before, name)]
    if moved and confirmed:
        found.append(Consequence("moved", _moved(confirmed)))
    if before.waiting_list and not new.waiting_list:
        text = _(
            "The waiting list takes nobody new: a full event turns guests away. Who waits "
            "already keeps the place in line."
        )
        found.append(Consequence("waiting_list", text))
    if new.visibility is not before.visibility and new.visibility is Visibility.PRIVATE:
        text = _(
            "It becomes private: only its team and the guests who are registered find it. "
            "Links that were passed on lead nowhere."
        )
        found.append(Consequence("private", text))
    return found


def seen_as(consequences: list[Consequence]) -> str:
    """What the page sends back once somebody has agreed to exactly these changes."""
    return " ".join(consequence.key for consequence in consequences)


def _capacity(before: int | None, seats: int | None, confirmed: int) -> str:
    if seats is None:
        return _("There is no limit any more: everybody who waits or registers gets a place.")
    if seats < confirmed:
        return _over(seats, confirmed)
    if before is None:
        return _(
            "Registration pauses for a moment, until each guest who is confirmed holds one of "
            "the %(seats)s seats."
        ) % {"seats": f"{seats:,}"}
    if seats > before:
        return ngettext(
            "%(n)s seat more. It goes to the waiting list first, the oldest first, then to "
            "whoever registers.",
            "%(n)s seats more. They go to the waiting list first, the oldest first, then to "
            "whoever registers.",
            seats - before,
        ) % {"n": f"{seats - before:,}"}
    return ngettext(
        "%(n)s seat less. Everybody who is confirmed keeps the place.",
        "%(n)s seats less. Everybody who is confirmed keeps the place.",
        before - seats,
    ) % {"n": f"{before - seats:,}"}


def _over(seats: int, confirmed: int) -> str:
    return ngettext(
        "%(confirmed)s guests are confirmed, %(n)s more than there will be seats. Everybody "
        "keeps the place; nobody new gets one until that many have given theirs back.",
        "%(confirmed)s guests are confirmed, %(n)s more than there will be seats. Everybody "
        "keeps the place; nobody new gets one until that many have given theirs back.",
        confirmed - seats,
    ) % {"confirmed": f"{confirmed:,}", "n": f"{confirmed - seats:,}"}


def _moved(confirmed: int) -> str:
    return ngettext(
        "%(n)s guest is registered for what it says now. Nobody is told of the change "
        "automatically: tell the guest yourself.",
        "%(n)s guests are registered for what it says now. Nobody is told of the change "
        "automatically: tell them yourself.",
        confirmed,
    ) % {"n": f"{confirmed:,}"}
