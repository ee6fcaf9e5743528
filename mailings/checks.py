"""What `manage.py check`, and each command that checks first, says about the settings of mail."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from mailings.headers import sender


def check_sender(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Name a MAIL_FROM that no mail could be sent from, before any mail waits for it."""
    try:
        sender()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Set MAIL_FROM in .env.", id="mailings.E001")]
    return []
