from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.common.forms import FoyerForm

PASSWORD_RULES = _("At least 8 characters, with upper case, lower case and a digit.")


def email_field(**attrs: Any) -> forms.EmailField:
    widget = forms.EmailInput({"autocomplete": "username", "inputmode": "email", **attrs})
    return forms.EmailField(label=_("E-mail"), max_length=254, widget=widget)


def follows_the_rules(password: str) -> None:
    """Refuse what the user pool would refuse, before anything is sent."""
    kinds = (str.isupper, str.islower, str.isdigit)
    if len(password) < 8 or not all(any(map(kind, password)) for kind in kinds):
        raise ValidationError(PASSWORD_RULES)


def new_password_field() -> forms.CharField:
    return forms.CharField(
        label=_("New password"),
        max_length=256,
        validators=[follows_the_rules],
        strip=False,
        help_text=PASSWORD_RULES,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


def code_field(help_text: Any) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "off"}
    return forms.CharField(
        label=_("Code"), max_length=12, help_text=help_text, widget=forms.TextInput(attrs)
    )


class SignInForm(FoyerForm):
    email = email_field()
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    stay = forms.BooleanField(label=_("Stay signed in on this device"), required=False)


class FirstPasswordForm(FoyerForm):
    password = new_password_field()


class AppCodeForm(FoyerForm):
    code = code_field(_("The six digits that your authenticator app shows now."))


class SignUpForm(FoyerForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("As it should stand on your badge."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = email_field()
    password = new_password_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")


class ConfirmSignUpForm(FoyerForm):
    email = email_field()
    code = code_field(_("It is in the e-mail we sent you. Look in the spam folder, too."))


class ForgotForm(FoyerForm):
    email = email_field()


class ResetForm(FoyerForm):
    email = email_field()
    code = code_field(_("If there is an account with this address, the code is in its mailbox."))
    password = new_password_field()
