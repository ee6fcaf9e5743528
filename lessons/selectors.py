"""Page-shaped reads of the course and of a learner's way through it."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Learner
from anatomy.changes import revision_now
from anatomy.models import Structure
from lessons.access import OPEN, Access, locked_by
from lessons.checklist import Checklist, Point, requirements
from lessons.films import COVERAGE_TO_COMPLETE, coverage
from lessons.models import BlockRead, FilmProgress, Lesson, LessonVisit, Part, RenderedLesson
from lessons.rendering import render_lesson, stamp_of

WORDS_PER_MINUTE = 180


@dataclass(frozen=True)
class LessonState:
    """A lesson as one learner meets it. `status` is done, started, open or locked."""

    lesson: Lesson
    number: int
    access: Access
    completed_at: datetime.datetime | None
    last_at: datetime.datetime | None
    last_block: str
    minutes: int
    percent: int = 0
    marked_read: bool | None = None

    @property
    def status(self) -> str:
        if self.completed_at:
            return "done"
        if not self.access.allowed:
            return "locked"
        return "started" if self.last_at else "open"

    @property
    def url(self) -> str:
        return self.lesson.get_absolute_url()

    @property
    def resume_url(self) -> str:
        """The lesson at the block where the learner left it."""
        return f"{self.url}#{self.last_block}" if self.last_block and not self.completed_at else self.url


@dataclass(frozen=True)
class PartState:
    part: Part
    lessons: list[LessonState]

    @property
    def done_count(self) -> int:
        return sum(state.completed_at is not None for state in self.lessons)

    @property
    def total(self) -> int:
        return len(self.lessons)

    @property
    def percent(self) -> int:
        return 100 * self.done_count // self.total if self.total else 0

    @property
    def minutes(self) -> int:
        return sum(state.minutes for state in self.lessons)


@dataclass(frozen=True)
class CourseState:
    """The whole series for one learner. Every figure is counted over live lessons, so none passes 100 %."""

    parts: list[PartState] = field(default_factory=list)

    def lessons(self) -> Iterator[LessonState]:
        for part in self.parts:
            yield from part.lessons

    @property
    def done_count(self) -> int:
        return sum(part.done_count for part in self.parts)

    @property
    def total(self) -> int:
        return sum(part.total for part in self.parts)

    @property
    def percent(self) -> int:
        return 100 * self.done_count // self.total if self.total else 0

    @property
    def started(self) -> bool:
        return any(state.last_at or state.completed_at for state in self.lessons())

    @property
    def next(self) -> LessonState | None:
        """Where “Continue” leads: the unfinished lesson last worked on, else the first one still open."""
        waiting = [state for state in self.lessons() if state.status in {"started", "open"}]
        begun = [state for state in waiting if state.last_at]
        if begun:
            return max(begun, key=lambda state: state.last_at or state.lesson.updated_at)
        return waiting[0] if waiting else None

    def find(self, lesson_id: int) -> LessonState | None:
        return next((state for state in self.lessons() if state.lesson.pk == lesson_id), None)

    def neighbours(self, lesson_id: int) -> tuple[LessonState | None, LessonState | None]:
        """Return the live lessons before and after, across parts."""
        states = list(self.lessons())
        ids = [state.lesson.pk for state in states]
        if lesson_id not in ids:
            return None, None
        index = ids.index(lesson_id)
        return (states[index - 1] if index else None), (
            states[index + 1] if index + 1 < len(states) else None
        )


def course_state(learner: Learner | None, *, with_percent: bool = False) -> CourseState:
    """Return the series as `learner` meets it, in one query (two with the reading percentages)."""
    learner_id = learner.pk if learner else None
    rows = (
        Lesson.objects.live()
        .in_order()
        .select_related("part", "rendered")
        .defer("rendered__html", "summary", "part__summary")
        .annotate(
            mine=FilteredRelation("completions", condition=Q(completions__learner_id=learner_id)),
            visit=FilteredRelation("visits", condition=Q(visits__learner_id=learner_id)),
            completed_at=F("mine__completed_at"),
            visited_at=F("visit__last_at"),
            visited_block=F("visit__last_block"),
            marked_read_at=F("visit__marked_read_at"),
        )
    )
    if with_percent:
        rows = rows.defer(None).defer("rendered__html")
    read_counts: dict[int, int] = {}
    if with_percent and learner:
        counts = BlockRead.objects.filter(learner=learner).values_list("lesson_id").annotate(Count("id"))
        read_counts = dict(counts)

    parts: list[PartState] = []
    missing: Lesson | None = None
    row: Any  # a Lesson with the annotations above
    for number, row in enumerate(rows, start=1):
        lesson: Lesson = row
        if not parts or parts[-1].part.pk != lesson.part_id:
            parts.append(PartState(lesson.part, []))
            missing = None
        strict = lesson.part.sequence == Part.Sequence.STRICT
        is_open = not strict or missing is None or row.completed_at is not None
        rendered = getattr(lesson, "rendered", None)
        parts[-1].lessons.append(
            LessonState(
                lesson=lesson,
                number=number,
                access=OPEN if is_open else locked_by(missing or lesson),
                completed_at=row.completed_at,
                last_at=row.visited_at,
                last_block=row.visited_block or "",
                minutes=minutes_to_read(rendered),
                percent=_read_percent(row, rendered, read_counts),
                marked_read=row.marked_read_at is not None,
            )
        )
        if row.completed_at is None and missing is None:
            missing = lesson
    return CourseState(parts)


def minutes_to_read(rendered: RenderedLesson | None) -> int:
    """Return the whole minutes a lesson takes, words and films together; at least 1."""
    if rendered is None:
        return 1
    return max(1, round(rendered.words / WORDS_PER_MINUTE + rendered.film_seconds / 60))


def _read_percent(lesson: Any, rendered: RenderedLesson | None, counts: dict[int, int]) -> int:
    if lesson.completed_at is not None:
        return 100
    total = len(rendered.block_keys) if rendered else 0
    return min(100, 100 * counts.get(lesson.pk, 0) // total) if total else 0


@dataclass(frozen=True)
class LessonProgress:
    """What one learner has done in one lesson."""

    blocks_read: frozenset[str]
    marked_read: bool
    films: dict[str, FilmProgress]


def lesson_progress(
    learner: Learner | None, lesson: Lesson, *, has_films: bool, marked_read: bool | None = None
) -> LessonProgress:
    """Read the learner's facts about one lesson: a query each for reading, films and the mark, where asked for.

    `marked_read`: whether the learner has marked it as read, for a caller who knows that already.
    """
    if learner is None:
        return LessonProgress(frozenset(), marked_read=False, films={})
    keys = BlockRead.objects.filter(learner=learner, lesson=lesson).values_list("block_key", flat=True)
    if marked_read is None:
        marked_read = LessonVisit.objects.filter(
            learner=learner, lesson=lesson, marked_read_at__isnull=False
        ).exists()
    films = FilmProgress.objects.filter(learner=learner, lesson=lesson) if has_films else ()
    return LessonProgress(
        blocks_read=frozenset(keys),
        marked_read=marked_read,
        films={film.block_key: film for film in films},
    )


def checklist_for(
    *, lesson: Lesson, rendered: RenderedLesson, learner: Learner | None, progress: LessonProgress
) -> Checklist:
    """Evaluate the lesson's checklist. One query for each registered requirement at most."""
    met = {requirement: requirement.is_met(lesson, learner) for requirement in requirements()}
    asked = [requirement for requirement in met if met[requirement] is not None]
    vouched = bool(asked) and all(met[requirement] for requirement in asked)

    points = []
    keys = set(rendered.block_keys)
    if keys:
        read = len(keys & progress.blocks_read)
        is_read = progress.marked_read or read == len(keys)
        detail = (
            ""
            if is_read or vouched
            else _("%(read)s of %(total)s sections") % {"read": read, "total": len(keys)}
        )
        points.append(Point("read", _("Read the lesson"), is_read or vouched, detail))
    for film_key, seconds in rendered.films.items():
        film = progress.films.get(film_key)
        share = coverage(film.intervals, seconds) if film else 0.0
        seen = film is not None and (film.declared_at is not None or share >= COVERAGE_TO_COMPLETE)
        percent = int(share * 100)
        # Of an embedded film nothing is ever known: no percentage that cannot grow.
        detail = _("%(percent)s %% seen") % {"percent": percent} if percent and not (seen or vouched) else ""
        points.append(
            Point(
                key=f"film-{film_key}",
                label=_("Watch the film"),
                done=seen or vouched,
                detail=detail,
                url=f"#{film_key}",
                declare_url=reverse("lessons:film", args=[lesson.slug, film_key]),
            )
        )
    points += [
        Point(requirement.key, requirement.label(), bool(met[requirement]), "", requirement.url(lesson))
        for requirement in asked
    ]
    return Checklist(tuple(points), vouched)


