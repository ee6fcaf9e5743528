from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from mailings.addresses import normalise

# What the person who subscribes reads; it is kept with each consent.
WORDING = _("One mail a month or so. Confirm by the mail we send; leave with one click.")


class SubscribeForm(forms.Form):
    """The newsletter's form at the foot of every page, and on its own page when something was wrong."""

    email = forms.CharField(
        label=_("Your email address"),
        help_text=WORDING,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": 254}),
        error_messages={"required": _("Type your email address, please.")},
    )
    # People never see it; programs that fill in every field do.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "newsletter-%s")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # the template's form has it already
        self.helper.render_unmentioned_fields = False
        self.helper.layout = self.helper.build_default_layout(self)
        self.helper.layout.fields = ["email"]

    def clean_email(self) -> str:
        return normalise(self.cleaned_data["email"])


class MailSwitchesForm(forms.Form):
    newsletter = forms.BooleanField(
        label=_("Newsletter"),
        required=False,
        help_text=_("One mail a month or so: new lessons and one idea to try."),
    )
    weekly = forms.BooleanField(
        label=_("Weekly progress"),
        required=False,
        help_text=_("In weeks in which you learned something: what you did, and what is next."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
