"""The agenda as a file: CSV and calendar out, and either of them in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from backend.events.policies import EventAction
from backend.events.states import EDITABLE
from backend.sessions import queries, services
from backend.sessions.details import RowProblem, SessionDetails
from backend.shared.errors import BadInput
from portal.common.forms import ServiceFormView
from portal.organiser.forms.sessions import AgendaFileForm, SessionForm
from portal.organiser.pages import EventPageMixin


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file: where in it, with which field, and what to do."""

    where: str
    field: str
    rule: str


class AgendaFileView(EventPageMixin, View):
    """What takes place, as ``agenda.csv`` or ``agenda.ics``."""

    action = EventAction.SEE_GUESTS

    def get(self, request: HttpRequest, event_id: str, kind: str) -> HttpResponse:
        # Both read and write files with libraries that no other page needs.
        from backend.sessions import calendar, spreadsheets

        sessions = queries.list_sessions(event_id=event_id, actor=request.actor, now=self.now)
        if kind == "ics":
            content, mime = calendar.agenda_file(self.event, sessions, now=self.now), "calendar"
        else:
            content, mime = spreadsheets.agenda_table(self.event, sessions), "csv"
        return HttpResponse(
            content,
            content_type=f"text/{mime}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="agenda.{kind}"'},
        )


class ImportAgendaView(EventPageMixin, ServiceFormView):
    """All sessions of a file, or none: what is wrong with which row is shown first."""

    form_class = AgendaFileForm
    template_name = "organiser/sessions/import.html"
    action = EventAction.EDIT
    section = "agenda"
    fresh = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        closed = self.event.status not in EDITABLE
        return {"closed": closed, **super().get_context_data(**kwargs)}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        from backend.sessions import calendar, spreadsheets

        upload = data["file"]
        kind = "ics" if upload.name.lower().endswith(".ics") else "csv"
        reader = calendar if kind == "ics" else spreadsheets
        found = reader.read_agenda(upload.read(), self.event)
        if found.problems:
            return self.refuse(in_words(found.problems, kind))
        if not found.sessions:
            raise BadInput({"file": _("There are no sessions in this file.")})
        try:
            made = services.import_agenda(
                event_id=self.event.uuid,
                rows=found.sessions,
                actor=self.request.actor,
                now=self.now,
            )
        except BadInput as refusal:
            return self.refuse(refused_in_words(refusal, found.sessions))
        words = ngettext("%(n)d session is added.", "%(n)d sessions are added.", len(made))
        messages.success(self.request, words % {"n": len(made)})
        return redirect("organiser:agenda", event_id=self.event.uuid)

    def refuse(self, problems: list[Problem]) -> HttpResponse:
        """Nothing is saved; each problem is shown by its place."""
        self.request.outcome = BadInput.code
        context = self.get_context_data(form=self.get_form(), problems=problems)
        return self.render_to_response(context, status=400)


def in_words(problems: Iterable[RowProblem], kind: str) -> list[Problem]:
    """What could not be read, by its place in the file."""
    where = _("Entry %(n)d") if kind == "ics" else _("Row %(n)d")
    return [Problem(where % {"n": one.row}, label_of(one.field), one.rule) for one in problems]


def refused_in_words(refusal: BadInput, rows: Sequence[SessionDetails]) -> list[Problem]:
    """What the service says of ``rows.<n>.<field>``, by the title: rows left empty have no number."""
    problems = []
    for name, rule in refusal.fields.items():
        _rows, number, field = name.split(".", 2)
        title = rows[int(number) - 1].title
        problems.append(Problem(title or _("(no title)"), label_of(field), rule))
    return problems


def label_of(field: str) -> str:
    """As the form of a session calls it."""
    known = SessionForm.base_fields.get(field)
    return str(known.label) if known else field
