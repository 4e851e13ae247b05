"""The steps of an event's life, each a button that says first what happens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View

from backend.events import services
from backend.events.policies import EventAction
from backend.lifecycle import services as lifecycle
from portal.organiser.pages import EventPageMixin


class _StepView(EventPageMixin, View):
    http_method_names = ("post",)


class PublishView(_StepView):
    action = EventAction.PUBLISH

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        services.publish_event(event_id=event_id, actor=request.actor, now=self.now)
        messages.success(request, _("Published. Guests can register now."))
        return redirect("organiser:overview", event_id=event_id)


class CancelEventView(_StepView):
    """Leads to the job that takes everybody's place back, where there can be any."""

    action = EventAction.CANCEL

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        job = lifecycle.cancel_event(event_id=event_id, actor=request.actor, now=self.now)
        messages.success(request, _("The event is canceled. Nobody can register any more."))
        if job is None:
            return redirect("organiser:overview", event_id=event_id)
        return redirect("organiser:job", event_id=event_id, job_id=job.job_id)


class FinishEventView(_StepView):
    action = EventAction.FINISH

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        services.finish_event(event_id=event_id, actor=request.actor, now=self.now)
        messages.success(request, _("The event is finished."))
        return redirect("organiser:overview", event_id=event_id)


class ArchiveEventView(_StepView):
    action = EventAction.ARCHIVE

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        services.archive_event(event_id=event_id, actor=request.actor, now=self.now)
        messages.success(request, _("The event is in the archive now."))
        return redirect("organiser:overview", event_id=event_id)


class CopyEventView(_StepView):
    """Opens the form of the copy: its dates are still those of the original."""

    action = EventAction.EDIT

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        copy = services.copy_event(event_id=event_id, actor=request.actor, now=self.now)
        messages.success(request, _("This is the copy, a draft without guests. Choose its dates."))
        return redirect("organiser:event-edit", event_id=copy.uuid)
