"""Addresses that exist for tests of the base only: guarded pages and refusals of each kind."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views import View

from backend.shared import errors
from portal.common.access import SignInRequiredMixin, sign_in_required
from portal.common.forms import FoyerForm, ServiceFormView
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

SAVED: list[dict] = []
KINDS = {
    kind.code: kind
    for kind in (
        errors.NotFound,
        errors.Forbidden,
        errors.Conflict,
        errors.Rejected,
        errors.TooManyAttempts,
        errors.Unauthorized,
    )
}


class NoteForm(FoyerForm):
    title = forms.CharField()
    tags = forms.MultipleChoiceField(
        choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )
    listed = forms.BooleanField(required=False, initial=True)
    password = forms.CharField(required=False)


class NoteView(SignInRequiredMixin, ServiceFormView):
    form_class = NoteForm
    template_name = "public/accounts/forgot.html"

    def act(self, data):
        if data["title"] == "taken":
            raise errors.Rejected("No.", fields={"title": "This title is taken."})
        SAVED.append(data)
        return redirect("home")


class ActView(SignInRequiredMixin, View):
    def post(self, request):
        SAVED.append({"acted": True})
        return redirect("home")


@sign_in_required
def guarded(request):
    return HttpResponse(f"hello {request.actor.name}")


def refuse(request, code):
    raise KINDS[code]("The desk is closed.")


def break_down(request):
    raise RuntimeError("a bug with canary@example.com in it")


urlpatterns = [
    path("test/note", NoteView.as_view()),
    path("test/act", ActView.as_view()),
    path("test/guarded", guarded),
    path("test/refuse/<code>", refuse),
    path("test/break", break_down),
    *real,
]
