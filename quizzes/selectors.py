"""Reads shaped for the quiz pages. None of them loads a key before the answer."""

import re
import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Prefetch, Q

from accounts.models import Learner
from lessons.models import Lesson
from quizzes.grading import percent
from quizzes.kinds import Feedback
from quizzes.models import Attempt, AttemptItem, Grade, Question, Quiz, Response
from quizzes.serving import item_feedback

HISTORY_LENGTH = 5
_POSITION = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class Score:
    """What a finished attempt gave, as the newest grades say."""

    attempt: Attempt
    percent: int
    answered: int
    total: int

    @property
    def passed(self) -> bool:
        return self.attempt.passed


@dataclass(frozen=True)
class Progress:
    """Where an attempt stands. `positions` pairs each question's place with whether it is answered."""

    positions: list[tuple[int, bool]]

    @property
    def total(self) -> int:
        return len(self.positions)

    @property
    def answered(self) -> int:
        return sum(answered for _position, answered in self.positions)

    @property
    def current(self) -> int | None:
        """The first question that is not answered."""
        return next((position for position, answered in self.positions if not answered), None)


@dataclass(frozen=True)
class AnsweredItem:
    item: AttemptItem
    feedback: Feedback


def quiz_of(lesson_slug: str) -> Quiz | None:
    """Return the lesson's quiz, whatever its state, with its lesson and part."""
    return Quiz.objects.select_related("lesson__part").filter(lesson__slug=lesson_slug).first()


def question_count(quiz: Quiz) -> int:
    return quiz.questions.filter(status=Question.Status.PUBLISHED).count()


def open_attempt(learner: Learner | None, quiz: Quiz) -> Attempt | None:
    return Attempt.objects.open().filter(learner=learner, quiz=quiz).first() if learner else None


def latest_attempt(learner: Learner | None, quiz: Quiz) -> Attempt | None:
    """Return the open attempt, or else the one finished last."""
    if learner is None:
        return None
    attempts = Attempt.objects.filter(learner=learner, quiz=quiz)
    return attempts.order_by(F("finished_at").desc(nulls_first=True), "-pk").first()


def history(learner: Learner | None, quiz: Quiz) -> list[Score]:
    """Return what the learner's latest finished attempts gave, newest first; those never answered are left out."""
    if learner is None:
        return []
    attempts = (
        Attempt.objects.finished()
        .answered()
        .with_points()
        .filter(learner=learner, quiz=quiz)
        .order_by("-started_at", "-pk")
    )
    return [_score(attempt) for attempt in attempts[:HISTORY_LENGTH]]


def _score(attempt: Attempt) -> Score:
    points: Decimal = attempt.points  # type: ignore[attr-defined]
    answered: int = attempt.answered  # type: ignore[attr-defined]
    total: int = attempt.total  # type: ignore[attr-defined]
    return Score(attempt, percent(points, total), answered, total)


def progress_of(attempt: Attempt) -> Progress:
    return Progress(attempt.items.progress())


def item_of(*, learner: Learner, quiz: Quiz, attempt: uuid.UUID, position: int) -> AttemptItem | None:
    """Return an item of the learner's own attempt, annotated `answered`, without the key of its question."""
    items = AttemptItem.objects.with_answered().select_related("attempt__learner", "served")
    return (
        items.defer("served__key", "served__explain")
        .filter(attempt__learner=learner, attempt__quiz=quiz, attempt__public_id=attempt, position=position)
        .first()
    )


def is_repeat(item: AttemptItem, submit_key: str) -> bool:
    """Tell whether this submit of an answered item is the one that answered it, sent once more."""
    try:
        key = uuid.UUID(submit_key)
    except ValueError:
        return False
    return Response.objects.filter(item=item, submit_key=key).exists()


def item_to_answer(attempt: Attempt, position: int) -> AttemptItem:
    """Return an item with the public part of its question; key and explanation stay in the database."""
    items = attempt.items.select_related("served").only(
        "position", "seed", "attempt", "served__kind", "served__public"
    )
    return items.get(position=position)


def read_position(text: str) -> int | None:
    """Read the place of a question from an address or a form; None for anything that is no such number."""
    return int(text) if _POSITION.fullmatch(text) else None


def answered_items(attempt: Attempt, position: int | None = None) -> list[AnsweredItem]:
    """Return the answered questions of an attempt (only the one at `position`, if given), with feedback."""
    grades = Prefetch("grades", Grade.objects.order_by("-pk"))
    responses = Prefetch("responses", Response.objects.order_by("-sequence").prefetch_related(grades))
    items = attempt.items.select_related("served").prefetch_related(responses).order_by("position")
    if position is not None:
        items = items.filter(position=position)
    answered = []
    for item in items:
        response = next(iter(item.responses.all()), None)
        grade = next(iter(response.grades.all()), None) if response else None
        if response and grade:
            answered.append(AnsweredItem(item, item_feedback(item, response, grade)))
    return answered


@dataclass(frozen=True)
class Result:
    """A finished attempt: its score and every question with what was right and why."""

    score: Score
    items: list[AnsweredItem]


def result_of(attempt: Attempt) -> Result:
    """Return the result of an attempt fetched `with_points`."""
    return Result(_score(attempt), answered_items(attempt))


@dataclass(frozen=True)
class QuizCard:
    """The quiz at the end of a lesson, as one learner meets it. `state` is new, open, failed or passed."""

    quiz: Quiz
    questions: int
    best: int | None
    state: str


def quiz_card(lesson: Lesson, learner: Learner | None) -> QuizCard | None:
    """Return what the lesson page says of its quiz, in three queries at most; None where there is none to take."""
    quiz = (
        Quiz.objects.filter(lesson=lesson, status=Quiz.Status.PUBLISHED)
        .annotate(published=Count("questions", filter=Q(questions__status=Question.Status.PUBLISHED)))
        .filter(published__gt=0)
        .first()
    )
    if quiz is None:
        return None
    quiz.lesson = lesson
    questions: int = quiz.published  # type: ignore[attr-defined]
    attempts = list(Attempt.objects.filter(learner=learner, quiz=quiz)) if learner else []
    finished = [attempt.pk for attempt in attempts if attempt.finished_at]
    # Points are dear to count, so only where there are some: most who read a lesson have not taken its quiz.
    with_points = Attempt.objects.filter(pk__in=finished).with_points() if finished else []
    scores = [score for score in map(_score, with_points) if score.answered]
    best = max((score.percent for score in scores), default=None)
    if any(attempt.finished_at is None for attempt in attempts):
        state = "open"
    elif any(attempt.passed for attempt in attempts):
        state = "passed"
    else:
        state = "failed" if scores else "new"
    return QuizCard(quiz, questions, best, state)
