"""Quizzes as authors write them, and attempts as learners took them.

What was served is frozen (public part and key apart); responses and grades are only ever added.
"""

import uuid
from typing import Any, NoReturn, TypeVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, DecimalField, Exists, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from anatomy.models import Fact
from lessons.models import Lesson

_Row = TypeVar("_Row", bound=models.Model)


class AppendOnlyError(Exception):
    """A row that is written once was about to be changed or removed."""


class AppendOnlyQuerySet(models.QuerySet[_Row]):
    def update(self, **fields: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model._meta.label} rows are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(f"{self.model._meta.label} rows are removed only together with their learner.")


class AppendOnlyModel(models.Model):
    """Written once. It goes only with what it hangs on, when a learner is deleted with all they did."""

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{self._meta.label} rows are never changed.")
        # A digest given as primary key would otherwise update the row that bears it.
        super().save(**{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnlyError(f"{self._meta.label} rows are removed only together with their learner.")


class QuizQuerySet(models.QuerySet["Quiz"]):
    def ready(self) -> "QuizQuerySet":
        """Quizzes that can be taken: published, with at least one published question."""
        published = Question.objects.filter(quiz=OuterRef("pk"), status=Question.Status.PUBLISHED)
        return self.filter(Exists(published), status=Quiz.Status.PUBLISHED)


class Quiz(models.Model):
    """The quiz at the end of a lesson."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    lesson = models.OneToOneField(
        Lesson, on_delete=models.PROTECT, related_name="quiz", verbose_name=_("lesson")
    )
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("introduction"), blank=True)
    pass_percent = models.PositiveSmallIntegerField(
        _("pass mark (%)"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PUBLISHED)

    objects = QuizQuerySet.as_manager()

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["lesson__part__number", "lesson__position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_percent__gte=1, pass_percent__lte=100), name="quiz_pass_mark_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "retired"]), name="quiz_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quizzes:take", args=[self.lesson.slug])


class Question(models.Model):
    """A question that an author wrote. Retired, not deleted, once somebody has answered it."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One right answer")
        MULTI = "multi", _("Several right answers")
        MATCH = "match", _("Match the pairs")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="questions", verbose_name=_("quiz"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.SINGLE)
    stem = models.TextField(_("question"))
    explanation = models.TextField(_("explanation"), blank=True, help_text=_("Shown after any answer."))
    facts = models.ManyToManyField(
        Fact, blank=True, related_name="questions", verbose_name=_("facts it tests")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PUBLISHED)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["quiz", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["single", "multi", "match"]), name="question_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "retired"]), name="question_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.stem


class Choice(models.Model):
    """A row of a question: an option (single, multi), a pair or a decoy (match).

    In a match, `prompt` is what is given and `text` what belongs to it; a decoy has no prompt.
    """

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="choices", verbose_name=_("question")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    prompt = models.CharField(
        _("prompt"), max_length=200, blank=True, help_text=_("Only in a match; empty for a decoy.")
    )
    text = models.CharField(_("answer"), max_length=300)
    is_correct = models.BooleanField(_("right"), default=False)
    why = models.TextField(
        _("why"), blank=True, help_text=_("Why it is right, or why it tempts and what it is true of.")
    )
    fact = models.ForeignKey(
        Fact, null=True, blank=True, on_delete=models.PROTECT, related_name="choices", verbose_name=_("fact")
    )

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.prompt} → {self.text}" if self.prompt else self.text


