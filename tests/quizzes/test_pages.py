import uuid

import pytest
from django.urls import reverse

from lessons.models import Completion, Lesson, Part
from quizzes.models import Attempt, Grade, Question, Response
from quizzes.services import start_attempt, submit_answer
from tests.factories.accounts import GuestFactory
from tests.factories.lessons import LessonFactory
from tests.factories.quizzes import QuizFactory, SingleFactory
from tests.quizzes.conftest import sign_in_guest
from tests.quizzes.taking import answer_all, fields, hopeless, items, perfect

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def attempt(quiz, learner):
    return start_attempt(learner=learner, quiz=quiz)


def test_the_cover_says_what_the_quiz_is_and_writes_nothing(client, quiz, url):
    response = client.get(url)
    page = text(response)
    assert response.status_code == 200
    assert quiz.title in page
    assert "3 questions." in page
    assert "You pass at 80 %, and a pass completes the lesson." in page
    assert "Your earlier goes" not in page
    assert response["Cache-Control"] == "private, no-store"
    assert Attempt.objects.count() == 0
    assert "session" not in client.cookies


def test_start_makes_a_guest_and_leads_to_the_first_question(client, quiz, url):
    response = client.post(url, {"action": "start"}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    attempt = Attempt.objects.get()
    assert attempt.learner.is_guest
    assert "Question 1 of 3" in text(response)
    assert items(attempt)[0].served.public["stem"] in text(response)


def test_a_guest_takes_the_whole_quiz_and_reads_the_result(guest, quiz, url, attempt):
    for item in items(attempt):
        response = guest.post(url, fields(item, perfect(item)), follow=True)
        assert response.redirect_chain == [(f"{url}?item={item.position}#feedback", 302)]
        assert response["Cache-Control"] == "private, no-store"
        assert "The idea behind it." in text(response)
    result = reverse("quizzes:result", args=[attempt.public_id])
    assert f'href="{result}"' in text(response)
    page = guest.get(result)
    assert page["Cache-Control"] == "private, no-store"
    assert "<strong>100 %</strong>" in text(page)
    assert "The lesson is complete." in text(page)
    assert Completion.objects.filter(learner=attempt.learner, lesson=quiz.lesson).exists()


def test_feedback_marks_every_option_and_says_why(guest, url, attempt):
    item = items(attempt)[0]
    page = text(guest.post(url, fields(item, hopeless(item)), follow=True))
    assert "Not right" in page
    assert page.count("option--right") == 1
    assert page.count("option--wrong") == 1
    for option in ("Iliac fossa", "Ischial tuberosity", "Iliac crest"):
        assert f"Why {option}" in page
    assert 'id="feedback" role="status" tabindex="-1"' in page
    assert "Next question" in page


def test_feedback_on_a_match_says_what_belongs_where_and_what_the_wrong_answer_is_true_of(
    guest, url, attempt
):
    item = items(attempt)[2]
    pairs = item.served.key["pairs"]
    page = text(guest.post(url, fields(item, {"pairs": {"s1": pairs["s2"], "s2": pairs["s2"]}}), follow=True))
    assert "Partly right: 50 %" in page
    assert "Your answer was <strong>Upper front bump</strong>. This belongs to: Sartorius." in page


def test_the_result_teaches_after_a_failure_and_offers_another_go(guest, quiz, url, attempt):
    answer_all(attempt, hopeless)
    page = text(guest.get(attempt.get_absolute_url()))
    assert "<strong>0 %</strong>" in page
    assert "Not passed yet" in page
    assert "Why Ischial tuberosity" in page
    assert "Try again" in page
    assert "Your earlier goes" in text(guest.get(url))
    guest.post(url, {"action": "start"})
    assert Attempt.objects.open().count() == 1


def test_the_result_leads_on_to_the_next_lesson(guest, quiz, attempt):
    following = LessonFactory(part=quiz.lesson.part, position=quiz.lesson.position + 1)
    answer_all(attempt)
    assert f'href="{following.get_absolute_url()}"' in text(guest.get(attempt.get_absolute_url()))


def test_the_result_of_an_open_attempt_leads_back_to_its_question(guest, url, attempt):
    assert guest.get(attempt.get_absolute_url()).url == url


def test_back_and_send_again_shows_the_first_answer(guest, url, attempt):
    item = items(attempt)[0]
    sent = fields(item, hopeless(item))
    first = guest.post(url, sent)
    again = guest.post(url, sent)
    other = guest.post(url, fields(item, perfect(item)))
    assert first.url == again.url == other.url == f"{url}?item=1#feedback"
    assert (Response.objects.count(), Grade.objects.get().fraction) == (1, 0)


def test_a_form_of_an_attempt_that_is_over_leads_to_its_result(guest, quiz, url, learner, attempt):
    item = items(attempt)[0]
    sent = fields(item, perfect(item))
    answer_all(attempt)
    start_attempt(learner=learner, quiz=quiz)
    assert guest.post(url, sent).url == attempt.get_absolute_url()


def test_a_form_of_an_attempt_closed_by_a_merge_leads_to_its_result(guest, url, attempt):
    Attempt.objects.update(finished_at=attempt.started_at)
    item = items(attempt)[0]
    assert guest.post(url, fields(item, perfect(item))).url == attempt.get_absolute_url()
    assert Response.objects.count() == 0


def test_a_question_not_yet_answered_shows_no_feedback(guest, url, attempt):
    assert guest.get(f"{url}?item=2").url == url


@pytest.mark.parametrize("item", ["0", "-1", "x", "9" * 400, "١", "\x00", "", "1.5", "99"])
def test_an_odd_question_number_shows_the_quiz(guest, url, attempt, item):
    response = guest.get(url, {"item": item}, follow=True)
    assert (response.status_code, "Question 1 of 3" in text(response)) == (200, True)


MESSAGES = {
    "single": "Choose an answer first. Nothing has been recorded yet.",
    "multi": "Choose at least one answer first. Nothing has been recorded yet.",
    "match": "Choose an answer in every row first. Nothing has been recorded yet.",
}
HOSTILE = [
    "",
    "o1",
    "-1",
    "1" * 400,
    "١",
    "\x00",
    "9f8e7d6c5b",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "x" * 10_000,
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_answer_that_was_never_offered_counts_as_not_chosen(guest, url, attempt, place, value):
    item = items(attempt)[place]
    sent = fields(item, perfect(item))
    sent |= {name: value for name in sent if name == "answer" or name.startswith("row-")}
    response = guest.post(url, sent)
    assert response.status_code == 422
    assert MESSAGES[item.served.kind] in text(response)
    assert "alert(1)" not in text(response)
    assert Response.objects.count() == 0


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nothing_chosen_says_so_and_records_nothing(guest, url, attempt, place):
    item = items(attempt)[place]
    sent = {
        name: value
        for name, value in fields(item, perfect(item)).items()
        if name in {"attempt", "item", "submit_key"}
    }
    response = guest.post(url, sent)
    assert (response.status_code, MESSAGES[item.served.kind] in text(response)) == (422, True)
    assert sent["submit_key"] in text(response)
    assert Response.objects.count() == 0


def test_an_answer_to_another_item_counts_as_not_chosen(guest, url, attempt):
    first, _second, _third = items(attempt)
    foreign = {**fields(first, perfect(first)), "item": "2"}
    assert guest.post(url, foreign).status_code == 422
    assert Response.objects.count() == 0


def test_what_was_chosen_stays_when_a_row_is_missing(guest, url, attempt):
    item = items(attempt)[2]
    sent = fields(item, perfect(item))
    rows = [name for name in sent if name.startswith("row-")]
    kept = sent[rows[0]]
    response = guest.post(url, {**sent, rows[1]: ""})
    assert f'<option value="{kept}" selected>' in text(response)
    assert text(response).count("Choose an answer here.") == 1


def test_what_was_ticked_stays_when_something_else_was_wrong(guest, url, attempt):
    item = items(attempt)[1]
    sent = fields(item, perfect(item))
    response = guest.post(url, {**sent, "answer": [*sent["answer"], "nonsense"]})
    assert response.status_code == 422
    assert text(response).count("checked") == 2


@pytest.mark.parametrize("key", ["", "x", "\x00", "1" * 400])
def test_a_form_that_lost_its_submit_key_gets_a_new_one_and_keeps_what_was_chosen(guest, url, attempt, key):
    item = items(attempt)[0]
    response = guest.post(url, {**fields(item, perfect(item)), "submit_key": key})
    page = text(response)
    assert response.status_code == 422
    assert "Nothing has been recorded yet. Please confirm your answer once more." in page
    assert page.count("checked") == 1
    uuid.UUID(response.context["form"]["submit_key"].value())
    assert Response.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"attempt": "x"},
        {"attempt": "\x00", "item": "1"},
        {"attempt": str(uuid.uuid4()), "item": "1"},
        {"item": "99"},
        {"item": "\x00"},
        {"item": "9" * 400},
        {"action": "finish", "score": "100", "passed": "1", "user": "1"},
    ],
)
def test_a_form_that_names_no_question_is_turned_back_and_records_nothing(guest, url, attempt, sent):
    whole = {"attempt": str(attempt.public_id), **sent} if "attempt" not in sent and sent else sent
    response = guest.post(url, whole, follow=True)
    assert (response.status_code, response.redirect_chain) == (200, [(url, 302)])
    assert "nothing was recorded" in text(response)
    assert Response.objects.count() == 0
    attempt.refresh_from_db()
    assert attempt.finished_at is None


