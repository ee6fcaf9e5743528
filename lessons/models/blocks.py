"""What lessons (and issues of the newsletter) are made of.

Each kind of content is an abstract model, so that lessons and newsletter issues share its fields
and rules; the concrete block binds it to a lesson.
"""

import secrets
from collections.abc import Iterable
from html import unescape
from typing import TYPE_CHECKING

from content_editor.models import create_plugin_base
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

from anatomy.models import Figure, Structure
from lessons.films import EmbeddedFilm, Passage, parse_film_url, read_passages
from lessons.models.atlas import AtlasContent
from lessons.models.course import Lesson
from lessons.uploads import PictureField

# What an author can type is what is allowed: the sanitiser is derived from this same list.
PROSE = {
    "Bold": True,
    "Italic": True,
    "Superscript": True,
    "Subscript": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
}
SHORT_PROSE = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Link": {"enableTarget": False, "protocols": ["https", "mailto"]},
}


def new_block_key() -> str:
    return f"block-{secrets.token_hex(4)}"


def _short(html: str) -> str:
    return Truncator(" ".join(unescape(strip_tags(html.replace("<", " <"))).split())).chars(60)


class TextContent(models.Model):
    body = ProseEditorField(_("text"), extensions=PROSE, sanitize=True)

    class Meta:
        abstract = True
        verbose_name = _("text")
        verbose_name_plural = _("texts")

    def __str__(self) -> str:
        return _short(self.body)


class KeyConceptContent(models.Model):
    title = models.CharField(_("title"), max_length=120)
    body = ProseEditorField(_("text"), extensions=SHORT_PROSE, sanitize=True)

    class Meta:
        abstract = True
        verbose_name = _("key concept")
        verbose_name_plural = _("key concepts")

    def __str__(self) -> str:
        return self.title


class DrillContent(models.Model):
    class Side(models.TextChoices):
        ANTERIOR = "anterior", _("Front (anterior)")
        POSTERIOR = "posterior", _("Back (posterior)")
        MEDIAL = "medial", _("Inside (medial)")
        LATERAL = "lateral", _("Outside (lateral)")

    title = models.CharField(_("title"), max_length=120)
    side = models.CharField(_("side of the hip"), max_length=10, choices=Side)
    purpose = models.CharField(_("what it is for"), max_length=300)
    set_up = ProseEditorField(_("set-up"), extensions=SHORT_PROSE, sanitize=True)
    cues = ProseEditorField(_("cues"), extensions=SHORT_PROSE, sanitize=True)
    dose = models.CharField(_("sets and reps"), max_length=300)
    easier = models.CharField(_("easier"), max_length=300)
    harder = models.CharField(_("harder"), max_length=300)
    stop_rule = models.CharField(_("stop when"), max_length=300)

    class Meta:
        abstract = True
        verbose_name = _("drill")
        verbose_name_plural = _("drills")

    def __str__(self) -> str:
        return self.title


class ImageContent(models.Model):
    image = PictureField(_("image"), upload_to="images/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    alt = models.CharField(
        _("description"), max_length=300, help_text=_("What the picture shows, for those who cannot see it.")
    )
    caption = models.CharField(_("caption"), max_length=300, blank=True)

    class Meta:
        abstract = True
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def __str__(self) -> str:
        return self.caption or self.alt


if TYPE_CHECKING:

    class _LessonPlugin(models.Model):
        """What create_plugin_base makes, in words that a type checker reads."""

        parent = models.ForeignKey(Lesson, on_delete=models.CASCADE)
        region = models.CharField(max_length=255)
        ordering = models.IntegerField(default=0)

        class Meta:
            abstract = True
            ordering = ["ordering"]

else:
    _LessonPlugin = create_plugin_base(Lesson)


class LessonBlock(_LessonPlugin):
    """A block of a lesson. `key` names it for good: progress and links refer to it."""

    key = models.SlugField(_("key"), max_length=60, default=new_block_key, editable=False)

    class Meta(_LessonPlugin.Meta):
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["parent", "key"], name="%(class)s_key_once_per_lesson"),
        ]


class TextBlock(TextContent, LessonBlock):
    class Meta(TextContent.Meta, LessonBlock.Meta):
        abstract = False


class KeyConceptBlock(KeyConceptContent, LessonBlock):
    class Meta(KeyConceptContent.Meta, LessonBlock.Meta):
        abstract = False


class FactsBlock(LessonBlock):
    """A table drawn from the knowledge base: subjects down, relations across. Nothing in it is typed."""

    title = models.CharField(_("title"), max_length=120)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    subjects = models.ManyToManyField(Structure, related_name="+", verbose_name=_("rows"))
    relations = models.JSONField(
        _("columns"),
        default=list,
        help_text=_("Relations such as origin, insertion, action, nerve, member, function."),
    )

    class Meta(LessonBlock.Meta):
        verbose_name = _("table of facts")
        verbose_name_plural = _("tables of facts")

    def __str__(self) -> str:
        return self.title

    def rows(self) -> list[Structure]:
        """Return the subjects in the order in which the author added them."""
        links = self.subjects.through.objects.filter(factsblock=self).order_by("pk")
        return [link.structure for link in links.select_related("structure")]

    def add_rows(self, structures: Iterable[Structure]) -> None:
        """Add subjects at the end, in the order given; those that are rows already stay where they are."""
        for structure in structures:
            self.subjects.add(structure)  # added together, they would come in any order


