import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import mfa
from accounts.models import Learner
from lessons.models import BlockRead, Completion, FilmProgress, Lesson, LessonVisit, Part
from lessons.rendering import render_lesson
from quizzes.models import Attempt, Choice, Question, Quiz
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.lessons import FilmBlockFactory, LessonFactory, PartFactory, TextBlockFactory

pytestmark = pytest.mark.django_db


def make_course(lessons, *, blocks=3, **part):
    part = PartFactory(**part)
    made = []
    for _ in range(lessons):
        lesson = LessonFactory(part=part)
        for number in range(blocks):
            TextBlockFactory(parent=lesson, key=f"block-{number}")
        quiz = Quiz.objects.create(lesson=lesson, title="Check")
        question = Question.objects.create(quiz=quiz, slug=f"q-{lesson.slug}", stem="Where?")
        Choice.objects.create(question=question, text="Here", is_correct=True)
        Choice.objects.create(question=question, text="There")
        render_lesson(lesson)
        made.append(lesson)
    return made


def detail(lesson, name="detail"):
    return reverse(f"lessons:{name}", args=[lesson.slug])


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_looking_at_every_page_makes_no_learner(client):
    lesson = make_course(1)[0]
    for url in (reverse("lessons:home"), reverse("lessons:map"), detail(lesson)):
        assert client.get(url).status_code == 200
    assert not Learner.objects.exists()
    assert not LessonVisit.objects.exists()


def test_the_empty_course_says_so(client):
    assert "No lesson is open yet" in client.get(reverse("lessons:map")).content.decode()
    assert client.get(reverse("lessons:home")).status_code == 200


@pytest.mark.parametrize("count", [1, 50])
def test_a_lesson_page_asks_the_database_the_same_few_questions_at_any_length(
    client, django_assert_num_queries, count
):
    lessons = make_course(count, blocks=3 if count == 1 else 30)
    learner = LearnerFactory()
    client.force_login(learner.user)
    for lesson in lessons[:25]:
        Completion.objects.create(learner=learner, lesson=lesson, lesson_version=1)
        LessonVisit.objects.create(learner=learner, lesson=lesson)
    Attempt.objects.create(
        learner=learner, quiz=lessons[0].quiz, pass_percent=80, finished_at=timezone.now(), passed=True
    )
    with django_assert_num_queries(11):
        client.get(detail(lessons[0]))


@pytest.mark.parametrize("count", [1, 50])
def test_the_map_asks_the_database_the_same_few_questions_at_any_length(
    client, django_assert_num_queries, count
):
    lessons = make_course(count)
    learner = LearnerFactory()
    client.force_login(learner.user)
    Completion.objects.create(learner=learner, lesson=lessons[0], lesson_version=1)
    with django_assert_num_queries(5):
        client.get(reverse("lessons:map"))


def test_a_guest_is_made_by_reading_and_kept_in_the_session(client):
    lesson = make_course(1)[0]
    answer = client.post(detail(lesson, "read"), {"block": ["block-0", "block-1"], "at": "block-1"})
    assert answer.json() == {
        "points": [
            {"key": "read", "done": False, "detail": "2 of 3 sections"},
            {"key": "quiz", "done": False, "detail": ""},
        ],
        "complete": False,
    }
    learner = Learner.objects.get()
    assert learner.is_guest
    client.post(detail(lesson, "read"), {"block": "block-2"})
    assert list(BlockRead.objects.values_list("learner_id", flat=True)) == [learner.pk] * 3
    assert f'href="{detail(lesson)}#block-1"' in client.get(reverse("lessons:map")).content.decode()


def test_marking_as_read_works_without_javascript(client):
    lesson = make_course(1)[0]
    answer = client.post(detail(lesson, "mark-read"), follow=True)
    assert answer.redirect_chain == [(detail(lesson), 302)]
    assert "Marked as read. The quiz is what is left to do." in answer.content.decode()


