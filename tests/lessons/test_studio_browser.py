"""The block editor in a real browser: by mouse and by keyboard, with the site's policy and axe looking on."""

import pytest
from playwright.sync_api import expect

from anatomy.models import Source
from lessons.models import AtlasBlock, FactsBlock, KeyConceptBlock, Lesson, TakeawaysBlock, TextBlock
from tests.conftest import PHONE
from tests.factories.accounts import UserFactory
from tests.factories.anatomy import FactFactory, MuscleFactory
from tests.factories.lessons import KeyConceptBlockFactory, LessonFactory, PartFactory, TextBlockFactory
from tests.factories.quizzes import SingleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def studio(new_page, client, settings):
    """Return a function that opens a browser in which an author is signed in."""
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True, name="Robin"))

    def open_page(**options):
        page = new_page(**options)
        page.goto("/healthz")
        cookie = {"name": "session", "value": client.cookies["session"].value}
        page.context.add_cookies([cookie | {"url": page.evaluate("location.origin")}])
        return page

    return open_page


@pytest.fixture
def lesson():
    lesson = LessonFactory(title="Bone learns")
    TextBlockFactory(parent=lesson, ordering=10, key="first", body="<p>First words.</p>")
    KeyConceptBlockFactory(parent=lesson, ordering=20, key="second", title="Second idea", body="<p>Load.</p>")
    TextBlockFactory(
        parent=lesson,
        ordering=30,
        key="third",
        body="<table><tbody><tr><th><p>A</p></th><td><p>B</p></td></tr></tbody></table>",
    )
    fact = FactFactory()
    table = FactsBlock.objects.create(
        parent=lesson, region="main", ordering=40, key="table", title="Roads", relations=["origin"]
    )
    table.subjects.add(fact.subject)
    lesson.sources.set(Source.objects.all())
    return lesson


def change(lesson):
    return f"/admin/lessons/lesson/{lesson.pk}/change/"


def block(page, words):
    return page.locator(".order-machine .inline-related:not(.empty-form)").filter(has_text=words)


def seen_order(page):
    """Return the headings of the blocks from top to bottom, as they are painted."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".order-machine .inline-related:not(.empty-form)")]
            .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
            .map((row) => row.querySelector("h3 .inline_label").textContent.trim())"""
    )


def keys(lesson):
    blocks = [*TextBlock.objects.filter(parent=lesson), *KeyConceptBlock.objects.filter(parent=lesson)]
    return [block.key for block in sorted(blocks, key=lambda block: block.ordering)]


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", {}), ("dark", {"viewport": PHONE})], ids=["desktop", "phone"]
)
def test_axe_and_the_policy_have_nothing_to_say(studio, lesson, axe, complaints, scheme, size):
    fact = FactFactory()
    page = studio(color_scheme=scheme, **size)

    found = {}
    for address in (
        "/admin/",
        "/admin/lessons/lesson/",
        change(lesson),
        "/admin/lessons/lesson/add/",
        "/admin/lessons/part/",
        "/admin/anatomy/fact/",
        f"/admin/anatomy/fact/{fact.pk}/change/",
        f"/admin/anatomy/structure/{fact.subject_id}/change/",
        "/admin/accounts/user/add/",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        own = list(complaints)
        found[address] = [*axe(page), *([f"{overflow} px too wide"] if overflow > 0 else [])]
        complaints[:] = own  # axe writes style sheets of its own into the page, which the policy forbids

    assert {address: complaints for address, complaints in found.items() if complaints} == {}


def test_blocks_are_moved_by_the_keyboard(studio, lesson):
    page = studio()
    page.goto(change(lesson))
    up = block(page, "Second idea").get_by_role("button", name="Move up")

    up.focus()
    page.keyboard.press("Enter")

    assert seen_order(page)[:2] == ["Second idea", "First words."]
    assert up.evaluate("(button) => button === document.activeElement")
    page.get_by_role("status").filter(has_text="Moved to place 1 / 4").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="This is the first block.").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    assert keys(lesson) == ["second", "first", "third"]


def test_a_block_is_added_below_another_by_the_keyboard(studio, lesson):
    page = studio()
    page.goto(change(lesson))

    block(page, "First words.").get_by_role("button", name="Add below").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent.trim()").endswith("Text")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("Idea between")
    remove = block(page, "New item").get_by_role("button", name="Remove")
    assert remove.evaluate("(link) => getComputedStyle(link).textIndent") == "0px"
    assert remove.bounding_box()["width"] > 50
    block(page, "New item").locator(".ProseMirror").focus()
    page.keyboard.type("Words between.")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()

    assert seen_order(page)[:3] == ["First words.", "Idea between", "Second idea"]
    new = KeyConceptBlock.objects.get(title="Idea between")
    assert new.body == "<p>Words between.</p>"
    assert keys(lesson) == ["first", new.key, "second", "third"]


def test_what_was_not_saved_is_not_left_without_a_question(studio, lesson):
    page = studio()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.goto(change(lesson))
    page.locator("#id_title").focus()
    page.goto("/admin/")
    assert asked == []  # nothing was changed

    page.goto(change(lesson))
    block(page, "First words.").get_by_role("button", name="Move down").click()
    page.goto("/admin/")
    assert asked == ["beforeunload"]

    page.goto(change(lesson))
    block(page, "First words.").get_by_role("textbox", name="Text").fill("Other words.")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    assert asked == ["beforeunload"]


