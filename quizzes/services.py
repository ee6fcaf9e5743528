"""What changes an attempt. Every verb may be repeated: the second time finds the work done."""

import secrets
import uuid
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.learners import LearnerGoneError, hold
from accounts.models import Learner
from lessons.services import refresh_completion
from quizzes.grading import NOTHING, is_pass
from quizzes.kinds import KINDS, Data
from quizzes.models import Attempt, AttemptItem, Grade, Question, Quiz, Response
from quizzes.serving import freeze

SEED_BITS = 62


class QuizNotReadyError(Exception):
    """The quiz is not published, or has no published question."""


class AttemptClosedError(Exception):
    """The attempt was finished before this question was answered; nothing more can be recorded in it."""


@transaction.atomic
def start_attempt(*, learner: Learner, quiz: Quiz) -> Attempt:
    """Return the learner's open attempt at the quiz, a new one where there is none.

    Two requests in the same instant get the same attempt: the database allows one, and the one that
    comes second takes the other's. Raises QuizNotReadyError when there is nothing to ask.
    """
    hold(learner)
    attempt, created = Attempt.objects.select_related("quiz__lesson").get_or_create(
        learner=learner, quiz=quiz, finished_at=None, defaults={"pass_percent": quiz.pass_percent}
    )
    if not created:
        return attempt
    questions = (
        quiz.questions.filter(status=Question.Status.PUBLISHED)
        .prefetch_related("choices__fact", "facts")
        .order_by("position", "pk")
    )
    served = freeze(questions) if quiz.status == Quiz.Status.PUBLISHED else []
    if not served:
        raise QuizNotReadyError(quiz.pk)
    AttemptItem.objects.bulk_create(
        AttemptItem(attempt=attempt, position=position, served=item, seed=secrets.randbits(SEED_BITS))
        for position, item in enumerate(served, start=1)
    )
    return attempt


@transaction.atomic
def submit_answer(*, item: AttemptItem, submit_key: uuid.UUID, answer: Data) -> Grade:
    """Record the answer to an item, grade it, and finish the attempt after its last question.

    An item is answered once: a repeat of the same submit, and a second submit from another tab,
    return the grade that is stored. The lock on the attempt makes whoever answers the last two questions
    in the same instant see each other, so that one of them finishes it.

    Raises AttemptClosedError when the attempt was closed with this question open (two learners became one).
    """
    learner = Learner.objects.select_for_update(of=("self",)).filter(attempts__items=item.pk).first()
    if learner is None:
        raise LearnerGoneError(item.pk)
    item = (
        AttemptItem.objects.select_for_update(of=("self", "attempt"))
        .select_related("attempt__quiz__lesson__part", "served")
        .get(pk=item.pk)
    )
    item.attempt.learner = learner
    stored = Grade.objects.newest().filter(response__item=item).select_related("response").last()
    if stored is not None:
        return stored
    if item.attempt.finished_at is not None:
        raise AttemptClosedError(item.attempt_id)
    response = Response.objects.create(item=item, sequence=1, submit_key=submit_key, answer=answer)
    result = KINDS[item.served.kind].grade(item.served.key, answer)
    grade = Grade.objects.create(
        response=response,
        served=item.served,
        fraction=result.fraction,
        parts=[list(part) for part in result.parts],
        reason=Grade.Reason.FIRST,
    )
    _finish_when_answered(item.attempt)
    return grade


def _finish_when_answered(attempt: Attempt) -> None:
    progress = attempt.items.progress()
    if not all(answered for _position, answered in progress):
        return
    points: Decimal = (
        Grade.objects.newest().filter(response__item__attempt=attempt).aggregate(sum=Sum("fraction"))["sum"]
        or NOTHING
    )
    attempt.finished_at = timezone.now()
    attempt.passed = is_pass(points, len(progress), attempt.pass_percent)
    attempt.save(update_fields=["finished_at", "passed"])
    if attempt.passed:
        refresh_completion(learner=attempt.learner, lesson=attempt.quiz.lesson)


@transaction.atomic
def merge_attempts(*, source: Learner, target: Learner) -> None:
    """Move all attempts of `source` to `target`.

    Where both have one open at the same quiz, the one with more answers stays open (target's, when
    they are equal) and the other is closed as it stands, not passed.
    """
    mine = {attempt.quiz_id: attempt for attempt in _open_attempts(target)}
    for attempt in _open_attempts(source):
        own = mine.get(attempt.quiz_id)
        if own is None:
            continue
        closing = own if _answers(attempt) > _answers(own) else attempt
        closing.finished_at = timezone.now()
        closing.save(update_fields=["finished_at"])
    Attempt.objects.filter(learner=source).update(learner=target)


def _open_attempts(learner: Learner) -> list[Attempt]:
    return list(Attempt.objects.open().filter(learner=learner).select_for_update())


def _answers(attempt: Attempt) -> int:
    return Response.objects.filter(item__attempt=attempt).count()
