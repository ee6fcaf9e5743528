"""Where authors write quizzes, and see (but never change) what learners answered."""

from collections.abc import Sequence
from typing import Any

from admin_ordering.admin import OrderableAdmin
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import LearnerAdmin, ReadOnlyMixin
from anatomy.models import Fact
from quizzes.grading import percent
from quizzes.kinds import KINDS, ChoiceText, QuestionText
from quizzes.models import Attempt, Choice, Grade, Question, Quiz, Response
from quizzes.preview import preview_of

# The id of the list of suggestions in the template.
FACT_NAMES = "fact-names"


def unsettled(facts: list[Fact]) -> list[str]:
    """Say of each fact that must not be asked as if settled why that is so."""
    complaints = []
    for fact in facts:
        if fact.role == Fact.Role.DISPUTED:
            complaints.append(
                _("Sources dispute “%(fact)s”, so no question may treat it as settled.") % {"fact": fact}
            )
        elif fact.status != Fact.Status.REVIEWED:
            complaints.append(_("“%(fact)s” has not been reviewed yet.") % {"fact": fact})
    return complaints


class QuestionForm(forms.ModelForm):
    class Meta:
        model = Question
        fields = ("quiz", "position", "slug", "kind", "stem", "explanation", "facts", "status")
        help_texts = {
            "kind": gettext_lazy(
                "One right answer: tick “right” in exactly one row. Several: tick every right one and end the question "
                "with “Choose all that apply.” Match: give each pair its prompt and its answer, and add at least two "
                "rows without a prompt as extra answers."
            ),
            "stem": gettext_lazy("Plain words, one thing asked. Avoid “not”: it tests reading, not anatomy."),
            "explanation": gettext_lazy(
                "Shown after any answer, right or wrong: the idea in one or two sentences."
            ),
            "facts": gettext_lazy(
                "Only reviewed facts that sources agree on. Leave it empty for a question on an idea."
            ),
            "slug": gettext_lazy("A short name for the files, such as “iliacus-origin”. Never change it."),
            "status": gettext_lazy(
                "A draft may be unfinished; a published question must be whole. Retire what learners have answered "
                "instead of deleting it: their results keep it as it was."
            ),
            "position": gettext_lazy("Order within the quiz, from 1."),
        }

    def clean_facts(self) -> QuerySet[Fact]:
        facts: QuerySet[Fact] = self.cleaned_data["facts"]
        if complaints := unsettled(list(facts)):
            raise ValidationError(complaints)
        return facts


