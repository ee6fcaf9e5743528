import pytest

from accounts.learners import SESSION_KEY
from tests.factories.accounts import GuestFactory
from tests.factories.quizzes import MatchFactory, MultiFactory, QuizFactory, SingleFactory


@pytest.fixture
def quiz():
    """A quiz with one question of each kind."""
    quiz = QuizFactory()
    SingleFactory(quiz=quiz, slug="single", position=1)
    MultiFactory(quiz=quiz, slug="multi", position=2)
    MatchFactory(quiz=quiz, slug="match", position=3)
    return quiz


@pytest.fixture
def learner():
    return GuestFactory()


def sign_in_guest(client, learner):
    session = client.session
    session[SESSION_KEY] = str(learner.guest_key)
    session.save()
    return client


@pytest.fixture
def guest(client, learner):
    """A client whose learner is `learner`."""
    return sign_in_guest(client, learner)


@pytest.fixture
def url(quiz):
    return f"/lessons/{quiz.lesson.slug}/quiz/"
