from pathlib import Path

import pytest
import yaml
from django.conf import settings

from lessons.content import ContentError, check_course
from quizzes.content import QuizFiles
from quizzes.models import Choice, Question, Quiz
from quizzes.services import start_attempt
from tests.course import put_course
from tests.factories.accounts import GuestFactory
from tests.factories.anatomy import FactFactory
from tests.factories.lessons import LessonFactory, PartFactory
from tests.factories.quizzes import MatchFactory, QuizFactory, SingleFactory
from tests.quizzes.taking import answer_all

FILES = QuizFiles()
PATH = "part-1/02-muscle-pathways.quiz.yaml"
QUIZ = """\
lesson: muscle-pathways
title: Check your road map
intro: Two questions.
pass_percent: 75
questions:
  - slug: road-single
    kind: single
    stem: Where does iliacus start?
    facts:
      - iliacus.origin.iliac-fossa
    explanation: In the hollow of the pelvic wing.
    options:
      - text: Iliac fossa
        correct: true
        why: Yes.
      - text: Sitting bone
        why: The hamstrings.
  - slug: road-match
    kind: match
    stem: Match them.
    explanation: Each has its own.
    pairs:
      - prompt: Iliacus
        answer: Iliac fossa
        why: The hollow.
        fact: iliacus.origin.iliac-fossa
      - prompt: Sartorius
        answer: Upper front bump
        why: The strap.
    decoys:
      - text: Sitting bone
        why: The hamstrings.
      - text: Sacrum
        why: Piriformis.
"""
FACTS = {
    "facts": [
        {"subject": "iliacus", "relation": "origin", "object": "iliac-fossa", "status": "reviewed"},
        {
            "subject": "iliacus",
            "relation": "action",
            "object": "twist",
            "status": "reviewed",
            "role": "disputed",
        },
        {"subject": "iliacus", "relation": "nerve", "object": "femoral", "status": "draft"},
    ]
}
BESIDE = {"anatomy/facts.yaml": FACTS, "part-1/02-muscle-pathways.yaml": {}}


def complaints(text, **others):
    """What is wrong with a quiz file, as (line, message), seen beside its lesson and the facts."""
    data = FILES.parse(PATH, text)
    return [
        (error.line, error.message) for error in FILES.check(PATH, data, {**BESIDE, PATH: data, **others})
    ]


def quiz_files():
    return sorted((settings.CONTENT_DIR / "part-1").glob("*.quiz.yaml"))


@pytest.fixture
def lesson(db):
    FactFactory(slug="iliacus.origin.iliac-fossa")
    return LessonFactory(slug="muscle-pathways", position=2, part=PartFactory(number=1))


def test_a_file_is_loaded_and_comes_out_as_it_went_in(lesson):
    FILES.load(PATH, FILES.parse(PATH, QUIZ))
    assert FILES.paths_in_database() == [PATH]
    assert FILES.serialize(FILES.dump(PATH)) == QUIZ
    quiz = Quiz.objects.get()
    assert (quiz.lesson, quiz.pass_percent, quiz.status) == (lesson, 75, "published")
    assert [(question.slug, question.position) for question in quiz.questions.all()] == [
        ("road-single", 1),
        ("road-match", 2),
    ]
    assert [
        (choice.prompt, choice.text, choice.is_correct)
        for choice in quiz.questions.get(slug="road-match").choices.all()
    ] == [
        ("Iliacus", "Iliac fossa", True),
        ("Sartorius", "Upper front bump", True),
        ("", "Sitting bone", False),
        ("", "Sacrum", False),
    ]


def test_loading_again_updates_questions_in_place(lesson):
    data = FILES.parse(PATH, QUIZ)
    FILES.load(PATH, data)
    before = set(Question.objects.values_list("pk", "slug"))
    FILES.load(PATH, FILES.parse(PATH, QUIZ.replace("Where does iliacus start?", "Where does it begin?")))
    assert set(Question.objects.values_list("pk", "slug")) == before
    assert Question.objects.get(slug="road-single").stem == "Where does it begin?"
    assert Choice.objects.count() == 6


