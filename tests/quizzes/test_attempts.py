import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lessons.models import Completion
from quizzes.models import AppendOnlyError, Attempt, AttemptItem, Grade, Response, ServedItem
from quizzes.requirement import QuizRequirement
from quizzes.selectors import answered_items, history
from quizzes.services import AttemptClosedError, QuizNotReadyError, start_attempt, submit_answer
from quizzes.serving import order, token
from tests.factories.accounts import GuestFactory
from tests.factories.anatomy import FactFactory
from tests.factories.quizzes import QuestionFactory, QuizFactory, SingleFactory
from tests.quizzes.taking import answer_all, hopeless, items, perfect

pytestmark = pytest.mark.django_db


def test_starting_serves_every_published_question_in_the_authors_order(quiz, learner):
    SingleFactory(quiz=quiz, status="draft", position=0)
    SingleFactory(quiz=quiz, status="retired", position=4)
    attempt = start_attempt(learner=learner, quiz=quiz)
    assert [(item.position, item.served.question.slug) for item in items(attempt)] == [
        (1, "single"),
        (2, "multi"),
        (3, "match"),
    ]
    assert (attempt.pass_percent, attempt.finished_at, attempt.passed) == (80, None, False)


def test_starting_again_resumes_the_open_attempt(quiz, learner):
    first = start_attempt(learner=learner, quiz=quiz)
    assert start_attempt(learner=learner, quiz=quiz) == first
    assert AttemptItem.objects.count() == 3


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_quiz_that_is_not_published_cannot_be_started(quiz, learner, status):
    quiz.status = status
    with pytest.raises(QuizNotReadyError):
        start_attempt(learner=learner, quiz=quiz)
    assert Attempt.objects.count() == 0


def test_a_quiz_without_published_questions_cannot_be_started(learner):
    with pytest.raises(QuizNotReadyError):
        start_attempt(learner=learner, quiz=QuestionFactory(status="draft").quiz)


def test_the_same_content_is_stored_once_for_all_who_are_asked(quiz, learner):
    start_attempt(learner=learner, quiz=quiz)
    start_attempt(learner=GuestFactory(), quiz=quiz)
    assert (ServedItem.objects.count(), AttemptItem.objects.count()) == (3, 6)


def test_two_questions_with_the_same_words_are_served_apart(learner):
    quiz = QuizFactory()
    SingleFactory(quiz=quiz, stem="Same?")
    SingleFactory(quiz=quiz, stem="Same?")
    start_attempt(learner=learner, quiz=quiz)
    assert ServedItem.objects.count() == 2


def test_tokens_say_nothing_and_differ_from_item_to_item():
    tokens = {token(item, id_) for item in (1, 2) for id_ in ("o1", "o2")}
    assert len(tokens) == 4
    assert all(len(name) == 10 for name in tokens)


def test_the_order_of_options_belongs_to_the_seed():
    ids = ["o1", "o2", "o3", "o4"]
    orders = {tuple(order(seed, ids)) for seed in range(200)}
    assert order(7, ids) == order(7, reversed(ids))
    assert len(orders) == 24


def test_an_answer_is_recorded_graded_and_feeds_its_facts(quiz, learner):
    fact = FactFactory()
    quiz.questions.get(slug="single").facts.add(fact)
    item = items(start_attempt(learner=learner, quiz=quiz))[0]
    key = uuid.uuid4()
    grade = submit_answer(item=item, submit_key=key, answer=perfect(item))
    assert (grade.fraction, grade.parts, grade.reason) == (Decimal("1.00000"), [[fact.slug, True]], "first")
    response = Response.objects.get()
    assert (response.item, response.submit_key, response.answer) == (item, key, perfect(item))


def test_a_repeat_of_the_same_submit_returns_the_stored_grade(quiz, learner):
    item = items(start_attempt(learner=learner, quiz=quiz))[0]
    key = uuid.uuid4()
    first = submit_answer(item=item, submit_key=key, answer=perfect(item))
    assert submit_answer(item=item, submit_key=key, answer=perfect(item)) == first
    assert Response.objects.count() == 1


def test_a_second_answer_from_another_tab_changes_nothing(quiz, learner):
    item = items(start_attempt(learner=learner, quiz=quiz))[0]
    first = submit_answer(item=item, submit_key=uuid.uuid4(), answer=hopeless(item))
    assert submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item)) == first
    assert (Response.objects.get().answer, Grade.objects.get().fraction) == (hopeless(item), 0)


