"""load_course, dump_course, check_course: nothing an author did is lost, and every complaint has its place."""

import importlib
import shutil
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command

from anatomy.models import Coverage, Fact, Structure
from lessons.content import check_course, dump_course, load_course
from lessons.content.engine import _texts_in_database
from lessons.models import ContentFile, FilmBlock, Lesson, Part, RenderedLesson, TextBlock
from lessons.rendering import rendered_lesson
from quizzes.models import Question, Quiz
from tests.factories.anatomy import RegionFactory

SOURCES = """\
- slug: gray-1918
  kind: book
  citation: Gray H. Anatomy of the Human Body. 20th ed. 1918.
"""
STRUCTURES = """\
- slug: iliacus
  kind: muscle
  name: Iliacus
  latin: musculus iliacus
  synonyms:
    - iliac muscle
  description: A fan inside the hip bone.
- slug: pelvis
  kind: bone
  name: Pelvis
  description: The ring of bone at the hips.
- slug: iliac-fossa
  kind: landmark
  name: Iliac fossa
  part_of: pelvis
  description: The hollow inside the hip bone.
"""
FACTS = """\
facts:
  - subject: iliacus
    relation: origin
    object: iliac-fossa
    status: reviewed
    sources:
      - gray-1918
coverage:
  - subject: iliacus
    relation: origin
    complete: true
"""
PART = """\
slug: flexors
number: 1
title: Flexors
status: published
sequence: soft
"""
LESSON = """\
slug: pathways
title: Pathways
summary: Roads.
status: published
sources:
  - gray-1918
blocks:
  - kind: text
    key: opening
    body: |
      <p>A muscle has two ends.</p>
  - kind: facts
    key: table
    title: Where from
    subjects:
      - iliacus
    relations:
      - origin
  - kind: takeaways
    key: takeaways
    body: |
      <ul>
        <li>Ends tell movement.</li>
      </ul>
"""

QUIZ = """\
lesson: pathways
title: Check your road map
pass_percent: 80
questions:
  - slug: road
    kind: single
    stem: Where does iliacus start?
    facts:
      - iliacus.origin.iliac-fossa
    options:
      - text: Iliac fossa
        correct: true
        why: Yes.
      - text: Sitting bone
        why: The hamstrings.
"""


@pytest.fixture
def folder(tmp_path):
    files = {
        "anatomy/sources.yaml": SOURCES,
        "anatomy/structures.yaml": STRUCTURES,
        "anatomy/facts.yaml": FACTS,
        "part-1/part.yaml": PART,
        "part-1/02-pathways.yaml": LESSON,
    }
    for path, text in files.items():
        target = tmp_path / "content" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return tmp_path / "content"


def texts(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.yaml"))}


def change(folder, path, old, new):
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new))


def write(folder, path, text):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(text)


@pytest.fixture
def two_parts(folder):
    """Part 1 with a lesson and its quiz; part 2 with a lesson."""
    write(folder, "part-1/02-pathways.quiz.yaml", QUIZ)
    write(folder, "part-2/part.yaml", PART.replace("flexors", "extensors").replace("number: 1", "number: 2"))
    write(folder, "part-2/01-glutes.yaml", LESSON.replace("pathways", "glutes"))
    return folder


def places():
    return sorted(Lesson.objects.values_list("part__slug", "position", "slug"))


def outcome(report, path="part-1/02-pathways.yaml"):
    assert report.errors == []
    return report.outcomes[path]


@pytest.mark.django_db
def test_files_are_created_then_unchanged(folder):
    assert set(load_course(folder).outcomes.values()) == {"created"}
    assert set(load_course(folder).outcomes.values()) == {"unchanged"}
    lesson = Lesson.objects.get()
    assert (lesson.slug, lesson.position, lesson.version, lesson.part.title) == ("pathways", 2, 1, "Flexors")
    assert "<li>Iliac fossa</li>" in RenderedLesson.objects.get().html
    assert Fact.objects.get().slug == "iliacus.origin.iliac-fossa"
    assert Structure.objects.get(slug="iliac-fossa").part_of.slug == "pelvis"


