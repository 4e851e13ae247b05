from django import forms
from django.utils.translation import gettext_lazy as _

from backend.team.roles import Role
from portal.common.forms import FoyerForm
from portal.common.words import ROLES

GIVEN = [(role.value, ROLES[role]) for role in Role if role is not Role.OWNER]


class InviteForm(FoyerForm):
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("They answer signed in with this address. The invitation stands two weeks."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=GIVEN, initial=Role.DESK.value, widget=forms.RadioSelect
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=GIVEN)
