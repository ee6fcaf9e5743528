import uuid

import pytest

from accounts.learners import merge_learners
from quizzes.models import Attempt, Response
from quizzes.services import start_attempt, submit_answer
from tests.factories.accounts import GuestFactory, LearnerFactory
from tests.quizzes.taking import answer_all, items, perfect

pytestmark = pytest.mark.django_db


def begun(learner, quiz, answers):
    attempt = start_attempt(learner=learner, quiz=quiz)
    for item in items(attempt)[:answers]:
        submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item))
    return attempt


def test_a_guests_attempts_move_to_the_account_with_their_answers(quiz):
    guest, target = GuestFactory(), LearnerFactory()
    passed = start_attempt(learner=guest, quiz=quiz)
    answer_all(passed)
    opened = begun(guest, quiz, 1)
    merge_learners(source=guest, target=target)
    assert set(Attempt.objects.filter(learner=target)) == {passed, opened}
    assert Response.objects.count() == 4


@pytest.mark.parametrize(
    ("of_guest", "of_account", "open_is"), [(2, 1, "guest"), (1, 2, "account"), (1, 1, "account")]
)
def test_of_two_open_attempts_the_one_with_more_answers_stays_open(quiz, of_guest, of_account, open_is):
    guest, target = GuestFactory(), LearnerFactory()
    attempts = {"guest": begun(guest, quiz, of_guest), "account": begun(target, quiz, of_account)}
    merge_learners(source=guest, target=target)
    assert list(Attempt.objects.open()) == [attempts[open_is]]
    closed = Attempt.objects.finished().get()
    assert (closed.passed, closed.learner) == (False, target)
    assert Response.objects.count() == of_guest + of_account


def test_merging_leaves_the_attempts_of_others_alone(quiz):
    guest, target, other = GuestFactory(), LearnerFactory(), GuestFactory()
    begun(guest, quiz, 0)
    mine = begun(other, quiz, 1)
    merge_learners(source=guest, target=target)
    assert Attempt.objects.get(learner=other) == mine
