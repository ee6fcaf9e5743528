from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.grading import grade_match
from quizzes.kinds.base import (
    Body,
    ChoiceText,
    Data,
    Feedback,
    Kind,
    Problem,
    QuestionForm,
    QuestionText,
    Result,
    RowFeedback,
    plain,
    repeated,
    unique,
    whole_parts,
)

NOT_CHOSEN = gettext_lazy("Choose an answer in every row first. Nothing has been recorded yet.")


class MatchForm(QuestionForm):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        choices = [("", _("Choose…")), *self.choices()]
        for stem in self.public["stems"]:
            self.fields[self.row_name(stem["id"])] = forms.TypedChoiceField(
                label=stem["text"],
                choices=choices,
                coerce=self.ids.__getitem__,
                error_messages={"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN},
            )

    def row_name(self, stem_id: str) -> str:
        return f"row-{self.tokens[stem_id]}"

    def rows(self) -> list[forms.BoundField]:
        return [self[self.row_name(stem["id"])] for stem in self.public["stems"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        rows = {stem["id"]: cleaned.get(self.row_name(stem["id"])) for stem in self.public["stems"]}
        return {**cleaned, "pairs": rows}


class Match(Kind):
    """Give each prompt what belongs to it. There are more answers than prompts, so the last is never free."""

    key = "match"
    form_class = MatchForm
    form_template = "quizzes/kinds/_match.html"
    feedback_template = "quizzes/kinds/_match_feedback.html"

    def build(self, question: QuestionText) -> Body:
        pairs = [choice for choice in question.choices if choice.prompt]
        decoys = [choice for choice in question.choices if not choice.prompt]
        # Two prompts may share an answer: it is one option then. Sorted, for the public part must not tell the pairs.
        texts = sorted({plain(choice.text): choice.text for choice in [*pairs, *decoys]}.values(), key=plain)
        option_ids = {plain(text): f"o{number}" for number, text in enumerate(texts, start=1)}
        stems = {f"s{number}": pair for number, pair in enumerate(pairs, start=1)}
        stem_facts = {id_: pair.fact for id_, pair in stems.items() if pair.fact}
        return Body(
            self.key,
            public={
                "stem": question.stem,
                "stems": [{"id": id_, "text": pair.prompt} for id_, pair in stems.items()],
                "options": [{"id": option_ids[plain(text)], "text": text} for text in texts],
            },
            key={
                "pairs": {id_: option_ids[plain(pair.text)] for id_, pair in stems.items()},
                "stem_facts": stem_facts,
                "facts": [fact for fact in unique(question.facts) if fact not in stem_facts.values()],
            },
            explain={
                "explanation": question.explanation,
                "why": {
                    **{id_: pair.why for id_, pair in stems.items()},
                    **{option_ids[plain(decoy.text)]: decoy.why for decoy in decoys},
                },
            },
        )

    def token_ids(self, public: Data) -> list[str]:
        return [*(stem["id"] for stem in public["stems"]), *self.option_ids(public)]

    def parse(self, cleaned: Mapping[str, Any]) -> Data:
        return {"pairs": dict(cleaned["pairs"])}

    def grade(self, key: Data, answer: Data) -> Result:
        given = answer.get("pairs", {})
        fraction = grade_match(key["pairs"], given)
        by_row = [
            (key["stem_facts"].get(stem, ""), given.get(stem) == right)
            for stem, right in key["pairs"].items()
        ]
        whole = whole_parts(key["facts"], fraction) if key["facts"] else []
        return Result(fraction, [*by_row, *whole])

    def perfect(self, key: Data) -> Data:
        return {"pairs": dict(key["pairs"])}

    def feedback(self, body: Body, answer: Data, order: Sequence[str], fraction: Decimal) -> Feedback:
        texts = {option["id"]: option["text"] for option in body.public["options"]}
        why, pairs, given = body.explain["why"], body.key["pairs"], answer.get("pairs", {})
        rows = []
        for stem in body.public["stems"]:
            right, chosen = pairs[stem["id"]], given.get(stem["id"], "")
            rows.append(
                RowFeedback(
                    prompt=stem["text"],
                    given=texts.get(chosen, ""),
                    answer=texts[right],
                    why=why.get(stem["id"], ""),
                    given_why="" if chosen == right else self._why_it_tempts(body, chosen),
                    is_right=chosen == right,
                )
            )
        return Feedback(
            kind=self.key,
            stem=body.public["stem"],
            explanation=body.explain["explanation"],
            fraction=fraction,
            template=self.feedback_template,
            rows=rows,
        )

    def _why_it_tempts(self, body: Body, chosen: str) -> str:
        """Say what a wrongly given answer is really true of: a decoy's own words, or the prompt it belongs to."""
        if chosen in body.explain["why"]:
            return str(body.explain["why"][chosen])
        owners = [stem["text"] for stem in body.public["stems"] if body.key["pairs"][stem["id"]] == chosen]
        return _("This belongs to: %(prompts)s.") % {"prompts": ", ".join(owners)} if owners else ""

    def own_problems(self, question: QuestionText) -> Iterable[Problem]:
        pairs = [(row, choice) for row, choice in enumerate(question.choices) if choice.prompt]
        decoys = [(row, choice) for row, choice in enumerate(question.choices) if not choice.prompt]
        if len(pairs) < 2:
            yield Problem(
                _("A match needs at least two pairs: rows with a prompt and the answer that belongs to it.")
            )
        if len(decoys) < 2:
            yield Problem(
                _(
                    "A match needs at least two answers that fit no prompt (rows with an empty prompt), or the last pair is free."
                )
            )
        for place in repeated(choice.prompt for _row, choice in pairs):
            yield Problem(_("Two rows have the same prompt."), "prompt", pairs[place][0])
        yield from self._decoy_problems(pairs, decoys)

    def _decoy_problems(
        self, pairs: list[tuple[int, ChoiceText]], decoys: list[tuple[int, ChoiceText]]
    ) -> Iterable[Problem]:
        answers = {plain(choice.text) for _row, choice in pairs}
        for row, decoy in decoys:
            if plain(decoy.text) in answers:
                yield Problem(
                    _("This answer belongs to a prompt, so it cannot be an extra one."), "text", row
                )
        for place in repeated(choice.text for _row, choice in decoys):
            yield Problem(_("Two answers say the same."), "text", decoys[place][0])
