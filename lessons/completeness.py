"""Whether a lesson's blocks are finished enough to be shown to learners, and what is missing, in words."""

from collections.abc import Iterator
from html import unescape

from content_editor.contents import contents_for_item
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lessons.models import BLOCK_MODELS, Lesson, LessonBlock


def is_empty(text: str) -> bool:
    """Is there nothing to be read in this text or HTML? An editor with nothing in it sends an empty paragraph."""
    return not unescape(strip_tags(text)).strip()


def name_of(block: LessonBlock) -> str:
    """Return what an author calls the block: its kind, and its words as far as there are any."""
    kind, words = capfirst(str(block._meta.verbose_name)), str(block)
    return f"{kind} “{words}”" if words else kind


def missing_in(block: LessonBlock) -> Iterator[str]:
    """Say in plain words what keeps learners from being shown the block."""
    complaints: dict[str, list[str]] = {}
    try:
        block.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        complaints = error.message_dict
    for field in block._meta.get_fields():
        if not getattr(field, "editable", False) or getattr(field, "blank", True):
            continue
        value = getattr(block, field.name)
        if (
            not value.exists()
            if field.many_to_many
            else isinstance(field, models.TextField) and is_empty(value)
        ):
            complaints.setdefault(field.name, [])
    for name, messages_ in complaints.items():
        if name == NON_FIELD_ERRORS:
            yield from messages_
            continue
        label = capfirst(str(block._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        if getattr(block, name, None) and messages_:
            yield f"{label}: {' '.join(messages_)}"
        else:
            yield _("%(field)s is missing.") % {"field": label}


def unfinished(lesson: Lesson) -> list[str]:
    """Return a sentence for each thing that is missing in the blocks of the lesson, in their order."""
    return [
        f"{name_of(block)}: {complaint}"
        for block in contents_for_item(lesson, BLOCK_MODELS)
        for complaint in missing_in(block)
    ]
