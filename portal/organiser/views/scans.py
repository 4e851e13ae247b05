"""Every scan of an event, the newest first, whatever came of it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.checkin import queries
from backend.checkin.kinds import ScanResult
from backend.checkin.queries import ScanLine
from backend.events.policies import EventAction
from backend.shared.actor import parse_label
from portal.kiosk.answers import LOOKS, Look
from portal.organiser.activity_lines import crew_name, people_of
from portal.organiser.forms.scans import ScanFilterForm
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import walk

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Row:
    line: ScanLine
    look: Look
    who: str


class ScansView(EventPageMixin, TemplateView):
    template_name = "organiser/scans/page.html"
    action = EventAction.SCAN
    section = "kiosks"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = self.filters()
        result = filters.get("result")
        trail = walk(
            self.request.GET.get("page", ""),
            lambda start: queries.list_latest(
                event_id=self.event.uuid,
                actor=self.request.actor,
                gate=filters.get("gate", ""),
                result=ScanResult(result) if result else None,
                limit=PER_PAGE,
                start=start,
                now=self.now,
            ),
            query=f"scans of {self.event.uuid} {urlencode(filters)}",
            filters=filters,
        )
        people = people_of(self.event, actor=self.request.actor, now=self.now)
        totals = activity.totals(event_id=self.event.uuid, shards=self.event.shards)
        gates = {*totals.gates, filters.get("gate", "")} - {""}
        return {
            **super().get_context_data(**kwargs),
            "trail": trail,
            "rows": [
                Row(
                    line,
                    LOOKS[line.scan.result],
                    crew_name(parse_label(line.scan.scanned_by), people),
                )
                for line in trail.items
            ],
            "filters": filters,
            "results": ScanFilterForm.base_fields["result"].choices,
            "gates": sorted(gates, key=str.casefold),
        }

    def filters(self) -> dict[str, str]:
        """What narrows the list, as it stands in the address; unknown values narrow nothing."""
        form = ScanFilterForm(self.request.GET)
        form.full_clean()
        return {name: value for name, value in form.cleaned_data.items() if value}
