"""The atlas as a block of a lesson: in the lesson, in the Studio, in content files."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from anatomy.solver import Pose
from lessons import rendering
from lessons.authoring import duplicate_lesson
from lessons.completeness import missing_in
from lessons.content import check_course, dump_course, load_course
from lessons.models import AtlasBlock, Lesson
from lessons.rendering import render_lesson, rendered_lesson
from tests.factories.accounts import UserFactory
from tests.factories.anatomy import FactFactory, MuscleFactory
from tests.factories.lessons import LessonFactory, TakeawaysBlockFactory
from tests.lessons.test_content import folder, texts  # noqa: F401 -- a fixture is used by its name
from tests.studio import block_number, form_data, new_block

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/lessons/lesson/atlas-preview/"


@pytest.fixture
def muscles():
    made = [MuscleFactory(slug=slug, name=slug.capitalize()) for slug in ("iliacus", "sartorius", "gracilis")]
    for muscle in made:
        FactFactory(subject=muscle, relation="origin", object__name=f"Start of {muscle.slug}")
        FactFactory(subject=muscle, relation="nerve", object__name=f"Nerve of {muscle.slug}")
    return made


def atlas(lesson, muscles, **fields):
    fields = {"region": "main", "ordering": 10, "key": "pull", "caption": "See how it pulls.", **fields}
    block = AtlasBlock.objects.create(parent=lesson, **fields)
    block.add_rows(muscles)
    return block


@pytest.fixture
def studio(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


# In the lesson


def test_a_lesson_shows_the_muscles_in_the_order_picked(client, muscles):
    lesson = LessonFactory()
    atlas(lesson, [muscles[2], muscles[0]], view="side", flexion=60, moves=["flexion", "knee"])
    html = client.get(lesson.get_absolute_url()).content.decode()
    assert re.findall(r'class="atlas__name">(\w+)', html) == ["Gracilis", "Iliacus"]
    assert 'id="pull-atlas"' in html
    assert 'data-moves="flexion knee"' in html
    assert "Hip bent 60°." in html
    assert "See how it pulls." in html
    assert "css/atlas.css" in html
    assert "Start of iliacus" in html
    assert "Nerve of iliacus" not in html


def test_only_what_may_be_moved_is_in_the_form_and_all_else_goes_along(client, muscles):
    lesson = LessonFactory()
    atlas(lesson, muscles[:1], view="side", flexion=60, adduction=-10, moves=["flexion"], colouring="stretch")
    html = client.get(lesson.get_absolute_url()).content.decode()
    form = html[html.index('<form class="atlas__controls"') :]
    form = form[: form.index("</form>")]
    assert 'action="/atlas/"' in form
    assert re.findall(r'<input id="[\w-]+" type="range" name="(\w+)"[^>]* value="(-?\d+)"', form) == [
        ("flexion", "60")
    ]
    assert re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form) == [
        ("view", "side"),
        ("muscles", "iliacus"),
        ("colour", "stretch"),
        ("show", "origins,insertions,lines,labels"),
        ("adduction", "-10"),
    ]


def test_a_block_that_stands_still_leads_to_the_atlas(client, muscles):
    lesson = LessonFactory()
    atlas(lesson, muscles[:2], view="back", speed="fast", at=30)
    html = client.get(lesson.get_absolute_url()).content.decode()
    assert "atlas__controls" not in html
    assert 'href="/atlas/?view=back&amp;muscles=iliacus,sartorius&amp;speed=fast&amp;at=30"' in html


def test_a_block_that_stands_still_tells_no_change_of_length(client, muscles):
    lesson = LessonFactory()
    atlas(lesson, muscles[:1])
    html = client.get(lesson.get_absolute_url()).content.decode()
    assert re.findall(r'data-number="(\w+)"', html) == ["flexion", "adduction", "rotation"]
    assert "Standing. Iliacus flexes with a lever of" in html


def test_a_block_that_only_shows_patches_tells_no_levers(client, muscles):
    lesson = LessonFactory()
    atlas(lesson, muscles[:1], show=["origins", "labels"])
    html = client.get(lesson.get_absolute_url()).content.decode()
    assert "data-number" not in html
    assert "Iliacus flexes" not in html
    assert '<p class="atlas__sentence" aria-live="polite" hidden></p>' in html


def test_a_block_is_about_its_first_movement_of_the_hip(client, muscles):
    lesson = LessonFactory()
    atlas(
        lesson, muscles[2:], view="side", flexion=60, adduction=10, moves=["adduction", "knee"], key="across"
    )
    atlas(lesson, muscles[2:], view="side", flexion=60, adduction=10, moves=["flexion", "knee"])
    html = client.get(lesson.get_absolute_url()).content.decode()
    assert re.findall(r'data-moved="(\w+)"', html) == ["adduction", "flexion"]
    told = [words.rpartition(" and ")[2] for words in re.findall(r'aria-live="polite">([^<]*)', html)]
    assert [words.split(" ")[0] for words in told] == ["adducts", "extends"]


def test_a_lesson_without_an_atlas_loads_nothing_of_it(client):
    html = client.get(LessonFactory().get_absolute_url()).content.decode()
    assert "atlas.css" not in html
    assert "js/atlas" not in html


@pytest.mark.parametrize("count", [1, 3])
def test_a_drawn_lesson_costs_the_same_with_more_atlases(
    client, muscles, count, django_assert_max_num_queries
):
    lesson = LessonFactory()
    for number in range(count):
        atlas(lesson, muscles, key=f"pull-{number}")
    client.get(lesson.get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get(lesson.get_absolute_url())


def test_another_drawing_of_the_bones_draws_the_lesson_anew(muscles, monkeypatch):
    lesson = LessonFactory()
    atlas(lesson, muscles)
    before = render_lesson(lesson).stamp
    assert rendered_lesson(lesson).stamp == before
    monkeypatch.setattr(rendering, "geometry_digest", lambda: "another drawing")
    rendering._templates_digest.cache_clear()
    assert rendered_lesson(lesson).stamp != before
    monkeypatch.undo()
    rendering._templates_digest.cache_clear()


def test_other_words_about_a_pose_draw_the_lesson_anew(monkeypatch, tmp_path):
    words = tmp_path / "anatomy" / "atlas" / "words.py"
    words.parent.mkdir(parents=True)
    monkeypatch.setattr(rendering.settings, "BASE_DIR", tmp_path)
    digests = []
    for text in ("longer", "shorter"):
        words.write_text(text)
        digests.append(rendering._templates_digest.__wrapped__())
    assert digests[0] != digests[1]


def test_a_3d_view_that_has_been_built_since_draws_the_lesson_anew(monkeypatch):
    digests = []
    for address in ("", "/static/js/atlas-scene.js"):
        monkeypatch.setattr(rendering, "asset", lambda name, address=address: address)
        digests.append(rendering._templates_digest.__wrapped__())
    assert digests[0] != digests[1]


def test_of_an_atlas_only_its_caption_is_to_be_read(muscles):
    lesson = LessonFactory()
    atlas(lesson, muscles, moves=["flexion", "stride"])
    assert render_lesson(lesson).words == 4  # See how it pulls.


def test_reference_pages_learn_that_a_lesson_shows_a_muscle(muscles):
    lesson = LessonFactory()
    atlas(lesson, muscles[:1])
    assert render_lesson(lesson).uses["structures"] == {"iliacus": ["atlas"]}


def test_a_copy_of_a_lesson_has_its_atlas_with_the_muscles_in_order(muscles):
    lesson = LessonFactory()
    atlas(lesson, [muscles[1], muscles[0]], view="side", knee=90)
    copy = AtlasBlock.objects.get(parent=duplicate_lesson(lesson=lesson))
    assert [row.slug for row in copy.rows()] == ["sartorius", "iliacus"]
    assert (copy.view, copy.knee) == ("side", 90)


# Its rules


@pytest.mark.parametrize(
    "fields",
    [{"flexion": 121}, {"adduction": -41}, {"rotation": 41}, {"knee": -1}, {"at": 101}, {"view": "top"}, {"speed": "warp"}],
)  # fmt: skip
def test_the_database_refuses_a_pose_that_no_model_covers(fields):
    lesson = LessonFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        atlas(lesson, [], **fields)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"show": ["labels"]}, "Show origins, insertions or lines: there is nothing to see."),
        ({"show": ["bones"]}, "Choose from the list."),
        ({"moves": ["ankle"]}, "Choose from the list."),
        ({"flexion": 130}, "Ensure this value is less than or equal to 120."),
    ],
)
def test_a_form_says_what_does_not_fit(fields, complaint):
    block = AtlasBlock(parent=LessonFactory(), region="main", caption="See.", **{"show": ["lines"], **fields})
    with pytest.raises(ValidationError) as error:
        block.full_clean()
    assert error.value.messages == [complaint]


def test_what_is_ticked_comes_in_one_order():
    block = AtlasBlock(
        parent=LessonFactory(),
        region="main",
        caption="See.",
        show=["lines", "origins"],
        moves=["knee", "flexion"],
    )
    block.full_clean()
    assert (block.show, block.moves) == (["origins", "lines"], ["flexion", "knee"])


def test_a_stride_takes_the_place_of_the_angles():
    block = AtlasBlock(flexion=90, speed="slow", at=10)
    assert block.state([]).pose != Pose(flexion=90)
    assert AtlasBlock(flexion=90, at=10).state([]).pose == Pose(flexion=90)


def test_a_half_written_atlas_says_what_is_missing():
    block = atlas(LessonFactory(), [], caption="", show=["labels"])
    assert sorted(missing_in(block)) == [
        "Caption is missing.",
        "Muscles is missing.",
        "Shown: Show origins, insertions or lines: there is nothing to see.",
    ]


# In the Studio


def test_an_author_picks_muscles_in_order_and_saves(studio, muscles):
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    url = reverse("admin:lessons_lesson_change", args=[lesson.pk])
    data = form_data(studio.get(url))
    new_block(
        data,
        "lessons_atlasblock_set",
        muscles=[muscles[2].pk, muscles[0].pk],
        view="side",
        flexion=40,
        adduction=0,
        rotation=0,
        knee=60,
        speed="",
        at=0,
        moves=["knee", "flexion"],
        show=["lines", "origins"],
        colouring="stretch",
        caption="Watch it.",
    )
    assert studio.post(url, data).status_code == 302
    block = AtlasBlock.objects.get()
    assert [row.slug for row in block.rows()] == ["gracilis", "iliacus"]
    assert (block.moves, block.show, block.flexion) == (["flexion", "knee"], ["origins", "lines"], 40)


def test_the_form_comes_back_with_what_is_wrong(studio, muscles):
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    block = atlas(lesson, muscles)
    url = reverse("admin:lessons_lesson_change", args=[lesson.pk])
    response = studio.get(url)
    data = form_data(response)
    prefix = block_number(response, "lessons_atlasblock_set", block)
    data |= {f"{prefix}-knee": "200", f"{prefix}-show": ["labels"]}
    html = studio.post(url, data).content.decode()
    assert "Ensure this value is less than or equal to 120." in html
    assert "Show origins, insertions or lines: there is nothing to see." in html


def test_the_preview_draws_what_the_form_says(studio, muscles):
    answer = studio.get(
        PREVIEW,
        {
            "muscles": [muscles[0].pk, muscles[1].pk],
            "view": "side",
            "flexion": "60",
            "show": ["lines", "labels"],
            "moves": ["flexion", "stride"],
            "caption": "<b>Look</b>",
            "key": "atlas-0-preview",
        },
    )
    html = answer.content.decode()
    assert "Hip bent 60°. Iliacus is" in html
    assert html.count('class="pull"') == 2
    assert 'class="patch' not in html
    assert "&lt;b&gt;Look&lt;/b&gt;" in html
    assert "A reader may move: bending the hip, the running stride." in html
    assert "<form" not in html


def test_the_preview_keeps_the_order_of_what_is_saved(studio, muscles):
    block = atlas(LessonFactory(), [muscles[1], muscles[0]])
    answer = studio.get(PREVIEW, {"id": block.pk, "muscles": [muscles[0].pk, muscles[1].pk], "show": "lines"})
    assert re.findall(r'data-kind="line"[^>]*aria-label="(\w+),', answer.content.decode()) == [
        "Sartorius",
        "Iliacus",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"muscles": "x", "id": "x"},
        {"flexion": "far", "view": "top", "show": "bones", "key": "<"},
        {"id": "9" * 30},
        {"id": "9" * 5000, "muscles": "9" * 5000, "flexion": "9" * 5000},
        {"id": "٣", "at": "٣", "speed": "fast"},
    ],
)
def test_the_preview_of_an_unfinished_form_breaks_nothing(studio, muscles, fields):
    answer = studio.get(PREVIEW, fields)
    assert answer.status_code == 200
    assert "Choose a muscle to see the picture." in answer.content.decode()


def test_the_preview_is_for_authors(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    assert client.get(PREVIEW).status_code == 302
    client.force_login(UserFactory(is_staff=True))
    assert client.get(PREVIEW).status_code == 403


# In files

ENTRY = """\
  - kind: atlas
    key: pull
    muscles:
      - iliacus
    view: side
    pose:
      flexion: 60
      knee: 90
    moves:
      - flexion
      - stride
    colouring: stretch
    show:
      - origins
      - lines
    caption: See how it pulls.
  - kind: atlas
    key: stride
    muscles:
      - iliacus
    view: front
    stride:
      speed: fast
      at: 0
    caption: One stride.
