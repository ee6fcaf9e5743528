"""From blocks to ready HTML, once a version of the lesson and of the templates."""

import hashlib
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from content_editor.contents import contents_for_item
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from anatomy import pages, solver
from anatomy.atlas.assets import SCENE, SCENE_MODEL, STRANDS, asset
from anatomy.atlas.geometry import geometry_digest
from anatomy.atlas.plate import plate
from anatomy.changes import knowledge_revision, revision_now
from anatomy.selectors import fact_table, legend
from lessons import glossary
from lessons.glossary import Vocabulary, disclose, terms
from lessons.models import (
    BLOCK_MODELS,
    AtlasBlock,
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
    AtlasBlock: "lessons/blocks/atlas.html",
    FilmBlock: "lessons/blocks/film.html",
    DrillBlock: "lessons/blocks/drill.html",
    ImageBlock: "lessons/blocks/image.html",
    TakeawaysBlock: "lessons/blocks/takeaways.html",
}
# Blocks that are prose: names in them are explained where they first stand.
PROSE_BLOCKS = (TextBlock, KeyConceptBlock, DrillBlock, TakeawaysBlock)


@lru_cache(maxsize=1)
def _templates_digest() -> str:
    """Name the templates that draw blocks, what the atlas shows and says, and the rules by which names are explained."""
    base = Path(settings.BASE_DIR)
    # While one tries things out nothing else tells that the 3D view has been built since.
    parts = [geometry_digest(), *(asset(name) for name in (STRANDS, SCENE_MODEL, SCENE))]
    digest = hashlib.sha256("\n".join(parts).encode())
    files = [Path(str(module.__file__)) for module in (glossary, pages, solver)]
    for folder, kind in (
        ("templates/lessons/blocks", "*.html"),
        ("templates/anatomy/atlas", "*.html"),
        ("anatomy/atlas", "*.py"),
    ):
        files += sorted((base / folder).glob(kind))
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def stamp_of(lesson: Lesson, knowledge: int) -> str:
    """Name what the drawn body depends on.

    The lesson, the revision of the knowledge base, the templates, what the atlas is drawn from and by, and the
    hashed names of static files.
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
            "uses": drawn.uses,
        },
    )
    return drawn


def draw_lesson(lesson: Lesson) -> RenderedLesson:
    """Draw the lesson's body without keeping it: what a preview of a draft shows."""
    # The revision first: what changes while the body is drawn makes this stamp an old one.
    stamp = stamp_of(lesson, knowledge_revision())
    blocks = list(contents_for_item(lesson, BLOCK_MODELS))
    drawn = [_draw(block, number) for number, block in enumerate(blocks, start=1)]
    words = sum(_words_in(block, html) for block, html in zip(blocks, drawn, strict=True))
    html, uses = _explain(blocks, drawn)
    sources = list(lesson.sources.all())
    if sources:
        html += render_to_string("lessons/blocks/_sources.html", {"sources": sources})
    return RenderedLesson(
        lesson=lesson,
        stamp=stamp,
        html=html,
        block_keys=[block.key for block in blocks],
        films={block.key: block.duration for block in blocks if isinstance(block, FilmBlock)},
        words=words,
        uses=uses,
    )


def _words_in(block: LessonBlock, html: str) -> int:
    """Count the words that a reader passes on the way through the lesson."""
    if isinstance(block, AtlasBlock):
        return len(block.caption.split())  # labels, controls and numbers are looked at, not read
    # Nor is what has to be opened first.
    unfolded = re.sub(r"<details\b.*?</details>", " ", html, flags=re.DOTALL)
    return len(strip_tags(unfolded.replace("<", " <")).split())


def _explain(blocks: Sequence[LessonBlock], drawn: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the body with its names explained, and what the lesson uses of the knowledge base.

    That is {"structures": {slug: ["atlas", "figure", "table", "text"]}, "drills": [{key, title, side, structures}]}.
    """
    vocabulary = Vocabulary(terms())
    explained: frozenset[str] = frozenset()
    pieces = []
    structures: dict[str, set[str]] = {}
    drills = []
    for block, html in zip(blocks, drawn, strict=True):
        way, slugs = _shows(block)
        if isinstance(block, PROSE_BLOCKS):
            disclosed = disclose(html, vocabulary, explained)
            html, explained, way, slugs = disclosed.html, disclosed.explained, "text", disclosed.found
        if isinstance(block, DrillBlock):
            drill = {"key": block.key, "title": block.title, "side": block.side, "structures": sorted(slugs)}
            drills.append(drill)
        pieces.append(html)
        for slug in slugs:
            structures.setdefault(slug, set()).add(way)
    ways = {slug: sorted(found) for slug, found in sorted(structures.items())}
    return "\n".join(pieces), {"structures": ways, "drills": drills}


def _shows(block: LessonBlock) -> tuple[str, Collection[str]]:
    """Return how a block shows structures, and the slugs of those it shows."""
    if isinstance(block, FactsBlock):
        return "table", [row.slug for row in block.rows()]
    if isinstance(block, FigureBlock):
        return "figure", {entry.structure.slug for entry in legend(block.figure)}
    if isinstance(block, AtlasBlock):
        return "atlas", [row.slug for row in block.rows()]
    return "", ()


def _draw(block: LessonBlock, number: int) -> str:
    context: dict[str, Any] = {"block": block, "number": number}
    if isinstance(block, FactsBlock):
        context["table"] = fact_table(subjects=block.rows(), relations=list(block.relations))
    if isinstance(block, FigureBlock):
        context["legend"] = legend(block.figure)
    if isinstance(block, AtlasBlock):
        state = block.state(row.slug for row in block.rows())
        context["plate"] = plate(state, key=f"{block.key}-atlas", moves=block.moves, full=False)
    return render_to_string(TEMPLATES[type(block)], context)
