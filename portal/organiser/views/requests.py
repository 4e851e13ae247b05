"""The board of guest requests, and what staff do on it."""

import json
from collections import Counter
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from backend.events.policies import EventAction
from backend.guest_requests import queries, services
from backend.guest_requests.errors import RequestNotFound
from backend.guest_requests.models import GuestRequest
from backend.shared.errors import Conflict
from portal.common.event_times import local_text
from portal.common.forms import ServiceFormView
from portal.organiser.forms.requests import DeclineForm
from portal.organiser.pages import EventPageMixin
from portal.organiser.request_cards import columns_of, etag_of, with_changed

FILTERS = ("kind", "team", "wall")


class _BoardMixin(EventPageMixin):
    action = EventAction.SERVE_REQUESTS
    section = "requests"

    @cached_property
    def query(self) -> dict[str, str]:
        """What of the board is looked at; stands in the address of every link and form."""
        return {
            name: value for name in FILTERS if (value := self.request.GET.get(name, "").strip())
        }

    @property
    def query_text(self) -> str:
        return f"?{urlencode(self.query)}" if self.query else ""

    def board_context(self, *, changed: GuestRequest | None = None) -> dict[str, Any]:
        kind, team = self.query.get("kind", ""), self.query.get("team", "")
        board = queries.board(
            event_id=self.event.uuid,
            kinds=[kind] if kind else [],
            team=team,
            actor=self.request.actor,
            now=self.now,
        )
        if changed is not None:
            board = with_changed(board, changed, filtered=bool(kind or team))
        columns = columns_of(board, me=self.request.actor.user_id)
        return {
            "event": self.event,
            "may": self.may,
            "board": board,
            "columns": columns,
            "counts": dict(Counter(one.kind for one in board.new)),
            "is_empty": not any(kind.enabled for kind in board.kinds)
            and not any(column.cards for column in columns),
            "etag": etag_of(board, columns),
            "as_of": local_text(self.now, self.event.time_zone, "time"),
            "query": self.query_text,
            "chosen_kind": kind,
            "chosen_team": team,
        }

    def board_answer(self, *, changed: GuestRequest | None, status: int = 200) -> HttpResponse:
        """After a step: the board with it for htmx, which takes it in; else the page anew."""
        if not self.request.htmx:
            address = reverse("organiser:requests", kwargs={"event_id": self.event.uuid})
            return redirect(address + self.query_text)
        context = self.board_context(changed=changed) | {"says": True}
        return render(self.request, "organiser/requests/board.html", context, status=status)

    def refused(self, refusal: Conflict | RequestNotFound, request_id: str) -> HttpResponse:
        """Somebody was faster: says who or what, and shows how things stand."""
        self.request.outcome = refusal.code
        messages.error(self.request, refusal.message)
        return self.board_answer(changed=self.stored(request_id), status=409)

    def stored(self, request_id: str) -> GuestRequest | None:
        try:
            return queries.fetch_request(
                event_id=self.event.uuid,
                request_id=request_id,
                actor=self.request.actor,
                now=self.now,
            )
        except RequestNotFound:
            return None


class BoardView(_BoardMixin, View):
    """The page; htmx asks for the board alone, with what it shows, and gets ``304`` while it holds."""

    def get(self, request: HttpRequest, event_id: str) -> HttpResponse:
        context = self.board_context()
        if not request.htmx:
            return render(request, "organiser/requests/page.html", context | self._page(context))
        if request.headers.get("If-None-Match") == context["etag"]:
            news = {"foyer:unchanged": {"asOf": context["as_of"]}}
            answer = HttpResponse(status=304, headers={"HX-Trigger": json.dumps(news)})
        else:
            answer = render(request, "organiser/requests/board.html", context)
        answer["ETag"] = context["etag"]
        return answer

    def _page(self, context: dict[str, Any]) -> dict[str, Any]:
        offered = queries.kinds_of(self.event.uuid)
        counts = context["counts"]
        wall = {"wall": self.query["wall"]} if "wall" in self.query else {}
        everything = not context["chosen_kind"] and not context["chosen_team"]
        return {
            "section": self.section,
            "tabs": [
                (kind, urlencode({"kind": kind.key, **wall}), counts.get(kind.key, 0))
                for kind in offered.kinds
                if kind.enabled or kind.key in counts or kind.key == context["chosen_kind"]
            ],
            "teams": [(team, urlencode({"team": team, **wall})) for team in offered.teams],
            "all_query": urlencode(wall),
            "everything": everything,
            "targets": [kind for kind in context["board"].kinds if kind.enabled],
            "wall": bool(wall),
        }


class StepView(_BoardMixin, View):
    """One step with one request: ``claim``, ``fulfil``, ``release`` or ``recall``."""

    http_method_names = ("post",)
    said: str | Promise = ""

    def post(self, request: HttpRequest, event_id: str, request_id: str) -> HttpResponse:
        try:
            changed = self.take(request_id)
        except (Conflict, RequestNotFound) as refusal:
            return self.refused(refusal, request_id)
        if not request.htmx:
            messages.success(request, self.said)
        return self.board_answer(changed=changed)

    def take(self, request_id: str) -> GuestRequest:
        raise NotImplementedError

    def known(self, request_id: str) -> dict[str, Any]:
        return {
            "event_id": self.event.uuid,
            "request_id": request_id,
            "actor": self.request.actor,
            "now": self.now,
        }


class ClaimView(StepView):
    said = gettext_lazy("It is yours.")

    def take(self, request_id: str) -> GuestRequest:
        return services.claim(**self.known(request_id))


class FulfilView(StepView):
    said = gettext_lazy("Done. The guest sees it.")

    def take(self, request_id: str) -> GuestRequest:
        return services.fulfil(**self.known(request_id))


class ReleaseView(StepView):
    """Also what somebody else holds, if they still do: the page says who it thought that is."""

    said = gettext_lazy("It waits for somebody again.")

    def take(self, request_id: str) -> GuestRequest:
        holder = self.request.POST.get("holder", "")
        return services.release(holder=holder, **self.known(request_id))


class RecallView(StepView):
    said = gettext_lazy("It is yours again.")

    def take(self, request_id: str) -> GuestRequest:
        return services.recall(**self.known(request_id))


class DeclineView(_BoardMixin, ServiceFormView):
    """Asks for the reason: on a page of its own, or for htmx in a dialog over the board."""

    form_class = DeclineForm

    def get_template_names(self) -> list[str]:
        return [f"organiser/requests/{'decline' if self.request.htmx else 'decline_page'}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = queries.fetch_request(
            event_id=self.event.uuid,
            request_id=self.kwargs["request_id"],
            actor=self.request.actor,
            now=self.now,
        )
        known = {"asked": asked, "query": self.query_text}
        return super().get_context_data(**known | kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        request_id = self.kwargs["request_id"]
        try:
            changed = services.decline(
                event_id=self.event.uuid,
                request_id=request_id,
                reason=data["reason"],
                actor=self.request.actor,
                now=self.now,
            )
        except (Conflict, RequestNotFound) as refusal:
            return self.refused(refusal, request_id)
        if not self.request.htmx:
            messages.success(self.request, _("Declined. The guest reads your reason."))
        return self.board_answer(changed=changed)

    def form_invalid(self, form: DeclineForm, status: int = 400) -> HttpResponse:
        answer = super().form_invalid(form, status)
        if self.request.htmx:
            answer["HX-Retarget"], answer["HX-Reswap"] = "#decline-place", "innerHTML"
        return answer