@pytest.mark.django_db
def test_dump_load_dump_is_the_same_bytes(folder, tmp_path):
    load_course(folder)
    assert set(dump_course(tmp_path / "first").values()) == {"created"}
    assert texts(tmp_path / "first") == texts(folder)
    assert set(load_course(tmp_path / "first").outcomes.values()) == {"unchanged"}
    dump_course(tmp_path / "second")
    assert texts(tmp_path / "second") == texts(tmp_path / "first")


@pytest.mark.django_db
def test_the_course_that_is_shipped_loads_and_dumps_to_itself(tmp_path):
    shutil.copytree(settings.CONTENT_DIR, tmp_path / "content")
    report = load_course(tmp_path / "content")
    assert [str(error) for error in report.errors] == []
    before = texts(tmp_path / "content")
    assert set(dump_course(tmp_path / "content").values()) == {"unchanged"}
    assert texts(tmp_path / "content") == before


@pytest.mark.django_db
def test_a_changed_file_updates_what_nobody_edited_here(folder):
    load_course(folder)
    change(folder, "part-1/02-pathways.yaml", "two ends", "two ends and a belly")
    assert outcome(load_course(folder)) == "updated"
    assert TextBlock.objects.get().body == "<p>A muscle has two ends and a belly.</p>\n"
    assert Lesson.objects.get().version == 2


@pytest.mark.django_db
def test_an_authors_edit_is_kept_and_never_overwritten_silently(folder):
    load_course(folder)
    Lesson.objects.update(title="My pathways")
    assert outcome(load_course(folder)) == "kept"
    change(folder, "part-1/02-pathways.yaml", "Roads.", "Many roads.")
    assert outcome(load_course(folder)) == "conflict"
    lesson = Lesson.objects.get()
    assert (lesson.title, lesson.summary) == ("My pathways", "Roads.")
    assert outcome(load_course(folder, overwrite=True)) == "updated"
    lesson.refresh_from_db()
    assert (lesson.title, lesson.summary) == ("Pathways", "Many roads.")


@pytest.mark.django_db
def test_an_edit_that_was_dumped_is_no_longer_an_edit(folder):
    load_course(folder)
    Lesson.objects.update(title="My pathways")
    assert dump_course(folder)["part-1/02-pathways.yaml"] == "updated"
    assert outcome(load_course(folder)) == "unchanged"


@pytest.mark.django_db
def test_a_lesson_moved_in_the_admin_is_dumped_under_its_new_place(folder):
    load_course(folder)
    Lesson.objects.update(position=7)
    outcomes = dump_course(folder)
    assert outcomes["part-1/07-pathways.yaml"] == "created"
    assert outcomes["part-1/02-pathways.yaml"] == "renamed"
    assert outcome(load_course(folder), "part-1/07-pathways.yaml") == "unchanged"


@pytest.mark.django_db
def test_two_parts_are_loaded_and_come_out_as_they_went_in(two_parts, tmp_path):
    assert set(load_course(two_parts).outcomes.values()) == {"created"}
    assert places() == [("extensors", 1, "glutes"), ("flexors", 2, "pathways")]
    assert set(load_course(two_parts).outcomes.values()) == {"unchanged"}
    before = texts(two_parts)
    assert set(dump_course(two_parts).values()) == {"unchanged"}
    assert texts(two_parts) == before
    dump_course(tmp_path / "dump")
    assert texts(tmp_path / "dump") == before


@pytest.mark.django_db
def test_a_lesson_moved_to_another_part_in_the_files_moves_with_its_quiz(two_parts):
    load_course(two_parts)
    for name in ("pathways.yaml", "pathways.quiz.yaml"):
        (two_parts / f"part-1/02-{name}").rename(two_parts / f"part-2/07-{name}")
    report = load_course(two_parts)
    assert report.counts() == {"unchanged": 6, "updated": 2}
    assert places() == [("extensors", 1, "glutes"), ("extensors", 7, "pathways")]
    assert (Lesson.objects.count(), Quiz.objects.get().lesson.slug) == (2, "pathways")
    assert set(load_course(two_parts).outcomes.values()) == {"unchanged"}


