"""One guest of an event: the page, the drawer beside the list, what is changed on forms."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.events.states import EventStatus
from backend.registrations import queries, services, tickets
from backend.registrations.errors import (
    GuestAlreadyRegistered,
    NoTicket,
    RegistrationNotFound,
)
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.db import StaleWrite
from portal.common.answers import answers_in_words, answers_of
from portal.common.forms import ServiceFormView
from portal.organiser.activity_lines import Line, line_of, people_of
from portal.organiser.differences import differences
from portal.organiser.forms.guests import (
    GuestDetailsForm,
    GuestEmailForm,
    NoteForm,
    details_of,
    note_of,
)
from portal.organiser.pages import EventPageMixin

HISTORY = 50


class GuestPageMixin(EventPageMixin):
    """First base of a page about one guest; refuses who is no guest of this event."""

    section = "registrations"

    @cached_property
    def guest(self) -> Registration:
        found: Registration = queries.fetch_guest(
            event_id=self.event.uuid,
            guest=self.kwargs["guest"],
            actor=self.request.actor,
            now=self.now,
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Last: a template view hands on the words of the address, and one of them is the key.
        known = {"guest": self.guest, "is_in": is_in(self.guest), "here": self.here}
        return {**super().get_context_data(**kwargs), **known}

    @property
    def here(self) -> str:
        """What narrowed the list that the guest was opened from: every page here hands it on."""
        query = urlencode(list(self.request.GET.items()))
        return f"?{query}" if query else ""

    def shown(self) -> HttpResponse:
        """To the page of the guest as it is now."""
        keys = {"event_id": self.event.uuid, "guest": self.guest.guest}
        return redirect(reverse("organiser:guest", kwargs=keys) + self.here)


class GuestFormView(GuestPageMixin, ServiceFormView):
    """A form over one guest. Who is overtaken sees what changed and keeps what they typed."""

    def stored(self) -> dict[str, Any]:
        """The guest as the form shows it."""
        raise NotImplementedError

    def save(self, data: dict[str, Any]) -> Registration:
        """The service call."""
        raise NotImplementedError

    def get_initial(self) -> dict[str, Any]:
        return self.stored()

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            self.guest = self.save(data)
        except StaleWrite as refusal:
            return self.overtaken(self.get_form(), refusal)
        messages.success(self.request, self.told())
        return self.shown()

    def told(self) -> str:
        """What the person reads once it is saved."""
        return _("Saved.")

    def overtaken(self, form: BaseForm, refusal: StaleWrite) -> HttpResponse:
        self.request.outcome = refusal.code
        stored_now: Registration | None = refusal.old
        if stored_now is None or stored_now.status is RegistrationStatus.TOMBSTONE:
            raise RegistrationNotFound(_("This guest has another address by now."))
        self.guest = stored_now
        form.is_valid()
        stored = {**dict.fromkeys(form.fields, ""), **self.stored()}
        names = form.fields.keys() - {"version"}
        form.data = form.data.copy()
        form.data["version"] = str(stored["version"])
        context = self.get_context_data(
            form=form, stale=True, differences=differences(form, stored, names)
        )
        return self.render_to_response(context, status=409)


class GuestView(GuestFormView):
    """The page of a guest, where the note is written; a click in the list gets the drawer."""

    action = EventAction.SEE_GUESTS
    form_class = NoteForm

    def get_template_names(self) -> list[str]:
        asked = self.request.htmx
        if asked and not asked.history_restore_request and asked.target == "drawer-place":
            return ["organiser/guests/drawer.html"]
        return ["organiser/guests/page.html"]

    def stored(self) -> dict[str, Any]:
        return note_of(self.guest)

    def save(self, data: dict[str, Any]) -> Registration:
        return services.write_note(
            event_id=self.event.uuid,
            guest=self.kwargs["guest"],
            version=data["version"] or 0,
            note=data["note"],
            attention=data["attention"],
            actor=self.request.actor,
            now=self.now,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        base = reverse("organiser:registrations", kwargs={"event_id": self.event.uuid})
        guest = self.guest
        known = {
            "close_href": base + self.here,
            "answers": answers_in_words(self.event, guest.answers),
            "history": self.history(),
            **self.ticket(),
            "position": queries.waiting_position(guest, now=self.now),
            **self.offers(),
        }
        return {**known, **super().get_context_data(**kwargs)}

    def history(self) -> list[Line]:
        if not self.may["see_activity"]:
            return []
        # Under another address a guest has another key; what was before stands under the old one.
        pages = [
            activity.history_of(event_id=self.event.uuid, subject=key, limit=HISTORY)
            for key in (self.guest.guest, self.guest.former_guest)
            if key
        ]
        found = [one for page in pages for one in page.items][:HISTORY]
        people = people_of(self.event, actor=self.request.actor, now=self.now)
        return [line_of(one, people=people) for one in found]

    def offers(self) -> dict[str, bool]:
        """Which buttons there are; the services decide again."""
        if not self.may["manage_guests"] or self.guest.erased_at:
            return {}
        guest, is_open = self.guest, self.event.status is EventStatus.PUBLISHED
        waits = guest.status is RegistrationStatus.WAITLISTED
        expected = guest.is_confirmed and guest.admission is Admission.EXPECTED
        return {
            "can_promote": waits and is_open,
            "can_wait": expected and is_open and self.event.capacity is not None,
            "can_cancel": waits or (guest.is_confirmed and not is_in(guest)),
            "can_return": guest.status is RegistrationStatus.CANCELED and is_open,
            "can_resend": guest.is_confirmed and is_open and bool(guest.user_email),
            "can_reissue": guest.is_confirmed and is_open,
            "can_move": guest.is_active,
        }

    def ticket(self) -> dict[str, Any]:
        """The codes, for who may hand a ticket out."""
        if not (self.may["manage_guests"] and self.guest.is_confirmed):
            return {"short_code": "", "qr": ""}
        return codes_of(self.guest)


class EditGuestView(GuestFormView):
    """Name and answers; the address has a page of its own, as it makes a new ticket."""

    action = EventAction.MANAGE_GUESTS
    form_class = GuestDetailsForm
    template_name = "organiser/guests/edit.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = {"questions": questions_of(self.event), "complete": False}
        return {**super().get_form_kwargs(), **asked}

    def stored(self) -> dict[str, Any]:
        return details_of(self.guest)

    def save(self, data: dict[str, Any]) -> Registration:
        return services.change_guest(
            event_id=self.event.uuid,
            guest=self.kwargs["guest"],
            version=data["version"] or 0,
            name=data["name"],
            answers=answers_of(data, questions_of(self.event)),
            actor=self.request.actor,
            now=self.now,
        )


class ChangeEmailView(GuestFormView):
    """Another address is another key and another ticket, so it is changed on its own."""

    action = EventAction.MANAGE_GUESTS
    form_class = GuestEmailForm
    template_name = "organiser/guests/email.html"

    def stored(self) -> dict[str, Any]:
        return {"email": self.guest.user_email or "", "version": int(self.guest.version)}

    def told(self) -> str:
        if self.guest.guest == self.kwargs["guest"]:
            return _("This was the address already. Nothing changed.")
        return _("Saved. The old ticket no longer admits.")

    def save(self, data: dict[str, Any]) -> Registration:
        return services.change_email(
            event_id=self.event.uuid,
            guest=self.kwargs["guest"],
            version=data["version"] or 0,
            email=data["email"],
            actor=self.request.actor,
            now=self.now,
        )

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            return super().act(data)
        except GuestAlreadyRegistered as refusal:
            self.request.outcome = refusal.code
            form = self.get_form()
            form.add_error("email", refusal.message)
            return self.form_invalid(form, status=409)


class GuestTicketView(GuestPageMixin, TemplateView):
    """The ticket of a guest as a page to print or to show, for who may hand it out."""

    action = EventAction.MANAGE_GUESTS
    template_name = "organiser/guests/ticket.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.guest.is_confirmed:
            raise NoTicket(_("Only a guest with a place has a ticket."))
        return {**codes_of(self.guest), **super().get_context_data(**kwargs)}


def is_in(guest: Registration) -> bool:
    return bool(guest.is_confirmed and guest.admission is Admission.IN)


def codes_of(guest: Registration) -> dict[str, str | SafeString]:
    """What a ticket shows: the QR code and the characters to type."""
    return {
        "short_code": tickets.short_code(guest.guest, guest.ticket_no),
        "qr": mark_safe(tickets.qr_svg(tickets.issue(guest))),  # noqa: S308 - drawn by us
    }