def test_a_visitor_without_any_attempt_cannot_answer(client, url, attempt):
    item = items(attempt)[0]
    assert client.post(url, fields(item, perfect(item))).url == url
    assert Response.objects.count() == 0


def test_ten_thousand_fields_are_refused_with_a_clear_page(guest, url, attempt):
    response = guest.post(url, {f"field{number}": "x" for number in range(10_000)})
    assert (response.status_code, "Nothing was changed." in text(response)) == (400, True)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused(guest, url, attempt, method):
    assert getattr(guest, method)(url).status_code == 405
    assert getattr(guest, method)(attempt.get_absolute_url()).status_code == 405


def test_another_learners_attempt_cannot_be_seen_or_answered(client, quiz, url, attempt):
    answer_all(attempt)
    stranger = sign_in_guest(client, GuestFactory())
    result = attempt.get_absolute_url()
    assert [getattr(stranger, method)(result).status_code for method in ("get", "head", "post")] == [
        404,
        404,
        405,
    ]
    assert stranger.get(f"{url}?item=1").url == url
    item = items(start_attempt(learner=attempt.learner, quiz=quiz))[0]
    assert stranger.post(url, fields(item, perfect(item))).url == url
    assert Response.objects.filter(item=item).count() == 0


def test_a_visitor_who_did_nothing_sees_no_result(client, attempt):
    answer_all(attempt)
    assert client.get(attempt.get_absolute_url()).status_code == 404


