import datetime
import io
import re

import pytest
import reversion
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from reversion.models import Version

from anatomy.changes import knowledge_revision
from lessons.admin import LessonAdmin
from lessons.authoring import duplicate_lesson
from lessons.content import check_course, dump_course, load_course
from lessons.models import (
    BLOCK_MODELS,
    Completion,
    DrillBlock,
    FactsBlock,
    FilmBlock,
    ImageBlock,
    KeyConceptBlock,
    Lesson,
    LessonVisit,
    Part,
    TakeawaysBlock,
    TextBlock,
)
from lessons.rendering import render_lesson, rendered_lesson, stamp_of
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.anatomy import StructureFactory
from tests.factories.lessons import KeyConceptBlockFactory, LessonFactory, PartFactory, TextBlockFactory
from tests.lessons.test_uploads import MP4, WEBM
from tests.studio import block_number, form_data, new_block

pytestmark = pytest.mark.django_db

LIST = "/admin/lessons/lesson/"


@pytest.fixture
def author():
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def studio(client, settings, author):
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(author)
    return client


def change(lesson):
    return f"{LIST}{lesson.pk}/change/"


def errors(response):
    found = [str(error) for error in response.context["adminform"].form.non_field_errors()]
    found += [str(error) for error in response.context["adminform"].form.errors.values()]
    for inline in response.context["inline_admin_formsets"]:
        found += [str(form.errors) for form in inline.formset.forms if form.errors]
    return re.sub(r"<[^>]+>", " ", " ".join(found))


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_every_kind_of_block_can_be_written():
    assert [inline.model for inline in LessonAdmin.inlines] == BLOCK_MODELS


def test_saving_keeps_the_names_of_blocks_counts_the_version_and_draws_the_page_anew(studio):
    lesson = LessonFactory()
    text = TextBlockFactory(parent=lesson, key="why-bone-adapts")
    render_lesson(lesson)
    page = studio.get(change(lesson))
    data = form_data(page)
    data[f"{block_number(page, 'lessons_textblock_set', text)}-body"] = (
        "<p>Bone answers to load, and to nothing else.</p>"
    )
    new_block(data, "lessons_keyconceptblock_set", title="Load", body="<p>What bone feels.</p>")

    answer = studio.post(change(lesson), data)

    assert answer.status_code == 302
    lesson.refresh_from_db()
    text.refresh_from_db()
    assert (lesson.version, text.key) == (2, "why-bone-adapts")
    kept = lesson.rendered
    assert (kept.stamp, kept.block_keys) == (
        stamp_of(lesson, knowledge_revision()),
        ["why-bone-adapts", KeyConceptBlock.objects.get().key],
    )
    assert "and to nothing else" in kept.html


def test_what_an_author_pastes_is_sanitised(studio):
    lesson = LessonFactory()
    data = form_data(studio.get(change(lesson)))
    new_block(
        data,
        "lessons_textblock_set",
        body='<p onclick="x()">Hi<script>alert(1)</script><img src=x onerror=y></p>',
    )

    studio.post(change(lesson), data)

    assert TextBlock.objects.get().body == "<p>Hi</p>"


def test_the_history_brings_back_the_whole_lesson_and_the_version_only_grows(studio):
    lesson = LessonFactory(title="Bones")
    page = studio.get(change(lesson))
    data = form_data(page)
    new_block(data, "lessons_textblock_set", body="<p>As it was.</p>")
    studio.post(change(lesson), data)
    text = TextBlock.objects.get()
    before = Version.objects.get_for_object(lesson).latest("pk")

    page = studio.get(change(lesson))
    data = form_data(page) | {"title": "Stones"}
    number = block_number(page, "lessons_textblock_set", text)
    data[f"{number}-DELETE"] = "on"
    new_block(data, "lessons_keyconceptblock_set", title="New", body="<p>New.</p>")
    studio.post(change(lesson), data)
    lesson.refresh_from_db()
    assert (lesson.title, lesson.version, TextBlock.objects.count()) == ("Stones", 3, 0)

    address = f"{LIST}{lesson.pk}/history/{before.pk}/"
    old = studio.get(address)
    assert old.status_code == 200
    assert (TextBlock.objects.count(), KeyConceptBlock.objects.count()) == (0, 1)  # looking changes nothing
    answer = studio.post(address, form_data(old))

    assert answer.status_code == 302
    lesson.refresh_from_db()
    assert (lesson.title, lesson.version) == ("Bones", 4)
    assert (TextBlock.objects.get().key, TextBlock.objects.get().body) == (text.key, "<p>As it was.</p>")
    assert KeyConceptBlock.objects.count() == 0
    assert rendered_lesson(lesson).block_keys == [text.key]


