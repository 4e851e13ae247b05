"""Writing to an event's guests: drafts, how one looks, a test, and sending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.activity.queries import Totals
from backend.announcements import letters, queries, services
from backend.announcements.kinds import Audience
from backend.announcements.models import Announcement
from backend.announcements.services import Wording
from backend.events.policies import EventAction
from backend.jobs import queries as jobs
from backend.jobs.models import Job
from backend.sessions import queries as sessions
from backend.sessions.models import Session
from portal.common.forms import ServiceFormView
from portal.organiser.forms.announcements import AUDIENCES, AnnouncementForm
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import walk

PER_PAGE = 20
A = Audience
COUNTS = {
    A.EVERYBODY: lambda totals: totals.confirmed + totals.waiting,
    A.CONFIRMED: lambda totals: totals.confirmed,
    A.EXPECTED: lambda totals: totals.confirmed - totals.admitted,
    A.IN: lambda totals: totals.admitted - totals.out,
    A.WAITLISTED: lambda totals: totals.waiting,
}


class _AnnounceMixin(EventPageMixin):
    action = EventAction.MANAGE_GUESTS
    section = "announce"

    def announcement(self) -> Announcement:
        return queries.fetch_announcement(
            event_id=self.event.uuid,
            announcement_id=self.kwargs["announcement_id"],
            actor=self.request.actor,
            now=self.now,
        )

    def expected(self, announcement: Announcement) -> int | None:
        """About how many it is for, by the counters, where these tell."""
        if announcement.session_id:
            return None
        totals: Totals = activity.totals(event_id=self.event.uuid, shards=self.event.shards)
        return max(0, COUNTS[announcement.audience](totals))

    def to_page(self, announcement_id: str) -> HttpResponse:
        return redirect(
            "organiser:announcement", event_id=self.event.uuid, announcement_id=announcement_id
        )


class AnnounceView(_AnnounceMixin, TemplateView):
    """What was written to the guests, the newest first."""

    template_name = "organiser/announcements/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = walk(
            self.request.GET.get("page", ""),
            lambda start: queries.list_for_event(
                event_id=self.event.uuid,
                limit=PER_PAGE,
                start=start,
                actor=self.request.actor,
                now=self.now,
            ),
            query=f"announcements of {self.event.uuid}",
            filters={},
        )
        rows = [(one, AUDIENCES[one.audience]) for one in trail.items]
        return super().get_context_data(**kwargs) | {"trail": trail, "rows": rows}


class _FormView(_AnnounceMixin, ServiceFormView):
    form_class = AnnouncementForm
    template_name = "organiser/announcements/form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        agenda = sessions.list_sessions(
            event_id=self.event.uuid, actor=self.request.actor, now=self.now
        )
        return {**super().get_form_kwargs(), "sessions": agenda}


class WriteAnnouncementView(_FormView):
    def act(self, data: dict[str, Any]) -> HttpResponse:
        draft = services.write_draft(
            event_id=self.event.uuid,
            wording=_wording(data),
            actor=self.request.actor,
            now=self.now,
        )
        return self.to_page(draft.announcement_id)


class ChangeAnnouncementView(_FormView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        announcement = self.announcement()
        if not announcement.is_draft:
            return self.to_page(announcement.announcement_id)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        draft = self.announcement()
        return {
            "audience": draft.audience,
            "session_id": draft.session_id or "",
            "subject": draft.subject,
            "text": draft.text,
            "version": draft.version,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"announcement": self.announcement()}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        announcement_id = self.kwargs["announcement_id"]
        services.change_draft(
            event_id=self.event.uuid,
            announcement_id=announcement_id,
            wording=_wording(data),
            version=data["version"] or 0,
            actor=self.request.actor,
            now=self.now,
        )
        return self.to_page(announcement_id)


class AnnouncementView(_AnnounceMixin, TemplateView):
    """How a guest of those it is for will read it; once sent, what came of it."""

    template_name = "organiser/announcements/announcement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        announcement = self.announcement()
        guest = queries.guest_to_preview(
            self.event, announcement, after=self.request.GET.get("after", "")
        )
        name = guest.name if guest else _("Ada Lovelace")
        letter = letters.letter_of(announcement, self.event, name=name)
        body = letters.body_of(announcement, self.event, name=name)
        return super().get_context_data(**kwargs) | {
            "announcement": announcement,
            "audience": AUDIENCES[announcement.audience],
            "session": self._session(announcement),
            "expected": self.expected(announcement),
            "guest": guest,
            "letter": letter,
            "body": mark_safe(body),  # noqa: S308 - cleaned by shared/markdown.py
            "job": self._job(announcement),
        }

    def _session(self, announcement: Announcement) -> Session | None:
        if not announcement.session_id:
            return None
        return sessions.settings_of(self.event.uuid, announcement.session_id, now=self.now)

    def _job(self, announcement: Announcement) -> Job | None:
        if not announcement.job_id:
            return None
        return jobs.fetch_job(announcement.job_id, event_id=self.event.uuid)


class TryAnnouncementView(_AnnounceMixin, View):
    """A mail to whoever presses the button, and to nobody else."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, announcement_id: str) -> HttpResponse:
        services.send_test(
            event_id=event_id, announcement_id=announcement_id, actor=request.actor, now=self.now
        )
        words = _("A test is on its way to %(email)s.") % {"email": request.actor.email}
        messages.success(request, words)
        return self.to_page(announcement_id)


class SendAnnouncementView(_AnnounceMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, announcement_id: str) -> HttpResponse:
        version = request.POST.get("version", "")
        job = services.send(
            event_id=event_id,
            announcement_id=announcement_id,
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            total=self.expected(self.announcement()),
            actor=request.actor,
            now=self.now,
        )
        return redirect("organiser:job", event_id=event_id, job_id=job.job_id)


def _wording(data: dict[str, Any]) -> Wording:
    return Wording(
        subject=data["subject"],
        text=data["text"].replace("\r\n", "\n"),
        audience=Audience(data["audience"]),
        session_id=data.get("session_id", ""),
    )
