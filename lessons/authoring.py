"""What authors do to whole lessons."""

import itertools

from content_editor.contents import contents_for_item
from django.db import transaction
from django.utils.translation import gettext as _

from lessons.models import (
    BLOCK_MODELS,
    AtlasBlock,
    BlockRead,
    Completion,
    FactsBlock,
    FilmProgress,
    Lesson,
    LessonVisit,
)


@transaction.atomic
def duplicate_lesson(*, lesson: Lesson) -> Lesson:
    """Return a draft with the same words, blocks and sources, at the end of the same part."""
    last = Lesson.objects.filter(part=lesson.part).order_by("position").last()
    copy = Lesson.objects.create(
        part=lesson.part,
        position=last.position + 1 if last else 1,
        slug=_free_slug(lesson.slug),
        title=(_("Copy of %(title)s") % {"title": lesson.title})[:120],
        summary=lesson.summary,
    )
    copy.sources.set(lesson.sources.all())
    for block in contents_for_item(lesson, BLOCK_MODELS):
        rows = block.rows() if isinstance(block, FactsBlock | AtlasBlock) else []
        block.pk, block._state.adding, block.parent = None, True, copy
        block.save()
        if isinstance(block, FactsBlock | AtlasBlock):
            block.add_rows(rows)
    return copy


def _free_slug(slug: str) -> str:
    stem = f"{slug[:70]}-copy"
    taken = set(Lesson.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def is_touched(lesson: Lesson) -> bool:
    """Has any learner worked on the lesson?"""
    return any(
        model._default_manager.filter(lesson=lesson).exists()
        for model in (LessonVisit, BlockRead, FilmProgress, Completion)
    )
