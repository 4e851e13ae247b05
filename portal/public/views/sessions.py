"""Sessions as guests see them: one of an agenda, booking it, giving it up, and all of one's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events import queries as events
from backend.registrations import queries as registrations
from backend.sessions import queries, services
from backend.sessions.errors import Overlaps
from backend.sessions.models import Session
from backend.shared.config import config
from backend.shared.errors import BadInput
from backend.shared.paging import decode_token, encode_token
from portal.common.access import SignInRequiredMixin
from portal.public.session_cards import cards_of

PER_PAGE = 20
PAGE = "public/sessions/session.html"


class SessionView(TemplateView):
    """What a guest needs to know of a session, and the way in."""

    template_name = PAGE

    def get_context_data(self, event_id: str, session_id: str, **kwargs: Any) -> dict[str, Any]:
        known = context_of(self.request, event_id, session_id)
        return super().get_context_data(**known, **kwargs)


def context_of(request: HttpRequest, event_id: str, session_id: str) -> dict[str, Any]:
    """What the page of a session shows to this person."""
    now = timezone.now()
    event, mine = registrations.fetch_shown(event_id=event_id, actor=request.actor, now=now)
    session = Session.fetch(event.uuid, session_id)
    card = cards_of([session], event, mine, now=now)[session.session_id]
    booking = card.booking
    return {
        "event": None,  # the organiser's navigation is not for this page
        "shown": event,
        "mine": mine,
        "card": card,
        "session": session,
        "position": queries.waiting_position(booking, session) if booking else None,
        "books": mine is not None and mine.is_confirmed,
        "section": "events",
    }


class BookView(SignInRequiredMixin, View):
    """A seat or a number on the waiting list; pressing twice leads to the same one.

    Where another session is booked at that time the page asks whether that is meant.
    """

    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, session_id: str) -> HttpResponse:
        try:
            outcome = services.book(
                event_id=event_id,
                session_id=session_id,
                allow_overlap=request.POST.get("overlap") == "1",
                actor=request.actor,
                now=timezone.now(),
            )
        except Overlaps as refusal:
            request.outcome = refusal.code
            context = context_of(request, event_id, session_id)
            return render(request, PAGE, context | {"other": refusal.details["title"]}, status=400)
        if outcome.booking.is_waiting:
            words = _("You are on the waiting list. We e-mail you when a seat is yours.")
        else:
            words = _("Booked. Your seat is kept.")
        messages.success(request, words)
        return back(request, event_id, session_id)


class GiveUpBookingView(SignInRequiredMixin, View):
    """Gives the seat back; doing it again changes nothing."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, session_id: str) -> HttpResponse:
        services.cancel_booking(
            event_id=event_id, session_id=session_id, actor=request.actor, now=timezone.now()
        )
        messages.success(request, _("Given up. You can book again while seats are left."))
        return back(request, event_id, session_id)


def back(request: HttpRequest, event_id: str, session_id: str) -> HttpResponse:
    """To the page that the form stood on: the agenda, one's sessions, or the session."""
    origin = request.POST.get("from", "")
    if origin == "agenda":
        page = reverse("public:event", kwargs={"event_id": event_id})
        return redirect(f"{page}#session-{session_id}")
    if origin == "mine":
        return redirect("public:my-sessions")
    return redirect("public:session", event_id=event_id, session_id=session_id)


class MySessionsView(SignInRequiredMixin, TemplateView):
    """All that one has booked or waits for, by event, the latest registered for first."""

    template_name = "public/me/sessions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, actor = timezone.now(), self.request.actor
        query = f"my sessions|{actor.user_id}"
        try:
            start = decode_token(self.request.GET.get("page"), query=query)
        except BadInput:
            start = None
        page = queries.my_bookings(actor=actor, limit=PER_PAGE, start=start, now=now)
        shown = [one for one in page.items if one.booking.is_active or not one.session.is_planned]
        following = encode_token(page.next_key, query=query)
        return super().get_context_data(
            rows=[
                (
                    one,
                    queries.waiting_position(one.booking, one.session),
                    one.session.ends_at <= now,
                    queries.calls_in(one.booking, one.session, now=now),
                )
                for one in shown
            ],
            next=f"?page={following}" if following else "",
            first="?" if start else "",
            section="me",
            **kwargs,
        )


class MySessionsCalendarView(SignInRequiredMixin, View):
    """One's sessions of an event as a file for calendars; those one waits for are not in it."""

    def get(self, request: HttpRequest, event_id: str) -> HttpResponse:
        from backend.sessions.calendar import agenda_file

        now = timezone.now()
        mine = queries.my_bookings_at(event_id=event_id, actor=request.actor, now=now)
        booked = [one.session for one in mine if one.booking.is_confirmed]
        event = events.settings_of(event_id, now=now)
        url = f"{config().public_base_url}/e/{event.uuid}"
        return HttpResponse(
            agenda_file(event, booked, url=url, now=now),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="sessions.ics"'},
        )
