"""The filters of the explore page."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.kinds import Category
from portal.common.forms import FoyerForm


class ExploreForm(FoyerForm):
    """Read from the address, so both fields may be missing or nonsense."""

    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Pick a day like 2027-06-10.")},
    )
    category = forms.ChoiceField(
        required=False,
        choices=[(category, category) for category in Category],
        widget=forms.HiddenInput,
    )

    def _read(self, name: str) -> Any:
        return getattr(self, "cleaned_data", {}).get(name)

    @property
    def picked_category(self) -> Category | None:
        value = self._read("category")
        return Category(value) if value else None

    @property
    def picked_since(self) -> datetime | None:
        """The start of the chosen day, in UTC: events a few hours off are shown too early,
        never left out, wherever on earth they are."""
        day = self._read("since")
        return datetime.combine(day, time.min, UTC) if day else None