def test_a_lesson_from_a_file_can_be_brought_back_as_it_was_loaded(studio):
    lesson = LessonFactory(title="Bones")
    text = TextBlockFactory(parent=lesson, body="<p>As loaded.</p>")
    page = studio.get(change(lesson))
    data = form_data(page) | {"title": "Stones"}
    data[f"{block_number(page, 'lessons_textblock_set', text)}-body"] = "<p>As edited.</p>"
    studio.post(change(lesson), data)

    _edited, loaded = Version.objects.get_for_object(lesson)
    assert str(loaded.revision.comment) == "As it was before the first change in the Studio."
    address = f"{LIST}{lesson.pk}/history/{loaded.pk}/"
    studio.post(address, form_data(studio.get(address)))

    lesson.refresh_from_db()
    text.refresh_from_db()
    assert (lesson.title, text.body) == ("Bones", "<p>As loaded.</p>")


def test_a_lesson_that_learners_have_touched_is_retired_not_deleted(studio):
    lesson = LessonFactory(title="Bones")
    LessonVisit.objects.create(learner=LearnerFactory(), lesson=lesson)

    answer = studio.post(f"{LIST}{lesson.pk}/delete/", {"post": "yes"}, follow=True)

    assert answer.redirect_chain == [(change(lesson), 302)]
    assert said(answer) == [
        "Learners have worked on “Bones”, so it cannot be deleted. Retire it instead: it leaves the map, "
        "and those who worked on it keep their progress and can still read it."
    ]
    assert Lesson.objects.filter(pk=lesson.pk).exists()


def test_a_lesson_that_nobody_has_touched_can_be_deleted_with_its_blocks(studio):
    lesson = TextBlockFactory().parent

    assert studio.get(f"{LIST}{lesson.pk}/delete/").status_code == 200
    studio.post(f"{LIST}{lesson.pk}/delete/", {"post": "yes"})

    assert (Lesson.objects.count(), TextBlock.objects.count()) == (0, 0)


def test_there_is_no_button_that_deletes_many_lessons(studio):
    LessonFactory()

    actions = [name for name, _ in studio.get(LIST).context["action_form"].fields["action"].choices if name]

    assert actions == ["publish", "retire"]


def test_many_lessons_are_published_or_retired_at_once(studio):
    lessons = [LessonFactory(status=Lesson.Status.DRAFT) for _ in range(2)]
    ticked = {"action": "publish", "_selected_action": [lesson.pk for lesson in lessons]}

    answer = studio.post(LIST, ticked, follow=True)
    assert said(answer) == ["2 lessons: Published."]
    assert set(Lesson.objects.values_list("status", flat=True)) == {"published"}

    studio.post(LIST, ticked | {"action": "retire"})
    assert set(Lesson.objects.values_list("status", flat=True)) == {"retired"}
    assert Version.objects.get_for_object(lessons[0]).count() == 2


def test_a_copy_is_a_draft_with_the_same_blocks_at_the_end_of_the_part(studio):
    lesson = LessonFactory(title="Bones", slug="bones", position=1)
    LessonFactory(part=lesson.part, position=7)
    TextBlockFactory(parent=lesson, key="why", ordering=1)
    rows = [StructureFactory() for _ in range(4)][::-1]
    facts = FactsBlock.objects.create(
        parent=lesson, region="main", ordering=2, key="table", title="Roads", relations=["origin"]
    )
    facts.add_rows(rows)

    answer = studio.post(f"{LIST}{lesson.pk}/actions/duplicate/")

    copy = Lesson.objects.get(slug="bones-copy")
    assert answer.url == change(copy)
    assert (copy.title, copy.status, copy.position, copy.part) == ("Copy of Bones", "draft", 8, lesson.part)
    assert [block.key for block in TextBlock.objects.filter(parent=copy)] == ["why"]
    assert FactsBlock.objects.get(parent=copy).rows() == rows
    assert facts.rows() == rows
    assert duplicate_lesson(lesson=lesson).slug == "bones-copy-2"


