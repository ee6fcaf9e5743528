"""The contract behind which every kind of question stands.

A question is written (QuestionText), frozen when it is served (Body), answered through a plain form,
and graded from the frozen key alone. Nothing here touches the database.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from quizzes.grading import EVERYTHING, NOTHING

Data = dict[str, Any]

MAX_TEXT = 300
MAX_PROMPT = 200


@dataclass(frozen=True)
class ChoiceText:
    """A row of a question as its author wrote it. `fact` is a fact's slug, or empty."""

    text: str
    prompt: str = ""
    is_correct: bool = False
    why: str = ""
    fact: str = ""


@dataclass(frozen=True)
class QuestionText:
    """A question as its author wrote it, from a file or from the admin."""

    slug: str
    kind: str
    stem: str
    explanation: str = ""
    facts: tuple[str, ...] = ()
    choices: tuple[ChoiceText, ...] = ()
    status: str = "published"


@dataclass(frozen=True)
class Problem:
    """What keeps a question from being served. `row` counts the choices from 0; None is the question itself."""

    message: str
    field: str = ""
    row: int | None = None


@dataclass(frozen=True)
class Body:
    """A question ready to be served. Only `public` may reach the browser before the answer.

    Options and prompts go by ids that are stable within the body and say nothing ("o1", "s1").
    """

    kind: str
    public: Data
    key: Data
    explain: Data


@dataclass(frozen=True)
class Result:
    """`fraction` of the mark earned (0 to 1, five places); `parts` feed the memory of each fact."""

    fraction: Decimal
    parts: list[tuple[str, bool]]


@dataclass(frozen=True)
class OptionFeedback:
    text: str
    why: str
    is_right: bool
    was_chosen: bool = False

    @property
    def verdict(self) -> str:
        """Return right (chosen and right), wrong (chosen and wrong), missed (right, not chosen) or plain."""
        if self.was_chosen:
            return "right" if self.is_right else "wrong"
        return "missed" if self.is_right else "plain"


@dataclass(frozen=True)
class RowFeedback:
    """A prompt of a match: what was given, what belongs there, and why."""

    prompt: str
    given: str
    answer: str
    why: str
    given_why: str
    is_right: bool


@dataclass(frozen=True)
class Feedback:
    """What a learner sees of one question after the answer."""

    kind: str
    stem: str
    explanation: str
    fraction: Decimal
    template: str
    options: list[OptionFeedback] = field(default_factory=list)
    rows: list[RowFeedback] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Return right, partly or wrong."""
        if self.fraction >= EVERYTHING:
            return "right"
        return "partly" if self.fraction > NOTHING else "wrong"

    @property
    def percent(self) -> int:
        return int(self.fraction * 100)


class QuestionForm(forms.Form):
    """The base control of a kind, and what a submit needs to be recognised when it is repeated."""

    submit_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *, public: Data, tokens: Mapping[str, str], order: Sequence[str], **options: Any
    ) -> None:
        super().__init__(auto_id="answer-%s", **options)
        self.public = public
        self.tokens = tokens
        self.order = order
        self.ids = {token: id_ for id_, token in tokens.items()}

    def text_of(self, id_: str) -> str:
        return next(str(option["text"]) for option in self.public["options"] if option["id"] == id_)

    def choices(self) -> list[tuple[str, str]]:
        """The options as (token, text), in this learner's order."""
        return [(self.tokens[id_], self.text_of(id_)) for id_ in self.order]

    def problem(self) -> str:
        """The one sentence that tells a learner what is missing, or an empty string."""
        for errors in self.errors.values():
            return str(errors[0])
        return ""


class Kind(ABC):
    """One kind of question."""

    key: ClassVar[str]
    form_class: ClassVar[type[QuestionForm]]
    form_template: ClassVar[str]
    feedback_template: ClassVar[str]

    @abstractmethod
    def build(self, question: QuestionText) -> Body:
        """Freeze the question into what is served. The question must be free of problems."""

    @abstractmethod
    def parse(self, cleaned: Mapping[str, Any]) -> Data:
        """Return the answer to store, in internal ids, from a valid form's cleaned data."""

    @abstractmethod
    def grade(self, key: Data, answer: Data) -> Result:
        """Grade an answer by the frozen key alone."""

    @abstractmethod
    def feedback(self, body: Body, answer: Data, order: Sequence[str], fraction: Decimal) -> Feedback:
        """Return what to show after the answer, options in the order in which they were served."""

    @abstractmethod
    def perfect(self, key: Data) -> Data:
        """Return the answer that earns everything."""

    @abstractmethod
    def own_problems(self, question: QuestionText) -> Iterable[Problem]:
        """Yield what this kind asks for beyond the rules of every kind."""

    def option_ids(self, public: Data) -> list[str]:
        """The ids whose order differs from learner to learner."""
        return [option["id"] for option in public["options"]]

    def token_ids(self, public: Data) -> list[str]:
        """Every id that the form needs a token for."""
        return self.option_ids(public)

    def form(
        self,
        public: Data,
        *,
        tokens: Mapping[str, str],
        order: Sequence[str],
        data: Any = None,
        **options: Any,
    ) -> QuestionForm:
        """Return the plain form that answers the question, bound when `data` is given."""
        return self.form_class(public=public, tokens=tokens, order=order, data=data, **options)

    def problems(self, question: QuestionText) -> list[Problem]:
        """Return all that keeps the question from being served, in plain words."""
        return [*self._common_problems(question), *self.own_problems(question)]

    def _common_problems(self, question: QuestionText) -> Iterable[Problem]:
        if not question.stem.strip():
            yield Problem(_("Write the question."), "stem")
        for row, choice in enumerate(question.choices):
            if not choice.text.strip():
                yield Problem(_("Every answer needs its text."), "text", row)
            elif len(choice.text) > MAX_TEXT:
                yield Problem(_("An answer has at most %(max)s characters.") % {"max": MAX_TEXT}, "text", row)
            if len(choice.prompt) > MAX_PROMPT:
                yield Problem(
                    _("A prompt has at most %(max)s characters.") % {"max": MAX_PROMPT}, "prompt", row
                )
            if not choice.why.strip():
                yield Problem(
                    _("Say why: why “%(text)s” is right, or why it tempts and what it is true of.")
                    % {"text": choice.text},
                    "why",
                    row,
                )


def plain(text: str) -> str:
    """Return a text as it is compared: without case and without the space around it."""
    return " ".join(text.split()).casefold()


def repeated(texts: Iterable[str]) -> list[int]:
    """Return the places of texts that say the same as an earlier one."""
    seen: set[str] = set()
    places = []
    for place, text in enumerate(texts):
        if plain(text) in seen:
            places.append(place)
        seen.add(plain(text))
    return places


def unique(slugs: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(slug for slug in slugs if slug))


def whole_parts(facts: Iterable[str], fraction: Decimal) -> list[tuple[str, bool]]:
    """Return the parts of a question that tests its facts as a whole; one without a name when it has none."""
    correct = fraction >= EVERYTHING
    return [(fact, correct) for fact in facts] or [("", correct)]
