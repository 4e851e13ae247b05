"""The steps of an event's life, each a button that says first what happens."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View

from backend.events import services
from backend.events.policies import EventAction
from backend.lifecycle import services as lifecycle
from portal.organiser.pages import EventPageMixin


class _StepView(EventPageMixin, View):
    """Takes ``step``, says ``done``, and leads back to the overview unless the step leads on."""

    http_method_names = ("post",)
    step: Callable[..., Any]
    done: str | Promise

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        made = self.step(event_id=event_id, actor=request.actor, now=self.now)
        messages.success(request, self.done)
        return self.following(event_id, made)

    def following(self, event_id: str, made: Any) -> HttpResponse:
        return redirect("organiser:overview", event_id=event_id)


class PublishView(_StepView):
    action = EventAction.PUBLISH
    step = staticmethod(services.publish_event)
    done = _("Published. Guests can register now.")


class FinishEventView(_StepView):
    action = EventAction.FINISH
    step = staticmethod(services.finish_event)
    done = _("The event is finished.")


class ArchiveEventView(_StepView):
    action = EventAction.ARCHIVE
    step = staticmethod(services.archive_event)
    done = _("The event is in the archive now.")


class CancelEventView(_StepView):
    """Leads to the job that takes everybody's place back, where there can be any."""

    action = EventAction.CANCEL
    step = staticmethod(lifecycle.cancel_event)
    done = _("The event is canceled. Nobody can register any more.")

    def following(self, event_id: str, made: Any) -> HttpResponse:
        if made is None:
            return super().following(event_id, made)
        return redirect("organiser:job", event_id=event_id, job_id=made.job_id)


class CopyEventView(_StepView):
    """Opens the form of the copy: its dates are still those of the original."""

    action = EventAction.EDIT
    step = staticmethod(services.copy_event)
    done = _("This is the copy, a draft without guests. Choose its dates.")

    def following(self, event_id: str, made: Any) -> HttpResponse:
        return redirect("organiser:event-edit", event_id=made.uuid)
