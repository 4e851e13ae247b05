"""What somebody typed survives an expired session.

A form posted by a signed-out person is put into their (anonymous) session, they sign
in, and the form opens again with the fields filled in. Nothing is submitted for them.
Passwords, codes, PINs and files are never kept; one form at a time, bounded in size and age.
"""

import re

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

KEPT = "kept_form"
NEVER_KEPT = re.compile(r"csrf|passw|secret|token|code|^pin$", re.IGNORECASE)
LONGEST = 16_000
KEPT_SECONDS = 3600


def keep(request: HttpRequest, *, page: str) -> bool:
    """Store the posted fields for ``page``; returns whether they could be kept."""
    fields = {name: values for name, values in request.POST.lists() if not NEVER_KEPT.search(name)}
    size = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    if not fields or size > LONGEST:
        return False
    request.session[KEPT] = {
        "page": page.partition("?")[0],
        "fields": fields,
        "at": int(timezone.now().timestamp()),
    }
    return True


def take(request: HttpRequest) -> QueryDict | None:
    """What was kept for the page being shown, once; ``None`` if nothing was."""
    kept = request.session.get(KEPT)
    if not kept or kept["page"] != request.path:
        return None
    del request.session[KEPT]
    if timezone.now().timestamp() - kept["at"] > KEPT_SECONDS:
        return None
    fields = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        fields.setlist(name, values)
    return fields


class KeepsTypedMixin:
    """For a ``FormView``: reopens its form with what was typed before signing in again."""

    request: HttpRequest

    def get_form(self, form_class: type[BaseForm] | None = None) -> BaseForm:
        form: BaseForm = super().get_form(form_class)  # type: ignore[misc]
        if self.request.method == "GET" and (kept := take(self.request)) is not None:
            fill(form, kept)
            messages.info(
                self.request,
                _("You were signed out meanwhile. Nothing is saved yet: your entries are here."),
            )
        return form


def fill(form: BaseForm, kept: QueryDict) -> None:
    """Let ``form`` start with the kept values instead of its own."""
    for name, field in form.fields.items():
        form.initial[name] = field.widget.value_from_datadict(kept, {}, form.add_prefix(name))
