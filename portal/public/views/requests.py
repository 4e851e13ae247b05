"""Guests ask staff for something, and see what becomes of it."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from backend.events import policies
from backend.events import queries as events
from backend.events.models import Event
from backend.guest_requests import queries, services
from backend.guest_requests.errors import NotAGuest, RequestNotFound
from backend.guest_requests.kinds import Kind
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.policies import RECALLED_WITHIN
from backend.guest_requests.queries import Choice
from backend.registrations import queries as registrations
from backend.shared.actor import Actor
from backend.shared.errors import BadInput
from backend.shared.idempotency import IdempotencyMismatch
from backend.shared.paging import decode_token, encode_token
from portal.common.access import SignInRequiredMixin
from portal.common.event_times import local_text
from portal.common.forms import ServiceFormView
from portal.public.forms.requests import AskForm

PER_PAGE = 20
MOST_PLACES = 20
STOP_POLLING = 286


@dataclass(frozen=True, slots=True)
class Offer:
    """An event at which the guest has a place, and what can be asked for there."""

    event: Event
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Line:
    """One's own request; ``event`` says where, and in which zone its times are told."""

    request: GuestRequest
    event: Event
    is_new: bool


class MyRequestsView(SignInRequiredMixin, View):
    """What can be asked for, and what was; htmx asks for the latter alone and gets ``304``."""

    def get(self, request: HttpRequest) -> HttpResponse:
        now, actor = timezone.now(), request.actor
        context = self.mine(actor, now=now)
        if not request.htmx:
            offers = offers_of(actor, now=now)
            page = {"section": "requests", "offers": offers, "event": None}
            return render(request, "public/me/requests.html", context | page)
        if not context["polls"]:
            # Nothing will change any more: htmx takes this status for the last answer.
            return render(request, "public/me/requests_mine.html", context, status=STOP_POLLING)
        if request.headers.get("If-None-Match") == context["etag"]:
            news = {"foyer:unchanged": {"asOf": context["as_of"]}}
            answer = HttpResponse(status=304, headers={"HX-Trigger": json.dumps(news)})
        else:
            answer = render(request, "public/me/requests_mine.html", context)
        answer["ETag"] = context["etag"]
        return answer

    def mine(self, actor: Actor, *, now: datetime) -> dict[str, Any]:
        query = f"my requests|{actor.user_id}"
        try:
            start = decode_token(self.request.GET.get("page"), query=query)
        except BadInput:
            start = None
        page = queries.my_requests(actor=actor, limit=PER_PAGE, start=start)
        asked = self.request.GET.get("asked", "")
        found = page.items if start else with_asked(page.items, asked, actor=actor)
        lines = lines_of(found, asked=asked, now=now)
        following = encode_token(page.next_key, query=query)
        return {
            "lines": lines,
            "next": f"?page={following}" if following else "",
            "first": "?" if start else "",
            "polls": not start and any(_may_change(one, now=now) for one in found),
            "etag": _etag_of(found),
            "as_of": local_text(now, lines[0].event.time_zone, "time") if lines else "",
            "query": f"?asked={asked}" if asked.isalnum() else "",
        }


class AskView(SignInRequiredMixin, ServiceFormView):
    """Two taps: what, and "Ask". Pressing twice asks once."""

    form_class = AskForm
    template_name = "public/me/ask.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.now: datetime = timezone.now()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.is_signed_in:
            self.event, self.choice = self.chosen()
        return super().dispatch(request, *args, **kwargs)

    def chosen(self) -> tuple[Event, Choice]:
        event, choices = queries.choices_of(
            event_id=self.kwargs["event_id"], actor=self.request.actor, now=self.now
        )
        for choice in choices:
            if choice.kind.key == self.kwargs["kind"]:
                return event, choice
        raise Http404

    @property
    def kind(self) -> Kind:
        return self.choice.kind

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid.uuid4().hex}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kind": self.kind}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = {"event": None, "shown": self.event, "choice": self.choice, "section": "requests"}
        return {**known, **super().get_context_data(**kwargs)}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            asked = services.ask(
                event_id=self.event.uuid,
                kind=self.kind.key,
                text=data["text"],
                option=data.get("option", ""),
                request_id=data["request_id"],
                actor=self.request.actor,
                now=self.now,
            ).request
        except IdempotencyMismatch as refusal:
            return self.asked_already(refusal)
        messages.success(self.request, _("Asked. You see here what becomes of it."))
        return redirect(f"{reverse('public:my-requests')}?asked={asked.request_id}")

    def asked_already(self, refusal: IdempotencyMismatch) -> HttpResponse:
        """The form came back from the browser's history with something else in it."""
        self.request.outcome = refusal.code
        form = self.get_form()
        form.is_valid()
        form.add_error(None, _("You asked from this page already. Ask again to ask for this, too."))
        form.data = form.data.copy()
        form.data["request_id"] = uuid.uuid4().hex
        return self.form_invalid(form, status=409)


class CancelView(SignInRequiredMixin, View):
    """Takes one's own request back while nobody has begun with it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, request_id: str) -> HttpResponse:
        services.cancel_request(request_id=request_id, actor=request.actor, now=timezone.now())
        messages.success(request, _("Taken back. Nobody comes."))
        return redirect("public:my-requests")


def offers_of(actor: Actor, *, now: datetime) -> list[Offer]:
    """What can be asked for, at each event that is not over; what begins first comes first."""
    places = registrations.list_my_places(actor=actor, limit=MOST_PLACES).items
    found = [
        place.event.uuid
        for place in sorted(places, key=lambda place: place.event.starts_at)
        if place.registration.is_confirmed and policies.is_open(place.event, now=now)
    ]
    offers = []
    for event_id in found:
        try:
            event, choices = queries.choices_of(event_id=event_id, actor=actor, now=now)
        except NotAGuest:  # the list of places is a moment older
            continue
        if choices:
            offers.append(Offer(event, choices))
    return offers


def with_asked(found: list[GuestRequest], request_id: str, *, actor: Actor) -> list[GuestRequest]:
    """What was asked just now stands first, even where the list has not heard of it yet."""
    if not request_id or any(one.request_id == request_id for one in found):
        return found
    try:
        return [queries.fetch_mine(request_id=request_id, actor=actor), *found][:PER_PAGE]
    except RequestNotFound:
        return found


def lines_of(found: list[GuestRequest], *, asked: str, now: datetime) -> list[Line]:
    shown = {
        event_id: events.settings_of(event_id, now=now)
        for event_id in {one.event_id for one in found}
    }
    return [Line(one, shown[one.event_id], one.request_id == asked) for one in found]


def _may_change(request: GuestRequest, *, now: datetime) -> bool:
    """Whether the guest waits, or what they got can still be called back."""
    lately: timedelta = RECALLED_WITHIN
    return request.is_waiting or bool(request.done_at and now - request.done_at < lately)


def _etag_of(found: list[GuestRequest]) -> str:
    told = " ".join(f"{one.request_id}:{one.version}" for one in found)
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
