"""The filters of the explore page."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.kinds import Category
from portal.common.forms import FoyerForm

EARLIER = "earlier"


class ExploreForm(FoyerForm):
    """Read from the address, so each field may be missing or nonsense.

    A day counts more than a month: who picks one on top of the other wants to go there.
    """

    near = forms.DateField(
        label=_("Near a day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Pick a day like 2027-06-10.")},
    )
    month = forms.DateField(
        required=False,
        input_formats=["%Y-%m"],
        widget=forms.HiddenInput,
        error_messages={"invalid": _("Pick a month like 2027-06.")},
    )
    direction = forms.ChoiceField(
        required=False, choices=[(EARLIER, EARLIER)], widget=forms.HiddenInput
    )
    category = forms.ChoiceField(
        required=False,
        choices=[(category, category) for category in Category],
        widget=forms.HiddenInput,
    )

    def clean_month(self) -> date | None:
        month: date | None = self.cleaned_data["month"]
        if month and not 2000 <= month.year < 2200:
            raise forms.ValidationError(self.fields["month"].error_messages["invalid"])
        return month

    def _read(self, name: str) -> Any:
        return getattr(self, "cleaned_data", {}).get(name) or None

    @property
    def picked_category(self) -> Category | None:
        value = self._read("category")
        return Category(value) if value else None

    @property
    def picked_day(self) -> date | None:
        day: date | None = self._read("near")
        return day

    @property
    def picked_month(self) -> date | None:
        """Its first day."""
        month: date | None = self._read("month")
        return None if self.picked_day else month

    @property
    def goes_back(self) -> bool:
        return self.picked_day is not None and self._read("direction") == EARLIER

    @property
    def since(self) -> datetime | None:
        """The start of what is asked for, in UTC: events a few hours off are shown too early,
        never left out, wherever on earth they are."""
        day = self.picked_month if self.picked_month else self.picked_day
        return _start_of(day) if day and not self.goes_back else None

    @property
    def until(self) -> datetime | None:
        """The end of what is asked for."""
        if self.goes_back and self.picked_day:
            return _start_of(self.picked_day)
        return _start_of(month_after(self.picked_month)) if self.picked_month else None


def month_after(month: date, by: int = 1) -> date:
    """The first day of the month so many after (or before) this one."""
    years, index = divmod(month.month - 1 + by, 12)
    return date(month.year + years, index + 1, 1)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
