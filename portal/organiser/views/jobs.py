"""Long work of an event: what runs and ran, how far it is, what came of it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events.policies import EventAction
from backend.jobs import file_store, queries, services
from backend.jobs.errors import FileGone
from backend.jobs.kinds import RULES
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from backend.registrations.guests import is_guest_key
from portal.common.event_times import local_text
from portal.organiser.job_words import LEFT, LOOKS, REASONS, RESULTS, STATUS_NOTES
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import walk

S = JobStatus
PER_PAGE = 20
PROBLEMS_SHOWN = 100


class _JobsMixin(EventPageMixin):
    action = EventAction.MANAGE_GUESTS
    section = "jobs"

    def job(self) -> Job:
        return queries.fetch_job(self.kwargs["job_id"], event_id=self.event.uuid)

    def back(self) -> HttpResponse:
        return redirect("organiser:job", event_id=self.event.uuid, job_id=self.kwargs["job_id"])


class JobsView(_JobsMixin, TemplateView):
    template_name = "organiser/jobs/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event_id = self.event.uuid
        trail = walk(
            self.request.GET.get("page", ""),
            lambda start: queries.list_for_event(event_id, limit=PER_PAGE, start=start),
            query=f"jobs of {event_id}",
            filters={},
        )
        lines = [(job, LOOKS[job.kind]) for job in trail.items]
        return super().get_context_data(**kwargs) | {"trail": trail, "lines": lines}


class JobView(_JobsMixin, TemplateView):
    """One job; while it runs htmx asks for its state alone, again and again."""

    def get_template_names(self) -> list[str]:
        return [f"organiser/jobs/{'state' if self.request.htmx else 'job'}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.job()
        result = job.result or {}
        problems = job.list_problems()
        return super().get_context_data(**kwargs) | {
            "job": job,
            "kind_look": LOOKS[job.kind],
            "note": STATUS_NOTES.get(job.status, ""),
            "reason": REASONS.get(job.reason_code or "", job.reason),
            "as_of": local_text(self.now, self.event.time_zone, "time"),
            "by_me": job.created_by == self.request.actor.label,
            "can_cancel": job.is_open
            and RULES[job.kind].cancelable
            and not job.cancel_requested_at,
            "can_pause": job.is_open
            and RULES[job.kind].pausable
            and job.status is not S.PAUSED
            and not job.pause_requested_at,
            "numbers": [
                (words, result[name])
                for name, words in RESULTS.items()
                if isinstance(result.get(name), int)
            ],
            "left": [LEFT[one] for one in result.get("left", ()) if one in LEFT],
            "files": _files(job) if self.may["export_guests"] and self._are_kept(job) else {},
            "problems": [(one, is_guest_key(one.where)) for one in problems[:PROBLEMS_SHOWN]],
            "problems_left": job.failed - min(len(problems), PROBLEMS_SHOWN),
        }

    def _are_kept(self, job: Job) -> bool:
        return job.created_at + timedelta(days=file_store.KEPT_DAYS) > self.now


class CancelJobView(_JobsMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, job_id: str) -> HttpResponse:
        self.job()
        stopped = services.request_cancel(job_id=job_id, now=self.now)
        if stopped.status is S.CANCELED:
            messages.success(request, _("Stopped before it began."))
        else:
            messages.success(request, _("It stops after the step it is at."))
        return self.back()


class PauseJobView(_JobsMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, job_id: str) -> HttpResponse:
        self.job()
        paused = services.request_pause(job_id=job_id, now=self.now)
        if paused.status is S.PAUSED:
            messages.success(request, _("It rests until you let it go on."))
        else:
            messages.success(request, _("It rests after the step it is at."))
        return self.back()


class RetryJobView(_JobsMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, job_id: str) -> HttpResponse:
        self.job()
        services.retry_job(job_id=job_id, now=self.now)
        messages.success(request, _("It goes on from where it stopped."))
        return self.back()


class JobFileView(_JobsMixin, View):
    """Leads to a file of the job by an address that works for five minutes."""

    action = EventAction.EXPORT_GUESTS

    def get(self, request: HttpRequest, event_id: str, job_id: str, name: str) -> HttpResponse:
        job = self.job()
        if name not in _files(job):
            raise FileGone("This job left no such file.")
        file_store.check_kept(job.job_id, name)
        address = file_store.download_link(job.job_id, name, filename=_files(job)[name])
        return HttpResponseRedirect(address, headers={"Cache-Control": "no-store"})


def _files(job: Job) -> dict[str, str]:
    """The names of what a job leaves to download → what to save it as."""
    files: dict[str, str] = (job.result or {}).get("downloads", {})
    return files
