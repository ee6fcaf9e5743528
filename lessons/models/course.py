"""The series: Part → Lesson, in order."""

import datetime

from content_editor.models import Region
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anatomy.models import Source


class Part(models.Model):
    """A part of the series, such as “The runner's hip flexors”."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    class Sequence(models.TextChoices):
        SOFT = "soft", _("Recommended order, everything open")
        STRICT = "strict", _("Each lesson opens when the one before it is complete")

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    sequence = models.CharField(_("sequence"), max_length=10, choices=Sequence, default=Sequence.SOFT)

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "retired"]), name="part_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(sequence__in=["soft", "strict"]), name="part_sequence_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LessonQuerySet(models.QuerySet["Lesson"]):
    def live(self, now: datetime.datetime | None = None) -> "LessonQuerySet":
        """Lessons that learners meet on the map: published, or scheduled and due, in a published part."""
        now = now or timezone.now()
        return self.filter(
            Q(status=Lesson.Status.PUBLISHED) | Q(status=Lesson.Status.SCHEDULED, publish_at__lte=now),
            part__status=Part.Status.PUBLISHED,
        )

    def in_order(self) -> "LessonQuerySet":
        return self.order_by("part__number", "position", "pk")


class Lesson(models.Model):
    """One lesson: 4 to 8 minutes, made of ordered blocks. Retired, never deleted, once learners touched it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="lessons", verbose_name=_("part"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_("The lesson's address. Links break when it changes."),
    )
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("One or two sentences, shown on the map and in search results.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    sources = models.ManyToManyField(Source, blank=True, related_name="lessons", verbose_name=_("sources"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    regions = [Region(key="main", title=_("Lesson"))]

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["part__number", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "scheduled", "published", "retired"]),
                name="lesson_status_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(publish_at__isnull=False),
                name="lesson_scheduled_says_when",
                violation_error_message=_(
                    "A scheduled lesson needs the time at which it is to be published."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("lessons:detail", args=[self.slug])

    @property
    def is_live(self) -> bool:
        """Published or due, as far as this row tells; its part may still be a draft."""
        return self.status == self.Status.PUBLISHED or (
            self.status == self.Status.SCHEDULED
            and self.publish_at is not None
            and self.publish_at <= timezone.now()
        )


class RenderedLesson(models.Model):
    """The lesson's body as ready HTML, kept because drawing it costs more than all queries of its page.

    `stamp` names the versions of the lesson, the knowledge base and the templates it was drawn with; a
    row with another stamp is drawn anew when next asked for.
    """

    lesson = models.OneToOneField(Lesson, primary_key=True, on_delete=models.CASCADE, related_name="rendered")
    stamp = models.CharField(max_length=80)
    html = models.TextField(blank=True)
    block_keys = models.JSONField(
        default=list, help_text=_("Keys of the blocks that are to be read, in order.")
    )
    films = models.JSONField(
        default=dict, help_text=_("Length in seconds of each film, by the key of its block.")
    )
    words = models.PositiveIntegerField(default=0)
    uses = models.JSONField(
        default=dict,
        help_text=_("The structures it speaks of and how, and its drills: what reference pages list."),
    )

    class Meta:
        verbose_name = _("rendered lesson")
        verbose_name_plural = _("rendered lessons")

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.stamp}"

    @property
    def has_atlas(self) -> bool:
        return "<hip-atlas" in self.html

    @property
    def film_seconds(self) -> int:
        return sum(self.films.values())