def test_the_link_that_deletes_keeps_within_the_bar_on_a_small_phone(studio, lesson):
    page = studio(viewport={"width": 360, "height": 700})
    page.goto(change(lesson))
    bar = page.locator(".submit-row").bounding_box()
    link = page.locator(".submit-row .deletelink").bounding_box()

    assert link["x"] + link["width"] + 8 <= bar["x"] + bar["width"]
    assert link["y"] + link["height"] + 4 <= bar["y"] + bar["height"]


def test_prompts_are_asked_for_in_a_match_only(studio):
    question = SingleFactory()
    page = studio()
    page.goto(f"/admin/quizzes/question/{question.pk}/change/")
    prompt = page.locator("#id_choices-0-prompt")

    assert not prompt.is_visible()
    assert page.locator("#id_choices-0-text").bounding_box()["width"] > 150
    page.get_by_label("Kind").select_option("match")
    assert prompt.is_visible()


def test_escape_leads_back_from_the_choice_of_blocks(studio, lesson):
    page = studio()
    page.goto(change(lesson))
    opener = page.get_by_role("button", name="Add a block", exact=True)

    opener.focus()
    page.keyboard.press("Enter")
    page.locator(".plugin-button", has_text="Takeaways").wait_for()
    page.keyboard.press("Escape")

    assert opener.evaluate("(button) => button === document.activeElement")
    assert not page.locator(".plugin-buttons").is_visible()


def test_the_first_block_of_an_empty_lesson(studio):
    lesson = LessonFactory(status=Lesson.Status.DRAFT)
    page = studio()
    page.goto(change(lesson))

    page.get_by_role("button", name="Add a block", exact=True).click()
    page.locator(".plugin-button", has_text="Takeaways").click()
    page.locator(".order-machine .ProseMirror:visible").fill("Load what you want to keep.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()

    assert TakeawaysBlock.objects.get().body == "<p>Load what you want to keep.</p>"


def test_a_block_is_folded_by_a_button_that_says_so(studio, lesson):
    page = studio()
    page.goto(change(lesson))
    second = block(page, "Second idea")

    fold = second.get_by_role("button", name="Hide")
    assert fold.get_attribute("aria-expanded") == "true"
    fold.click()

    assert second.get_by_role("button", name="Show").get_attribute("aria-expanded") == "false"
    second.locator(".ProseMirror").wait_for(state="hidden")


def test_tab_meets_the_blocks_as_they_are_seen(studio, lesson):
    page = studio()
    page.goto(change(lesson))
    met = page.evaluate(
        """() => [...document.querySelectorAll(".order-machine .inline-related:not(.empty-form) h3 .inline_label")]
            .map((label) => label.textContent.trim())"""
    )

    assert met == seen_order(page)
    assert met[:2] == ["First words.", "Second idea"]


@pytest.mark.parametrize("way", ["button", "keyboard", "drag"])
def test_lessons_are_put_in_order_within_their_part(studio, way):
    part, other = PartFactory(number=1), PartFactory(number=2)
    bones = LessonFactory(part=part, position=3, title="Bones")
    loads = LessonFactory(part=part, position=5, title="Loads")
    later = LessonFactory(part=other, position=1, title="Later")
    page = studio()
    page.goto("/admin/lessons/lesson/")

    up = page.get_by_role("button", name="Move up: Loads")
    if way == "button":
        up.click()
    elif way == "keyboard":
        up.focus()
        page.keyboard.press("Enter")
    else:
        row = page.locator("#result_list tbody tr")
        row.nth(1).locator(".row-handle").drag_to(row.nth(0), target_position={"x": 200, "y": 4})
    page.get_by_role("button", name="Move up: Later").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("changed successfully").wait_for()

    assert list(Lesson.objects.in_order().values_list("pk", "position")) == [
        (loads.pk, 3),
        (bones.pk, 5),
        (later.pk, 1),
    ]


def test_the_chosen_colours_hold_on_the_site_and_in_the_studio(studio):
    page = studio(color_scheme="light")
    page.goto("/admin/")
    page.get_by_role("button", name="Dark", exact=True).click()

    page.goto("/admin/lessons/lesson/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.goto("/lessons/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_picture_of_an_atlas_follows_its_form(studio, lesson, complaints):
    muscle = MuscleFactory(slug="iliacus", name="Iliacus")
    atlas = AtlasBlock.objects.create(
        parent=lesson, region="main", ordering=50, key="pull", caption="See how it pulls.", view="side"
    )
    atlas.add_rows([muscle])
    page = studio()
    page.goto(change(lesson))
    preview = page.get_by_role("group", name="Preview")
    expect(preview.locator(".atlas__sentence")).to_contain_text("Standing. Iliacus flexes")
    page.locator("[name$=-flexion]:not([name*=__prefix__])").fill("60")
    expect(preview.locator(".atlas__sentence")).to_contain_text("Hip bent 60°. Iliacus is")
    # A page to sign in at is no preview.
    page.context.clear_cookies()
    page.locator("[name$=-flexion]:not([name*=__prefix__])").fill("70")
    expect(preview).to_have_text("The preview did not load. Your changes are still here.")
    complaints.clear()
