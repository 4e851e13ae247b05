"""Lists of guests as files: one uploaded, looked at and added; the guests of a tab written out."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.registrations import exports, imports, spreadsheets
from backend.registrations.imports import Preview
from backend.registrations.spreadsheets import Sheet
from backend.shared.errors import BadInput
from portal.common.forms import ServiceFormView
from portal.organiser.forms.guest_lists import ExportForm, UploadForm
from portal.organiser.pages import EventPageMixin
from portal.organiser.views.registrations import TABS, SelectionMixin, to_job

EXAMPLES, LONGEST_EXAMPLE = 3, 40
SEPARATORS = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}
ROLES = {
    "": _("Leave out"),
    "name": _("Name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail"),
    "status": _("Status (confirmed, waiting list, canceled)"),
    "note": _("Note"),
    "attention": _("Needs attention (yes or no)"),
}


class ImportView(EventPageMixin, ServiceFormView):
    """Takes the file; nothing is added before it was looked at."""

    form_class = UploadForm
    template_name = "organiser/guest_lists/upload.html"
    action = EventAction.MANAGE_GUESTS
    section = "registrations"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        if data["file"].size > spreadsheets.MOST_BYTES:
            raise BadInput({"file": "The file is larger than 4 MB. Split it into several."})
        upload = imports.keep_upload(self.event.uuid, data["file"].read())
        return redirect("organiser:import-list", event_id=self.event.uuid, upload=upload)


class ImportListView(EventPageMixin, TemplateView):
    """What an uploaded list would do, for the columns as the address names them; then doing it."""

    action = EventAction.MANAGE_GUESTS
    section = "registrations"

    def get_template_names(self) -> list[str]:
        asked = self.request.htmx
        part = asked and not asked.history_restore_request and asked.target == "look"
        return [f"organiser/guest_lists/{'look' if part else 'import'}.html"]

    def post(self, request: HttpRequest, event_id: str, upload: str) -> HttpResponse:
        return to_job(
            self,
            lambda: imports.start_import(
                event_id=event_id,
                upload=upload,
                roles=request.POST.getlist("column"),
                encoding=request.POST.get("encoding", ""),
                send_tickets=request.POST.get("send") == "yes",
                actor=request.actor,
                now=self.now,
            ),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        encoding, trouble = self.request.GET.get("encoding", ""), ""
        try:
            sheet = self.sheet(encoding)
        except BadInput as refusal:
            # The encoding that was chosen does not fit: look at it as before, and say so.
            sheet, trouble = self.sheet(""), refusal.fields.get("file", refusal.message)
        questions = questions_of(self.event)
        chosen = self.request.GET.getlist("column")
        if len(chosen) != len(sheet.headings):
            chosen = imports.guessed_roles(sheet.headings, questions)
        seen, wrong = self.look(sheet, chosen)
        labels = ROLES | {f"answer:{one.id}": one.label for one in questions}
        return {
            **super().get_context_data(**kwargs),
            "upload": self.kwargs["upload"],
            "sheet": sheet,
            "separator": SEPARATORS.get(sheet.separator, ""),
            "encodings": {} if sheet.encoding == spreadsheets.XLSX else spreadsheets.ENCODINGS,
            "encoding_trouble": trouble,
            "columns": _columns(sheet, chosen, wrong),
            "columns_trouble": wrong.get("columns", ""),
            "roles": [(role, labels[role]) for role in imports.roles_for(questions)],
            "seen": seen,
            "short_of_places": bool(
                seen and seen.places_left is not None and seen.new > seen.places_left
            ),
        }

    def sheet(self, encoding: str) -> Sheet:
        _event, sheet = imports.open_list(
            event_id=self.event.uuid,
            upload=self.kwargs["upload"],
            encoding=encoding if encoding != spreadsheets.XLSX else "",
            actor=self.request.actor,
            now=self.now,
        )
        return sheet

    def look(self, sheet: Sheet, roles: Sequence[str]) -> tuple[Preview | None, dict[str, str]]:
        """The dry run, or what is wrong with the columns."""
        try:
            return imports.preview(self.event, sheet, roles), {}
        except BadInput as refusal:
            return None, refusal.fields


def _columns(sheet: Sheet, roles: Sequence[str], wrong: dict[str, str]) -> list[dict[str, Any]]:
    first = sheet.rows[:EXAMPLES]
    return [
        {
            "number": number,
            "heading": heading or _("Column %(number)s") % {"number": number + 1},
            "examples": [row.cells[number][:LONGEST_EXAMPLE] for row in first if row.cells[number]],
            "role": roles[number],
            "error": wrong.get(f"columns.{number}", ""),
        }
        for number, heading in enumerate(sheet.headings)
    ]


class ExportView(SelectionMixin, ServiceFormView):
    """Writes the guests of a tab and a search into a file, in the background."""

    form_class = ExportForm
    template_name = "organiser/guest_lists/export.html"
    action = EventAction.EXPORT_GUESTS

    def act(self, data: dict[str, Any]) -> HttpResponse:
        return to_job(
            self,
            lambda: exports.start_export(
                event_id=self.event.uuid,
                file_format=exports.format_named(data["format"]),
                selection=self.selection(),
                total=self.expected(self.totals()),
                actor=self.request.actor,
                now=self.now,
            ),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        selection = self.selection()
        return {
            **super().get_context_data(**kwargs),
            "filters": self.filters(),
            "tab": next(label for group, label, _count in TABS if group is selection.group),
            "matching": self.expected(self.totals()),
            "back": self.list_address(),
        }
