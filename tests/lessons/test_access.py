from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.access import can_open
from lessons.models import Completion, Lesson, LessonVisit, Part
from lessons.selectors import course_state
from tests.factories.accounts import GuestFactory
from tests.factories.lessons import LessonFactory, PartFactory

pytestmark = pytest.mark.django_db


def complete(learner, lesson):
    return Completion.objects.create(learner=learner, lesson=lesson, lesson_version=lesson.version)


def test_a_soft_sequence_leaves_everything_open():
    part = PartFactory()
    first, second = LessonFactory(part=part), LessonFactory(part=part)
    assert [can_open(lesson, None).allowed for lesson in (first, second)] == [True, True]


def test_a_strict_sequence_names_the_first_missing_step():
    part = PartFactory(sequence=Part.Sequence.STRICT)
    first, second, third = (LessonFactory(part=part) for _ in range(3))
    learner = GuestFactory()
    access = can_open(third, learner)
    assert (access.allowed, access.missing) == (False, first)
    complete(learner, first)
    assert can_open(second, learner).allowed
    access = can_open(third, learner)
    assert (access.allowed, access.missing, access.reason) == (
        False,
        second,
        f"Complete “{second.title}” first: this part of the course is taken in order.",
    )


def test_a_strict_sequence_never_locks_what_was_completed():
    part = PartFactory(sequence=Part.Sequence.STRICT)
    done = LessonFactory(part=part, position=10)
    learner = GuestFactory()
    complete(learner, done)
    LessonFactory(part=part, position=1)  # an author puts a new lesson in front
    assert can_open(done, learner).allowed


def test_the_map_agrees_with_the_door():
    part = PartFactory(sequence=Part.Sequence.STRICT)
    lessons = [LessonFactory(part=part) for _ in range(4)]
    learner = GuestFactory()
    complete(learner, lessons[0])
    states = list(course_state(learner).lessons())
    assert [state.access.allowed for state in states] == [
        can_open(lesson, learner).allowed for lesson in lessons
    ]
    assert [state.status for state in states] == ["done", "open", "locked", "locked"]


@pytest.mark.parametrize("status", [Lesson.Status.DRAFT, Lesson.Status.RETIRED])
def test_drafts_and_retired_lessons_are_closed_to_newcomers(status):
    assert not can_open(LessonFactory(status=status), GuestFactory()).allowed


def test_a_retired_lesson_stays_open_to_those_who_worked_on_it():
    lesson, learner = LessonFactory(status=Lesson.Status.RETIRED), GuestFactory()
    LessonVisit.objects.create(learner=learner, lesson=lesson)
    assert can_open(lesson, learner).allowed


def test_a_scheduled_lesson_opens_at_its_time():
    soon = LessonFactory(status=Lesson.Status.SCHEDULED, publish_at=timezone.now() + timedelta(minutes=1))
    due = LessonFactory(status=Lesson.Status.SCHEDULED, publish_at=timezone.now() - timedelta(minutes=1))
    assert [can_open(soon, None).allowed, can_open(due, None).allowed] == [False, True]
    assert list(Lesson.objects.live()) == [due]


def test_lessons_of_a_draft_part_are_closed():
    lesson = LessonFactory(part=PartFactory(status=Part.Status.DRAFT))
    assert not can_open(lesson, None).allowed
    assert list(Lesson.objects.live()) == []
