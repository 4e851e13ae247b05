"""The agenda of an event: which sessions there are, where two clash, adding and changing them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events.policies import EventAction
from backend.events.states import EDITABLE
from backend.sessions import queries, services
from backend.sessions.agenda import days_of
from backend.sessions.details import DETAILS
from backend.sessions.models import Agenda, Session
from backend.sessions.queries import AgendaView as Shown
from backend.sessions.queries import Numbers
from backend.shared.db import StaleWrite
from portal.common.agenda_grid import grids_of
from portal.common.forms import ServiceFormView, seen_version
from portal.organiser.differences import differences
from portal.organiser.forms.sessions import (
    RulesForm,
    SessionForm,
    details_of,
    distinct,
    initial_of,
    rules_of,
)
from portal.organiser.pages import EventPageMixin

STEP = timedelta(minutes=15)
STEPS = {"earlier": -STEP, "later": STEP}
USUAL_LENGTH = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Card:
    """A session as the organiser's agenda shows it; ``clashes``: something is to be looked at."""

    session: Session
    numbers: Numbers
    clashes: bool


class _AgendaMixin(EventPageMixin):
    action = EventAction.EDIT
    section = "agenda"

    @cached_property
    def agenda(self) -> Shown:
        return queries.agenda(
            event_id=self.event.uuid, actor=self.request.actor, now=self.now, with_canceled=True
        )

    @property
    def is_closed(self) -> bool:
        """Whether nothing of the event changes any more."""
        return self.event.status not in EDITABLE

    def session(self) -> Session:
        return queries.fetch_session(
            event_id=self.event.uuid,
            session_id=self.kwargs["session_id"],
            actor=self.request.actor,
            now=self.now,
        )

    def offered(self) -> dict[str, Any]:
        """What is offered while typing."""
        found = self.agenda.sessions
        return {
            "rooms": distinct(one.room for one in found),
            "tracks": distinct(one.track for one in found),
        }

    def back(self, session_id: str = "") -> HttpResponse:
        address = reverse("organiser:agenda", kwargs={"event_id": self.event.uuid})
        return redirect(f"{address}#session-{session_id}" if session_id else address)


class AgendaView(_AgendaMixin, TemplateView):
    """By day and room, with what clashes on top and what is canceled below."""

    template_name = "organiser/sessions/agenda.html"
    action = EventAction.SEE_GUESTS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = self.agenda
        planned = [one for one in shown.sessions if one.is_planned]
        numbers = queries.numbers_of(planned)
        clashing = {one.session_id for clash in shown.clashes for one in clash.sessions}
        grids = grids_of(
            days_of(planned, self.event.time_zone),
            lambda one: Card(one, numbers[one.session_id], one.session_id in clashing),
        )
        return super().get_context_data(**kwargs) | {
            "grids": grids,
            "clashes": shown.clashes,
            "canceled": [one for one in shown.sessions if not one.is_planned],
            "changes": self.may["edit"] and not self.is_closed,
            "rooms": distinct(one.room for one in planned),
        }


class _SessionFormView(_AgendaMixin, ServiceFormView):
    form_class = SessionForm
    template_name = "organiser/sessions/form.html"
    fresh = True

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "event": self.event}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**self.offered(), "closed": self.is_closed, **super().get_context_data(**kwargs)}


class AddSessionView(_SessionFormView):
    """Begins where the last session in the list ends, or with the event."""

    def get_initial(self) -> dict[str, Any]:
        planned = [one for one in self.agenda.sessions if one.is_planned]
        start = max([one.ends_at for one in planned], default=self.event.starts_at)
        start = start if start < self.event.ends_at else self.event.starts_at
        local = start.astimezone(ZoneInfo(self.event.time_zone)).replace(second=0, tzinfo=None)
        end = min(start + USUAL_LENGTH, self.event.ends_at)
        ends_at = end.astimezone(ZoneInfo(self.event.time_zone)).replace(second=0, tzinfo=None)
        return {"starts_at": local, "ends_at": ends_at}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        made = services.create_session(
            event_id=self.event.uuid,
            details=details_of(data, self.event),
            actor=self.request.actor,
            now=self.now,
        )
        messages.success(self.request, _("%(what)s is on the agenda.") % {"what": made.title})
        return self.back(made.session_id)


