"""Forms that look and speak like Foyer; every form of the portal starts from here."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import FormView

from backend.shared.errors import Rejected, TooManyAttempts
from portal.common.kept_form import KeepsTypedMixin
from portal.common.refusals import add_refusal

CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)
LONGEST_NUMBER = 9


def seen_version(request: HttpRequest) -> int:
    """The version that a button was drawn for; 0, which nothing has, where it says none."""
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) <= LONGEST_NUMBER else 0


class FoyerRenderer(TemplatesSetting):
    """``{{ form }}`` and ``{{ field.as_field_group }}`` use our templates."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class FoyerForm(forms.Form):
    """Gives the widgets their classes. ``{{ form }}`` renders all fields with errors and help."""

    error_css_class = "is-invalid"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            css = "fo-check" if isinstance(field.widget, CHECKS) else "fo-input"
            field.widget.attrs.setdefault("class", css)


class ServiceFormView(KeepsTypedMixin, FormView):
    """A form over one service call.

    ``act`` makes the call with the cleaned data and may return a response; a refusal
    (``Rejected``) shows beside its field with what was typed. An answer with errors has
    status 400 (429 for too many attempts).
    """

    def act(self, data: dict[str, Any]) -> HttpResponse | None:
        raise NotImplementedError

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        try:
            response = self.act(form.cleaned_data)
        except (Rejected, TooManyAttempts) as refusal:
            self.request.outcome = refusal.code
            add_refusal(form, refusal)
            return self.form_invalid(form, status=status_of(refusal))
        return response or redirect(self.get_success_url())

    def form_invalid(self, form: forms.BaseForm, status: int = 400) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


def status_of(refusal: Rejected | TooManyAttempts) -> int:
    return 429 if isinstance(refusal, TooManyAttempts) else 400
