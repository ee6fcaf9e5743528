"""Fill a database with believable learners, progress, attempts and subscribers."""

import random
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Learner, User
from lessons.models import BlockRead, Completion, Lesson, LessonVisit
from lessons.rendering import rendered_lesson
from mailings.models import Consent, Subscriber
from quizzes.grading import is_pass
from quizzes.kinds import KINDS
from quizzes.models import Attempt, AttemptItem, Grade, Question, Quiz, Response, ServedItem
from quizzes.serving import freeze

NAMES = [
    "Ada",
    "Ben",
    "Chidi",
    "Dana",
    "Emre",
    "Fiona",
    "Goran",
    "Hana",
    "Ines",
    "Jonas",
    "Kofi",
    "Lena",
    "Mika",
    "Noor",
]
ZONES = [
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Denver",
    "Asia/Tokyo",
    "Australia/Sydney",
]
SPAN_DAYS = 60
BATCH = 200


class Command(BaseCommand):
    help = "Fill the database with made-up learners and subscribers, for trying, benchmarks and screenshots."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--learners", type=int, default=50)
        parser.add_argument("--subscribers", type=int, default=100)
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same people")

    def handle(self, *args: Any, **options: Any) -> None:
        course = _Course.read()
        if not course.lessons:
            raise CommandError("There is no lesson to learn from yet: run load_course first.")
        chance = random.Random(options["seed"])  # noqa: S311 -- made-up people, not secrets
        first = User.objects.filter(email__endswith="@demo.example").count()
        for start in range(0, options["learners"], BATCH):
            size = min(BATCH, options["learners"] - start)
            _make_learners(course, chance, first + start, size)
        made = _make_subscribers(chance, options["subscribers"])
        self.stdout.write(f"Made {options['learners']} learners and {made} subscribers.")


class _Course:
    """The lessons with what it takes to make progress in them, read once."""

    def __init__(self, lessons: list[tuple[Lesson, list[str], Quiz | None, list[ServedItem]]]) -> None:
        self.lessons = lessons

    @classmethod
    def read(cls) -> "_Course":
        lessons = []
        for lesson in Lesson.objects.live().in_order().select_related("part"):
            quiz = Quiz.objects.filter(lesson=lesson, status=Quiz.Status.PUBLISHED).first()
            questions = (
                quiz.questions.filter(status=Question.Status.PUBLISHED).prefetch_related(
                    "choices__fact", "facts"
                )
                if quiz
                else []
            )
            lessons.append((lesson, rendered_lesson(lesson).block_keys, quiz, freeze(questions)))
        return cls(lessons)


@transaction.atomic
def _make_learners(course: _Course, chance: random.Random, first: int, size: int) -> None:
    users = User.objects.bulk_create(
        User(email=f"runner{first + number}@demo.example", name=chance.choice(NAMES), password="!")  # noqa: S106 -- "!" is no password: nobody can sign in
        for number in range(size)
    )
    learners = Learner.objects.bulk_create(
        Learner(user=user, time_zone=chance.choice(ZONES)) for user in users
    )
    rows = _Rows()
    for learner in learners:
        _live_through(course, chance, learner, rows)
    rows.save()
    Learner.objects.bulk_update(learners, ["created_at", "last_seen_at"])


class _Rows:
    """Rows of all learners of a batch, saved table by table."""

    def __init__(self) -> None:
        self.reads: list[BlockRead] = []
        self.visits: list[LessonVisit] = []
        self.completions: list[Completion] = []
        self.attempts: list[Attempt] = []
        self.items: list[AttemptItem] = []
        self.responses: list[Response] = []
        self.grades: list[Grade] = []

    def save(self) -> None:
        BlockRead.objects.bulk_create(self.reads, batch_size=1000)
        LessonVisit.objects.bulk_create(self.visits)
        Completion.objects.bulk_create(self.completions)
        Attempt.objects.bulk_create(self.attempts)
        AttemptItem.objects.bulk_create(self.items, batch_size=1000)
        Response.objects.bulk_create(self.responses, batch_size=1000)
        Grade.objects.bulk_create(self.grades, batch_size=1000)


