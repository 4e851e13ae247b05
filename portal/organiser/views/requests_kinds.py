"""What guests can ask for at an event: which kinds, how soon, who serves them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from backend.events.policies import EventAction
from backend.guest_requests import queries, services
from backend.guest_requests.errors import KindInUse
from backend.guest_requests.queries import OfferedKinds
from backend.shared.db import StaleWrite
from portal.common.forms import ServiceFormView
from portal.organiser.forms.requests_kinds import KindsForm, kind_differences
from portal.organiser.pages import EventPageMixin


class KindsView(EventPageMixin, ServiceFormView):
    """All kinds in one form. Who is overtaken sees both versions and keeps what was typed."""

    form_class = KindsForm
    template_name = "organiser/requests/kinds.html"
    action = EventAction.MANAGE_REQUESTS
    section = "requests"

    def stored(self) -> OfferedKinds:
        return queries.kinds_of(self.event.uuid, consistent=True)

    def get_initial(self) -> dict[str, Any]:
        offered = self.stored()
        return {"kinds": offered.kinds, "version": offered.version}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            saved = services.save_kinds(
                event_id=self.event.uuid,
                kinds=data["kinds"],
                version=data["version"] or 0,
                actor=self.request.actor,
                now=self.now,
            )
        except StaleWrite as refusal:
            return self.overtaken(self.get_form(), refusal)
        except KindInUse as refusal:
            self.request.outcome = refusal.code
            form = self.get_form()
            form.is_valid()
            form.add_error("kinds", refusal.message)
            return self.form_invalid(form, status=409)
        asked = [kind.name for kind in saved.kinds if kind.enabled]
        words = _("Saved. Guests can ask for: %(kinds)s.") % {"kinds": ", ".join(asked)}
        messages.success(self.request, words if asked else _("Saved. Guests can ask for nothing."))
        return redirect("organiser:requests", event_id=self.event.uuid)

    def overtaken(self, form: KindsForm, refusal: StaleWrite) -> HttpResponse:
        self.request.outcome = refusal.code
        offered = self.stored()
        form.is_valid()
        found = kind_differences(offered.kinds, form.cleaned_data["kinds"])
        form.data = form.data.copy()
        form.data["version"] = str(offered.version)
        context = self.get_context_data(form=form, differences=found, stale=True)
        return self.render_to_response(context, status=409)
