"""What learners do in lessons, kept as facts; and the completion that follows from them."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.learners import hold
from accounts.models import Learner
from lessons.films import MAX_INTERVALS, merge_intervals
from lessons.models import BlockRead, Completion, FilmProgress, Lesson, LessonVisit
from lessons.rendering import rendered_lesson
from lessons.selectors import checklist_for, lesson_progress


@transaction.atomic
def record_reading(
    *, learner: Learner, lesson: Lesson, block_keys: Iterable[str], last_block: str = ""
) -> Completion | None:
    """Keep that blocks were read, and where the reader is. Unknown keys are passed over; repeats do no harm."""
    hold(learner)
    known = set(rendered_lesson(lesson).block_keys)
    BlockRead.objects.bulk_create(
        [
            BlockRead(learner=learner, lesson=lesson, block_key=key)
            for key in dict.fromkeys(block_keys)
            if key in known
        ],
        ignore_conflicts=True,
    )
    _visit(learner, lesson, last_block if last_block in known else "")
    return refresh_completion(learner=learner, lesson=lesson)


@transaction.atomic
def mark_read(*, learner: Learner, lesson: Lesson) -> Completion | None:
    """Keep that the learner says they have read the lesson: the way that needs no JavaScript."""
    hold(learner)
    _visit(learner, lesson, "")
    LessonVisit.objects.filter(learner=learner, lesson=lesson, marked_read_at=None).update(
        marked_read_at=timezone.now()
    )
    return refresh_completion(learner=learner, lesson=lesson)


@transaction.atomic
def record_film(
    *,
    learner: Learner,
    lesson: Lesson,
    block_key: str,
    intervals: list[list[float]],
    position: float | None = None,
    declared: bool = False,
) -> Completion | None:
    """Add seen seconds (intervals of media time) of a film and where it stands (None: where it stood).

    The union with what is kept grows only, so a request that arrives twice, late or out of order
    changes nothing. `declared`: the learner says that they have seen it (an embedded film tells us nothing).

    Raises KeyError when the lesson has no such film.
    """
    hold(learner)
    duration = rendered_lesson(lesson).films[block_key]
    film, _ = FilmProgress.objects.select_for_update().get_or_create(
        learner=learner, lesson=lesson, block_key=block_key
    )
    inside = [[max(0.0, start), min(end, duration) if duration else end] for start, end in intervals]
    film.intervals = merge_intervals(film.intervals, inside)[:MAX_INTERVALS]
    if position is not None:
        film.position = min(max(0.0, position), duration) if duration else max(0.0, position)
    if declared and film.declared_at is None:
        film.declared_at = timezone.now()
    film.save()
    _visit(learner, lesson, block_key)
    return refresh_completion(learner=learner, lesson=lesson)


def refresh_completion(*, learner: Learner, lesson: Lesson) -> Completion | None:
    """Complete the lesson if its checklist is; return the completion, new or old, or None.

    A completion once given is never taken back.
    """
    existing = Completion.objects.filter(learner=learner, lesson=lesson).first()
    if existing:
        return existing
    rendered = rendered_lesson(lesson)
    progress = lesson_progress(learner, lesson, has_films=bool(rendered.films))
    checklist = checklist_for(lesson=lesson, rendered=rendered, learner=learner, progress=progress)
    if not checklist.is_complete:
        return None
    return Completion.objects.get_or_create(
        learner=learner, lesson=lesson, defaults={"lesson_version": lesson.version}
    )[0]


def _visit(learner: Learner, lesson: Lesson, last_block: str) -> None:
    now = timezone.now()
    changes = {"last_at": now, **({"last_block": last_block} if last_block else {})}
    LessonVisit.objects.update_or_create(
        learner=learner, lesson=lesson, defaults=changes, create_defaults={**changes, "first_at": now}
    )