def test_films_keep_what_was_seen(client):
    lesson = LessonFactory()
    FilmBlockFactory(parent=lesson, key="stride", duration=40)
    url = reverse("lessons:film", args=[lesson.slug, "stride"])
    report = {"intervals": [[0, 38]], "position": 38}
    answer = client.post(url, {"report": json.dumps(report)})
    film = FilmProgress.objects.get()
    assert (film.intervals, film.position, answer.json()["points"][1]) == (
        [[0, 38]],
        38,
        {"key": "film-stride", "done": True, "detail": ""},
    )
    page = client.get(detail(lesson)).content.decode()
    assert '<script id="film-positions" type="application/json">{"stride": 38.0}</script>' in page


@pytest.mark.parametrize(
    "report",
    [
        "",
        "no json",
        "[]",
        '{"intervals": 7}',
        '{"intervals": [[0]]}',
        '{"intervals": [[0, 1e309]]}',
        '{"intervals": [["a", "b"]]}',
        '{"position": -4}',
        '{"position": NaN}',
        '{"position": 1' + "0" * 400 + "}",
        '{"position": 1' + "0" * 4_000 + "}",
        '{"intervals": [[0, 1' + "0" * 400 + "]]}",
        "[" * 9_000,
        "[" * 100_000,
        '{"intervals": [[0, 1]]}' + " " * 10_000,
        '{"intervals": [' + "[0,1]," * 100 + "[0,1]]}",
    ],
)
def test_a_report_that_cannot_be_read_changes_nothing(client, report):
    lesson = LessonFactory()
    FilmBlockFactory(parent=lesson, key="stride")
    answer = client.post(reverse("lessons:film", args=[lesson.slug, "stride"]), {"report": report})
    assert answer.status_code == 400
    assert not Learner.objects.exists()


def test_an_embedded_film_is_declared_as_watched_without_javascript(client):
    lesson = LessonFactory()
    embed = {"provider": "youtube", "video_id": "dQw4w9WgXcQ", "webm": "", "captions": ""}
    for key in ("one", "two"):
        FilmBlockFactory(parent=lesson, key=key, duration=40, **embed)
    address = reverse("lessons:film", args=[lesson.slug, "one"])
    page = client.get(detail(lesson)).content.decode()
    assert f'action="{address}"' in page
    assert "% seen" not in page
    assert 'href="#checklist-title"' in page

    answer = client.post(address, {"declared": "yes"}, follow=True)

    assert (answer.redirect_chain, said(answer)) == ([(detail(lesson), 302)], ["Marked as watched."])
    page = answer.content.decode()
    assert f'action="{address}"' not in page
    assert page.count("I have watched it") == 1
    assert FilmProgress.objects.get().declared_at is not None
    answer = client.post(detail(lesson, "mark-read"), follow=True)
    assert said(answer) == ["Marked as read. The list at the end says what is left to do."]
    answer = client.post(address.replace("/one/", "/two/"), {"declared": "yes"}, follow=True)
    assert said(answer) == ["Lesson complete."]
    assert Completion.objects.get().lesson == lesson


def test_declaring_a_film_keeps_where_it_stands(client):
    lesson = LessonFactory()
    FilmBlockFactory(parent=lesson, key="stride", duration=40)
    address = reverse("lessons:film", args=[lesson.slug, "stride"])
    client.post(address, {"report": json.dumps({"intervals": [[0, 12]], "position": 12})})
    client.post(address, {"declared": "yes"})
    film = FilmProgress.objects.get()
    assert (film.position, film.intervals, film.declared_at is None) == (12, [[0, 12]], False)


def test_a_film_that_the_lesson_does_not_have_cannot_be_declared_and_makes_no_learner(client):
    lesson = make_course(1)[0]
    address = reverse("lessons:film", args=[lesson.slug, "none"])
    assert client.post(address, {"declared": "yes"}).status_code == 404
    assert not Learner.objects.exists()