@pytest.mark.django_db
def test_a_lesson_moved_to_another_part_in_the_admin_is_dumped_there_with_its_quiz(two_parts):
    load_course(two_parts)
    Lesson.objects.filter(slug="pathways").update(part=Part.objects.get(number=2), position=7)
    report = load_course(two_parts)
    assert report.counts() == {"unchanged": 6, "kept": 2}
    outcomes = dump_course(two_parts)
    assert {path: word for path, word in outcomes.items() if word != "unchanged"} == {
        "part-2/07-pathways.yaml": "created",
        "part-2/07-pathways.quiz.yaml": "created",
        "part-1/02-pathways.yaml": "renamed",
        "part-1/02-pathways.quiz.yaml": "renamed",
    }
    assert set(load_course(two_parts).outcomes.values()) == {"unchanged"}


@pytest.mark.django_db
def test_a_part_put_before_the_first_moves_the_first_down(folder):
    load_course(folder)
    (folder / "part-1").rename(folder / "part-2")
    change(folder, "part-2/part.yaml", "number: 1", "number: 2")
    write(folder, "part-1/part.yaml", PART.replace("flexors", "bones").replace("Flexors", "Bones"))
    load_course(folder)
    assert list(Part.objects.values_list("number", "slug")) == [(1, "bones"), (2, "flexors")]
    assert places() == [("flexors", 2, "pathways")]
    assert set(load_course(folder).outcomes.values()) == {"unchanged"}


@pytest.mark.django_db
def test_a_part_may_get_another_number(folder):
    load_course(folder)
    (folder / "part-1").rename(folder / "part-3")
    change(folder, "part-3/part.yaml", "number: 1", "number: 3")
    load_course(folder)
    assert list(Part.objects.values_list("number", "slug")) == [(3, "flexors")]
    assert set(load_course(folder).outcomes.values()) == {"unchanged"}


@pytest.mark.django_db
def test_parts_do_not_change_places_in_one_load(two_parts):
    load_course(two_parts)
    change(two_parts, "part-1/part.yaml", "slug: flexors", "slug: extensors")
    change(two_parts, "part-2/part.yaml", "slug: extensors", "slug: abductors")
    report = load_course(two_parts)
    assert outcome(report, "part-1/part.yaml") == "conflict"
    assert [str(hindrance) for hindrance in report.hindrances] == [
        "part-1/part.yaml:1: the part “extensors” has the number 2 here"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "take_away"),
    [
        ("part-1/02-pathways.quiz.yaml", lambda: Quiz.objects.update(status="retired")),
        ("part-1/02-pathways.quiz.yaml", lambda: Question.objects.update(status="retired")),
        ("part-1/02-pathways.quiz.yaml", lambda: Question.objects.all().delete()),
        ("part-1/02-pathways.quiz.yaml", lambda: Quiz.objects.all().delete()),
        ("part-2/01-glutes.yaml", lambda: Lesson.objects.filter(slug="glutes").update(status="retired")),
        ("part-2/01-glutes.yaml", lambda: Lesson.objects.filter(slug="glutes").delete()),
        ("anatomy/facts.yaml", lambda: Fact.objects.update(status="retired")),
        ("anatomy/facts.yaml", lambda: Coverage.objects.all().delete()),
    ],
)
def test_what_an_author_has_retired_or_deleted_stays_so(two_parts, path, take_away):
    load_course(two_parts)
    take_away()
    here = _texts_in_database()
    report = load_course(two_parts)
    assert (outcome(report, path), report.counts()) == ("kept", {"kept": 1, "unchanged": 7})
    (two_parts / path).write_text((two_parts / path).read_text().replace("pathways", "pathways ", 1) + "\n")
    assert outcome(load_course(two_parts), path) == "kept"
    assert _texts_in_database() == here
    assert outcome(load_course(two_parts, overwrite=True), path) in {"created", "updated"}
    assert set(load_course(two_parts).outcomes.values()) == {"unchanged"}