class ServedItem(AppendOnlyModel):
    """The immutable content of one question as served; the digest of its content is its name.

    `public` may reach the browser before the answer, `key` and `explain` never do.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(_("kind"), max_length=12)
    public = models.JSONField()
    key = models.JSONField()
    explain = models.JSONField()
    question = models.ForeignKey(Question, null=True, on_delete=models.SET_NULL, related_name="served")
    created_at = models.DateTimeField(default=timezone.now)

    objects = AppendOnlyQuerySet["ServedItem"].as_manager()

    class Meta:
        verbose_name = _("served question")
        verbose_name_plural = _("served questions")

    def __str__(self) -> str:
        return self.digest[:12]


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def open(self) -> "AttemptQuerySet":
        return self.filter(finished_at__isnull=True)

    def finished(self) -> "AttemptQuerySet":
        return self.filter(finished_at__isnull=False)

    def answered(self) -> "AttemptQuerySet":
        """Attempts with at least one answer."""
        return self.filter(Exists(Response.objects.filter(item__attempt=OuterRef("pk"))))

    def with_points(self) -> "AttemptQuerySet":
        """Annotate `points` (sum of the newest grades), `answered` and `total` (numbers of questions)."""
        points = (
            Grade.objects.newest()
            .filter(response__item__attempt=OuterRef("pk"))
            .order_by()
            .values("response__item__attempt")
            .annotate(points=Sum("fraction"))
            .values("points")
        )
        items = AttemptItem.objects.filter(attempt=OuterRef("pk")).order_by().values("attempt")
        answered = (
            items.filter(responses__isnull=False).annotate(number=Count("pk", distinct=True)).values("number")
        )
        total = items.annotate(number=Count("pk")).values("number")
        number: DecimalField = DecimalField(max_digits=12, decimal_places=5)
        return self.annotate(
            points=Coalesce(Subquery(points, output_field=number), Value(0), output_field=number),
            answered=Coalesce(Subquery(answered, output_field=IntegerField()), Value(0)),
            total=Coalesce(Subquery(total, output_field=IntegerField()), Value(0)),
        )


class Attempt(models.Model):
    """One go at a quiz. At most one is open for a learner and a quiz; a second device resumes it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, related_name="attempts", verbose_name=_("learner")
    )
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("quiz"))
    pass_percent = models.PositiveSmallIntegerField(_("pass mark (%)"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    passed = models.BooleanField(_("passed"), default=False)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "quiz"],
                condition=Q(finished_at__isnull=True),
                name="attempt_one_open_per_quiz",
            ),
            models.CheckConstraint(
                condition=Q(passed=False) | Q(finished_at__isnull=False),
                name="attempt_passed_only_when_finished",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    def get_absolute_url(self) -> str:
        return reverse("quizzes:result", args=[self.public_id])


class AttemptItemQuerySet(models.QuerySet["AttemptItem"]):
    def with_answered(self) -> "AttemptItemQuerySet":
        """Annotate `answered`: has a response been recorded?"""
        return self.annotate(answered=Exists(Response.objects.filter(item=OuterRef("pk"))))

    def progress(self) -> "list[tuple[int, bool]]":
        """Return the position of every item, in order, with whether it is answered."""
        answered = Exists(Response.objects.filter(item=OuterRef("pk")))
        return list(self.order_by("position").values_list("position", answered))


class AttemptItem(models.Model):
    """One question of an attempt, bound to what was served."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    served = models.ForeignKey(ServedItem, on_delete=models.PROTECT, related_name="items")
    seed = models.PositiveBigIntegerField(help_text="Order of the options for this learner.")

    objects = AttemptItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt item")
        verbose_name_plural = _("attempt items")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="attempt_item_one_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}#{self.position}"


class Response(AppendOnlyModel):
    """An answer as it was given. Never changed."""

    item = models.ForeignKey(AttemptItem, on_delete=models.CASCADE, related_name="responses")
    sequence = models.PositiveSmallIntegerField(default=1)
    submit_key = models.UUIDField()
    answer = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)

    objects = AppendOnlyQuerySet["Response"].as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["item", "sequence"], name="response_one_per_sequence"),
            models.UniqueConstraint(fields=["item", "submit_key"], name="response_once_per_submit"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.sequence}"


class GradeQuerySet(AppendOnlyQuerySet["Grade"]):
    def newest(self) -> "GradeQuerySet":
        """The grade that counts for each response."""
        newer = Grade.objects.filter(response=OuterRef("response"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(newer))


class Grade(AppendOnlyModel):
    """What a response was worth. Regrading adds a row; the newest counts."""

    class Reason(models.TextChoices):
        FIRST = "first", _("First grading")
        REGRADE = "regrade", _("Regraded")
        MANUAL = "manual", _("By a person")

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="grades")
    served = models.ForeignKey(ServedItem, on_delete=models.PROTECT, related_name="grades")
    fraction = models.DecimalField(max_digits=6, decimal_places=5)
    parts = models.JSONField(default=list, help_text="[[fact slug or empty, right], …]")
    reason = models.CharField(max_length=8, choices=Reason, default=Reason.FIRST)
    graded_at = models.DateTimeField(default=timezone.now)

    objects = GradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fraction__gte=0, fraction__lte=1), name="grade_fraction_between_0_and_1"
            ),
            models.UniqueConstraint(
                fields=["response"], condition=Q(reason="first"), name="grade_first_once_per_response"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_id}: {self.fraction}"
