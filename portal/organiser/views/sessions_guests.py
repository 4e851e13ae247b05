"""Who booked one session, and who waits for it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events.policies import EventAction
from backend.sessions import queries, services
from backend.sessions.queries import BookedGuest
from backend.sessions.states import BookingStatus
from portal.common.forms import seen_version
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import Trail, walk

PER_PAGE = 50
MOST_WAITING = 100
WAITING = "waiting"


class BookedGuestsView(EventPageMixin, TemplateView):
    """All who have a place or wait, by pages; or only who waits, the longest first."""

    template_name = "organiser/sessions/guests.html"
    action = EventAction.SEE_GUESTS
    section = "agenda"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = queries.fetch_session(
            event_id=self.event.uuid,
            session_id=self.kwargs["session_id"],
            actor=self.request.actor,
            now=self.now,
        )
        waiting = self.request.GET.get("show") == WAITING
        numbers = queries.numbers_of([session])[session.session_id]
        keys = {"event_id": self.event.uuid, "session_id": session.session_id}
        return super().get_context_data(**kwargs) | {
            "session": session,
            "numbers": numbers,
            "waiting": waiting,
            "base": reverse("organiser:session-guests", kwargs=keys),
            "trail": self.walk(session.session_id, waiting=waiting),
        }

    def walk(self, session_id: str, *, waiting: bool) -> Trail[BookedGuest]:
        return walk(
            self.request.GET.get("page", ""),
            lambda start: queries.list_bookings(
                event_id=self.event.uuid,
                session_id=session_id,
                actor=self.request.actor,
                status=BookingStatus.WAITLISTED if waiting else None,
                limit=MOST_WAITING if waiting else PER_PAGE,
                start=start,
                now=self.now,
            ),
            query=f"booked {session_id} {waiting}",
            filters={"show": WAITING} if waiting else {},
        )


class RemoveBookingView(EventPageMixin, View):
    """Takes one guest's booking back, as it was seen."""

    http_method_names = ("post",)
    action = EventAction.MANAGE_GUESTS

    def post(
        self, request: HttpRequest, event_id: str, session_id: str, guest: str
    ) -> HttpResponse:
        services.remove_booking(
            event_id=event_id,
            session_id=session_id,
            guest=guest,
            version=seen_version(request),
            actor=request.actor,
            now=self.now,
        )
        messages.success(request, _("The booking is taken back."))
        return redirect("organiser:session-guests", event_id=event_id, session_id=session_id)
