"""What the account pages share: the address typed so far, and where to go afterwards."""

from typing import Any

from django.forms import BaseForm
from django.utils import timezone

from portal.common.attempts import count_attempt
from portal.common.forms import ServiceFormView
from portal.common.safe_next import next_path

ADDRESS = "account_address"  # session field: carried from one account page to the next


class AccountView(ServiceFormView):
    """A page of the account flow. The address travels in the session, never in a URL."""

    attempt = ""  # what is counted; empty: nothing is

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.request.session.get(ADDRESS, "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.next, **kwargs)

    def form_valid(self, form: BaseForm) -> Any:
        if email := form.cleaned_data.get("email"):
            self.request.session[ADDRESS] = email
        return super().form_valid(form)

    def count(self, email: str) -> None:
        count_attempt(self.request, what=self.attempt, email=email, now=timezone.now())

    @property
    def next(self) -> str:
        return next_path(self.request)
