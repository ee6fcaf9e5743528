"""The quiz as a point of a lesson's checklist."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Learner
from lessons.models import Lesson
from quizzes.models import Attempt, Quiz


class QuizRequirement:
    key = "quiz"

    def required(self, lesson_ids: Iterable[int]) -> set[int]:
        """Return those of the lessons whose quiz can be taken."""
        return set(Quiz.objects.ready().filter(lesson__in=lesson_ids).values_list("lesson_id", flat=True))

    def done(self, learner: Learner, lesson_ids: Iterable[int]) -> set[int]:
        """Return those of the lessons whose quiz the learner has passed at least once."""
        passed = Attempt.objects.filter(learner=learner, passed=True, quiz__lesson__in=lesson_ids)
        return set(passed.values_list("quiz__lesson_id", flat=True))

    def label(self) -> str:
        return _("Pass the quiz")

    def url(self, lesson: Lesson) -> str:
        return reverse("quizzes:take", args=[lesson.slug])
