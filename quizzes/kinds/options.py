"""What single and multi share: a list of options, some of them right."""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from quizzes.kinds.base import (
    Body,
    ChoiceText,
    Data,
    Feedback,
    Kind,
    OptionFeedback,
    Problem,
    QuestionText,
    plain,
    repeated,
)


class OptionsKind(Kind):
    form_template = "quizzes/kinds/_options.html"
    feedback_template = "quizzes/kinds/_options_feedback.html"

    @abstractmethod
    def right_ids(self, key: Data) -> Collection[str]:
        """Return the options that an answer without fault has."""

    @abstractmethod
    def chosen_ids(self, answer: Data) -> Collection[str]:
        """Return the options that the answer has."""

    def own_problems(self, question: QuestionText) -> Iterable[Problem]:
        if len(question.choices) < 2:
            yield Problem(_("A question needs at least two answers to choose from."))
        for row, choice in enumerate(question.choices):
            if choice.prompt:
                yield Problem(_("Only a match has prompts: empty this one."), "prompt", row)
        for row in repeated(choice.text for choice in question.choices):
            yield Problem(_("Two answers say the same."), "text", row)

    def feedback(self, body: Body, answer: Data, order: Sequence[str], fraction: Decimal) -> Feedback:
        texts = {option["id"]: option["text"] for option in body.public["options"]}
        right, chosen = self.right_ids(body.key), self.chosen_ids(answer)
        return Feedback(
            kind=self.key,
            stem=body.public["stem"],
            explanation=body.explain["explanation"],
            fraction=fraction,
            template=self.feedback_template,
            options=[
                OptionFeedback(
                    text=texts[id_],
                    why=body.explain["why"].get(id_, ""),
                    is_right=id_ in right,
                    was_chosen=id_ in chosen,
                )
                for id_ in order
            ],
        )


def number_options(question: QuestionText) -> tuple[list[tuple[str, ChoiceText]], Data, Data]:
    """Return the options with their ids, the public part and the explanation.

    They are numbered by their text: authors tend to write the right one first, and the public part
    must not tell.
    """
    choices = sorted(question.choices, key=lambda choice: plain(choice.text))
    pairs = [(f"o{number}", choice) for number, choice in enumerate(choices, start=1)]
    public: Data = {
        "stem": question.stem,
        "options": [{"id": id_, "text": choice.text} for id_, choice in pairs],
    }
    explain: Data = {"explanation": question.explanation, "why": {id_: choice.why for id_, choice in pairs}}
    return pairs, public, explain
