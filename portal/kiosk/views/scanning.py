"""The page of a door: scan tickets by camera, by hand scanner or by typing, and undo.

It works without scripts, too: its form posts a typed code to the page itself, and its answer
is a page of its own.
"""

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
from portal.kiosk.forms.desk import ScanForm, UndoForm
from portal.kiosk.gates import keep_gate
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
        return render(request, "kiosk/desk/answer.html", known)

    def page(
        self, request: HttpRequest, *, ticket: str = "", error: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            "event": self.door.event,
            "door": self.door,
            "gate_length": LONGEST_GATE,
            "ticket": ticket,
            "error": error,
            "scan_id": str(ULID()),
            "icons": ICONS,
            "version": version(),
            **count_of(self.door, now=self.now),
        }
        return render(request, "kiosk/desk/scan.html", context, status=status)


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
