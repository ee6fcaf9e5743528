from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LessonsConfig(AppConfig):
    name = "lessons"
    verbose_name = _("Lessons")

    def ready(self) -> None:
        from lessons import receivers  # noqa: F401, PLC0415 -- models must be loaded before receivers connect
        from lessons.content import files  # noqa: F401, PLC0415 -- registers its kinds of content