class EditSessionView(_SessionFormView):
    """Over what somebody else saved meanwhile one sees both, and keeps what was typed."""

    @cached_property
    def stored(self) -> Session:
        return self.session()

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.stored, self.event)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        numbers = queries.numbers_of([self.stored])[self.stored.session_id]
        known = {
            "session": self.stored,
            "numbers": numbers,
            "told": numbers.booked + numbers.waiting,
        }
        return known | super().get_context_data(**kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            saved = services.update_session(
                event_id=self.event.uuid,
                session_id=self.kwargs["session_id"],
                details=details_of(data, self.event, before=self.stored),
                version=data["version"] or 0,
                actor=self.request.actor,
                now=self.now,
            )
        except StaleWrite as refusal:
            return self.overtaken(self.get_form(), refusal)
        messages.success(self.request, _("Saved."))
        return self.back(saved.session_id)

    def overtaken(self, form: Form, refusal: StaleWrite) -> HttpResponse:
        self.request.outcome = refusal.code
        self.stored = refusal.old or self.session()
        form.is_valid()
        found = differences(form, initial_of(self.stored, self.event), DETAILS)
        form.data = form.data.copy()
        form.data["version"] = str(self.stored.version)
        context = self.get_context_data(form=form, differences=found, stale=True)
        return self.render_to_response(context, status=409)


class CopySessionView(_AgendaMixin, View):
    """The copy opens, for its own time and room to be said."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, session_id: str) -> HttpResponse:
        made = services.copy_session(
            event_id=event_id, session_id=session_id, actor=request.actor, now=self.now
        )
        messages.success(request, _("This is the copy. Say when and where it takes place."))
        return redirect("organiser:session", event_id=event_id, session_id=made.session_id)


class MoveSessionView(_AgendaMixin, View):
    """A quarter of an hour earlier or later, or to another room of the agenda."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, session_id: str) -> HttpResponse:
        step = STEPS.get(request.POST.get("step", ""))
        starts_at: datetime | None = self.session().starts_at + step if step else None
        moved = services.move_session(
            event_id=event_id,
            session_id=session_id,
            version=seen_version(request),
            starts_at=starts_at,
            room=request.POST.get("room"),
            actor=request.actor,
            now=self.now,
        )
        messages.success(request, _("%(what)s is moved.") % {"what": moved.title})
        return self.back(session_id)


class CancelSessionView(_AgendaMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, session_id: str) -> HttpResponse:
        canceled = services.cancel_session(
            event_id=event_id,
            session_id=session_id,
            version=seen_version(request),
            actor=request.actor,
            now=self.now,
        )
        words = _("%(what)s is canceled. Who booked it is told.") % {"what": canceled.title}
        messages.success(request, words)
        return self.back()


class RulesView(_AgendaMixin, ServiceFormView):
    """How much a guest may book; who is overtaken sees both versions."""

    form_class = RulesForm
    template_name = "organiser/sessions/rules.html"
    fresh = True

    def get_initial(self) -> dict[str, Any]:
        return rules_of(Agenda.find_for(self.event.uuid))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"closed": self.is_closed, **super().get_context_data(**kwargs)}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            services.set_rules(
                event_id=self.event.uuid,
                most_bookings=data["most_bookings"],
                allow_overlap=data["allow_overlap"],
                version=data["version"] or 0,
                actor=self.request.actor,
                now=self.now,
            )
        except StaleWrite as refusal:
            return self.overtaken(self.get_form(), refusal)
        messages.success(self.request, _("Saved."))
        return self.back()

    def overtaken(self, form: Form, refusal: StaleWrite) -> HttpResponse:
        self.request.outcome = refusal.code
        stored = self.get_initial()
        form.is_valid()
        found = differences(form, stored, ("most_bookings", "allow_overlap"))
        form.data = form.data.copy()
        form.data["version"] = str(stored["version"])
        context = self.get_context_data(form=form, differences=found, stale=True)
        return self.render_to_response(context, status=409)
