"""What a guest has: tickets."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import is_open
from backend.events.states import EventStatus
from backend.guest_requests import queries as requests
from backend.guest_requests.queries import Choice
from backend.registrations import queries, tickets
from backend.registrations.errors import RegistrationNotFound
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.shared.errors import BadInput
from backend.shared.paging import decode_token, encode_token
from portal.common.access import SignInRequiredMixin
from portal.common.answers import answers_in_words
from portal.public.cards import card_of

PER_PAGE = 20


class MyTicketsView(SignInRequiredMixin, TemplateView):
    """All places of this guest, the latest first."""

    template_name = "public/me/tickets.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, actor = timezone.now(), self.request.actor
        query = f"my tickets|{actor.user_id}"
        try:
            start = decode_token(self.request.GET.get("page"), query=query)
        except BadInput:
            start = None
        page = queries.list_my_places(actor=actor, limit=PER_PAGE, start=start)
        following = encode_token(page.next_key, query=query)
        rows = [
            (
                place.registration,
                card_of(place.event, now=now, with_room=False),
                place.event.ends_at <= now,
                position_of(place.registration, place.event, now=now),
            )
            for place in page.items
        ]
        return super().get_context_data(
            rows=rows,
            next=f"?page={following}" if following else "",
            first="?" if start else "",
            section="me",
            **kwargs,
        )


class TicketView(SignInRequiredMixin, TemplateView):
    """The QR code, large and on white, and the code to type where a camera fails."""

    template_name = "public/me/ticket.html"

    def get_context_data(self, event_id: str, **kwargs: Any) -> dict[str, Any]:
        now, actor = timezone.now(), self.request.actor
        mine = queries.fetch_mine(event_id=event_id, actor=actor, now=now)
        event = events.settings_of(event_id, now=now)
        if event.status is EventStatus.CANCELED:
            raise RegistrationNotFound(_("This event was canceled. Tickets are no longer valid."))
        if not mine.is_active:  # given up by the guest, or taken back by an organiser
            raise RegistrationNotFound(_("Your registration for this event is canceled."))
        confirmed = mine.status is RegistrationStatus.CONFIRMED
        return super().get_context_data(
            event=None,
            shown=event,
            mine=mine,
            confirmed=confirmed,
            qr=mark_safe(tickets.qr_svg(tickets.issue(mine))) if confirmed else "",  # noqa: S308
            code=tickets.short_code(mine.guest, mine.ticket_no),
            over=event.ends_at <= now,
            position=position_of(mine, event, now=now),
            answers=answers_in_words(event, mine.answers),
            choices=choices_at(event) if confirmed and is_open(event, now=now) else [],
            section="me",
            **kwargs,
        )


def choices_at(event: Event) -> list[Choice]:
    """What guests ask for at an event; what is closed just now says so when it is chosen."""
    return [Choice(kind) for kind in requests.kinds_of(event.uuid).kinds if kind.enabled]


def position_of(mine: Registration, event: Event, *, now: datetime) -> int | None:
    """The guest's number on the waiting list of an event that still takes guests."""
    if event.status is not EventStatus.PUBLISHED or event.ends_at <= now:
        return None
    return queries.waiting_position(mine, now=now)
