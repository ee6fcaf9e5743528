from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "mailings"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from mailings import receivers  # noqa: F401, PLC0415 -- models must be loaded before receivers connect