def _live_through(course: _Course, chance: random.Random, learner: Learner, rows: _Rows) -> None:
    """One learner's weeks: lessons one after another, with a chance to stop after each, quizzes as able."""
    ability = min(0.97, max(0.2, chance.gauss(0.72, 0.15)))
    persistence = chance.betavariate(6, 1.2)
    now = timezone.now() - timedelta(days=chance.uniform(1, SPAN_DAYS))
    learner.created_at = now
    for lesson, keys, quiz, served in course.lessons:
        read = keys if chance.random() < 0.85 else keys[: chance.randint(1, max(1, len(keys)))]
        started = now
        for key in read:
            now += timedelta(seconds=chance.randint(20, 90))
            rows.reads.append(BlockRead(learner=learner, lesson=lesson, block_key=key, read_at=now))
        passed = False
        if quiz and served and read == keys:
            for _round in range(3):
                now, passed = _take(chance, learner, quiz, served, ability, now, rows)
                if passed or chance.random() < 0.4:
                    break
        rows.visits.append(
            LessonVisit(
                learner=learner,
                lesson=lesson,
                first_at=started,
                last_at=now,
                last_block=read[-1] if read else "",
            )
        )
        if passed or (read == keys and not quiz):
            rows.completions.append(
                Completion(learner=learner, lesson=lesson, lesson_version=lesson.version, completed_at=now)
            )
        now += timedelta(hours=chance.choice([0.1, 20, 24, 48, 72]))
        if now > timezone.now() or chance.random() > persistence:
            break
    learner.last_seen_at = min(now, timezone.now())


def _take(
    chance: random.Random,
    learner: Learner,
    quiz: Quiz,
    served: list[ServedItem],
    ability: float,
    now: datetime,
    rows: _Rows,
) -> tuple[datetime, bool]:
    attempt = Attempt(learner=learner, quiz=quiz, pass_percent=quiz.pass_percent, started_at=now)
    total = Decimal(0)
    for position, item in enumerate(served, start=1):
        now += timedelta(seconds=chance.randint(8, 45))
        kind = KINDS[item.kind]
        answer = kind.perfect(item.key)
        if chance.random() > ability:
            answer = _mistake(chance, item, answer)
        result = kind.grade(item.key, answer)
        total += result.fraction
        row = AttemptItem(attempt=attempt, position=position, served=item, seed=chance.getrandbits(60))
        response = Response(item=row, submit_key=_uuid(chance), answer=answer, received_at=now)
        grade = Grade(
            response=response,
            served=item,
            fraction=result.fraction,
            parts=[list(part) for part in result.parts],
            graded_at=now,
        )
        rows.items.append(row)
        rows.responses.append(response)
        rows.grades.append(grade)
    attempt.finished_at = now
    attempt.passed = is_pass(total, len(served), quiz.pass_percent)
    attempt.public_id = _uuid(chance)
    rows.attempts.append(attempt)
    return now, attempt.passed


def _mistake(chance: random.Random, item: ServedItem, answer: dict[str, Any]) -> dict[str, Any]:
    """Turn a perfect answer into a plausible wrong one of the same shape."""
    options = [option["id"] for option in item.public["options"]]
    if "choice" in answer:
        return {"choice": chance.choice([option for option in options if option != answer["choice"]])}
    if "choices" in answer:
        kept = list(answer["choices"])[1:]
        return {
            "choices": [
                *kept,
                chance.choice([option for option in options if option not in answer["choices"]]),
            ]
        }
    pairs = dict(answer["pairs"])
    stem = chance.choice(list(pairs))
    pairs[stem] = chance.choice([option for option in options if option != pairs[stem]])
    return {"pairs": pairs}


def _uuid(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def _make_subscribers(chance: random.Random, count: int) -> int:
    start = Subscriber.objects.filter(address__endswith="@demo.example").count()
    subscribers = []
    for number in range(start, start + count):
        asked = timezone.now() - timedelta(days=chance.uniform(1, 400))
        status = chance.choices(list(Subscriber.Status), weights=[1, 17, 2])[0]
        confirmed = (
            asked + timedelta(minutes=chance.randint(1, 300)) if status != Subscriber.Status.PENDING else None
        )
        left = (
            confirmed + timedelta(days=chance.uniform(0, 1))
            if confirmed and status == Subscriber.Status.UNSUBSCRIBED
            else None
        )
        subscribers.append(
            Subscriber(
                address=f"reader{number}@demo.example",
                status=status,
                created_at=asked,
                confirmed_at=confirmed,
                unsubscribed_at=left,
            )
        )
    subscribers = Subscriber.objects.bulk_create(subscribers, batch_size=1000)
    consents = []
    for subscriber in subscribers:
        moments = [
            (Consent.Event.ASKED, subscriber.created_at),
            (Consent.Event.CONFIRMED, subscriber.confirmed_at),
            (Consent.Event.WITHDRAWN, subscriber.unsubscribed_at),
        ]
        consents += [
            Consent(
                subscriber=subscriber, event=event, wording="Made up by the demo command.", page="/", at=at
            )
            for event, at in moments
            if at
        ]
    Consent.objects.bulk_create(consents, batch_size=1000)
    return len(subscribers)