@pytest.mark.django_db
def test_a_file_changed_since_its_lesson_was_deleted_is_a_conflict(two_parts):
    load_course(two_parts)
    Lesson.objects.filter(slug="glutes").delete()
    change(two_parts, "part-2/01-glutes.yaml", "Roads.", "Many roads.")
    for _ in range(2):
        assert outcome(load_course(two_parts), "part-2/01-glutes.yaml") == "conflict"
    assert places() == [("flexors", 2, "pathways")]


@pytest.mark.django_db
def test_what_is_retired_is_written_down_and_read_again(two_parts, tmp_path):
    load_course(two_parts)
    Quiz.objects.update(status="retired")
    Question.objects.update(status="retired")
    Fact.objects.update(status="retired")
    assert dump_course(two_parts)["part-1/02-pathways.quiz.yaml"] == "updated"
    assert set(load_course(two_parts).outcomes.values()) == {"unchanged"}
    Quiz.objects.all().delete()
    assert outcome(load_course(two_parts, overwrite=True), "part-1/02-pathways.quiz.yaml") == "created"
    assert (Quiz.objects.get().status, Question.objects.get().status) == ("retired", "retired")


@pytest.mark.django_db
def test_what_left_the_files_and_is_retired_here_is_no_edit_of_an_author(folder):
    load_course(folder)
    change(folder, "anatomy/facts.yaml", FACTS, "facts: []\ncoverage: []\n")
    assert outcome(load_course(folder), "anatomy/facts.yaml") == "updated"
    assert outcome(load_course(folder), "anatomy/facts.yaml") == "unchanged"
    change(folder, "anatomy/facts.yaml", "facts: []\ncoverage: []\n", FACTS)
    assert outcome(load_course(folder), "anatomy/facts.yaml") == "updated"
    assert Fact.objects.get().status == "reviewed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("delete", "path", "text", "hindrance"),
    [
        (
            lambda: (Lesson.objects.all().delete(), Part.objects.all().delete()),
            "part-1/05-new.yaml",
            LESSON.replace("pathways", "new"),
            "part-1/05-new.yaml:0: rests on part 1, which is not in the database",
        ),
        (
            lambda: Lesson.objects.all().delete(),
            "part-1/02-pathways.quiz.yaml",
            QUIZ,
            "part-1/02-pathways.quiz.yaml:0: rests on “pathways”, which is not in the database",
        ),
        (
            lambda: (Fact.objects.all().delete(), Structure.objects.filter(slug="iliacus").delete()),
            "part-1/05-new.yaml",
            LESSON.replace("pathways", "new"),
            "part-1/05-new.yaml:12: rests on “iliacus”, which is not in the database",
        ),
        (
            lambda: (Fact.objects.all().delete(), Structure.objects.filter(slug="iliacus").delete()),
            "anatomy/facts.yaml",
            FACTS.replace("status: reviewed", "status: draft"),
            "anatomy/facts.yaml:2: rests on “iliacus”, which is not in the database",
        ),
    ],
    ids=["part", "lesson", "row", "subject"],
)
def test_a_file_that_rests_on_what_an_author_has_deleted_waits_and_says_for_what(
    folder, delete, path, text, hindrance
):
    load_course(folder)
    if path == "anatomy/facts.yaml":
        ContentFile.objects.filter(identity="facts:anatomy/facts.yaml").delete()
    delete()
    write(folder, path, text)
    report = load_course(folder)
    assert (outcome(report, path), [str(found) for found in report.hindrances]) == ("conflict", [hindrance])
    out = StringIO()
    call_command("load_course", folder, stdout=out)
    assert hindrance in out.getvalue().splitlines()


@pytest.mark.django_db
def test_a_structure_that_leaves_the_files_but_not_a_figure_stays(folder):
    load_course(folder)
    write(
        folder,
        "anatomy/structures.yaml",
        STRUCTURES
        + STRUCTURES[STRUCTURES.index("- slug: pelvis") :]
        .replace("pelvis", "femur")
        .split("- slug: iliac-fossa")[0],
    )
    load_course(folder)
    RegionFactory(structure=Structure.objects.get(slug="femur"), places=[])
    write(folder, "anatomy/structures.yaml", STRUCTURES)
    assert outcome(load_course(folder), "anatomy/structures.yaml") == "updated"
    assert Structure.objects.filter(slug="femur").exists()
    assert outcome(load_course(folder), "anatomy/structures.yaml") == "unchanged"


