"""Before the answer, nothing that the browser can fetch says which option is right, or why."""

import secrets

import pytest

from quizzes.models import Attempt, Choice, Question
from quizzes.services import start_attempt
from quizzes.serving import item_form, served_item
from tests.factories.quizzes import (
    ChoiceFactory,
    MatchFactory,
    MultiFactory,
    QuestionFactory,
    QuizFactory,
    SingleFactory,
)
from tests.quizzes.taking import fields, items, perfect, steady

pytestmark = pytest.mark.django_db

KINDS = ["single", "multi", "match"]


def planted(kind):
    """A question of `kind` with a canary in every place that the learner must not see yet."""
    question = QuestionFactory(
        kind=kind, explanation=secrets.token_hex(8), slug=f"slug-{secrets.token_hex(8)}"
    )
    prompts = ["First", "Second", "", ""] if kind == "match" else [""] * 4
    for number, prompt in enumerate(prompts):
        ChoiceFactory(
            question=question,
            prompt=prompt,
            text=f"Option {number}",
            is_correct=number == 0 or (kind == "multi" and number == 1),
            why=secrets.token_hex(8),
        )
    return question


def canaries(question):
    return [question.slug, question.explanation, *question.choices.values_list("why", flat=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_before_the_answer_holds_a_word_of_key_or_explanation(guest, learner, kind):
    question = planted(kind)
    url = question.quiz.get_absolute_url()
    pages = [guest.get(question.quiz.lesson.get_absolute_url()), guest.get(url)]
    pages += [
        guest.post(url, {"action": "start"}, follow=True),
        guest.get(url),
        guest.get(f"{url}?item=1", follow=True),
    ]
    item = items(Attempt.objects.get())[0]
    sent = fields(item, perfect(item))
    pages.append(guest.post(url, {name: sent[name] for name in ("attempt", "item", "submit_key")}))
    pages.append(guest.get(Attempt.objects.get().get_absolute_url(), follow=True))
    served = item.served
    secret = [*canaries(question), served.digest, str(item.seed)]
    for page in pages:
        for word in secret:
            assert word not in page.content.decode()
            assert word not in str(page.headers)
    for id_ in ("o1", "o2", "s1"):
        assert f'"{id_}"' not in pages[3].content.decode()
    after = guest.post(url, sent, follow=True).content.decode()
    assert question.explanation in after


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_the_same_to_the_byte_when_another_answer_is_the_right_one(guest, learner, kind):
    question = planted(kind)
    attempt = start_attempt(learner=learner, quiz=question.quiz)
    item = items(attempt)[0]
    url = question.quiz.get_absolute_url()
    before = steady(guest.get(url).content)
    choices = list(question.choices.all())
    if kind == "match":
        choices[0].text, choices[1].text = choices[1].text, choices[0].text
    elif kind == "multi":
        choices[1].is_correct, choices[2].is_correct = False, True
    else:
        choices[0].is_correct, choices[3].is_correct = False, True
    for choice in choices:
        choice.why = "something else"
        choice.save()
    moved = served_item(question)
    assert moved.key != item.served.key
    assert moved.public == item.served.public
    moved.save()
    attempt.items.update(served=moved)
    assert steady(guest.get(url).content) == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_can_be_made_from_the_public_part_alone(learner, kind, django_assert_num_queries):
    from quizzes.selectors import item_to_answer

    attempt = start_attempt(learner=learner, quiz=planted(kind).quiz)
    item = item_to_answer(attempt, 1)
    assert {"key", "explain"} <= item.served.get_deferred_fields()
    with django_assert_num_queries(0):
        str(item_form(item))


@pytest.mark.parametrize(("make", "options"), [(SingleFactory, 3), (MultiFactory, 4), (MatchFactory, 4)])
def test_the_place_of_the_right_option_differs_from_attempt_to_attempt(learner, make, options):
    quiz = QuizFactory()
    make(quiz=quiz)
    first = set()
    for _ in range(40):
        attempt = start_attempt(learner=learner, quiz=quiz)
        first.add(item_form(items(attempt)[0]).choices()[0][1])
        Attempt.objects.all().delete()
    assert len(first) == options


def test_the_key_is_not_in_what_is_served_to_the_browser_of_any_kind():
    for question in [planted(kind) for kind in KINDS]:
        served = served_item(question)
        assert set(served.public) <= {"stem", "stems", "options"}
        assert all(set(option) == {"id", "text"} for option in served.public["options"])
    assert set(Question.Kind.values) == set(KINDS)
    assert Choice.objects.count() == 12