def test_a_copy_is_not_made_by_a_link_nor_by_who_may_not_add_lessons(studio, settings, client):
    lesson = LessonFactory()
    address = f"{LIST}{lesson.pk}/actions/duplicate/"

    assert studio.get(address).status_code == 405
    client.force_login(UserFactory(is_staff=True))
    assert client.post(address).status_code == 403
    assert Lesson.objects.count() == 1


def test_the_preview_is_a_click_away_and_the_live_page_only_when_there_is_one(studio):
    draft, live = LessonFactory(status=Lesson.Status.DRAFT), LessonFactory()

    page = studio.get(change(draft))
    assert [tool["name"] for tool in page.context["objectactions"]] == ["preview", "duplicate"]
    assert not page.context["has_absolute_url"]
    answer = studio.get(f"{LIST}{draft.pk}/actions/preview/")
    assert answer.url == reverse("lessons:preview", args=[draft.slug])
    assert studio.get(change(live)).context["has_absolute_url"]


def test_a_scheduled_lesson_says_when(studio):
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    data = form_data(studio.get(change(lesson))) | {"status": "scheduled"}

    answer = studio.post(change(lesson), data)
    assert "A scheduled lesson needs the time at which it is to be published." in errors(answer)

    answer = studio.post(change(lesson), data | {"publish_at_0": "2031-05-01", "publish_at_1": "06:00"})
    assert answer.status_code == 302
    lesson.refresh_from_db()
    assert lesson.publish_at == datetime.datetime(2031, 5, 1, 6, tzinfo=datetime.UTC)
    assert b"Scheduled: 1 May 2031, 06:00" in studio.get(LIST).content


def test_the_address_of_a_lesson_is_fixed_once_it_has_left_the_drafts(studio):
    draft, live = LessonFactory(status=Lesson.Status.DRAFT), LessonFactory(slug="bones")

    assert "slug" in studio.get(change(draft)).context["adminform"].form.fields
    data = form_data(studio.get(change(live))) | {"slug": "stones"}
    studio.post(change(live), data)
    live.refresh_from_db()
    assert live.slug == "bones"


def test_a_new_lesson_is_offered_the_place_after_the_last(studio):
    part = PartFactory()
    LessonFactory(part=part, position=4)

    form = studio.get(f"{LIST}add/").context["adminform"].form

    assert (form.initial["part"], form.initial["position"]) == (part.pk, 5)


def test_a_table_keeps_the_order_of_its_columns_and_adds_new_ones_at_the_right(studio):
    lesson = LessonFactory()
    row = StructureFactory()
    block = FactsBlock.objects.create(
        parent=lesson, region="main", ordering=1, key="t", title="T", relations=["nerve", "origin", "action"]
    )
    block.subjects.add(row)
    page = studio.get(change(lesson))
    number = block_number(page, "lessons_factsblock_set", block)
    data = form_data(page) | {f"{number}-relations": ["origin", "insertion", "nerve"]}

    assert studio.post(change(lesson), data).status_code == 302
    block.refresh_from_db()
    assert block.relations == ["nerve", "origin", "insertion"]

    answer = studio.post(change(lesson), data | {f"{number}-relations": ["origin", "secret"]})
    assert "secret is not one of the available choices" in errors(answer)


def test_a_table_keeps_the_order_of_its_rows_and_adds_new_ones_at_the_end_as_they_were_chosen(studio):
    lesson = LessonFactory()
    names = ["Sartorius", "Iliacus", "Psoas", "Gracilis", "Adductor longus"]
    rows = {name: StructureFactory(name=name) for name in sorted(names)}
    block = FactsBlock.objects.create(
        parent=lesson, region="main", ordering=1, key="t", title="T", relations=["origin"]
    )
    block.add_rows([rows["Sartorius"], rows["Psoas"], rows["Iliacus"]])
    page = studio.get(change(lesson))
    number = block_number(page, "lessons_factsblock_set", block)
    # The page lists what is chosen by name; what is chosen next comes after it.
    chosen = ["Iliacus", "Sartorius", "Gracilis", "Adductor longus"]
    data = form_data(page) | {f"{number}-subjects": [rows[name].pk for name in chosen]}

    assert studio.post(change(lesson), data).status_code == 302

    wanted = ["Sartorius", "Iliacus", "Gracilis", "Adductor longus"]
    assert [row.name for row in block.rows()] == wanted
    html = rendered_lesson(lesson).html
    assert sorted(wanted, key=html.index) == wanted