@dataclass(frozen=True)
class LessonUse:
    """A lesson that speaks of a structure, and how: in a "table", a "figure", the "atlas", the "text"."""

    lesson: Lesson
    ways: list[str]


@dataclass(frozen=True)
class DrillUse:
    title: str
    url: str


@dataclass(frozen=True)
class Using:
    """Where the course uses a structure."""

    lessons: list[LessonUse] = field(default_factory=list)
    drills: list[DrillUse] = field(default_factory=list)
    drills_of_side: list[DrillUse] = field(default_factory=list)


def lessons_using(structure: Structure, *, side: str = "") -> Using:
    """Return the live lessons and their drills that use `structure`, and the other drills of its `side`.

    One query. What a body uses is kept with it, so a body that is out of date is drawn anew here, as on its own page.
    """
    using = Using()
    rows = (
        Lesson.objects.live().in_order().select_related("part", "rendered").defer("rendered__html", "summary")
    )
    row: Any  # a Lesson with the annotation
    for row in rows.annotate(knowledge=revision_now()):
        rendered = getattr(row, "rendered", None)
        if rendered is None or rendered.stamp != stamp_of(row, row.knowledge):
            rendered = render_lesson(row)
        if ways := rendered.uses["structures"].get(structure.slug):
            using.lessons.append(LessonUse(row, ways))
        for drill in rendered.uses["drills"]:
            use = DrillUse(drill["title"], f"{row.get_absolute_url()}#{drill['key']}")
            if structure.slug in drill["structures"]:
                using.drills.append(use)
            elif side and drill["side"] == side:
                using.drills_of_side.append(use)
    return using