class FigureBlock(LessonBlock):
    """A figure of the workshop, with the legend of its colours."""

    figure = models.ForeignKey(Figure, on_delete=models.PROTECT, related_name="+", verbose_name=_("figure"))
    caption = models.CharField(_("caption"), max_length=300)

    class Meta(LessonBlock.Meta):
        verbose_name = _("figure")
        verbose_name_plural = _("figures")

    def __str__(self) -> str:
        return self.caption


class AtlasBlock(AtlasContent, LessonBlock):
    class Meta(AtlasContent.Meta, LessonBlock.Meta):
        abstract = False
        constraints = [*LessonBlock.Meta.constraints, *AtlasContent.Meta.constraints]


class FilmBlock(LessonBlock):
    """A film of our own (a file) or an embedded one (YouTube, Vimeo), which loads on a click only."""

    class Provider(models.TextChoices):
        FILE = "file", _("Our own film")
        YOUTUBE = "youtube", _("YouTube")
        VIMEO = "vimeo", _("Vimeo")

    title = models.CharField(_("title"), max_length=120)
    provider = models.CharField(_("from"), max_length=10, choices=Provider, default=Provider.FILE)
    url = models.CharField(
        _("address"), max_length=300, blank=True, help_text=_("Of a film on YouTube or Vimeo.")
    )
    video_id = models.CharField(max_length=20, blank=True, editable=False)
    video_hash = models.CharField(max_length=20, blank=True, editable=False)
    webm = models.FileField(_("film (WebM)"), upload_to="films/", blank=True)
    mp4 = models.FileField(_("film (MP4)"), upload_to="films/", blank=True)
    poster = PictureField(_("still"), upload_to="films/", blank=True)
    captions = models.FileField(_("captions (WebVTT)"), upload_to="films/", blank=True)
    duration = models.PositiveIntegerField(_("length (s)"), default=0)
    summary = models.TextField(
        _("in words"), blank=True, help_text=_("What the film shows, for those who cannot play it.")
    )
    chapters = models.TextField(
        _("chapters"),
        blank=True,
        help_text=_("One a line, each with the time at which it begins: 0:12 The thigh moves back"),
    )
    transcript = models.TextField(
        _("transcript"),
        blank=True,
        help_text=_("What is said and shown, one passage a line, each with its time, as in the chapters."),
    )

    class Meta(LessonBlock.Meta):
        verbose_name = _("film")
        verbose_name_plural = _("films")
        constraints = [
            *LessonBlock.Meta.constraints,
            models.CheckConstraint(
                condition=Q(provider__in=["file", "youtube", "vimeo"]), name="film_provider_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        for field in ("summary", "chapters", "transcript"):  # browsers send \r\n; files have lines as \n
            setattr(self, field, "\n".join(getattr(self, field).strip().splitlines()))
        self._check_passages()
        if self.provider == self.Provider.FILE:
            if not (self.webm or self.mp4):
                raise ValidationError(_("A film of our own needs a WebM or MP4 file."))
            if not self.captions:
                raise ValidationError({"captions": _("A film needs captions, for those who cannot hear it.")})
            if not self.duration:
                raise ValidationError(
                    {
                        "duration": _(
                            "Say how many seconds the film lasts: what has been seen is measured by it."
                        )
                    }
                )
            return
        embed = parse_film_url(self.url)
        if embed is None or embed.provider != self.provider:
            message = _("This is no address of a film on %(provider)s.") % {
                "provider": self.get_provider_display()
            }
            raise ValidationError({"url": message})
        self.video_id, self.video_hash = embed.id, embed.hash

    def _check_passages(self) -> None:
        for field in ("chapters", "transcript"):
            try:
                read_passages(getattr(self, field), duration=self.duration)
            except ValueError as error:
                message = _(
                    "“%(line)s” does not fit: a line begins with its time, such as 0:12, after that of the "
                    "line before and before the film ends."
                ) % {"line": error}
                raise ValidationError({field: message}) from error

    @property
    def chapter_list(self) -> list[Passage]:
        return read_passages(self.chapters, duration=self.duration)

    @property
    def transcript_list(self) -> list[Passage]:
        return read_passages(self.transcript, duration=self.duration)

    @property
    def file_url(self) -> str:
        """Where a browser without scripts plays the film by itself: the file that every browser knows first."""
        film = self.mp4 or self.webm
        return str(film.url) if film else ""

    @property
    def embed(self) -> EmbeddedFilm:
        return EmbeddedFilm(self.provider, self.video_id, self.video_hash)


class DrillBlock(DrillContent, LessonBlock):
    class Meta(DrillContent.Meta, LessonBlock.Meta):
        abstract = False


class ImageBlock(ImageContent, LessonBlock):
    class Meta(ImageContent.Meta, LessonBlock.Meta):
        abstract = False


class TakeawaysBlock(LessonBlock):
    body = ProseEditorField(_("takeaways"), extensions=SHORT_PROSE, sanitize=True)

    class Meta(LessonBlock.Meta):
        verbose_name = _("takeaways")
        verbose_name_plural = _("takeaways")

    def __str__(self) -> str:
        return _short(self.body)


BLOCK_MODELS = [
    TextBlock,
    KeyConceptBlock,
    FactsBlock,
    FigureBlock,
    AtlasBlock,
    FilmBlock,
    DrillBlock,
    ImageBlock,
    TakeawaysBlock,
]
