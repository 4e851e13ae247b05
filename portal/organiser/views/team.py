"""The team of an event: who is in it, who is asked to join, and answering that."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events.models import Event
from backend.events.policies import EventAction
from backend.shared.db import StaleWrite
from backend.shared.errors import Rejected, TooManyAttempts
from backend.team import queries, services
from backend.team.errors import InvitationNotFound, MemberNotFound
from backend.team.models import Invitation, Member
from backend.team.roles import Role
from portal.common.access import SignInRequiredMixin
from portal.common.attempts import count_attempt
from portal.common.forms import ServiceFormView
from portal.common.words import ROLE_NOTES, ROLES
from portal.organiser.forms.team import GIVEN, InviteForm, RoleForm
from portal.organiser.pages import EventPageMixin

SHOWN = services.LARGEST_TEAM
ORDER = list(Role)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """``dialog`` is the id of the question before this member is removed, empty for none."""

    member: Member
    role: str | Promise
    is_me: bool
    dialog: str


@dataclass(frozen=True, slots=True)
class InvitedRow:
    invitation: Invitation
    role: str | Promise
    ran_out: bool


class TeamView(EventPageMixin, ServiceFormView):
    """Everybody in the team sees who is in it; only the owner is offered to change that."""

    http_method_names: tuple[str, ...] = ("get",)
    form_class = InviteForm
    template_name = "organiser/team/page.html"
    action = EventAction.SEE_TEAM
    section = "team"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        event_id, actor = self.event.uuid, self.request.actor
        members = queries.list_for_event(event_id=event_id, limit=SHOWN).items
        members.sort(key=lambda member: (ORDER.index(member.role), member.name.casefold()))
        manages = self.may["manage_team"]
        context |= {
            "members": [
                MemberRow(
                    member,
                    ROLES[member.role],
                    is_me=member.member == actor.user_id,
                    dialog=f"remove-{n}" if manages and member.role is not Role.OWNER else "",
                )
                for n, member in enumerate(members)
            ],
            "role_notes": [(ROLES[role], ROLE_NOTES[role]) for role in Role],
            "given": GIVEN,
        }
        if manages:
            context["invitations"] = self.invitations()
        return context

    def invitations(self) -> list[InvitedRow]:
        invited = queries.list_invitations(event_id=self.event.uuid, limit=SHOWN).items
        invited.sort(key=lambda one: one.invited_at, reverse=True)
        return [
            InvitedRow(one, ROLES[one.role], ran_out=one.expires_at <= self.now) for one in invited
        ]


class InviteView(TeamView):
    """The same page with the form sent."""

    http_method_names = ("get", "post")
    action = EventAction.MANAGE_TEAM

    def act(self, data: dict[str, Any]) -> HttpResponse:
        # Anybody may own an event, and the mail goes to whom they like.
        count_attempt(self.request, what="invite", email=data["email"], now=self.now)
        sent = services.invite(
            event_id=self.event.uuid,
            email=data["email"],
            role=Role(data["role"]),
            actor=self.request.actor,
            now=self.now,
        )
        messages.success(self.request, _("%(email)s is invited.") % {"email": sent.email})
        return redirect("organiser:team", event_id=self.event.uuid)


class _TeamChange(EventPageMixin, View):
    """One button of the page; a refusal is said there."""

    http_method_names = ("post",)
    action = EventAction.MANAGE_TEAM

    def post(self, request: HttpRequest, event_id: str, **keys: str) -> HttpResponse:
        try:
            messages.success(request, self.change(**keys))
        except (Rejected, TooManyAttempts, StaleWrite) as refusal:
            messages.error(request, refusal.message)
        except (MemberNotFound, InvitationNotFound) as gone:
            # Somebody pressed twice, or was faster: the page shows how it is now.
            messages.info(request, gone.message)
        return redirect("organiser:team", event_id=event_id)

    def change(self, **keys: str) -> str:
        raise NotImplementedError


class ChangeRoleView(_TeamChange):
    def change(self, **keys: str) -> str:
        form = RoleForm(self.request.POST)
        if not form.is_valid():
            raise Rejected(_("Choose one of the roles."))
        role = Role(form.cleaned_data["role"])
        changed = services.change_role(
            event_id=self.event.uuid, user_id=keys["member"], role=role, actor=self.request.actor
        )
        return _("%(name)s: %(role)s from now on.") % {"name": changed.name, "role": ROLES[role]}


class RemoveMemberView(_TeamChange):
    def change(self, **keys: str) -> str:
        services.remove_member(
            event_id=self.event.uuid, user_id=keys["member"], actor=self.request.actor, now=self.now
        )
        return _("Removed from the team. Within half a minute every page knows.")


class LeaveTeamView(EventPageMixin, View):
    http_method_names = ("post",)
    action = EventAction.SEE_TEAM

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        try:
            services.remove_member(
                event_id=event_id, user_id=request.actor.user_id, actor=request.actor, now=self.now
            )
        except (Rejected, MemberNotFound) as refusal:
            messages.error(request, refusal.message)
            return redirect("organiser:team", event_id=event_id)
        left = _("You left the team of “%(title)s”.") % {"title": self.event.title}
        messages.success(request, left)
        return redirect("organiser:events")


class WithdrawInvitationView(_TeamChange):
    def change(self, **keys: str) -> str:
        services.withdraw_invitation(
            event_id=self.event.uuid, invitee=keys["invitee"], actor=self.request.actor
        )
        return _("The invitation is withdrawn.")


class JoinTeamView(SignInRequiredMixin, TemplateView):
    """What the mail leads to: yes or no. Nobody else learns that the event is there."""

    template_name = "organiser/team/join.html"

    def invitation(self) -> Invitation:
        try:
            return services.fetch_my_invitation(
                event_id=self.kwargs["event_id"], actor=self.request.actor, now=timezone.now()
            )
        except InvitationNotFound:
            raise Http404(
                _("There is no invitation here for the address you are signed in with.")
            ) from None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invitation = self.invitation()
        return {
            **super().get_context_data(**kwargs),
            "section": "events",
            "invitation": invitation,
            "invited_to": Event.fetch(invitation.event_id),
            "role": ROLES[invitation.role],
            "note": ROLE_NOTES[invitation.role],
        }

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        self.invitation()
        if request.POST.get("answer") == "no":
            services.decline_invitation(event_id=event_id, actor=request.actor, now=timezone.now())
            messages.info(request, _("You turned the invitation down."))
            return redirect("organiser:events")
        member = services.accept_invitation(
            event_id=event_id, actor=request.actor, now=timezone.now()
        )
        welcome = _("Welcome to the team. Your role: %(role)s.") % {"role": ROLES[member.role]}
        messages.success(request, welcome)
        first = "requests" if member.role is Role.FLOOR else "overview"
        return redirect(f"organiser:{first}", event_id=event_id)