def test_the_last_answer_finishes_the_attempt_and_a_pass_completes_the_lesson(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    answer_all(attempt)
    assert (attempt.passed, attempt.finished_at is not None) == (True, True)
    assert Completion.objects.filter(learner=learner, lesson=quiz.lesson).count() == 1


def test_a_failed_attempt_completes_nothing_and_can_be_followed_by_another(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    answer_all(attempt, hopeless)
    assert (attempt.passed, attempt.finished_at is not None) == (False, True)
    assert Completion.objects.count() == 0
    again = start_attempt(learner=learner, quiz=quiz)
    assert again != attempt
    answer_all(again)
    assert [(score.attempt, score.percent, score.passed) for score in history(learner, quiz)] == [
        (again, 100, True),
        (attempt, 0, False),
    ]


def test_the_pass_mark_of_the_start_counts(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    quiz.pass_percent = 60
    quiz.save()
    first, *others = items(attempt)
    submit_answer(item=first, submit_key=uuid.uuid4(), answer=hopeless(first))
    for item in others:
        submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item))
    attempt.refresh_from_db()
    assert attempt.passed is False


def test_an_attempt_is_graded_by_what_was_served_whatever_an_author_edits_meanwhile(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    for question in quiz.questions.all():
        question.choices.all().delete()
        question.stem = "Rewritten"
        question.status = "retired"
        question.save()
    answer_all(attempt)
    assert attempt.passed is True
    assert "Rewritten" not in [answered.feedback.stem for answered in answered_items(attempt)]


def test_an_attempt_closed_by_a_merge_takes_no_more_answers(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    Attempt.objects.update(finished_at=attempt.started_at)
    item = items(attempt)[0]
    with pytest.raises(AttemptClosedError):
        submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item))
    assert Response.objects.count() == 0


def test_the_newest_grade_counts(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    answer_all(attempt, hopeless)
    for grade in list(Grade.objects.all()):
        Grade.objects.create(response=grade.response, served=grade.served, fraction=1, reason="regrade")
    assert [score.percent for score in history(learner, quiz)] == [100]
    assert {answered.feedback.verdict for answered in answered_items(attempt)} == {"right"}


def test_what_was_served_answered_and_graded_is_never_changed(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    answer_all(attempt)
    for row in (ServedItem.objects.first(), Response.objects.first(), Grade.objects.first()):
        with pytest.raises(AppendOnlyError):
            row.save()
        with pytest.raises(AppendOnlyError):
            row.delete()
        with pytest.raises(AppendOnlyError):
            type(row).objects.all().delete()
        with pytest.raises(AppendOnlyError):
            type(row).objects.update(pk=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServedItem(
            digest=ServedItem.objects.first().digest, kind="single", public={}, key={}, explain={}
        ).save()


def test_deleting_a_learner_takes_all_their_answers_along(quiz, learner):
    answer_all(start_attempt(learner=learner, quiz=quiz))
    learner.delete()
    assert (Attempt.objects.count(), Response.objects.count(), Grade.objects.count()) == (0, 0, 0)


def test_deleting_a_question_keeps_what_was_served(quiz, learner):
    start_attempt(learner=learner, quiz=quiz)
    quiz.questions.all().delete()
    assert list(ServedItem.objects.values_list("question", flat=True)) == [None, None, None]


def test_the_quiz_is_a_point_of_the_checklist_where_it_can_be_taken(quiz, learner):
    requirement = QuizRequirement()
    draft = QuestionFactory(quiz__status="draft").quiz
    empty = QuizFactory()
    lessons = [quiz.lesson, draft.lesson, empty.lesson]
    assert [requirement.is_met(lesson, learner) for lesson in lessons] == [False, None, None]
    answer_all(start_attempt(learner=learner, quiz=quiz))
    assert [requirement.is_met(lesson, learner) for lesson in lessons] == [True, None, None]
    assert [requirement.is_met(quiz.lesson, other) for other in (None, GuestFactory())] == [False, False]
    assert requirement.url(quiz.lesson) == f"/lessons/{quiz.lesson.slug}/quiz/"
    assert requirement.label() == "Pass the quiz"


def test_rows_name_themselves_in_lists(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    answer_all(attempt)
    item = items(attempt)[0]
    response = item.responses.get()
    names = [str(row) for row in (quiz, attempt, item, item.served, response, response.grades.get())]
    assert names == [
        quiz.title,
        str(attempt.public_id),
        f"{attempt.pk}#1",
        item.served.digest[:12],
        f"{item.pk}/1",
        f"{response.pk}: 1.00000",
    ]