"""


@pytest.fixture
def lesson_file(folder):  # noqa: F811 -- the fixture
    path = folder / "part-1" / "02-pathways.yaml"
    path.write_text(path.read_text().rstrip("\n") + "\n" + ENTRY)
    return path


def test_files_and_database_say_the_same_to_the_byte(folder, lesson_file, tmp_path):  # noqa: F811 -- the fixture
    assert load_course(folder).errors == []
    pull, stride = AtlasBlock.objects.order_by("ordering")
    assert (pull.flexion, pull.knee, pull.moves, pull.colouring) == (60, 90, ["flexion", "stride"], "stretch")
    assert (stride.speed, stride.at, stride.show) == (
        "fast",
        0,
        ["origins", "insertions", "lines", "labels"],
    )
    assert [row.slug for row in pull.rows()] == ["iliacus"]
    dump_course(tmp_path / "first")
    assert texts(tmp_path / "first") == texts(folder)
    assert set(load_course(tmp_path / "first").outcomes.values()) == {"unchanged"}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("      - iliacus\n    view: side", "      - deltoid\n    view: side", "the atlas cannot draw “deltoid”"),
        ("      - iliacus\n    view: side", "      - gracilis\n    view: side", "names an unknown structure “gracilis”"),
        ("view: side", "view: top", "“view” must be one of front, side, back, not 'top'"),
        ("flexion: 60", "flexion: 160", "“flexion” must be a whole number from -30 to 120"),
        ("knee: 90", "ankle: 90", "the pose has no field “ankle”"),
        ("      - stride\n", "      - ankle\n", "“moves” may hold flexion, adduction, rotation, knee, stride, not “ankle”"),
        ("      - origins\n      - lines\n", "      - labels\n", "names alone show nothing: add origins, insertions or lines"),
        ("speed: fast", "speed: warp", "“speed” must be one of slow, fast, not 'warp'"),
        ("at: 0", "at: 101", "“at” must be a whole number from 0 to 100"),
        ("    stride:\n", "    pose:\n      knee: 3\n    stride:\n", "a pose or a stride, not both"),
        ("caption: One stride.", "title: One stride.", "an block needs “caption”"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_file_and_line(folder, lesson_file, old, new, complaint):  # noqa: F811 -- the fixture
    text = lesson_file.read_text()
    assert old in text
    lesson_file.write_text(text.replace(old, new))
    (error,) = check_course(folder)
    assert error.message == complaint.replace("an block", "a block")
    assert error.path == "part-1/02-pathways.yaml"
    assert error.line > 20


def test_a_published_lesson_with_an_unfinished_atlas_is_not_published(studio, muscles):
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    TakeawaysBlockFactory(parent=lesson)
    atlas(lesson, [], caption="Nothing yet")
    studio.post("/admin/lessons/lesson/", {"action": "publish", "_selected_action": [lesson.pk], "index": 0})
    lesson.refresh_from_db()
    assert lesson.status == Lesson.Status.DRAFT