def picture(kind="PNG"):
    content = io.BytesIO()
    Image.new("RGB", (30, 20), (150, 30, 40)).save(content, kind)
    return content.getvalue()


def test_pictures_are_drawn_anew_and_programs_in_their_clothes_refused(studio):
    lesson = LessonFactory()
    data = form_data(studio.get(change(lesson)))
    number = new_block(data, "lessons_imageblock_set", alt="A hip", caption="")

    for hostile in (b"<svg onload=alert(1)>", b"<html>", b"GIF89a/*"):
        answer = studio.post(
            change(lesson), data | {f"{number}-image": SimpleUploadedFile("hip.png", hostile)}
        )
        assert "This is no picture that can be used" in errors(answer)
    answer = studio.post(
        change(lesson), data | {f"{number}-image": SimpleUploadedFile("My hip.html", picture() + b"<script>")}
    )

    assert answer.status_code == 302
    image = ImageBlock.objects.get()
    assert (image.image.name, image.width, image.height) == ("images/my-hip.png", 30, 20)
    with image.image.open() as file:
        assert b"script" not in file.read()


def test_films_are_known_by_their_bytes_and_need_captions(studio):
    lesson = LessonFactory()
    data = form_data(studio.get(change(lesson)))
    number = new_block(data, "lessons_filmblock_set", title="A stride", provider="file", duration=0)
    captions = b"WEBVTT\n\n00:00.000 --> 00:02.000\nLift.\n"

    def send(**files):
        uploads = {
            f"{number}-{name}": SimpleUploadedFile(f"x.{name}", content) for name, content in files.items()
        }
        return studio.post(change(lesson), data | uploads)

    assert "This is no WebM film." in errors(send(webm=b"<html>", captions=captions))
    assert "This is no MP4 film." in errors(send(mp4=WEBM, captions=captions))
    assert "its first line says WEBVTT" in errors(send(webm=WEBM, captions=b"<script> -->"))
    assert "A film needs captions" in errors(send(webm=WEBM))
    assert "Say how many seconds the film lasts" in errors(send(webm=WEBM, captions=captions))
    data[f"{number}-duration"] = 4
    data[f"{number}-chapters"] = "0:00 Up\r\n0:09 Down\r\n"
    assert "“0:09 Down” does not fit" in errors(send(webm=WEBM, captions=captions))
    data[f"{number}-chapters"] = "0:00 Up\r\n0:03 Down\r\n"
    assert FilmBlock.objects.count() == 0

    assert send(webm=WEBM, mp4=MP4, captions=captions, poster=picture()).status_code == 302
    film = FilmBlock.objects.get()
    names = (film.webm.name, film.mp4.name, film.poster.name, film.captions.name)
    assert names == ("films/x.webm", "films/x.mp4", "films/x.png", "films/x.vtt")
    assert film.chapters == "0:00 Up\n0:03 Down"
    # Saving once more does not ask for the files again.
    assert studio.post(change(lesson), form_data(studio.get(change(lesson)))).status_code == 302


def test_an_embedded_film_is_kept_by_its_number_alone(studio):
    lesson = LessonFactory()
    data = form_data(studio.get(change(lesson)))
    number = new_block(
        data,
        "lessons_filmblock_set",
        title="A stride",
        provider="youtube",
        duration=4,
        url="https://evil.example/x",
    )

    assert "This is no address of a film on YouTube." in errors(studio.post(change(lesson), data))
    studio.post(change(lesson), data | {f"{number}-url": "https://youtu.be/dQw4w9WgXcQ?si=tracker"})
    assert FilmBlock.objects.get().video_id == "dQw4w9WgXcQ"


def test_positions_are_changed_in_the_list(studio):
    part = PartFactory()
    first, second = LessonFactory(part=part, position=1), LessonFactory(part=part, position=2)
    data = {
        "form-TOTAL_FORMS": 2,
        "form-INITIAL_FORMS": 2,
        "form-0-id": first.pk,
        "form-0-position": 2,
        "form-1-id": second.pk,
        "form-1-position": 1,
        "_save": "Save",
    }

    studio.post(LIST, data)

    assert list(Lesson.objects.in_order()) == [second, first]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_lesson_and_for_three(
    studio, django_assert_max_num_queries, count
):
    part = PartFactory()
    for _ in range(count):
        render_lesson(LessonFactory(part=part))
    studio.get(LIST)

    with django_assert_max_num_queries(16):
        page = studio.get(LIST)

    assert page.context["cl"].result_count == count


