"""Where authors write quizzes, and see (but never change) what learners answered."""

from typing import Any

from admin_ordering.admin import OrderableAdmin
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anatomy.models import Fact
from quizzes.kinds import KINDS, ChoiceText, Problem, QuestionText
from quizzes.models import Attempt, AttemptItem, Choice, Grade, Question, Quiz, Response
from quizzes.preview import preview_of

ROW_FIELDS = ("prompt", "text", "is_correct", "why")


def unsettled(facts: list[Fact]) -> list[str]:
    """Say of each fact that must not be asked as if settled why that is so."""
    complaints = []
    for fact in facts:
        if fact.role == Fact.Role.DISPUTED:
            complaints.append(_("Sources dispute “%(fact)s”, so no question may treat it as settled.") % {"fact": fact})
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
            "explanation": gettext_lazy("Shown after any answer, right or wrong: the idea in one or two sentences."),
            "facts": gettext_lazy("Only reviewed facts that sources agree on. Leave it empty for a question on an idea."),
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
    class Meta:
        model = Choice
        fields = ("position", "prompt", "text", "is_correct", "why", "fact")
        widgets = {"why": forms.Textarea(attrs={"rows": 2, "cols": 40})}

    def clean_fact(self) -> Fact | None:
        fact: Fact | None = self.cleaned_data["fact"]
        if fact and (complaints := unsettled([fact])):
            raise ValidationError(complaints)
        return fact


class ChoiceFormSet(forms.BaseInlineFormSet):
    """The answers of one question, held to the same rules as the content files."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or self.instance.status != Question.Status.PUBLISHED or self.instance.kind not in KINDS:
            return
        rows = [form for form in self.forms if form.has_changed() or form.instance.pk]
        rows = [form for form in rows if not self._should_delete_form(form)]  # type: ignore[attr-defined]
        written = QuestionText(
            slug=self.instance.slug,
            kind=self.instance.kind,
            stem=self.instance.stem,
            explanation=self.instance.explanation,
            choices=tuple(
                ChoiceText(**{name: form.cleaned_data.get(name) or "" for name in ("prompt", "text", "why")})
                if not form.cleaned_data.get("is_correct")
                else ChoiceText(
                    **{name: form.cleaned_data.get(name) or "" for name in ("prompt", "text", "why")}, is_correct=True
                )
                for form in rows
            ),
        )
        whole = []
        for problem in KINDS[written.kind].problems(written):
            if problem.row is None:
                whole.append(problem.message)
            else:
                self._complain(rows[problem.row], problem)
        if whole:
            raise ValidationError(whole)

    def _complain(self, form: forms.ModelForm, problem: Problem) -> None:
        form.add_error(problem.field if problem.field in ROW_FIELDS else None, problem.message)


class ChoiceInline(OrderableAdmin, admin.TabularInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    ordering_field = "position"
    extra = 0
    min_num = 2
    autocomplete_fields = ("fact",)
