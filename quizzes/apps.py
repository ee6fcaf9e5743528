from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        from lessons import checklist, content  # noqa: PLC0415 -- models must be loaded before they are registered
        from quizzes import receivers  # noqa: F401, PLC0415 -- models must be loaded before receivers connect
        from quizzes.content import QuizFiles  # noqa: PLC0415 -- models must be loaded before they are registered
        from quizzes.requirement import QuizRequirement  # noqa: PLC0415 -- models must be loaded before they are registered

        checklist.register(QuizRequirement())
        content.register(QuizFiles())
