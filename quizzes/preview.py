"""A question as it would be served, shown to its author together with its key. Nothing is stored."""

from dataclasses import dataclass, field

from quizzes.grading import EVERYTHING
from quizzes.kinds import KINDS, Feedback, Problem, QuestionForm
from quizzes.models import Question
from quizzes.serving import order, question_text, token

NO_ITEM = 0


@dataclass(frozen=True)
class Preview:
    """Either what is wrong with the question, or the question and its key."""

    problems: list[Problem] = field(default_factory=list)
    form: QuestionForm | None = None
    form_template: str = ""
    feedback: Feedback | None = None


def preview_of(question: Question) -> Preview:
    """Return the question as learners would meet it now. Prefetch `choices__fact` and `facts`."""
    kind, written = KINDS[question.kind], question_text(question)
    if problems := kind.problems(written):
        return Preview(problems=problems)
    body = kind.build(written)
    tokens = {id_: token(NO_ITEM, id_) for id_ in kind.token_ids(body.public)}
    options = order(question.pk, kind.option_ids(body.public))
    return Preview(
        form=kind.form(body.public, tokens=tokens, order=options),
        form_template=kind.form_template,
        feedback=kind.feedback(body, kind.perfect(body.key), options, EVERYTHING),
    )