def test_a_question_gone_from_the_file_is_retired_once_answered_and_deleted_otherwise(lesson):
    FILES.load(PATH, FILES.parse(PATH, QUIZ))
    quiz = Quiz.objects.get()
    answer_all(start_attempt(learner=GuestFactory(), quiz=quiz))
    SingleFactory(quiz=quiz, slug="never-asked")
    shorter = QUIZ[: QUIZ.index("  - slug: road-match")]
    FILES.load(PATH, FILES.parse(PATH, shorter))
    assert dict(quiz.questions.values_list("slug", "status")) == {
        "road-single": "published",
        "road-match": "retired",
    }
    kept = shorter + QUIZ[QUIZ.index("  - slug: road-match") :].replace(
        "stem: Match them.\n", "stem: Match them.\n    status: retired\n"
    )
    assert FILES.serialize(FILES.dump(PATH)) == kept
    assert FILES.serialize(FILES.parse(PATH, kept)) == kept


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_what_is_not_published_is_written_as_such_and_read_again(lesson, status):
    FILES.load(PATH, FILES.parse(PATH, QUIZ))
    Question.objects.filter(slug="road-single").update(status=status)
    Quiz.objects.update(status=status)
    text = FILES.serialize(FILES.dump(PATH))
    written = yaml.safe_load(text)
    assert (written["status"], [question.get("status") for question in written["questions"]]) == (
        status,
        [status, None],
    )
    Quiz.objects.update(status="published")
    Question.objects.update(status="published")
    FILES.load(PATH, FILES.parse(PATH, text))
    assert (FILES.serialize(FILES.dump(PATH)), FILES.paths_in_database()) == (text, [PATH])


def test_what_the_admin_wrote_with_line_breaks_survives_a_round_trip(lesson):
    quiz = QuizFactory(lesson=lesson, intro="One.\r\n\r\nTwo.  ")
    MatchFactory(quiz=quiz, slug="broken-lines", stem="A\r\nB", explanation=" x ")
    text = FILES.serialize(FILES.dump(PATH))
    assert FILES.serialize(FILES.parse(PATH, text)) == text
    assert yaml.safe_load(text)["intro"] == "One.\n\nTwo."


def test_an_unknown_fact_stops_the_load_with_its_line(lesson):
    with pytest.raises(ContentError, match=r"quiz.yaml:6: names an unknown fact “iliacus.origin.moon”"):
        FILES.load(PATH, FILES.parse(PATH, QUIZ.replace("origin.iliac-fossa", "origin.moon")))


def test_a_sound_file_has_nothing_to_complain_of():
    assert complaints(QUIZ) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("        correct: true\n", "", [(6, "Mark the right answer: exactly one.")]),
        (
            "      - text: Sitting bone\n        why: The hamstrings.\n  - slug",
            "      - text: Sitting bone\n        correct: true\n        why: The hamstrings.\n  - slug",
            [
                (
                    16,
                    "Only one answer can be right here. For several, choose the kind “Several right answers”.",
                )
            ],
        ),
        (
            "        why: Yes.\n",
            "",
            [(13, "Say why: why “Iliac fossa” is right, or why it tempts and what it is true of.")],
        ),
        (
            "      - text: Sacrum\n        why: Piriformis.\n",
            "",
            [
                (
                    18,
                    "A match needs at least two answers that fit no prompt (rows with an empty prompt), or the last pair is free.",
                )
            ],
        ),
        ("Sacrum", "iliac  FOSSA", [(33, "This answer belongs to a prompt, so it cannot be an extra one.")]),
        (
            "      - iliacus.origin.iliac-fossa\n",
            "      - iliacus.action.twist\n",
            [(6, "asks “iliacus.action.twist” as if settled, but sources dispute it")],
        ),
        (
            "        fact: iliacus.origin.iliac-fossa\n",
            "        fact: iliacus.nerve.femoral\n",
            [(18, "“iliacus.nerve.femoral” is no reviewed fact")],
        ),
        (
            "slug: road-match",
            "slug: road-single",
            [(18, "the question “road-single” stands in this file too")],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old, new, found):
    assert QUIZ.count(old) == 1
    assert complaints(QUIZ.replace(old, new)) == found


