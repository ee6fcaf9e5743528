"""What a learner did, as facts. States and percentages are derived from them, never stored."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from lessons.models.course import Lesson


class LessonVisit(models.Model):
    """A learner has worked on a lesson: when first, when last, and where they were."""

    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, related_name="visits", verbose_name=_("learner")
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="visits", verbose_name=_("lesson")
    )
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)
    last_block = models.CharField(_("last block"), max_length=60, blank=True)
    marked_read_at = models.DateTimeField(_("marked as read"), null=True, blank=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["learner", "lesson"], name="visit_one_per_learner_and_lesson"),
        ]
        indexes = [models.Index(fields=["learner", "-last_at"], name="visit_latest")]

    def __str__(self) -> str:
        return f"{self.learner_id} · {self.lesson_id}"


class BlockRead(models.Model):
    """A block has been on the learner's screen long enough to be read."""

    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, related_name="blocks_read", verbose_name=_("learner")
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="blocks_read", verbose_name=_("lesson")
    )
    block_key = models.CharField(_("block"), max_length=60)
    read_at = models.DateTimeField(_("read"), default=timezone.now)

    class Meta:
        verbose_name = _("block read")
        verbose_name_plural = _("blocks read")
        constraints = [
            models.UniqueConstraint(fields=["learner", "lesson", "block_key"], name="block_read_once"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} · {self.lesson_id} · {self.block_key}"


class FilmProgress(models.Model):
    """Which seconds of a film a learner has seen, as merged intervals [[start, end], …] of media time."""

    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, related_name="films", verbose_name=_("learner")
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="films_seen", verbose_name=_("lesson")
    )
    block_key = models.CharField(_("block"), max_length=60)
    intervals = models.JSONField(_("seen"), default=list)
    position = models.FloatField(_("position (s)"), default=0)
    declared_at = models.DateTimeField(_("declared as seen"), null=True, blank=True)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    class Meta:
        verbose_name = _("film progress")
        verbose_name_plural = _("film progress")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "lesson", "block_key"], name="film_progress_once_per_film"
            ),
            models.CheckConstraint(condition=Q(position__gte=0), name="film_progress_position_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} · {self.lesson_id} · {self.block_key}"


class Completion(models.Model):
    """The learner has completed the lesson. Never revoked, whatever an author edits later."""

    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, related_name="completions", verbose_name=_("learner")
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="completions", verbose_name=_("lesson")
    )
    lesson_version = models.PositiveIntegerField(_("version of the lesson"))
    completed_at = models.DateTimeField(_("completed"), default=timezone.now)

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        ordering = [F("completed_at").desc()]
        constraints = [
            models.UniqueConstraint(fields=["learner", "lesson"], name="completion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} · {self.lesson_id}"
