"""From a question as it is written to one as it is served, and back from what the browser sends.

What was served never changes: an attempt can always be shown, and graded, exactly as it was.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from quizzes.kinds import KINDS, Body, ChoiceText, Feedback, Kind, QuestionForm, QuestionText
from quizzes.models import AttemptItem, Grade, Question, Response, ServedItem

TOKEN_LENGTH = 10


def question_text(question: Question) -> QuestionText:
    """Return the question as its author wrote it. Prefetch `choices__fact` and `facts` for many."""
    return QuestionText(
        slug=question.slug,
        kind=question.kind,
        stem=question.stem,
        explanation=question.explanation,
        facts=tuple(sorted(fact.slug for fact in question.facts.all())),
        choices=tuple(
            ChoiceText(
                prompt=choice.prompt,
                text=choice.text,
                is_correct=choice.is_correct,
                why=choice.why,
                fact=choice.fact.slug if choice.fact else "",
            )
            for choice in question.choices.all()
        ),
        status=question.status,
    )


def served_item(question: Question) -> ServedItem:
    """Return the unsaved frozen content of a question as it stands now."""
    body = KINDS[question.kind].build(question_text(question))
    return ServedItem(
        digest=digest(body, question.slug),
        kind=body.kind,
        public=body.public,
        key=body.key,
        explain=body.explain,
        question=question,
    )


def digest(body: Body, name: str) -> str:
    """Return the name of this content: the SHA-256 of its canonical JSON.

    The question's own name is part of it, or two questions with the same words would share statistics.
    """
    content = {
        "question": name,
        "kind": body.kind,
        "public": body.public,
        "key": body.key,
        "explain": body.explain,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def freeze(questions: Iterable[Question]) -> list[ServedItem]:
    """Store what is about to be served, where it is not stored already; return it in the same order."""
    items = [served_item(question) for question in questions]
    ServedItem.objects.bulk_create(items, ignore_conflicts=True)
    return items


def token(item_id: int, id_: str) -> str:
    """Return the opaque name under which the browser meets an option of one item."""
    message = f"{item_id}|{id_}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:TOKEN_LENGTH]


def order(seed: int, ids: Iterable[str]) -> list[str]:
    """Return the ids in the order that belongs to `seed`, the same on every machine and version."""
    return sorted(ids, key=lambda id_: hashlib.sha256(f"{seed}|{id_}".encode()).digest())


def kind_of(item: AttemptItem) -> Kind:
    return KINDS[item.served.kind]


def item_form(item: AttemptItem, *, data: Any = None, **options: Any) -> QuestionForm:
    """Return the form that answers an item. It reads the public part of what was served, and nothing else."""
    kind, public = kind_of(item), item.served.public
    return kind.form(
        public,
        tokens={id_: token(item.pk, id_) for id_ in kind.token_ids(public)},
        order=order(item.seed, kind.option_ids(public)),
        data=data,
        **options,
    )


def item_feedback(item: AttemptItem, response: Response, grade: Grade) -> Feedback:
    """Return what to show of an answered item: right, wrong, and why for each option."""
    served = item.served
    kind = KINDS[served.kind]
    body = Body(served.kind, served.public, served.key, served.explain)
    return kind.feedback(
        body, response.answer, order(item.seed, kind.option_ids(served.public)), grade.fraction
    )