def test_a_retired_lesson_keeps_its_completion_and_has_no_number(client):
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, key="only")
    client.post(detail(lesson, "mark-read"))
    lesson.status = Lesson.Status.RETIRED
    lesson.save()
    page = client.get(detail(lesson)).content.decode()
    assert "This lesson is no longer part of the course." in page
    assert page.count("Complete. It stays complete, whatever is edited later.</p>") == 1
    assert re.findall(r"Lesson \d+ of \d+", page) == []
    assert "The last lesson of the part" not in page


def test_a_film_that_the_lesson_does_not_have_is_not_found(client):
    lesson = make_course(1)[0]
    report = json.dumps({"intervals": [[0, 1]]})
    assert (
        client.post(reverse("lessons:film", args=[lesson.slug, "none"]), {"report": report}).status_code
        == 404
    )


def test_a_locked_lesson_names_the_missing_step_and_takes_no_facts(client):
    first, second = make_course(2, sequence=Part.Sequence.STRICT)
    page = client.get(detail(second))
    assert page.status_code == 403
    assert f"Complete “{first.title}” first" in page.content.decode()
    assert f'href="{detail(first)}"' in page.content.decode()
    for name in ("read", "mark-read"):
        assert client.post(detail(second, name), {"block": "block-0"}).status_code == 404
    assert not BlockRead.objects.exists()
    assert not Completion.objects.exists()


@pytest.mark.parametrize("slug", ["unknown", "x" * 300, "%00", "..%2f..%2fetc"])
def test_unknown_lessons_are_a_clear_404(client, slug):
    answer = client.get(f"/lessons/{slug}/")
    assert answer.status_code == 404
    assert "There is no page here" in answer.content.decode()


def test_drafts_are_seen_in_the_preview_by_authors_only(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    TextBlockFactory(parent=lesson, body="<p>Not yet public.</p>")
    preview = detail(lesson, "preview")
    may_change = Permission.objects.get(codename="change_lesson")
    to_the_studio = f"{reverse('admin:login')}?next={preview}"
    assert client.get(detail(lesson)).status_code == 404
    assert client.get(preview).url == to_the_studio
    for fields, status in [
        ({"is_staff": False}, 302),
        ({"is_staff": True, "is_active": False}, 302),
        ({"is_staff": True}, 200),
    ]:
        user = UserFactory(**fields)
        user.user_permissions.add(may_change)
        client.force_login(user)
        assert client.get(preview).status_code == status
    assert "Not yet public." in client.get(preview).content.decode()
    client.force_login(UserFactory(is_staff=True))
    assert client.get(preview).status_code == 403
    assert not LessonVisit.objects.exists()


def test_the_preview_asks_for_the_second_proof_as_the_studio_does(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    author = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(author)
    preview = detail(lesson, "preview")
    assert client.get(preview).url == f"{reverse('admin:login')}?next={preview}"
    Authenticator.objects.create(user=author, type=Authenticator.Type.TOTP, data={})
    assert client.get(preview).status_code == 302  # has one, but has not given it
    session = client.session
    session[mfa.SESSION_KEY] = author.pk
    session.save()
    assert client.get(preview).status_code == 200


def test_progress_needs_the_token_of_the_form():
    lesson = LessonFactory()
    answer = Client(enforce_csrf_checks=True).post(detail(lesson, "mark-read"))
    assert answer.status_code == 403
    assert "This form has been open for too long" in answer.content.decode()


def test_pages_that_show_progress_are_not_kept_by_proxies(client):
    lesson = make_course(1)[0]
    for url in (reverse("lessons:home"), reverse("lessons:map"), detail(lesson)):
        assert client.get(url)["Cache-Control"] == "private, no-cache"


def test_titles_are_text_not_markup(client):
    lesson = LessonFactory(title="<script>alert(1)</script>", summary='"><img src=x onerror=alert(1)>')
    for url in (reverse("lessons:home"), reverse("lessons:map"), detail(lesson)):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