def test_a_draft_may_be_unfinished():
    unfinished = QUIZ.replace("        correct: true\n", "").replace(
        "kind: single", "kind: single\n    status: draft"
    )
    assert complaints(unfinished) == []


def test_a_retired_question_may_rest_on_what_is_disputed_by_now():
    disputed = QUIZ.replace("iliac-fossa\n    expl", "iliac-fossa\n      - iliacus.action.twist\n    expl")
    assert [message for _, message in complaints(disputed)] == [
        "asks “iliacus.action.twist” as if settled, but sources dispute it"
    ]
    assert complaints(disputed.replace("kind: single", "kind: single\n    status: retired")) == []


def test_a_quiz_without_questions_or_lesson_is_wrong():
    text = "lesson: muscle-pathways\ntitle: Empty\nquestions: []\n"
    data = FILES.parse(PATH, text)
    assert [error.message for error in FILES.check(PATH, data, {PATH: data})] == [
        "there is no lesson file beside it with the same name",
        "has no questions",
    ]


def test_a_slug_used_in_an_earlier_quiz_is_told():
    earlier = "part-1/01-mobile.quiz.yaml"
    data = FILES.parse(
        earlier, QUIZ.replace("lesson: muscle-pathways", "lesson: mobile").replace("road-match", "other")
    )
    assert complaints(QUIZ, **{earlier: data}) == [(6, f"the question “road-single” stands in {earlier} too")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lesson: muscle-pathways", "lesson: elsewhere", "quiz.yaml:1: the file's name does not fit"),
        (
            "pass_percent: 75",
            "pass_percent: 101",
            "quiz.yaml:4: “pass_percent” must be a whole number from 1 to 100",
        ),
        ("kind: match", "kind: drag", "quiz.yaml:19: “kind” must be one of single, multi, match"),
        ("    stem: Match them.\n", "", "quiz.yaml:18: a question needs “stem”"),
        ("        answer: Upper front bump\n", "", "quiz.yaml:27: a pair needs “answer”"),
        (
            "      - text: Sacrum\n        why",
            "      - text: Sacrum\n        fact",
            "quiz.yaml:34: a decoy has no field “fact”",
        ),
        ("title: Check", "title: [", "quiz.yaml:"),
        ("correct: true", "correct: perhaps", "quiz.yaml:14: “correct” must be true or false"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(old, new, message):
    with pytest.raises(ContentError, match=message):
        FILES.parse(PATH, QUIZ.replace(old, new))


@pytest.mark.parametrize(
    "path", ["part-1/part.yaml", "part-1/02-x.yaml", "x.quiz.yaml", "part-1/x/02-x.quiz.yaml"]
)
def test_other_files_are_left_to_others(path):
    assert not FILES.matches(Path(path))


@pytest.mark.parametrize("file", quiz_files(), ids=lambda file: file.name)
def test_every_quiz_of_the_course_reads_the_same_after_writing(file):
    path = f"part-1/{file.name}"
    text = FILES.serialize(FILES.parse(path, file.read_text()))
    assert FILES.serialize(FILES.parse(path, text)) == text


def test_the_quizzes_of_the_course_have_nothing_wrong():
    assert [error for error in check_course(settings.CONTENT_DIR) if error.path.endswith(".quiz.yaml")] == []


@pytest.mark.django_db
def test_the_quizzes_of_the_course_load_and_come_out_as_they_went_in():
    put_course()
    assert Quiz.objects.ready().count() == len(quiz_files())
    for file in quiz_files():
        path = f"part-1/{file.name}"
        assert FILES.serialize(FILES.dump(path)) == FILES.serialize(FILES.parse(path, file.read_text()))