def test_a_locked_quiz_names_the_missing_step_and_records_nothing(client, quiz, url):
    Part.objects.update(sequence=Part.Sequence.STRICT)
    Lesson.objects.filter(pk=quiz.lesson_id).update(position=5)
    first = LessonFactory(part=quiz.lesson.part, position=1, title="Before that")
    for response in (client.get(url), client.post(url, {"action": "start"})):
        assert response.status_code == 403
        assert f'href="{first.get_absolute_url()}"' in text(response)
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_the_quiz_of_a_lesson_that_is_not_out_does_not_exist(client, quiz, url, status):
    Lesson.objects.update(status=status)
    assert client.get(url).status_code == 404
    assert client.post(url, {"action": "start"}).status_code == 404


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_quiz_that_is_not_published_does_not_exist(client, quiz, url, status):
    quiz.status = status
    quiz.save()
    assert [client.get(url).status_code, client.post(url, {"action": "start"}).status_code] == [404, 404]


def test_a_quiz_without_questions_does_not_exist(client):
    quiz = QuizFactory()
    assert client.get(quiz.get_absolute_url()).status_code == 404
    assert client.get("/lessons/no-such-lesson/quiz/").status_code == 404
    assert client.get(f"/lessons/{LessonFactory().slug}/quiz/").status_code == 404


def test_an_open_attempt_can_be_finished_after_its_quiz_was_withdrawn(guest, quiz, url, attempt):
    quiz.status = "retired"
    quiz.save()
    Question.objects.update(status="retired")
    for item in items(attempt):
        assert guest.post(url, fields(item, perfect(item))).status_code == 302
    page = text(guest.get(attempt.get_absolute_url()))
    assert "<strong>100 %</strong>" in page


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ settings.SECRET_KEY }}"]
)
def test_what_authors_write_is_shown_as_text(guest, quiz, url, learner, payload):
    quiz.title = quiz.intro = payload
    quiz.save()
    for question in quiz.questions.all():
        question.stem = question.explanation = payload
        question.save()
        for number, choice in enumerate(question.choices.all()):
            choice.text, choice.why = f"{payload}{number}", payload
            choice.prompt = choice.prompt and f"{payload}{number}"
            choice.save()
    pages = [guest.get(url)]
    attempt = start_attempt(learner=learner, quiz=quiz)
    for item in items(attempt):
        pages += [guest.get(url), guest.post(url, fields(item, perfect(item)), follow=True)]
    pages.append(guest.get(attempt.get_absolute_url()))
    for page in pages:
        assert "<script>alert" not in page.content.decode()
        assert "<img src=x" not in page.content.decode()
        assert "only-for-tests" not in page.content.decode()


@pytest.fixture(params=[2, 12])
def sized(request, learner):
    """A quiz of 2 or of 12 questions, of which one is answered."""
    quiz = QuizFactory()
    for position in range(request.param):
        SingleFactory(quiz=quiz, position=position)
    attempt = start_attempt(learner=learner, quiz=quiz)
    item = items(attempt)[0]
    submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item))
    return quiz


