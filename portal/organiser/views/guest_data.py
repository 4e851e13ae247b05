"""One guest's personal data: written to files, or erased for good. Each asks first."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from backend.events.policies import EventAction
from backend.jobs.models import Job
from backend.lifecycle import services
from portal.organiser.views.guests import GuestPageMixin


class _GuestDataView(GuestPageMixin, TemplateView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.guest.erased_at is not None:
            return self.shown()
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def post(self, request: HttpRequest, event_id: str, guest: str) -> HttpResponse:
        job = self.start(event_id=event_id, guest=guest, actor=request.actor, now=self.now)
        return redirect("organiser:job", event_id=event_id, job_id=job.job_id)

    def start(self, **asked: Any) -> Job:
        """The service call."""
        raise NotImplementedError


class ExportGuestView(_GuestDataView):
    action = EventAction.EXPORT_GUESTS
    template_name = "organiser/jobs/guest_export.html"

    def start(self, **asked: Any) -> Job:
        return services.start_export_guest(**asked)


class EraseGuestView(_GuestDataView):
    action = EventAction.ERASE_GUESTS
    template_name = "organiser/jobs/guest_erase.html"

    def start(self, **asked: Any) -> Job:
        return services.start_erase_guest(**asked)
