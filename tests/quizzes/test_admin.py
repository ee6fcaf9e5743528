import re

import pytest
from django.urls import reverse

from quizzes.models import Attempt, Choice, Question, Quiz, Response, ServedItem
from quizzes.services import start_attempt
from tests.factories.accounts import UserFactory
from tests.factories.anatomy import FactFactory
from tests.factories.lessons import LessonFactory
from tests.factories.quizzes import MatchFactory, MultiFactory, QuizFactory, SingleFactory
from tests.quizzes.taking import answer_all
from tests.studio import form_data

pytestmark = pytest.mark.django_db

SINGLE = [
    ("", "Iliac fossa", True, "Yes."),
    ("", "Sacrum", False, "Piriformis."),
    ("", "Pubis", False, "Gracilis."),
]
MATCH = [
    ("Iliacus", "Iliac fossa", False, "Yes."),
    ("Piriformis", "Sacrum", False, "Yes."),
    ("", "Pubis", False, "Gracilis."),
    ("", "Sitting bone", False, "Hamstrings."),
]


@pytest.fixture
def studio(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def form(quiz, rows, **changes):
    """What the form of a new question sends."""
    data = {
        "quiz": quiz.pk,
        "position": 1,
        "slug": "written-here",
        "kind": "single",
        "stem": "Where does iliacus start?",
        "explanation": "In the hollow.",
        "status": "published",
        "choices-TOTAL_FORMS": len(rows),
        "choices-INITIAL_FORMS": 0,
        "choices-MIN_NUM_FORMS": 2,
        "choices-MAX_NUM_FORMS": 1000,
    }
    for number, (prompt, text, is_correct, why) in enumerate(rows):
        row = {"prompt": prompt, "text": text, "why": why, "position": number + 1, "fact": ""}
        data |= {f"choices-{number}-{name}": value for name, value in row.items()}
        if is_correct:
            data[f"choices-{number}-is_correct"] = "on"
    return data | changes


def errors(response):
    """Everything that the form complains of, as text."""
    context = response.context
    formset = context["inline_admin_formsets"][0].formset
    return [
        *(str(error) for errors in context["adminform"].form.errors.values() for error in errors),
        *map(str, formset.non_form_errors()),
        *(str(error) for row in formset.errors for errors in row.values() for error in errors),
    ]


def test_an_author_writes_a_question_with_its_answers(studio, quiz):
    fact = FactFactory()
    response = studio.post(reverse("admin:quizzes_question_add"), form(quiz, SINGLE, facts=[fact.pk]))
    assert response.status_code == 302
    question = Question.objects.get(slug="written-here")
    assert list(question.facts.all()) == [fact]
    assert [(choice.position, choice.text, choice.is_correct) for choice in question.choices.all()] == [
        (1, "Iliac fossa", True),
        (2, "Sacrum", False),
        (3, "Pubis", False),
    ]


@pytest.mark.parametrize(
    ("kind", "rows", "said"),
    [
        ("single", [(*row[:2], False, *row[3:]) for row in SINGLE], ["Mark the right answer: exactly one."]),
        (
            "single",
            [(*row[:2], True, *row[3:]) for row in SINGLE[:2]],
            ["Only one answer can be right here. For several, choose the kind “Several right answers”."],
        ),
        (
            "multi",
            [(*row[:2], True, *row[3:]) for row in SINGLE],
            ["At least one answer must be wrong, or there is nothing to choose."],
        ),
        (
            "match",
            MATCH[:3],
            [
                "A match needs at least two answers that fit no prompt (rows with an empty prompt), or the last pair is free."
            ],
        ),
        (
            "single",
            MATCH[:1] + SINGLE[:2],
            ["Only a match has prompts: empty this one.", "Two answers say the same."],
        ),
        (
            "single",
            [SINGLE[0], ("", "Sacrum", False, "")],
            ["Say why: why “Sacrum” is right, or why it tempts and what it is true of."],
        ),
    ],
)
def test_a_published_question_that_is_not_whole_is_refused_in_plain_words(studio, quiz, kind, rows, said):
    response = studio.post(reverse("admin:quizzes_question_add"), form(quiz, rows, kind=kind))
    assert response.status_code == 200
    assert errors(response) == said
    assert not Question.objects.filter(slug="written-here").exists()


def test_a_draft_may_be_unfinished(studio, quiz):
    rows = [("", "Iliac fossa", False, ""), ("", "Sacrum", False, "")]
    response = studio.post(reverse("admin:quizzes_question_add"), form(quiz, rows, status="draft"))
    assert (response.status_code, Question.objects.get(slug="written-here").status) == (302, "draft")


def test_rows_that_are_deleted_do_not_count(studio, quiz):
    question = quiz.questions.get(slug="single")
    rows = list(question.choices.all())
    data = form(
        quiz,
        [("", row.text, row.is_correct, row.why) for row in rows],
        slug="single",
        **{"choices-INITIAL_FORMS": 3, "choices-0-DELETE": "on"},
    )
    data |= {
        f"choices-{number}-{name}": value
        for number, row in enumerate(rows)
        for name, value in (("id", row.pk), ("question", question.pk))
    }
    response = studio.post(reverse("admin:quizzes_question_change", args=[question.pk]), data)
    assert errors(response) == ["Mark the right answer: exactly one."]
    assert Choice.objects.filter(question=question).count() == 3


@pytest.mark.parametrize(
    ("role", "status", "said"),
    [
        ("disputed", "reviewed", "Sources dispute “{}”, so no question may treat it as settled."),
        ("", "draft", "“{}” has not been reviewed yet."),
    ],
)
def test_only_settled_facts_may_be_asked(studio, quiz, role, status, said):
    fact = FactFactory(role=role, status=status, note="Some say so.")
    data = form(quiz, SINGLE, facts=[fact.pk], **{"choices-1-fact": fact.slug})
    response = studio.post(reverse("admin:quizzes_question_add"), data)
    assert errors(response) == [said.format(fact.slug)] * 2


def test_the_fact_of_a_row_is_typed_by_name(studio, quiz):
    fact, disputed = FactFactory(), FactFactory(role="disputed", note="Some say so.")
    url = reverse("admin:quizzes_question_add")
    unknown = studio.post(url, form(quiz, SINGLE, **{"choices-0-fact": "no.such.fact"}))
    assert errors(unknown) == ["There is no fact with this name."]
    assert studio.post(url, form(quiz, SINGLE, **{"choices-0-fact": fact.slug})).status_code == 302
    question = Question.objects.get(slug="written-here")
    assert [choice.fact for choice in question.choices.all()] == [fact, None, None]
    page = studio.get(reverse("admin:quizzes_question_change", args=[question.pk])).content.decode()
    assert f'name="choices-0-fact" value="{fact.slug}"' in page
    assert f'<option value="{fact.slug}">' in page
    assert f'<option value="{disputed.slug}">' not in page


def test_an_answered_question_and_a_begun_quiz_cannot_be_deleted(studio, quiz, learner):
    question = quiz.questions.get(slug="single")
    urls = [
        reverse("admin:quizzes_question_delete", args=[question.pk]),
        reverse("admin:quizzes_quiz_delete", args=[quiz.pk]),
    ]
    answer_all(start_attempt(learner=learner, quiz=quiz))
    assert [studio.post(url, {"post": "yes"}).status_code for url in urls] == [403, 403]
    fresh = SingleFactory()
    urls = [
        reverse("admin:quizzes_question_delete", args=[fresh.pk]),
        reverse("admin:quizzes_quiz_delete", args=[fresh.quiz_id]),
    ]
    assert [studio.post(url, {"post": "yes"}).status_code for url in urls] == [302, 302]
    assert set(Quiz.objects.all()) == {quiz}


def test_the_quiz_lists_its_questions_and_leads_to_a_new_one(studio, quiz):
    page = studio.get(reverse("admin:quizzes_quiz_change", args=[quiz.pk])).content.decode()
    for question in quiz.questions.all():
        assert reverse("admin:quizzes_question_change", args=[question.pk]) in page
    assert f"/admin/quizzes/question/add/?quiz={quiz.pk}&amp;position=4" in page


def test_a_question_made_from_a_quiz_starts_in_it(studio, quiz):
    page = studio.get(
        reverse("admin:quizzes_question_add"), {"quiz": quiz.pk, "position": 4}
    ).content.decode()
    assert f'<option value="{quiz.pk}" selected>' in page
    assert "Save the question first." in page
    assert "Save the quiz first." in studio.get(reverse("admin:quizzes_quiz_add")).content.decode()


@pytest.mark.parametrize("make", [SingleFactory, MultiFactory, MatchFactory])
def test_the_preview_shows_a_question_and_its_key_and_writes_nothing(studio, make):
    question = make(status="draft")
    page = studio.get(reverse("admin:quizzes_question_preview", args=[question.pk])).content.decode()
    for choice in question.choices.all():
        assert choice.text in page
    assert question.choices.first().why in page
    assert "option--right" in page
    assert (ServedItem.objects.count(), Attempt.objects.count()) == (0, 0)


def test_the_preview_of_an_unfinished_question_says_what_is_missing(studio, quiz):
    question = quiz.questions.get(slug="single")
    question.choices.update(is_correct=False)
    page = studio.get(reverse("admin:quizzes_question_preview", args=[question.pk])).content.decode()
    assert "Mark the right answer: exactly one." in page


def test_the_preview_is_for_staff_who_may_see_questions(client, studio, quiz):
    url = reverse("admin:quizzes_question_preview", args=[quiz.questions.first().pk])
    assert studio.get(reverse("admin:quizzes_question_preview", args=[10_000])).status_code == 404
    client.force_login(UserFactory(is_staff=True))
    assert client.get(url).status_code == 403
    client.force_login(UserFactory())
    assert client.get(url).status_code == 302
    client.logout()
    assert client.get(url).status_code == 302


def test_what_learners_answered_can_be_read_and_not_changed(studio, quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)
    answer_all(attempt)
    response = Response.objects.first()
    rows = {"attempt": attempt.pk, "response": response.pk, "grade": response.grades.get().pk}
    for name, pk in rows.items():
        assert studio.get(reverse(f"admin:quizzes_{name}_changelist")).status_code == 200
        change = reverse(f"admin:quizzes_{name}_change", args=[pk])
        assert studio.get(change).status_code == 200
        refused = [
            studio.get(reverse(f"admin:quizzes_{name}_add")),
            studio.post(change, {}),
            studio.post(reverse(f"admin:quizzes_{name}_delete", args=[pk]), {"post": "yes"}),
        ]
        assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert "100 %" in studio.get(reverse("admin:quizzes_attempt_changelist")).content.decode()


@pytest.mark.parametrize("name", ["quiz", "question", "attempt", "response", "grade"])
def test_lists_take_the_same_few_queries_at_1_and_at_2_rows(studio, learner, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse(f"admin:quizzes_{name}_changelist")
    counts = []
    for _ in range(2):
        quiz = QuizFactory()
        SingleFactory(quiz=quiz)
        answer_all(start_attempt(learner=learner, quiz=quiz))
        studio.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert studio.get(url, {"q": "e"}).status_code == 200
            assert studio.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_answers_are_read_as_the_learner_read_them_and_grades_in_percent(studio, learner):
    quiz = QuizFactory()
    for make in (SingleFactory, MultiFactory, MatchFactory):
        make(quiz=quiz)
    answer_all(start_attempt(learner=learner, quiz=quiz))

    page = studio.get(reverse("admin:quizzes_response_changelist")).content.decode()
    for words in (
        ">Iliac fossa<",
        ">Iliacus<br>Psoas major<",
        ">Iliacus → Iliac fossa<br>Sartorius → Upper front bump<",
    ):
        assert words in page
    assert "choice" not in re.sub(r"<[^>]+>", "", page)
    for response in Response.objects.all():
        change = studio.get(reverse("admin:quizzes_response_change", args=[response.pk])).content.decode()
        assert "Iliac" in change
        assert "{&quot;" not in change
    assert ">100 %<" in studio.get(reverse("admin:quizzes_grade_changelist")).content.decode()


def test_the_page_of_an_attempt_is_not_offered_to_staff(studio, quiz, learner):
    attempt = start_attempt(learner=learner, quiz=quiz)

    page = studio.get(reverse("admin:quizzes_attempt_change", args=[attempt.pk]))

    assert "View on site" not in page.content.decode()


def test_a_quiz_without_a_published_question_stays_a_draft(studio):
    lesson = LessonFactory()
    add = reverse("admin:quizzes_quiz_add")
    page = studio.get(add)
    assert page.context["adminform"].form["status"].value() == "draft"
    data = form_data(page) | {"lesson": lesson.pk, "title": "On bones"}

    assert studio.post(add, data).status_code == 302
    quiz = Quiz.objects.get()
    question = SingleFactory(quiz=quiz, status="draft")
    change = reverse("admin:quizzes_quiz_change", args=[quiz.pk])
    published = form_data(studio.get(change)) | {"status": "published"}
    assert errors(studio.post(change, published)) == [
        "None of this quiz's questions is published, so there is nothing to ask. Keep the quiz a draft, publish "
        "a question, then publish the quiz."
    ]
    Question.objects.filter(pk=question.pk).update(status="published")
    assert studio.post(change, published).status_code == 302
    assert Quiz.objects.get().status == "published"


def test_the_name_of_a_new_question_is_made_from_what_it_asks(studio, quiz):
    def filled_in(address):
        return [field["field"].name for field in studio.get(address).context["adminform"].prepopulated_fields]

    assert filled_in(reverse("admin:quizzes_question_add")) == ["slug"]
    assert filled_in(reverse("admin:quizzes_question_change", args=[quiz.questions.first().pk])) == []
