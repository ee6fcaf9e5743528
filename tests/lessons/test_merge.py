from datetime import UTC, datetime

import pytest

from accounts.learners import merge_learners
from accounts.models import Learner
from lessons.models import BlockRead, Completion, FilmProgress, LessonVisit
from lessons.services import record_reading
from tests.factories.accounts import GuestFactory, LearnerFactory
from tests.factories.lessons import LessonFactory, TextBlockFactory

pytestmark = pytest.mark.django_db

EARLY = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATE = datetime(2026, 3, 5, 8, tzinfo=UTC)


@pytest.fixture
def pair():
    return GuestFactory(), LearnerFactory()


def test_blocks_read_are_united(pair):
    guest, owner = pair
    lesson = LessonFactory()
    for learner, key in [(guest, "a"), (guest, "b"), (owner, "b"), (owner, "c")]:
        BlockRead.objects.create(learner=learner, lesson=lesson, block_key=key)
    merge_learners(source=guest, target=owner)
    assert sorted(BlockRead.objects.values_list("learner_id", "block_key")) == [
        (owner.pk, "a"),
        (owner.pk, "b"),
        (owner.pk, "c"),
    ]
    assert list(Learner.objects.all()) == [owner]


def test_the_earlier_completion_stands(pair):
    guest, owner = pair
    both, only = LessonFactory(), LessonFactory()
    Completion.objects.create(learner=guest, lesson=both, lesson_version=1, completed_at=EARLY)
    Completion.objects.create(learner=guest, lesson=only, lesson_version=2, completed_at=LATE)
    Completion.objects.create(learner=owner, lesson=both, lesson_version=3, completed_at=LATE)
    merge_learners(source=guest, target=owner)
    rows = Completion.objects.order_by("lesson_id").values_list(
        "learner_id", "lesson_id", "lesson_version", "completed_at"
    )
    assert list(rows) == [(owner.pk, both.pk, 1, EARLY), (owner.pk, only.pk, 2, LATE)]


def test_visits_keep_the_first_the_last_and_the_latest_place(pair):
    guest, owner = pair
    both, only = LessonFactory(), LessonFactory()
    LessonVisit.objects.create(
        learner=guest, lesson=both, first_at=EARLY, last_at=LATE, last_block="end", marked_read_at=LATE
    )
    LessonVisit.objects.create(learner=owner, lesson=both, first_at=LATE, last_at=EARLY, last_block="start")
    LessonVisit.objects.create(learner=guest, lesson=only, first_at=EARLY, last_at=EARLY)
    merge_learners(source=guest, target=owner)
    rows = LessonVisit.objects.order_by("lesson_id").values_list(
        "learner_id", "first_at", "last_at", "last_block", "marked_read_at"
    )
    assert list(rows) == [(owner.pk, EARLY, LATE, "end", LATE), (owner.pk, EARLY, EARLY, "", None)]


def test_films_are_united_and_stand_where_they_were_last_played(pair):
    guest, owner = pair
    both, only = LessonFactory(), LessonFactory()
    FilmProgress.objects.create(learner=owner, lesson=both, block_key="f", intervals=[[0, 10]], position=10)
    FilmProgress.objects.create(
        learner=guest, lesson=both, block_key="f", intervals=[[8, 20]], position=20, declared_at=EARLY
    )
    FilmProgress.objects.create(learner=guest, lesson=only, block_key="f", intervals=[[1, 2]], position=2)
    merge_learners(source=guest, target=owner)
    rows = FilmProgress.objects.order_by("lesson_id").values_list(
        "learner_id", "intervals", "position", "declared_at"
    )
    assert list(rows) == [(owner.pk, [[0, 20]], 20, EARLY), (owner.pk, [[1, 2]], 2, None)]


def test_two_halves_of_a_lesson_make_a_whole(pair):
    guest, owner = pair
    lesson = LessonFactory()
    for key in ("one", "two"):
        TextBlockFactory(parent=lesson, key=key)
    record_reading(learner=guest, lesson=lesson, block_keys=["one"])
    record_reading(learner=owner, lesson=lesson, block_keys=["two"])
    merge_learners(source=guest, target=owner)
    assert list(Completion.objects.values_list("learner_id", "lesson_id")) == [(owner.pk, lesson.pk)]
