"""Taking quizzes in tests: answers and forms that are right or wrong."""

import re
import uuid

from quizzes.grading import EVERYTHING
from quizzes.kinds import KINDS
from quizzes.models import AttemptItem
from quizzes.services import submit_answer
from quizzes.serving import item_form, token


def perfect(item):
    return KINDS[item.served.kind].perfect(item.served.key)


def hopeless(item):
    """An answer that is worth nothing."""
    kind, key = KINDS[item.served.kind], item.served.key
    options = kind.option_ids(item.served.public)
    if item.served.kind == "single":
        answer = {"choice": next(id_ for id_ in options if key["weights"][id_] == "0")}
    elif item.served.kind == "multi":
        answer = {"choices": key["wrong"]}
    else:
        decoy = next(id_ for id_ in options if id_ not in key["pairs"].values())
        answer = {"pairs": dict.fromkeys(key["pairs"], decoy)}
    assert kind.grade(key, answer).fraction == 0 != EVERYTHING
    return answer


def items(attempt):
    return list(
        AttemptItem.objects.filter(attempt=attempt).select_related("served", "attempt").order_by("position")
    )


def answer_all(attempt, answer=perfect):
    for item in items(attempt):
        submit_answer(item=item, submit_key=uuid.uuid4(), answer=answer(item))
    attempt.refresh_from_db()


def fields(item, answer, **more):
    """The form that a browser sends when somebody answers `item` by `answer`."""
    data = {
        "attempt": str(item.attempt.public_id),
        "item": str(item.position),
        "submit_key": str(uuid.uuid4()),
    }
    if item.served.kind == "single":
        data["answer"] = token(item.pk, answer["choice"])
    elif item.served.kind == "multi":
        data["answer"] = [token(item.pk, id_) for id_ in answer["choices"]]
    else:
        form = item_form(item)
        data |= {form.row_name(stem): token(item.pk, option) for stem, option in answer["pairs"].items()}
    return {**data, **more}


def steady(content: bytes) -> str:
    """A page without what differs from request to request: CSRF tokens and submit keys."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", content.decode())
    return re.sub(r'name="submit_key" value="[^"]+"', "", text)