@pytest.mark.django_db
def test_a_structure_that_leaves_the_files_but_not_a_place_of_a_region_stays(folder):
    write(
        folder,
        "anatomy/structures.yaml",
        STRUCTURES + "- slug: knob\n  kind: site\n  name: Knob\n  description: A bump.\n",
    )
    load_course(folder)
    RegionFactory(
        structure=Structure.objects.get(slug="iliacus"), places=[Structure.objects.get(slug="knob")]
    )
    write(folder, "anatomy/structures.yaml", STRUCTURES)
    assert outcome(load_course(folder), "anatomy/structures.yaml") == "updated"
    assert Structure.objects.filter(slug="knob").exists()


@pytest.mark.django_db
def test_what_was_loaded_under_the_names_of_files_is_known_by_its_slug(folder):
    write(folder, "part-1/02-pathways.quiz.yaml", QUIZ)
    load_course(folder)
    now = sorted(ContentFile.objects.values_list("identity", "digest", "here_digest"))
    assert [identity for identity, _, _ in now] == [
        "facts:anatomy/facts.yaml",
        "lesson:pathways",
        "part:part-1",
        "quiz:pathways",
        "sources:anatomy/sources.yaml",
        "structures:anatomy/structures.yaml",
    ]
    before = {
        "facts:anatomy/facts.yaml": "facts:facts.yaml",
        "lesson:pathways": "lesson:pathways.yaml",
        "part:part-1": "part:part.yaml",
        "quiz:pathways": "quiz:pathways.quiz.yaml",
        "sources:anatomy/sources.yaml": "sources:sources.yaml",
        "structures:anatomy/structures.yaml": "structures:structures.yaml",
    }
    for row in ContentFile.objects.all():
        row.identity, row.here_digest = before[row.identity], ""
        row.save()
    migration = importlib.import_module("lessons.migrations.0003_content_file_identities")
    migration.name_by_slug(apps, None)
    assert sorted(ContentFile.objects.values_list("identity", "digest", "here_digest")) == now


@pytest.mark.django_db
def test_a_file_that_has_gone_is_told_and_its_lesson_stays(folder):
    load_course(folder)
    (folder / "part-1/02-pathways.yaml").unlink()
    assert load_course(folder).outcomes["part-1/02-pathways.yaml"] == "missing"
    assert Lesson.objects.count() == 1


@pytest.mark.django_db
def test_what_an_editor_may_not_type_a_file_may_not_either(folder):
    bad = '<p onclick="x()">A <script>alert(1)</script><a href="javascript:x()">b</a><img src=x></p>'
    change(folder, "part-1/02-pathways.yaml", "<p>A muscle has two ends.</p>", bad)
    load_course(folder)
    body = TextBlock.objects.get().body
    assert [word for word in ("onclick", "script", "javascript", "img") if word in body] == []
    assert set(load_course(folder).outcomes.values()) == {"unchanged"}


@pytest.mark.django_db
def test_a_fact_that_leaves_the_file_is_retired_not_deleted(folder):
    load_course(folder)
    (folder / "anatomy/facts.yaml").write_text("facts: []\ncoverage: []\n")
    load_course(folder)
    assert list(Fact.objects.values_list("status", flat=True)) == ["retired"]


FILM = """\
  - kind: film
    key: stride
    title: One stride
    provider: file
    webm: films/stride.webm
    captions: films/stride.vtt
    duration: 40
    summary: A runner takes one stride.
    chapters: |-
      0:00 Foot down
      0:15 Swing
    transcript: |-
      0:00 The foot lands.
      0:15 The thigh swings: forward, and up.
"""