class ChoiceForm(forms.ModelForm):
    """A row of a question. The fact is typed by name, with suggestions that need no script."""

    fact = forms.ModelChoiceField(
        Fact.objects.all(),
        to_field_name="slug",
        required=False,
        label=gettext_lazy("fact"),
        help_text=gettext_lazy("The fact this row tests, where it tests one."),
        widget=forms.TextInput(attrs={"list": FACT_NAMES, "size": 18, "autocomplete": "off"}),
        error_messages={"invalid_choice": gettext_lazy("There is no fact with this name.")},
    )

    class Meta:
        model = Choice
        fields = ("position", "prompt", "text", "is_correct", "why", "fact")
        widgets = {
            "prompt": forms.Textarea(attrs={"rows": 2, "cols": 16}),
            "text": forms.Textarea(attrs={"rows": 2, "cols": 20}),
            "why": forms.Textarea(attrs={"rows": 3, "cols": 28}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.fact_id:
            self.initial["fact"] = self.instance.fact.slug

    def clean_prompt(self) -> str:
        return " ".join(self.cleaned_data["prompt"].split())

    def clean_text(self) -> str:
        return " ".join(self.cleaned_data["text"].split())

    def clean_fact(self) -> Fact | None:
        fact: Fact | None = self.cleaned_data["fact"]
        if fact and (complaints := unsettled([fact])):
            raise ValidationError(complaints)
        return fact


class NamedFieldsFormSet(forms.BaseInlineFormSet):
    """Rows of a table whose columns' names are given to every field, for those who do not see the table."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            label = field.label or form._meta.model._meta.get_field(name).verbose_name
            field.widget.attrs.setdefault("aria-label", capfirst(str(label)))


class ChoiceFormSet(NamedFieldsFormSet):
    """The answers of one question, held to the same rules as the content files."""

    def clean(self) -> None:
        super().clean()
        if (
            any(self.errors)
            or self.instance.status != Question.Status.PUBLISHED
            or self.instance.kind not in KINDS
        ):
            return
        rows = [form for form in self.forms if form.has_changed() or form.instance.pk]
        rows = [form for form in rows if not form.cleaned_data.get("DELETE")]
        written = QuestionText(
            slug=self.instance.slug,
            kind=self.instance.kind,
            stem=self.instance.stem,
            explanation=self.instance.explanation,
            choices=tuple(
                ChoiceText(
                    **{name: form.cleaned_data[name] for name in ("prompt", "text", "is_correct", "why")}
                )
                for form in rows
            ),
        )
        of_the_whole = []
        for problem in KINDS[written.kind].problems(written):
            if problem.row is None:
                of_the_whole.append(problem.message)
            else:
                rows[problem.row].add_error(problem.field, problem.message)
        if of_the_whole:
            raise ValidationError(of_the_whole)


class ChoiceInline(OrderableAdmin, admin.TabularInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    ordering_field = "position"
    extra = 0
    min_num = 2

    def get_queryset(self, request: HttpRequest) -> QuerySet[Choice]:
        choices: QuerySet[Choice] = super().get_queryset(request).select_related("fact")
        return choices


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    form = QuestionForm
    inlines = (ChoiceInline,)
    list_display = ("short_stem", "quiz", "kind", "status", "position", "preview_link")
    list_filter = ("status", "kind", "quiz")
    list_select_related = ("quiz",)
    search_fields = ("stem", "slug", "choices__text", "choices__prompt")
    autocomplete_fields = ("facts",)
    readonly_fields = ("preview_link",)
    fieldsets = (
        (None, {"fields": ("kind", "stem")}),
        (gettext_lazy("After the answer"), {"fields": ("explanation", "facts")}),
        (gettext_lazy("Where it stands"), {"fields": ("quiz", "position", "slug", "status", "preview_link")}),
    )

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Question | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("stem",)}

    @admin.display(description=gettext_lazy("question"), ordering="stem")
    def short_stem(self, question: Question) -> str:
        return Truncator(question.stem).chars(80)

    @admin.display(description=gettext_lazy("preview"))
    def preview_link(self, question: Question) -> SafeString | str:
        if question.pk is None:
            return _("Save the question first.")
        url = reverse("admin:quizzes_question_preview", args=[question.pk])
        return format_html('<a href="{}">{}</a>', url, _("See it as a learner"))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        names = Fact.objects.settled().order_by("slug").values_list("slug", flat=True)
        context = {**(extra_context or {}), "fact_names": names, "fact_names_id": FACT_NAMES}
        return super().changeform_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.preview)
        return [path("<int:pk>/preview/", preview, name="quizzes_question_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a question as a learner meets it, and its key. Writes nothing."""
        question = self.get_queryset(request).filter(pk=pk).prefetch_related("choices__fact", "facts").first()
        if question is None:
            raise Http404
        if not self.has_view_permission(request, question):
            raise PermissionDenied
        context = {"question": question, "preview": preview_of(question)}
        return render(request, "quizzes/preview.html", context)

    def has_delete_permission(self, request: HttpRequest, obj: Question | None = None) -> bool:
        """An answered question is retired instead: the results of learners rest on it."""
        if obj is not None and Response.objects.filter(item__served__question=obj).exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without bulk deletion, which would not ask whether a question has been answered."""
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }


class QuestionInline(admin.TabularInline):
    """The quiz's questions in order, each with a link to where it is edited."""

    model = Question
    formset = NamedFieldsFormSet
    fields = ("position", "stem", "kind", "status")
    readonly_fields = ("stem", "kind", "status")
    ordering = ("position", "pk")
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Quiz | None = None) -> bool:
        return False


class QuizForm(forms.ModelForm):
    def clean_status(self) -> str:
        status: str = self.cleaned_data["status"]
        if status == Quiz.Status.PUBLISHED and not self._has_published_question():
            raise ValidationError(
                _(
                    "None of this quiz's questions is published, so there is nothing to ask. Keep the quiz a draft, "
                    "publish a question, then publish the quiz."
                ),
                code="no_question",
            )
        return status

    def _has_published_question(self) -> bool:
        published = Question.objects.filter(quiz=self.instance.pk, status=Question.Status.PUBLISHED)
        return self.instance.pk is not None and published.exists()


@admin.register(Quiz)
class QuizAdmin(admin.ModelAdmin):
    form = QuizForm
    inlines = (QuestionInline,)
    list_display = ("title", "lesson", "status", "questions_published", "pass_percent")
    list_filter = ("status", "lesson__part")
    list_select_related = ("lesson",)
    search_fields = ("title", "lesson__title", "questions__stem")
    readonly_fields = ("add_question",)
    fields = ("lesson", "title", "intro", "pass_percent", "status", "add_question")
    ordering = ("lesson__part__number", "lesson__position")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer a draft: a new quiz has no questions yet."""
        return {"status": Quiz.Status.DRAFT, **super().get_changeform_initial_data(request)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quiz]:
        published = Count("questions", filter=Q(questions__status=Question.Status.PUBLISHED), distinct=True)
        quizzes: QuerySet[Quiz] = super().get_queryset(request).annotate(published=published)
        return quizzes

    @admin.display(description=gettext_lazy("questions"), ordering="published")
    def questions_published(self, quiz: Quiz) -> int:
        count: int = quiz.published  # type: ignore[attr-defined]
        return count

    @admin.display(description=gettext_lazy("new question"))
    def add_question(self, quiz: Quiz) -> SafeString | str:
        if quiz.pk is None:
            return _("Save the quiz first.")
        position = (quiz.questions.aggregate(last=Max("position"))["last"] or 0) + 1
        query = urlencode({"quiz": quiz.pk, "position": position})
        return format_html(
            '<a href="{}?{}">{}</a>',
            reverse("admin:quizzes_question_add"),
            query,
            _("Write a question for this quiz"),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Quiz | None = None) -> bool:
        """A quiz that somebody has begun is retired instead."""
        if obj is not None and obj.attempts.exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without bulk deletion, which would not ask whether a quiz has been begun."""
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """What learners did is a record: it can be read here, and nothing else."""

    actions = None


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    view_on_site = False  # the page of an attempt is its learner's alone
    list_display = ("public_id", "learner", "quiz", "score", "passed", "started_at", "finished_at")
    list_filter = ("passed", "quiz", "started_at")
    list_select_related = ("learner__user", "quiz")
    search_fields = ("public_id", "learner__user__email", "quiz__title")
    date_hierarchy = "started_at"
    fields = ("public_id", "learner", "quiz", "score", "pass_percent", "passed", "started_at", "finished_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        return super().get_queryset(request).with_points()  # type: ignore[attr-defined, no-any-return]

    @admin.display(description=gettext_lazy("score"))
    def score(self, attempt: Attempt) -> str:
        return f"{percent(attempt.points, attempt.total)} %"  # type: ignore[attr-defined]


def answer_in_words(response: Response) -> list[str]:
    """Return what was answered as the learner read it: the chosen options, in a match each after its prompt."""
    public, answer = response.item.served.public, response.answer
    options = {option["id"]: option["text"] for option in public["options"]}
    if "pairs" in answer:
        return [
            f"{stem['text']} → {options.get(answer['pairs'].get(stem['id']), '–')}"
            for stem in public["stems"]
        ]
    chosen = answer["choices"] if "choices" in answer else [answer.get("choice")]
    return [options.get(id_, "–") for id_ in chosen]


@admin.register(Response)
class ResponseAdmin(ReadOnlyAdmin):
    list_display = ("pk", "question", "learner", "answer_shown", "received_at")
    list_filter = ("item__served__kind", "received_at")
    list_select_related = ("item__served", "item__attempt__learner__user")
    search_fields = ("item__served__question__slug", "item__attempt__learner__user__email")
    fields = ("question", "learner", "answer_shown", "submit_key", "sequence", "received_at")
    readonly_fields = ("question", "learner", "answer_shown")

    @admin.display(description=gettext_lazy("question"))
    def question(self, response: Response) -> str:
        return Truncator(response.item.served.public["stem"]).chars(80)

    @admin.display(description=gettext_lazy("learner"))
    def learner(self, response: Response) -> str:
        return str(response.item.attempt.learner)

    @admin.display(description=gettext_lazy("answer"))
    def answer_shown(self, response: Response) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((words,) for words in answer_in_words(response)))


@admin.register(Grade)
class GradeAdmin(ReadOnlyAdmin):
    list_display = ("pk", "question", "worth", "reason", "graded_at")
    list_filter = ("reason", "graded_at")
    list_select_related = ("served",)
    search_fields = ("served__question__slug",)
    fields = ("question", "worth", "parts", "reason", "graded_at")
    readonly_fields = ("question", "worth")

    @admin.display(description=gettext_lazy("question"))
    def question(self, grade: Grade) -> str:
        return Truncator(grade.served.public["stem"]).chars(80)

    @admin.display(description=gettext_lazy("worth"), ordering="fraction")
    def worth(self, grade: Grade) -> str:
        return f"{percent(grade.fraction, 1)} %"


@LearnerAdmin.shows
class AttemptInline(ReadOnlyMixin, admin.TabularInline):
    model = Attempt
    fields = ("quiz", "passed", "started_at", "finished_at")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        attempts: QuerySet[Attempt] = super().get_queryset(request).select_related("quiz")
        return attempts
