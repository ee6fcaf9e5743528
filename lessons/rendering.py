"""From blocks to ready HTML, once a version of the lesson and of the templates."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from content_editor.contents import contents_for_item
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from anatomy.changes import knowledge_revision, revision_now
from anatomy.selectors import fact_table, legend
from lessons.models import (
    BLOCK_MODELS,
    DrillBlock,
    FactsBlock,
    FigureBlock,
    FilmBlock,
    ImageBlock,
    KeyConceptBlock,
    Lesson,
    LessonBlock,
    RenderedLesson,
    TakeawaysBlock,
    TextBlock,
)

TEMPLATES: dict[type[LessonBlock], str] = {
    TextBlock: "lessons/blocks/text.html",
    KeyConceptBlock: "lessons/blocks/concept.html",
    FactsBlock: "lessons/blocks/facts.html",
    FigureBlock: "lessons/blocks/figure.html",
    FilmBlock: "lessons/blocks/film.html",
    DrillBlock: "lessons/blocks/drill.html",
    ImageBlock: "lessons/blocks/image.html",
    TakeawaysBlock: "lessons/blocks/takeaways.html",
}


@lru_cache(maxsize=1)
def _templates_digest() -> str:
    folder = Path(settings.BASE_DIR) / "templates" / "lessons" / "blocks"
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.html")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def stamp_of(lesson: Lesson, knowledge: int) -> str:
    """Name what the drawn body depends on.

    The lesson, the revision of the knowledge base, the templates, and the hashed names of static files.
    """
    static_files = getattr(staticfiles_storage, "manifest_hash", "")
    return f"{lesson.version}.{knowledge}.{_templates_digest()}.{static_files}"


def rendered_lesson(lesson: Lesson) -> RenderedLesson:
    """Return the lesson's body, drawn anew only when something that it depends on has changed."""
    rendered = RenderedLesson.objects.filter(pk=lesson.pk).annotate(knowledge=revision_now()).first()
    if rendered and rendered.stamp == stamp_of(lesson, rendered.knowledge):
        return rendered
    return render_lesson(lesson)


def render_lesson(lesson: Lesson) -> RenderedLesson:
    """Draw the lesson's body and keep it."""
    drawn = draw_lesson(lesson)
    RenderedLesson.objects.update_or_create(
        lesson=lesson,
        defaults={
            "stamp": drawn.stamp,
            "html": drawn.html,
            "block_keys": drawn.block_keys,
            "films": drawn.films,
            "words": drawn.words,
        },
    )
    return drawn


def draw_lesson(lesson: Lesson) -> RenderedLesson:
    """Draw the lesson's body without keeping it: what a preview of a draft shows."""
    # The revision first: what changes while the body is drawn makes this stamp an old one.
    stamp = stamp_of(lesson, knowledge_revision())
    blocks = list(contents_for_item(lesson, BLOCK_MODELS))
    html = "\n".join(_draw(block, number) for number, block in enumerate(blocks, start=1))
    sources = list(lesson.sources.all())
    # What a reader has to open first is not part of the way through the lesson.
    unfolded = re.sub(r"<details\b.*?</details>", " ", html, flags=re.DOTALL)
    words = len(strip_tags(unfolded.replace("<", " <")).split())
    if sources:
        html += render_to_string("lessons/blocks/_sources.html", {"sources": sources})
    return RenderedLesson(
        lesson=lesson,
        stamp=stamp,
        html=html,
        block_keys=[block.key for block in blocks],
        films={block.key: block.duration for block in blocks if isinstance(block, FilmBlock)},
        words=words,
    )


def _draw(block: LessonBlock, number: int) -> str:
    context: dict[str, Any] = {"block": block, "number": number}
    if isinstance(block, FactsBlock):
        context["table"] = fact_table(subjects=block.rows(), relations=list(block.relations))
    if isinstance(block, FigureBlock):
        context["legend"] = legend(block.figure)
    return render_to_string(TEMPLATES[type(block)], context)
