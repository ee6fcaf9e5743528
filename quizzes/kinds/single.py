from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.grading import EVERYTHING, grade_single
from quizzes.kinds.base import Body, Data, Problem, QuestionForm, QuestionText, Result, unique, whole_parts
from quizzes.kinds.options import OptionsKind, number_options

NOT_CHOSEN = gettext_lazy("Choose an answer first. Nothing has been recorded yet.")


class SingleForm(QuestionForm):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fields["answer"] = forms.TypedChoiceField(
            choices=self.choices(),
            coerce=self.ids.__getitem__,
            widget=forms.RadioSelect,
            error_messages={"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN},
        )


class Single(OptionsKind):
    """One right answer among several."""

    key = "single"
    form_class = SingleForm

    def build(self, question: QuestionText) -> Body:
        pairs, public, explain = number_options(question)
        key = {
            "weights": {id_: "1" if choice.is_correct else "0" for id_, choice in pairs},
            "facts": unique([*question.facts, *(choice.fact for _id, choice in pairs if choice.is_correct)]),
        }
        return Body(self.key, public, key, explain)

    def parse(self, cleaned: Mapping[str, Any]) -> Data:
        return {"choice": cleaned["answer"]}

    def grade(self, key: Data, answer: Data) -> Result:
        weights = {id_: Decimal(weight) for id_, weight in key["weights"].items()}
        fraction = grade_single(weights, answer.get("choice"))
        return Result(fraction, whole_parts(key["facts"], fraction))

    def perfect(self, key: Data) -> Data:
        return {"choice": next(iter(self.right_ids(key)))}

    def right_ids(self, key: Data) -> Collection[str]:
        return [id_ for id_, weight in key["weights"].items() if Decimal(weight) >= EVERYTHING]

    def chosen_ids(self, answer: Data) -> Collection[str]:
        return [answer["choice"]] if answer.get("choice") else []

    def own_problems(self, question: QuestionText) -> Iterable[Problem]:
        yield from super().own_problems(question)
        right = [row for row, choice in enumerate(question.choices) if choice.is_correct]
        if not right:
            yield Problem(_("Mark the right answer: exactly one."))
        for row in right[1:]:
            yield Problem(
                _("Only one answer can be right here. For several, choose the kind “Several right answers”."),
                "is_correct",
                row,
            )
