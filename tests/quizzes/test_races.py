"""Many at the same instant: one attempt, one response, one grade, the same answer to all."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.learners import SESSION_KEY
from lessons.models import Completion
from quizzes.models import Attempt, AttemptItem, Grade, Response
from quizzes.services import start_attempt, submit_answer
from tests.quizzes.taking import fields, hopeless, items, perfect

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 40


def all_at_once(jobs):
    """Run the jobs in as many threads, each with a connection of its own, from the same instant on."""
    barrier = threading.Barrier(len(jobs))

    def run(job):
        try:
            barrier.wait(30)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.parametrize("shared", [True, False])
def test_forty_submits_of_one_item_make_one_response_and_one_grade(quiz, learner, shared):
    item = items(start_attempt(learner=learner, quiz=quiz))[0]
    key = uuid.uuid4()
    answers = [perfect(item), hopeless(item)]
    jobs = [
        lambda place=place: submit_answer(
            item=AttemptItem(pk=item.pk),
            submit_key=key if shared else uuid.uuid4(),
            answer=answers[0 if shared else place % 2],
        )
        for place in range(THREADS)
    ]
    grades = all_at_once(jobs)
    assert (Response.objects.count(), Grade.objects.count()) == (1, 1)
    assert {grade.pk for grade in grades} == {Grade.objects.get().pk}
    assert len({grade.fraction for grade in grades}) == 1


def test_forty_starts_make_one_attempt(quiz, learner):
    attempts = all_at_once([lambda: start_attempt(learner=learner, quiz=quiz)] * THREADS)
    assert len({attempt.pk for attempt in attempts}) == 1
    assert (Attempt.objects.count(), AttemptItem.objects.count()) == (1, 3)


def test_the_last_questions_answered_at_once_finish_the_attempt_once(quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    all_at_once(
        [
            lambda item=item: submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item))
            for item in items(attempt)
        ]
    )
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.finished_at is not None) == (True, True)
    assert Completion.objects.count() == 1


def test_two_tabs_that_confirm_at_once_both_see_the_same_feedback(quiz, learner, url):
    from django.test import Client

    def tab():
        client = Client()
        session = client.session
        session[SESSION_KEY] = str(learner.guest_key)
        session.save()
        return client

    item = items(start_attempt(learner=learner, quiz=quiz))[0]
    sent = [fields(item, answer) for answer in (perfect(item), hopeless(item)) * 4]
    tabs = [tab() for _ in sent]
    jobs = [lambda tab=tab, form=form: tab.post(url, form) for tab, form in zip(tabs, sent, strict=True)]
    answers = {(response.status_code, response.url) for response in all_at_once(jobs)}
    assert answers == {(302, f"{url}?item=1#feedback")}
    pages = {tab.get(f"{url}?item=1").content.decode().count("option--wrong") for tab in tabs}
    assert len(pages) == 1
    assert Response.objects.count() == 1
