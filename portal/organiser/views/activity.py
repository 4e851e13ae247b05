"""Who did what at an event, the newest first, and undoing it where that is still possible."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.activity import queries
from backend.activity.kinds import ActivityKind
from backend.checkin import services as checkin
from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.registrations import queries as registrations
from backend.registrations import services
from backend.registrations.models import Registration
from backend.shared.db import StaleWrite
from backend.shared.errors import Conflict, Rejected
from portal.common.safe_next import page_asked_from
from portal.organiser.activity_lines import UNDOABLE, line_of, people_of
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import walk

K = ActivityKind
PER_PAGE = 30


class ActivityView(EventPageMixin, TemplateView):
    template_name = "organiser/activity.html"
    action = EventAction.SEE_ACTIVITY
    section = "activity"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = walk(
            self.request.GET.get("page", ""),
            lambda start: queries.list_for_event(
                event_id=self.event.uuid,
                since=self.event.created_at,
                limit=PER_PAGE,
                start=start,
                now=self.now,
            ),
            query=f"activity of {self.event.uuid}",
            filters={},
        )
        people = people_of(self.event, actor=self.request.actor, now=self.now)
        lines = [line_of(one, people=people) for one in trail.items]
        return {**super().get_context_data(**kwargs), "trail": trail, "lines": lines}


class UndoForm(forms.Form):
    kind = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in UNDOABLE])
    guest = forms.CharField(max_length=16)
    scan = forms.CharField(max_length=64, required=False)
    version = forms.IntegerField(min_value=1, required=False)


class UndoView(EventPageMixin, View):
    """Takes one thing back, provided nothing else happened to the guest since."""

    http_method_names = ("post",)
    action = EventAction.MANAGE_GUESTS

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        form = UndoForm(request.POST)
        if form.is_valid():
            self.undo(form.cleaned_data)
        else:
            messages.error(request, _("This cannot be undone."))
        activity = reverse("organiser:activity", kwargs={"event_id": event_id})
        return redirect(page_asked_from(request, otherwise=activity))

    def undo(self, data: dict[str, Any]) -> None:
        try:
            guest = UNDOERS[ActivityKind(data["kind"])](self, data)
        except StaleWrite:
            words = _("Something else happened to this guest since; nothing was undone.")
            messages.error(self.request, words)
        except (Rejected, Conflict) as refusal:
            messages.error(self.request, refusal.message)
        else:
            name = guest.name or _("the guest")
            messages.success(self.request, _("Undone for %(name)s.") % {"name": name})

    def unchanged_guest(self, data: dict[str, Any]) -> Registration:
        """Refuses with ``StaleWrite`` a guest whose registration changed since."""
        guest = registrations.fetch_guest(
            event_id=self.event.uuid, guest=data["guest"], actor=self.request.actor, now=self.now
        )
        if guest.version != data["version"]:
            raise StaleWrite(old=guest)
        return guest

    @property
    def by(self) -> dict[str, Any]:
        return {"event_id": self.event.uuid, "actor": self.request.actor, "now": self.now}


def _admission(view: UndoView, data: dict[str, Any]) -> Registration:
    return checkin.undo(guest=data["guest"], scan_id=data["scan"], **view.by)


def _cancellation(view: UndoView, data: dict[str, Any]) -> Registration:
    """A canceled registration starts afresh, with another ticket."""
    guest = view.unchanged_guest(data)
    if not guest.user_email:
        raise Rejected(_("A guest without an address cannot be brought back: add them again."))
    # Answers to what is not asked any more go no further.
    asked = {question.id for question in questions_of(view.event)}
    answers = {key: value for key, value in (guest.answers or {}).items() if key in asked}
    outcome = services.add_guest(
        name=str(guest.name), email=guest.user_email, answers=answers, **view.by
    )
    return outcome.registration


def _wait(view: UndoView, data: dict[str, Any]) -> Registration:
    return services.promote_guest(guest=data["guest"], version=data["version"] or 0, **view.by)


def _promotion(view: UndoView, data: dict[str, Any]) -> Registration:
    return services.move_to_waiting_list(
        guest=data["guest"], version=data["version"] or 0, **view.by
    )


UNDOERS: dict[ActivityKind, Callable[[UndoView, dict[str, Any]], Registration]] = {
    K.GUEST_ADMITTED: _admission,
    K.GUEST_CANCELED: _cancellation,
    K.GUEST_WAITLISTED: _wait,
    K.GUEST_PROMOTED: _promotion,
}
