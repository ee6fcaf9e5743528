"""Two learners become one: what the guest did is added to what the account did."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.dispatch import receiver

from accounts.models import Learner
from accounts.signals import learner_merged
from lessons.films import merge_intervals
from lessons.models import BlockRead, Completion, FilmProgress, Lesson, LessonVisit
from lessons.services import refresh_completion


@receiver(learner_merged)
def merge_lesson_progress(sender: type[Learner], source: Learner, target: Learner, **kwargs: Any) -> None:
    touched = list(Lesson.objects.filter(visits__learner=source))
    _move_reads(source, target)
    _merge_completions(source, target)
    _merge_visits(source, target)
    _merge_films(source, target)
    # Two halves may make a whole. Apps above have moved theirs by now: they are ready before this one.
    for lesson in touched:
        refresh_completion(learner=target, lesson=lesson)


def _move_reads(source: Learner, target: Learner) -> None:
    same = BlockRead.objects.filter(
        learner=target, lesson=OuterRef("lesson"), block_key=OuterRef("block_key")
    )
    BlockRead.objects.filter(learner=source).filter(~Exists(same)).update(learner=target)


def _merge_completions(source: Learner, target: Learner) -> None:
    """The earlier completion of the two stands."""
    kept = {completion.lesson_id: completion for completion in Completion.objects.filter(learner=target)}
    for completion in Completion.objects.filter(learner=source):
        own = kept.get(completion.lesson_id)
        if own is None:
            completion.learner = target
            completion.save(update_fields=["learner"])
        elif completion.completed_at < own.completed_at:
            own.completed_at, own.lesson_version = completion.completed_at, completion.lesson_version
            own.save(update_fields=["completed_at", "lesson_version"])


def _merge_visits(source: Learner, target: Learner) -> None:
    """First of the firsts, last of the lasts; the place is where the learner was last."""
    kept = {visit.lesson_id: visit for visit in LessonVisit.objects.filter(learner=target)}
    for visit in LessonVisit.objects.filter(learner=source):
        own = kept.get(visit.lesson_id)
        if own is None:
            visit.learner = target
            visit.save(update_fields=["learner"])
            continue
        if visit.last_at > own.last_at:
            own.last_at, own.last_block = visit.last_at, visit.last_block or own.last_block
        own.first_at = min(own.first_at, visit.first_at)
        marks = [at for at in (own.marked_read_at, visit.marked_read_at) if at]
        own.marked_read_at = min(marks) if marks else None
        own.save(update_fields=["first_at", "last_at", "last_block", "marked_read_at"])


def _merge_films(source: Learner, target: Learner) -> None:
    """The union of what was seen; the place is that of the film last played."""
    kept = {(film.lesson_id, film.block_key): film for film in FilmProgress.objects.filter(learner=target)}
    for film in FilmProgress.objects.filter(learner=source):
        own = kept.get((film.lesson_id, film.block_key))
        if own is None:
            film.learner = target
            film.save(update_fields=["learner"])
            continue
        if film.updated_at > own.updated_at:
            own.position = film.position
        own.intervals = merge_intervals(own.intervals, film.intervals)
        marks = [at for at in (own.declared_at, film.declared_at) if at]
        own.declared_at = min(marks) if marks else None
        own.save()
