"""The one door: may this learner open this lesson? Page, quiz, film, search and mail links all ask here."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Learner
from lessons.models import Completion, Lesson, LessonVisit, Part


@dataclass(frozen=True)
class Access:
    """`missing` is the lesson to complete first; `reason` says it in words."""

    allowed: bool
    missing: Lesson | None = None
    reason: str = ""


OPEN = Access(allowed=True)


def locked_by(missing: Lesson) -> Access:
    reason = _("Complete “%(title)s” first: this part of the course is taken in order.") % {
        "title": missing.title
    }
    return Access(allowed=False, missing=missing, reason=reason)


def can_open(lesson: Lesson, learner: Learner | None) -> Access:
    """Tell whether `learner` (None: somebody who has done nothing yet) may open `lesson`.

    In a soft sequence every live lesson is open. In a strict one a lesson opens when those before it
    in its part are complete. A lesson once completed stays open, and a retired one stays open
    to those who worked on it.
    """
    if not (lesson.is_live and lesson.part.status == Part.Status.PUBLISHED):
        if lesson.status == Lesson.Status.RETIRED and learner and _has_touched(lesson, learner):
            return OPEN
        return Access(allowed=False, reason=_("This lesson is not open yet."))
    if lesson.part.sequence == Part.Sequence.SOFT:
        return OPEN
    earlier = Lesson.objects.live().filter(part=lesson.part).in_order()
    before = [other for other in earlier if (other.position, other.pk) < (lesson.position, lesson.pk)]
    done: set[int] = set()
    if learner:
        done = set(
            Completion.objects.filter(learner=learner, lesson__part=lesson.part).values_list(
                "lesson_id", flat=True
            )
        )
    if lesson.pk in done:
        return OPEN
    missing = next((other for other in before if other.pk not in done), None)
    return locked_by(missing) if missing else OPEN


def _has_touched(lesson: Lesson, learner: Learner) -> bool:
    return (
        Completion.objects.filter(learner=learner, lesson=lesson).exists()
        or LessonVisit.objects.filter(learner=learner, lesson=lesson).exists()
    )
