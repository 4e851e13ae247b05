"""What can be done to many guests at once, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.registrations.bulk import GuestChange
from backend.registrations.selections import Group

C = GuestChange


@dataclass(frozen=True, slots=True)
class ChangeLook:
    """A change as the bar over a list offers it and its dialog asks about it.

    ``asks`` and ``does`` are a pair each, for one guest and for ``{n}`` of them.
    """

    change: GuestChange
    label: str | Promise
    icon: str
    asks: tuple[str | Promise, str | Promise]
    text: str | Promise
    does: tuple[str | Promise, str | Promise]
    is_harsh: bool = False


LOOKS = [
    ChangeLook(
        C.PROMOTE,
        _("Give a place"),
        "ticket",
        (_("Give this guest a place?"), _("Give {n} guests a place?")),
        _("Whoever waits gets a free place, as long as there are some, and is told by e-mail."),
        (_("Give a place"), _("Give places")),
    ),
    ChangeLook(
        C.TO_WAITING_LIST,
        _("To waiting list"),
        "hourglass",
        (_("Put this guest on the waiting list?"), _("Put {n} guests on the waiting list?")),
        _("Their places go to who waits longest, and their tickets no longer admit."),
        (_("Put on the waiting list"), _("Put {n} on the waiting list")),
        is_harsh=True,
    ),
    ChangeLook(
        C.RESEND_TICKET,
        _("Send ticket again"),
        "mail",
        (_("Send this guest’s ticket again?"), _("Send {n} tickets again?")),
        _("Who has a place and an e-mail address gets the same ticket once more."),
        (_("Send ticket"), _("Send {n} tickets")),
    ),
    ChangeLook(
        C.MARK,
        _("Needs attention"),
        "alert-triangle",
        (_("Mark this guest?"), _("Mark {n} guests?")),
        _("The desk sees that they need attention when they arrive."),
        (_("Mark guest"), _("Mark {n} guests")),
    ),
    ChangeLook(
        C.UNMARK,
        _("No longer needs attention"),
        "check",
        (_("Remove this guest’s mark?"), _("Remove the marks of {n} guests?")),
        _("What is noted about them stays."),
        (_("Remove mark"), _("Remove {n} marks")),
    ),
    ChangeLook(
        C.CANCEL,
        _("Cancel registration"),
        "ban",
        (_("Cancel this registration?"), _("Cancel {n} registrations?")),
        _("Their seats are free at once, their tickets no longer admit, and who has an e-mail address is told."),
        (_("Cancel registration"), _("Cancel {n} registrations")),
        is_harsh=True,
    ),
]  # fmt: skip
_FIT = {
    Group.CONFIRMED: {C.TO_WAITING_LIST, C.RESEND_TICKET, C.MARK, C.UNMARK, C.CANCEL},
    Group.WAITLISTED: {C.PROMOTE, C.MARK, C.UNMARK, C.CANCEL},
    Group.CHECKED_IN: {C.MARK, C.UNMARK},
    Group.CANCELED: {C.MARK, C.UNMARK},
}


def offered(group: Group, *, has_waiting_list: bool) -> list[ChangeLook]:
    """What makes sense in a tab, the most wanted first."""
    fit = _FIT.get(group, set(GuestChange))
    if not has_waiting_list:
        fit = fit - {C.TO_WAITING_LIST}
    looks = [look for look in LOOKS if look.change in fit]
    return sorted(
        looks, key=lambda look: look.change is C.PROMOTE and group is not Group.WAITLISTED
    )
