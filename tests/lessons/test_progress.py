import pytest
from django.db import IntegrityError, connection, transaction

from anatomy.changes import knowledge_changed, knowledge_revision
from anatomy.models import KnowledgeRevision, Structure
from lessons import checklist as checklists
from lessons import services
from lessons.models import BlockRead, Completion, FactsBlock, FilmProgress, LessonVisit, TextBlock
from lessons.rendering import rendered_lesson
from lessons.selectors import checklist_for, course_state, lesson_progress
from tests.factories.accounts import GuestFactory
from tests.factories.anatomy import FactFactory, MuscleFactory
from tests.factories.lessons import FilmBlockFactory, LessonFactory, TextBlockFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, key="one")
    TextBlockFactory(parent=lesson, key="two")
    return lesson


@pytest.fixture
def learner():
    return GuestFactory()


def points(lesson, learner):
    rendered = rendered_lesson(lesson)
    progress = lesson_progress(learner, lesson, has_films=True)
    checklist = checklist_for(lesson=lesson, rendered=rendered, learner=learner, progress=progress)
    return {point.key: (point.done, point.detail) for point in checklist.points}


def test_reading_every_block_completes_a_lesson_that_asks_for_no_more(lesson, learner):
    assert (
        services.record_reading(learner=learner, lesson=lesson, block_keys=["one"], last_block="one") is None
    )
    assert points(lesson, learner) == {"read": (False, "1 of 2 sections")}
    completion = services.record_reading(learner=learner, lesson=lesson, block_keys=["two"])
    assert (completion.learner, completion.lesson, completion.lesson_version) == (learner, lesson, 1)
    assert points(lesson, learner) == {"read": (True, "")}


def test_reports_may_come_twice_and_may_name_blocks_that_are_not_there(lesson, learner):
    for _ in range(2):
        services.record_reading(
            learner=learner, lesson=lesson, block_keys=["one", "one", "gone"], last_block="gone"
        )
    assert list(BlockRead.objects.values_list("block_key", flat=True)) == ["one"]
    assert list(LessonVisit.objects.values_list("last_block", flat=True)) == [""]


def test_saying_so_counts_as_reading(lesson, learner):
    assert services.mark_read(learner=learner, lesson=lesson) is not None
    first = LessonVisit.objects.get().marked_read_at
    services.mark_read(learner=learner, lesson=lesson)
    assert LessonVisit.objects.get().marked_read_at == first


def test_a_film_counts_by_the_union_of_what_was_seen(lesson, learner):
    FilmBlockFactory(parent=lesson, key="film", duration=40)
    services.mark_read(learner=learner, lesson=lesson)
    services.record_film(
        learner=learner, lesson=lesson, block_key="film", intervals=[[0, 20], [0, 20]], position=20
    )
    assert points(lesson, learner) == {
        "read": (True, ""),
        "film-film": (False, "50 % seen"),
    }
    assert not Completion.objects.exists()
    assert services.record_film(
        learner=learner, lesson=lesson, block_key="film", intervals=[[19, 36]], position=36
    )
    film = FilmProgress.objects.get()
    assert (film.intervals, film.position) == ([[0, 36]], 36)


def test_a_film_may_be_declared_as_seen_where_nothing_can_be_measured(lesson, learner):
    FilmBlockFactory(parent=lesson, key="film", duration=0)
    services.mark_read(learner=learner, lesson=lesson)
    assert services.record_film(learner=learner, lesson=lesson, block_key="film", intervals=[], declared=True)


def test_there_is_no_progress_in_a_film_that_the_lesson_does_not_have(lesson, learner):
    with pytest.raises(KeyError):
        services.record_film(learner=learner, lesson=lesson, block_key="none", intervals=[[0, 1]])
    assert not FilmProgress.objects.exists()


class Exam:
    key = "exam"

    def __init__(self):
        self.passed = set()

    def is_met(self, lesson, learner):
        return lesson.pk in self.passed

    def label(self):
        return "Pass the exam"

    def url(self, lesson):
        return "/exam/"


@pytest.fixture
def exam(monkeypatch):
    exam = Exam()
    monkeypatch.setattr(checklists, "_requirements", [exam])
    return exam


def test_a_requirement_of_another_app_stands_on_the_checklist_and_holds_the_lesson_open(
    lesson, learner, exam
):
    assert services.mark_read(learner=learner, lesson=lesson) is None
    assert points(lesson, learner) == {"read": (True, ""), "exam": (False, "")}


