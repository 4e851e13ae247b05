"""The page of a door: scan tickets by camera, by hand scanner or by typing, and undo.

It works without scripts, too: its form posts a typed code to the page itself, and its answer
is a page of its own.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from ulid import ULID

from backend.checkin import queries as checkin
from backend.checkin.policies import LONGEST_GATE
from backend.registrations.guests import NAME_LENGTH
from portal.common import kept_form
from portal.kiosk.acting import count_of, scan, undo
from portal.kiosk.answers import LOOKS
from portal.kiosk.doors import AT_SELF_SERVICE
from portal.kiosk.forms.desk import ScanForm, UndoForm
from portal.kiosk.gates import keep_gate
from portal.kiosk.greetings import GREETINGS
from portal.kiosk.views.answering import DoorPage, checked
from portal.kiosk.views.devices import version
from portal.kiosk.views.scans import UndoView

# What the scripts draw: every result, and the states that only the page knows.
ICONS = sorted(
    {look.icon for look in LOOKS.values()}
    | {"arrow-back-up", "check", "eye", "lock", "refresh-alert"}
)
MOST_FOUND = 12


class ScanView(DoorPage):
    """The page; and what a typed code comes to where scripts do not run."""

    page_template = "kiosk/desk/scan.html"
    answer_template = "kiosk/desk/answer.html"

    def get(self, request: HttpRequest, **keys: str) -> HttpResponse:
        kept = kept_form.take(request)
        return self.page(request, ticket=kept.get("ticket", "") if kept else "")

    def post(self, request: HttpRequest, **keys: str) -> HttpResponse:
        form = ScanForm(request.POST)
        if not form.is_valid():
            error = next(iter(form.errors.values()))[0]
            return self.page(request, error=error, status=400)
        if form.cleaned_data["gate"] and not self.door.kiosk:
            keep_gate(request, self.door.event.uuid, form.cleaned_data["gate"])
        # A page that was reloaded sends the same scan again: the stored answer, if there is one.
        answer = scan(request, self.door, form, resent=True, now=self.now)
        known = {
            "event": self.door.event,
            "door": self.door,
            "answer": answer,
            "fresh_id": str(ULID()),
        }
        return render(request, self.answer_template, known)

    def page(
        self, request: HttpRequest, *, ticket: str = "", error: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            "event": self.door.event,
            "door": self.door,
            "ticket": ticket,
            "error": error,
            "scan_id": str(ULID()),
            "version": version(),
            **self.more(),
        }
        return render(request, self.page_template, context, status=status)

    def more(self) -> dict[str, Any]:
        """What else this page shows."""
        return {
            "gate_length": LONGEST_GATE,
            "icons": ICONS,
            **count_of(self.door, now=self.now),
        }


class SelfServiceView(ScanView):
    """The page that guests use themselves. Whoever opens it hands the device to them."""

    doorway = AT_SELF_SERVICE
    page_template = "kiosk/self/page.html"
    answer_template = "kiosk/self/answer.html"

    def get(self, request: HttpRequest, **keys: str) -> HttpResponse:
        response = self.page(request)
        response.delete_cookie(settings.KIOSK_UNLOCK_COOKIE_NAME, samesite="Strict")
        return response

    def more(self) -> dict[str, Any]:
        return {"icons": sorted({look.icon for look in GREETINGS.values()} | {"wifi-off"})}


class FindView(DoorPage):
    """Guests by the start of their name; the scanner's page asks for the list alone."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, **keys: str) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:NAME_LENGTH]
        found = checkin.search_guests(
            event_id=self.door.event.uuid,
            text=text,
            actor=self.door.actor,
            limit=MOST_FOUND,
            now=self.now,
        )
        context = {
            "event": self.door.event,
            "door": self.door,
            "text": text,
            "too_short": not checkin.enough_to_search(text),
            "found": [(one, str(ULID())) for one in found],
            "is_full": len(found) == MOST_FOUND,
        }
        part = "found" if request.htmx else "find"
        return render(request, f"kiosk/desk/{part}.html", context)


class UndoEitherView(UndoView):
    """For the page's scripts; a plain form is sent back to the page with a message."""

    def dispatch(self, request: HttpRequest, *args: object, **keys: str) -> HttpResponseBase:
        if request.content_type == "application/json":
            return super().dispatch(request, *args, **keys)
        return _PlainUndoView.as_view(doorway=self.doorway)(request, *args, **keys)


class _PlainUndoView(DoorPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, **keys: str) -> HttpResponse:
        undone = undo(self.door, checked(UndoForm(request.POST)), now=self.now)
        messages.success(request, undone["message"])
        return redirect(self.door.addresses["scan"])
