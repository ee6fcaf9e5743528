from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import mfa, receivers  # noqa: F401, PLC0415 -- models must be loaded before receivers connect
