from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, User


def time_zone_choices() -> list[tuple[str, str]]:
    """Return the zones people live in, by region and city; UTC last."""
    names = sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return [(name, name.replace("_", " ")) for name in names] + [("UTC", "UTC")]


class ProfileForm(forms.Form):
    """What an account may say about its owner."""

    name = forms.CharField(
        label=_("Your name"), max_length=80, required=False, help_text=_("How our mails address you.")
    )
    time_zone = forms.ChoiceField(
        label=_("Your time zone"),
        choices=time_zone_choices,
        help_text=_("Times on your pages, and mail that reaches you by day."),
    )

    def __init__(self, data: QueryDict | None = None, *, user: User, learner: Learner) -> None:
        self.user, self.learner = user, learner
        super().__init__(data, initial={"name": user.name, "time_zone": learner.time_zone})
        self.helper = FormHelper()
        self.helper.form_tag = False

    @transaction.atomic
    def save(self) -> None:
        self.user.name = self.cleaned_data["name"]
        self.user.save(update_fields=["name"])
        self.learner.time_zone = self.cleaned_data["time_zone"]
        self.learner.save(update_fields=["time_zone"])