def test_a_met_requirement_vouches_for_reading(lesson, learner, exam):
    exam.passed.add(lesson.pk)
    assert services.refresh_completion(learner=learner, lesson=lesson) is not None
    assert points(lesson, learner) == {"read": (True, ""), "exam": (True, "")}


def test_a_completion_outlives_what_an_author_adds(lesson, learner):
    services.mark_read(learner=learner, lesson=lesson)
    FilmBlockFactory(parent=lesson, key="film")
    lesson.version += 1
    lesson.save()
    completion = services.refresh_completion(learner=learner, lesson=lesson)
    assert completion.lesson_version == 1
    assert course_state(learner).percent == 100


def test_a_lesson_is_completed_once(lesson, learner):
    services.mark_read(learner=learner, lesson=lesson)
    with pytest.raises(IntegrityError), transaction.atomic():
        Completion.objects.create(learner=learner, lesson=lesson, lesson_version=1)


def test_the_percentage_counts_live_lessons_only(lesson, learner):
    services.mark_read(learner=learner, lesson=lesson)
    gone = LessonFactory(part=lesson.part, position=500)
    services.mark_read(learner=learner, lesson=gone)
    gone.status = "retired"
    gone.save()
    other = LessonFactory(part=lesson.part, position=600)
    state = course_state(learner)
    assert (state.done_count, state.total, state.percent) == (1, 2, 50)
    assert state.next.lesson == other


def test_continue_leads_to_the_unfinished_lesson_last_worked_on_at_its_block(lesson, learner):
    third = LessonFactory(part=lesson.part, position=900)
    TextBlockFactory(parent=third, key="middle")
    TextBlockFactory(parent=third, key="end")
    services.record_reading(learner=learner, lesson=lesson, block_keys=["one"])
    services.record_reading(learner=learner, lesson=third, block_keys=["middle"], last_block="middle")
    assert course_state(learner).next.resume_url == f"/lessons/{third.slug}/#middle"


def test_a_body_is_drawn_once_a_version(lesson, django_assert_num_queries):
    rendered_lesson(lesson)
    with django_assert_num_queries(1):
        assert "Bone answers to load." in rendered_lesson(lesson).html
    TextBlock.objects.filter(parent=lesson, key="one").update(body="<p>Tendon too.</p>")
    lesson.version += 1
    assert "Tendon too." in rendered_lesson(lesson).html


@pytest.fixture
def table(lesson):
    fact = FactFactory(subject__name="Iliacus", object__name="Iliac fossa")
    block = FactsBlock.objects.create(
        parent=lesson, region="main", ordering=9000, key="table", title="Roads", relations=["origin"]
    )
    block.add_rows([fact.subject])
    return fact


@pytest.mark.parametrize("kept", [True, False])
def test_a_body_drawn_while_the_knowledge_base_changes_is_drawn_anew(lesson, table, kept):
    if kept:
        rendered_lesson(lesson)
        lesson.version += 1
    changed = []

    def change_before_the_body_is_kept(execute, sql, params, many, context):
        if not changed and "lessons_renderedlesson" in sql and not sql.startswith("SELECT"):
            changed.append(sql)
            Structure.objects.filter(name="Iliac fossa").update(name="Iliac hollow")
            knowledge_changed()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(change_before_the_body_is_kept):
        assert "Iliac fossa" in rendered_lesson(lesson).html
    assert changed
    assert "Iliac hollow" in rendered_lesson(lesson).html


def test_a_change_while_a_body_is_being_drawn_is_not_missed_either(lesson, table):
    changed = []

    def change_after_the_revision_is_read(execute, sql, params, many, context):
        if not changed and "lessons_textblock" in sql:
            changed.append(sql)
            knowledge_changed()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(change_after_the_revision_is_read):
        first = rendered_lesson(lesson).stamp
    assert changed
    assert rendered_lesson(lesson).stamp != first


def test_rows_of_a_table_stand_in_the_authors_order(lesson, table):
    block = FactsBlock.objects.get()
    others = [MuscleFactory(name=name) for name in ("Adductor longus", "Psoas", "Gracilis")]
    wanted = [table.subject, *others[::-1]]
    block.add_rows([*others[::-1], table.subject])
    assert block.rows() == wanted
    html = rendered_lesson(lesson).html
    assert sorted(wanted, key=lambda row: html.index(row.name)) == wanted


def test_changes_of_the_knowledge_base_are_counted():
    assert knowledge_revision() == 0
    knowledge_changed()
    knowledge_changed()
    assert knowledge_revision() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        KnowledgeRevision.objects.create(pk=2)
