from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "mailings"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from mailings import checks, receivers  # noqa: F401, PLC0415 -- both need models, loaded by now

        register(checks.check_sender)
