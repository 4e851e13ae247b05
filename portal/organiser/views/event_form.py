"""Making an event, and changing one while others may be changing it, too."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.activity import queries as activity
from backend.events import queries, services
from backend.events.kinds import Category, LocationType, Visibility
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.events.states import EDITABLE, EventStatus
from backend.shared.config import config
from backend.shared.db import StaleWrite
from portal.common.access import SignInRequiredMixin
from portal.common.forms import ServiceFormView
from portal.organiser.consequences import Consequence, consequences_of, seen_as
from portal.organiser.differences import Difference, differences
from portal.organiser.forms.event import EventForm, details_of, initial_of, zone_names
from portal.organiser.pages import EventPageMixin
from portal.organiser.views.banner import banner_context

MOST_TO_COPY = 10


class CreateEventView(SignInRequiredMixin, ServiceFormView):
    """From nothing, or from one of the latest events that the person made."""

    form_class = EventForm
    template_name = "organiser/events/new.html"
    extra_context = {"section": "new", "zones": zone_names}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        made = queries.list_created_by(actor=self.request.actor, limit=MOST_TO_COPY).items
        return super().get_context_data(originals=made, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {
            "time_zone": config().default_time_zone,
            "location_type": LocationType.IN_PERSON,
            "category": Category.CONFERENCE,
            "visibility": Visibility.PUBLIC,
            "waiting_list": True,
        }

    def act(self, data: dict[str, Any]) -> HttpResponse:
        event = services.create_event(
            details=details_of(data), actor=self.request.actor, now=timezone.now()
        )
        messages.success(self.request, _("The draft is saved. Nobody else sees it yet."))
        return redirect("organiser:overview", event_id=event.uuid)


class EditEventView(EventPageMixin, ServiceFormView):
    """Says what changed meanwhile and keeps what was typed; saving again then wins.

    A change that touches guests of a published event is told first and saved when confirmed.
    """

    form_class = EventForm
    template_name = "organiser/events/edit.html"
    action = EventAction.EDIT
    section = "edit"
    fresh = True

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.event)

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = questions_of(self.event) if self.event.status is not EventStatus.DRAFT else ()
        fixed = [question.id for question in asked]
        return {**super().get_form_kwargs(), "fixed_questions": fixed}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = {
            "zones": zone_names,
            "closed": self.event.status not in EDITABLE,
            "draft_is_over": self.event.status is EventStatus.DRAFT
            and self.event.ends_at <= self.now,
            **banner_context(self.event),
        }
        return {**known, **super().get_context_data(**kwargs)}

    def act(self, data: dict[str, Any]) -> HttpResponse | None:
        details = details_of(data, before=self.event)
        if data["version"] == self.event.version:
            totals = activity.totals(event_id=self.event.uuid, shards=int(self.event.shards))
            found = consequences_of(self.event, details, confirmed=totals.confirmed)
            if found and data["confirmed"] != seen_as(found):
                return self.ask_first(self.get_form(), found)
        try:
            services.edit_event(
                event_id=self.event.uuid,
                details=details,
                version=data["version"] or 0,
                actor=self.request.actor,
                now=self.now,
            )
        except StaleWrite as refusal:
            return self.changed_meanwhile(self.get_form(), refusal.old)
        messages.success(self.request, _("Saved."))
        return redirect("organiser:overview", event_id=self.event.uuid)

    def ask_first(self, form: BaseForm, found: list[Consequence]) -> HttpResponse:
        """The form again, with what saving it does to the guests; nothing is written."""
        self.request.outcome = "asked_first"
        form.is_valid()
        context = self.get_context_data(form=form, consequences=found, seen=seen_as(found))
        return self.render_to_response(context)

    def changed_meanwhile(self, form: BaseForm, stored: Event | None) -> HttpResponse:
        self.request.outcome = StaleWrite.code
        self.event = stored or self.event
        form.is_valid()
        found: list[Difference] = differences(form, initial_of(self.event))
        form.data = form.data.copy()
        form.data["version"] = str(self.event.version)
        context = self.get_context_data(form=form, differences=found, stale=True)
        return self.render_to_response(context, status=409)