def test_the_form_carries_the_nonce_that_its_header_allows_and_no_other_inline_code(studio):
    page = studio.get(change(TextBlockFactory().parent))

    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy).group(1)
    html = page.content.decode()
    assert f'nonce="{nonce}"' in re.search(r'<script[^>]*type="importmap"[^>]*>', html).group()
    assert "'unsafe-inline'" not in policy
    for tag in re.findall(r"<script[^>]*>", html):
        assert "src=" in tag or 'type="application/json"' in tag or f'nonce="{nonce}"' in tag
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"", html) == []


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
)
def test_hostile_titles_are_shown_as_the_text_they_are(studio, payload):
    lesson = LessonFactory(title=payload)
    KeyConceptBlockFactory(parent=lesson, title=payload)

    for address in (LIST, change(lesson), f"{LIST}{lesson.pk}/history/", f"{LIST}{lesson.pk}/delete/"):
        html = studio.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_parts_have_their_own_page(studio):
    part = LessonFactory().part

    page = studio.get(f"/admin/lessons/part/{part.pk}/change/")
    studio.post(
        f"/admin/lessons/part/{part.pk}/change/", form_data(page) | {"sequence": "strict", "slug": "other"}
    )

    part.refresh_from_db()
    assert (part.sequence, part.slug) == (Part.Sequence.STRICT, page.context["original"].slug)
    assert studio.get("/admin/lessons/part/").status_code == 200
    assert studio.get("/admin/lessons/part/add/").status_code == 200


def test_progress_can_be_read_but_not_written(studio):
    completion = Completion.objects.create(
        learner=LearnerFactory(), lesson=LessonFactory(), lesson_version=1, completed_at=timezone.now()
    )

    for name in ("completion", "lessonvisit"):
        assert studio.get(f"/admin/lessons/{name}/").status_code == 200
        assert studio.get(f"/admin/lessons/{name}/add/").status_code == 403
    address = f"/admin/lessons/completion/{completion.pk}"
    assert studio.get(f"{address}/change/").status_code == 200
    assert studio.post(f"{address}/change/", {"lesson_version": 9}).status_code == 403
    assert studio.post(f"{address}/delete/", {"post": "yes"}).status_code == 403


def test_a_lesson_and_its_blocks_are_registered_as_one_version():
    followed = reversion.revisions._get_options(Lesson).follow
    assert len(followed) == len(BLOCK_MODELS)


def half_written(data):
    """Add a drill of which only the beginning is written, and takeaways of which nothing is."""
    new_block(
        data,
        "lessons_drillblock_set",
        title="Long lever",
        side="anterior",
        set_up="<p></p>",
        **dict.fromkeys(["purpose", "cues", "dose", "easier", "harder", "stop_rule"], ""),
    )
    new_block(data, "lessons_takeawaysblock_set", body="<p></p>")
    return data


def test_a_draft_may_be_half_written_and_is_whole_before_it_is_published(studio):
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    data = half_written(form_data(studio.get(change(lesson))))

    answer = studio.post(change(lesson), data | {"status": "published"})
    assert re.findall(r"Drill “Long lever”: ([\w -]+) is missing", errors(answer)) == [
        "What it is for",
        "Set-up",
        "Cues",
        "Sets and reps",
        "Easier",
        "Harder",
        "Stop when",
    ]
    assert "Takeaways: Takeaways is missing. Write it, or keep the lesson a draft." in errors(answer)
    assert TakeawaysBlock.objects.count() == 0

    assert studio.post(change(lesson), data).status_code == 302
    assert (DrillBlock.objects.get().set_up, TakeawaysBlock.objects.get().body) == ("", "")
    data = form_data(studio.get(change(lesson))) | {"status": "scheduled", "publish_at_0": "2031-05-01"}
    answer = studio.post(change(lesson), data | {"publish_at_1": "06:00"})
    assert "Drill “Long lever”: Set-up is missing." in errors(answer)
    assert studio.get(f"/lessons/{lesson.slug}/preview/", follow=True).status_code == 200