@pytest.mark.django_db
def test_films_travel_with_their_uploads(folder, tmp_path, settings):
    change(folder, "part-1/02-pathways.yaml", "  - kind: takeaways", FILM + "  - kind: takeaways")
    complaints = [str(error) for error in check_course(folder)]
    assert complaints == [
        "part-1/02-pathways.yaml:0: there is no file media/films/stride.vtt",
        "part-1/02-pathways.yaml:0: there is no file media/films/stride.webm",
    ]
    (folder / "media/films").mkdir(parents=True)
    (folder / "media/films/stride.webm").write_bytes(b"film")
    (folder / "media/films/stride.vtt").write_text("WEBVTT\n")
    assert outcome(load_course(folder)) == "created"
    with FilmBlock.objects.get().webm.open() as film:
        assert film.read() == b"film"
    assert RenderedLesson.objects.get().films == {"stride": 40}
    dump_course(tmp_path / "dump")
    assert texts(tmp_path / "dump") == texts(folder)
    assert (tmp_path / "dump/media/films/stride.webm").read_bytes() == b"film"

    (folder / "media/films/stride.webm").write_bytes(b"film, made anew")
    assert outcome(load_course(folder)) == "unchanged"
    with FilmBlock.objects.get().webm.open() as film:
        assert film.read() == b"film, made anew"


@pytest.mark.django_db
def test_a_scheduled_lesson_keeps_its_time(folder, tmp_path):
    change(
        folder,
        "part-1/02-pathways.yaml",
        "status: published",
        "status: scheduled\npublish_at: '2027-03-01T06:00:00+00:00'",
    )
    load_course(folder)
    assert Lesson.objects.get().publish_at == datetime(2027, 3, 1, 6, tzinfo=UTC)
    dump_course(tmp_path / "dump")
    assert texts(tmp_path / "dump") == texts(folder)


@pytest.mark.django_db
def test_a_changed_fact_has_lessons_drawn_anew(folder):
    load_course(folder)
    change(folder, "anatomy/structures.yaml", "name: Iliac fossa", "name: Iliac hollow")
    load_course(folder)
    assert "Iliac hollow" in rendered_lesson(Lesson.objects.get()).html


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        (
            "anatomy/facts.yaml",
            "    sources:\n      - gray-1918\n",
            "",
            "anatomy/facts.yaml:2: the fact “iliacus.origin.iliac-fossa” is reviewed but has no source",
        ),
        (
            "anatomy/facts.yaml",
            "object: iliac-fossa",
            "object: moon",
            "anatomy/facts.yaml:2: object names an unknown structure “moon”",
        ),
        (
            "anatomy/facts.yaml",
            "relation: origin\n    object",
            "relation: orgin\n    object",
            "anatomy/facts.yaml:3: “relation” must be one of origin, insertion, action, nerve, member, function, side, not 'orgin'",
        ),
        (
            "anatomy/facts.yaml",
            "status: reviewed",
            "status: reviewed\n    role: disputed",
            "anatomy/facts.yaml:2: the fact “iliacus.origin.iliac-fossa” is disputed, so its note must say who says what",
        ),
        (
            "anatomy/structures.yaml",
            "part_of: pelvis",
            "part_of: iliac-fossa",
            "anatomy/structures.yaml:12: “iliac-fossa” is part of itself",
        ),
        (
            "anatomy/structures.yaml",
            "slug: pelvis",
            "slug: Pelvis!",
            "anatomy/structures.yaml:8: “Pelvis!” is no slug: lower-case words joined by hyphens",
        ),
        (
            "anatomy/sources.yaml",
            "kind: book",
            "kind: blog",
            "anatomy/sources.yaml:2: “kind” must be one of book, article, review, model, dataset, not 'blog'",
        ),
        (
            "part-1/02-pathways.yaml",
            "  - gray-1918",
            "  - gray-2018",
            "part-1/02-pathways.yaml:1: names an unknown source “gray-2018”",
        ),
        (
            "part-1/02-pathways.yaml",
            "      - iliacus",
            "      - ilicaus",
            "part-1/02-pathways.yaml:12: names an unknown structure “ilicaus”",
        ),
        (
            "part-1/02-pathways.yaml",
            "key: table",
            "key: opening",
            "part-1/02-pathways.yaml:12: the key “opening” stands twice",
        ),
        (
            "part-1/02-pathways.yaml",
            "kind: takeaways",
            "kind: song",
            "part-1/02-pathways.yaml:19: “kind” must be one of text, concept, facts, figure, atlas, drill, takeaways, film, image, not 'song'",
        ),
        (
            "part-1/02-pathways.yaml",
            "title: Pathways",
            "tilte: Pathways",
            "part-1/02-pathways.yaml:1: a lesson needs “title”",
        ),
        (
            "part-1/02-pathways.yaml",
            "  - kind: takeaways",
            FILM.replace("films/stride.webm", "../../etc/passwd") + "  - kind: takeaways",
            "part-1/02-pathways.yaml:23: “../../etc/passwd” is no path of an upload, such as films/stride.webm",
        ),
        (
            "part-1/02-pathways.yaml",
            "  - kind: takeaways",
            FILM.replace("0:15 Swing", "0:45 Swing") + "  - kind: takeaways",
            "part-1/02-pathways.yaml:19: “0:45 Swing” does not fit: a line begins with its time, such as 0:12, after that of the line before and before the film ends.",
        ),
        (
            "part-1/02-pathways.yaml",
            "  - kind: takeaways",
            FILM.replace("duration: 40", "duration: 0") + "  - kind: takeaways",
            "part-1/02-pathways.yaml:19: Say how many seconds the film lasts: what has been seen is measured by it.",
        ),
        (
            "part-1/02-pathways.yaml",
            "  - kind: takeaways",
            FILM.replace("provider: file", "provider: youtube") + "  - kind: takeaways",
            "part-1/02-pathways.yaml:19: This is no address of a film on YouTube.",
        ),
        (
            "part-1/02-pathways.yaml",
            "status: published",
            "status: scheduled\npublish_at: tomorrow",
            "part-1/02-pathways.yaml:5: “tomorrow” is no time with its offset, such as 2027-03-01T06:00:00+00:00",
        ),
        (
            "part-1/02-pathways.yaml",
            "status: published",
            "status: scheduled",
            "part-1/02-pathways.yaml:4: “publish_at” goes with the status “scheduled”, and with no other",
        ),
        (
            "part-1/part.yaml",
            "number: 1",
            "number: 2",
            "part-1/part.yaml:2: the folder's name does not fit number 2",
        ),
    ],
)
def test_mistakes_are_told_with_file_and_line(folder, path, old, new, complaint):
    change(folder, path, old, new)
    assert complaint in [str(error) for error in check_course(folder)]


