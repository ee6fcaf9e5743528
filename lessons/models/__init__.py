from lessons.models.atlas import AtlasContent
from lessons.models.blocks import (
    BLOCK_MODELS,
    AtlasBlock,
    DrillBlock,
    DrillContent,
    FactsBlock,
    FigureBlock,
    FilmBlock,
    ImageBlock,
    ImageContent,
    KeyConceptBlock,
    KeyConceptContent,
    LessonBlock,
    TakeawaysBlock,
    TextBlock,
    TextContent,
)
from lessons.models.content import ContentFile
from lessons.models.course import Lesson, Part, RenderedLesson
from lessons.models.progress import BlockRead, Completion, FilmProgress, LessonVisit

__all__ = [
    "BLOCK_MODELS",
    "AtlasBlock",
    "AtlasContent",
    "BlockRead",
    "Completion",
    "ContentFile",
    "DrillBlock",
    "DrillContent",
    "FactsBlock",
    "FigureBlock",
    "FilmBlock",
    "FilmProgress",
    "ImageBlock",
    "ImageContent",
    "KeyConceptBlock",
    "KeyConceptContent",
    "Lesson",
    "LessonBlock",
    "LessonVisit",
    "Part",
    "RenderedLesson",
    "TakeawaysBlock",
    "TextBlock",
    "TextContent",
]