def test_unfinished_lessons_are_not_published_from_the_list(studio):
    lesson = LessonFactory(title="Bones", status=Lesson.Status.DRAFT)
    whole = TextBlockFactory(parent__status=Lesson.Status.DRAFT).parent
    KeyConceptBlockFactory(parent=lesson, ordering=1, title="Road map", body="")
    FactsBlock.objects.create(
        parent=lesson, region="main", ordering=2, key="table", title="Roads", relations=["origin"]
    )
    FilmBlock.objects.create(parent=lesson, region="main", ordering=3, key="film", title="A stride")

    ticked = {"action": "publish", "_selected_action": [lesson.pk, whole.pk]}
    answer = studio.post(LIST, ticked, follow=True)

    assert said(answer) == [
        "“Bones” is not finished, so it has not been published. Key concept “Road map”: Text is missing. "
        "Table of facts “Roads”: Rows is missing. Film “A stride”: A film of our own needs a WebM or MP4 file.",
        "1 lesson: Published.",
    ]
    assert (Lesson.objects.get(pk=lesson.pk).status, Lesson.objects.get(pk=whole.pk).status) == (
        "draft",
        "published",
    )


def test_an_unfinished_draft_is_written_to_files_which_say_where_they_are_not_whole(studio, tmp_path):
    lesson = LessonFactory(slug="bones", part__number=3, position=3, status=Lesson.Status.DRAFT)
    studio.post(change(lesson), half_written(form_data(studio.get(change(lesson)))))

    dump_course(tmp_path)

    path = f"part-{lesson.part.number}/03-bones.yaml"
    found = [(error.path, error.line > 0) for error in check_course(tmp_path)]
    assert found == [(path, True)]
    assert [error.path for error in load_course(tmp_path).errors] == [path]


def test_two_authors_do_not_write_over_each_other(studio):
    lesson = LessonFactory(title="Bones")
    kept = TextBlockFactory(parent=lesson, body="<p>As it was.</p>")
    gone = KeyConceptBlockFactory(parent=lesson)
    page = studio.get(change(lesson))
    first, second = form_data(page), form_data(page)
    first[f"{block_number(page, 'lessons_keyconceptblock_set', gone)}-DELETE"] = "on"
    assert studio.post(change(lesson), first | {"title": "First"}).status_code == 302
    body = f"{block_number(page, 'lessons_textblock_set', kept)}-body"

    answer = studio.post(change(lesson), second | {"title": "Second", body: "<p>My words.</p>"})

    assert "Somebody has changed this lesson since you opened it." in errors(answer)
    html = answer.content.decode()
    assert f'<a href="{change(lesson)}" target="_blank" rel="noopener">open it in a new tab</a>' in html
    assert "&lt;p&gt;My words.&lt;/p&gt;" in html
    assert answer.context["adminform"].form["title"].value() == "Second"
    lesson.refresh_from_db()
    kept.refresh_from_db()
    assert (lesson.title, lesson.version, kept.body) == ("First", 2, "<p>As it was.</p>")


def test_a_status_set_in_the_list_is_not_undone_by_a_form_opened_before(studio):
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    data = form_data(studio.get(change(lesson)))
    studio.post(LIST, {"action": "publish", "_selected_action": [lesson.pk]})

    assert "Somebody has changed this lesson" in errors(studio.post(change(lesson), data))
    lesson.refresh_from_db()
    assert lesson.status == "published"


def test_an_old_version_is_not_brought_back_over_a_newer_one(studio):
    lesson = LessonFactory(title="Bones")
    studio.post(change(lesson), form_data(studio.get(change(lesson))) | {"title": "Stones"})
    before = Version.objects.get_for_object(lesson).last()
    address = f"{LIST}{lesson.pk}/history/{before.pk}/"
    old = form_data(studio.get(address))
    studio.post(change(lesson), form_data(studio.get(change(lesson))) | {"title": "Newest"})

    assert "Somebody has changed this lesson" in errors(studio.post(address, old))
    lesson.refresh_from_db()
    assert (lesson.title, lesson.version) == ("Newest", 3)


def test_the_preview_opens_beside_the_form_and_says_that_it_shows_what_was_saved(studio):
    html = studio.get(change(LessonFactory())).content.decode()

    link = re.search(r'<a href="[^"]*/actions/preview/"[^>]*>', html).group()
    assert 'target="_blank" rel="noopener"' in " ".join(link.split())
    assert 'title="Opens a new tab and shows the lesson as it was last saved.' in link


def test_labels_begin_with_a_capital(studio):
    page = studio.get(f"{LIST}add/")

    labels = [
        str(field.label)
        for inline in page.context["inline_admin_formsets"]
        for field in inline.formset.empty_form.visible_fields()
    ]
    assert [label for label in labels if label[0].islower()] == []
