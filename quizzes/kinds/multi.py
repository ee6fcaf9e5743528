from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.grading import grade_multi
from quizzes.kinds.base import Body, Data, Problem, QuestionForm, QuestionText, Result, unique, whole_parts
from quizzes.kinds.options import OptionsKind, number_options

NOT_CHOSEN = gettext_lazy("Choose at least one answer first. Nothing has been recorded yet.")


class MultiForm(QuestionForm):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fields["answer"] = forms.TypedMultipleChoiceField(
            choices=self.choices(),
            coerce=self.ids.__getitem__,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN, "invalid_list": NOT_CHOSEN},
        )


class Multi(OptionsKind):
    """Several right answers; a wrong tick takes away what a right one gives."""

    key = "multi"
    form_class = MultiForm

    def build(self, question: QuestionText) -> Body:
        pairs, public, explain = number_options(question)
        option_facts = {id_: choice.fact for id_, choice in pairs if choice.is_correct and choice.fact}
        key = {
            "right": [id_ for id_, choice in pairs if choice.is_correct],
            "wrong": [id_ for id_, choice in pairs if not choice.is_correct],
            "option_facts": option_facts,
            "facts": [fact for fact in unique(question.facts) if fact not in option_facts.values()],
        }
        return Body(self.key, public, key, explain)

    def parse(self, cleaned: Mapping[str, Any]) -> Data:
        return {"choices": sorted(set(cleaned["answer"]))}

    def grade(self, key: Data, answer: Data) -> Result:
        chosen = set(answer.get("choices", []))
        fraction = grade_multi(key["right"], key["wrong"], chosen)
        by_option = [(fact, id_ in chosen) for id_, fact in key["option_facts"].items()]
        whole = whole_parts(key["facts"], fraction) if key["facts"] or not by_option else []
        return Result(fraction, [*by_option, *whole])

    def perfect(self, key: Data) -> Data:
        return {"choices": list(key["right"])}

    def right_ids(self, key: Data) -> Collection[str]:
        return list(key["right"])

    def chosen_ids(self, answer: Data) -> Collection[str]:
        return list(answer.get("choices", []))

    def own_problems(self, question: QuestionText) -> Iterable[Problem]:
        yield from super().own_problems(question)
        if not any(choice.is_correct for choice in question.choices):
            yield Problem(_("Mark at least one answer as right."))
        if question.choices and all(choice.is_correct for choice in question.choices):
            yield Problem(_("At least one answer must be wrong, or there is nothing to choose."))
