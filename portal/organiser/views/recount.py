"""Counting the guests anew, where somebody doubts the numbers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View

from backend.events.policies import EventAction
from backend.jobs.errors import LaneBusy
from backend.lifecycle import services
from portal.organiser.pages import EventPageMixin


class RecountView(EventPageMixin, View):
    http_method_names = ("post",)
    action = EventAction.EDIT

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        try:
            job = services.start_recount(event_id=event_id, actor=request.actor, now=self.now)
        except LaneBusy:
            messages.info(request, _("The guests are being counted already."))
            return redirect("organiser:jobs", event_id=event_id)
        return redirect("organiser:job", event_id=event_id, job_id=job.job_id)
