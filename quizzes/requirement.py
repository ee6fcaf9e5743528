"""The quiz as a point of a lesson's checklist."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Learner
from lessons.models import Lesson
from quizzes.models import Attempt, Quiz


class QuizRequirement:
    key = "quiz"

    def is_met(self, lesson: Lesson, learner: Learner | None) -> bool | None:
        """Tell whether the learner has ever passed the lesson's quiz; None where there is no quiz to take."""
        passed = Attempt.objects.filter(quiz=OuterRef("pk"), learner=learner, passed=True)
        quiz = Quiz.objects.ready().filter(lesson=lesson)
        return quiz.annotate(met=Exists(passed)).values_list("met", flat=True).first()

    def label(self) -> str:
        return _("Pass the quiz")

    def url(self, lesson: Lesson) -> str:
        return reverse("quizzes:take", args=[lesson.slug])
