"""What an event still needs before its day, as a list that ticks itself off."""

from dataclasses import dataclass
from typing import TypeAlias

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.events.models import Event
from backend.events.states import EventStatus
from backend.team.models import Member
from backend.team.roles import Role

Text: TypeAlias = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """``href`` leads to where it is done; ``publishes`` marks the step that is a button."""

    done: bool
    title: Text
    note: Text
    href: str = ""
    publishes: bool = False


def steps_of(event: Event, *, members: list[Member]) -> list[Step]:
    edit = reverse("organiser:event-edit", kwargs={"event_id": event.uuid})
    draft = event.status is EventStatus.DRAFT
    helpers = sum(member.role is Role.DESK for member in members)
    return [
        Step(
            bool(event.description),
            _("Description"),
            _("What guests read before they register."),
            f"{edit}#id_description",
        ),
        Step(
            bool(event.banner_key),
            _("Banner"),
            _("A picture makes the event easy to recognise in the list."),
            f"{edit}#banner",
        ),
        Step(bool(event.location), _("Place"), event.location, f"{edit}#id_location"),
        Step(
            event.capacity is not None or not draft,
            _("Capacity"),
            _capacity_note(event),
            f"{edit}#id_capacity",
        ),
        Step(
            not draft,
            _("Published"),
            _("Nobody can register before.") if draft else _("Guests can register."),
            publishes=True,
        ),
        Step(helpers > 0, _("Desk"), _desk_note(helpers)),
    ]


def _capacity_note(event: Event) -> str:
    if event.capacity is None:
        return _("No limit: everybody who registers has a place.")
    return ngettext("%(n)s seat.", "%(n)s seats.", event.capacity) % {"n": f"{event.capacity:,}"}


def _desk_note(helpers: int) -> str:
    if not helpers:
        return _("No volunteer yet. You can open the desk yourself, on any phone.")
    return ngettext("%(n)s volunteer scans.", "%(n)s volunteers scan.", helpers) % {"n": helpers}