def test_pages_take_the_same_few_queries_whatever_the_number_of_questions(
    guest, sized, learner, django_assert_num_queries
):
    url = sized.get_absolute_url()
    attempt = Attempt.objects.get()
    guest.get(sized.lesson.get_absolute_url())  # draws the lesson, which is done once a version
    with django_assert_num_queries(6):
        guest.get(url)
    with django_assert_num_queries(8):
        guest.get(f"{url}?item=1")
    second = items(attempt)[1]
    sent = fields(second, perfect(second))
    later = items(attempt)[2:]
    for item in later:
        submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item))
    with django_assert_num_queries(24):
        guest.post(url, sent)
    with django_assert_num_queries(7):
        guest.get(attempt.get_absolute_url())
    with django_assert_num_queries(6):
        guest.get(url)


def test_an_answer_in_the_middle_of_a_quiz_takes_few_queries(
    guest, quiz, url, attempt, django_assert_num_queries
):
    item = items(attempt)[0]
    with django_assert_num_queries(13):
        guest.post(url, fields(item, perfect(item)))


def card_of(client, lesson):
    page = client.get(lesson.get_absolute_url()).content.decode()
    card = page.partition('<section class="card quiz-card"')[2].partition("</section>")[0]
    return " ".join(card.split())


def test_the_card_on_the_lesson_page_says_how_it_stands(guest, quiz, learner):
    assert "Start the quiz" in card_of(guest, quiz.lesson)
    assert "3 questions · pass at 80 %" in card_of(guest, quiz.lesson)
    attempt = start_attempt(learner=learner, quiz=quiz)
    assert "Continue the quiz" in card_of(guest, quiz.lesson)
    answer_all(attempt, hopeless)
    assert "Try the quiz again" in card_of(guest, quiz.lesson)
    answer_all(start_attempt(learner=learner, quiz=quiz))
    assert "your best: 100 %" in card_of(guest, quiz.lesson)
    assert "Take it again" in card_of(guest, quiz.lesson)


def test_a_lesson_without_a_quiz_has_no_card(guest):
    assert card_of(guest, LessonFactory()) == ""


def test_the_card_takes_three_queries_at_most(quiz, learner, django_assert_num_queries):
    from quizzes.selectors import quiz_card

    answer_all(start_attempt(learner=learner, quiz=quiz))
    with django_assert_num_queries(3):
        quiz_card(quiz.lesson, learner)
    with django_assert_num_queries(1):
        quiz_card(quiz.lesson, None)


def test_the_result_of_an_attempt_closed_by_a_merge_says_why_questions_are_missing(guest, attempt):
    item = items(attempt)[0]
    submit_answer(item=item, submit_key=uuid.uuid4(), answer=perfect(item))
    Attempt.objects.update(finished_at=attempt.started_at)
    page = text(guest.get(attempt.get_absolute_url()))
    assert "This go was closed with 1 of 3 questions answered" in page
    assert "<strong>33 %</strong>" in page


def test_a_question_page_asked_for_while_the_last_answer_arrives_leads_to_the_result(guest, url, attempt):
    answer_all(attempt)
    Attempt.objects.update(finished_at=None, passed=False)
    assert guest.get(url).url == attempt.get_absolute_url()


def test_feedback_asked_for_by_a_visitor_without_an_attempt_shows_the_quiz(client, url):
    assert client.get(f"{url}?item=1").url == url


def test_an_answer_from_a_stale_window_is_told_not_to_count(guest, url, attempt):
    item = items(attempt)[0]
    first = fields(item, perfect(item))
    guest.post(url, first)
    repeat = guest.post(url, first, follow=True)
    assert "That first answer counts." not in text(repeat)
    stale = guest.post(url, fields(item, hopeless(item)), follow=True)
    assert "You had answered this question in another window already. That first answer counts." in text(
        stale
    )
    assert Response.objects.count() == 1


def test_a_right_option_that_was_left_out_looks_unlike_one_that_was_chosen(guest, url, attempt):
    item = next(item for item in items(attempt) if item.served.kind == "multi")
    for earlier in items(attempt):
        if earlier.position < item.position:
            guest.post(url, fields(earlier, perfect(earlier)))
    answer = {"choices": perfect(item)["choices"][:1]}
    page = text(guest.post(url, fields(item, answer), follow=True))
    assert (
        page.count("option--missed")
        == page.count("Right, you left this out")
        == len(perfect(item)["choices"]) - 1
    )
    assert page.count("Right, your answer") == 1