@pytest.mark.django_db
def test_nothing_is_loaded_from_files_with_a_mistake(folder):
    change(folder, "part-1/02-pathways.yaml", "kind: takeaways", "kind: song")
    with pytest.raises(CommandError, match="Nothing was loaded: 1 things are not right in the files"):
        call_command("load_course", folder, stderr=StringIO())
    assert not Lesson.objects.exists()
    assert not Structure.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("notes.yaml", b"a: 1", "notes.yaml:0: is no kind of content file that is known"),
        ("part-1/03-latin.yaml", b"slug: latin\ntitle: \xff", "part-1/03-latin.yaml:0: is not UTF-8 text"),
        (
            "part-2/part.yaml",
            PART.replace("number: 1", "number: 2").encode(),
            "part-2/part.yaml:1: the part “flexors” stands in part-1/part.yaml too",
        ),
        (
            "part-1/09-pathways.yaml",
            LESSON.encode(),
            "part-1/09-pathways.yaml:0: says the same thing as part-1/02-pathways.yaml",
        ),
    ],
)
def test_files_that_do_not_belong_are_told(folder, name, content, complaint):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    assert complaint in [str(error) for error in check_course(folder)]


def test_a_folder_that_is_not_there_is_told():
    assert [error.message for error in check_course(Path("/nowhere"))] == ["there is no such folder"]


@pytest.mark.django_db
def test_the_command_says_what_became_of_each_file(folder):
    out = StringIO()
    call_command("load_course", folder, stdout=out)
    assert out.getvalue().splitlines()[-1] == "Course content: 5 created"
    Lesson.objects.update(title="Mine")
    out = StringIO()
    call_command("load_course", folder, stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:2] == ["kept       part-1/02-pathways.yaml", "Course content: 1 kept, 4 unchanged"]
