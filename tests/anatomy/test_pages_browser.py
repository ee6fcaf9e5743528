"""The reference pages and the disclosures in a browser: typing, keys, and no JavaScript."""

import pytest

from tests.conftest import PHONE
from tests.factories.anatomy import MuscleFactory, StructureFactory
from tests.factories.lessons import LessonFactory, TextBlockFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def words():
    ilium = StructureFactory(slug="ilium", name="Ilium", description="The broad wing.")
    iliacus = MuscleFactory(slug="iliacus", name="Iliacus", part_of=ilium, description="A fan in the wing.")
    iliacus.synonyms.create(text="Iliac muscle")
    StructureFactory(slug="femur", name="Femur", latin="os fémoris", description="The thigh bone.")
    return iliacus


def shown(page):
    return [" ".join(entry.inner_text().split()) for entry in page.locator("[data-entry] dt:visible").all()]


def test_the_glossary_filters_while_one_types_as_the_server_does(new_page, words):
    page = new_page()
    page.goto("/glossary/?q=wing")
    assert shown(page) == ["Iliacus", "Ilium"]
    box = page.get_by_role("searchbox", name="Find a word")
    box.fill("FEMORIS thigh")
    assert shown(page) == ["Femur os fémoris"]
    assert page.get_by_role("status").inner_text() == "1 of 4 entries"
    assert page.locator(".letters a:visible").all_inner_texts() == ["F"]
    box.press("Enter")
    assert page.url.endswith("/glossary/?q=FEMORIS+thigh")
    box.fill("nothing like it")
    assert shown(page) == []
    assert page.get_by_text("No entry has all of these words.").is_visible()
    box.fill("ilium")
    page.evaluate("location.hash = 'femur'")
    page.wait_for_function("document.getElementById('femur').checkVisibility()")
    assert box.input_value() == ""


def test_without_javascript_the_server_filters(new_page, words):
    page = new_page(java_script_enabled=False)
    page.goto("/glossary/")
    page.get_by_role("searchbox", name="Find a word").fill("muscle")
    page.get_by_role("button", name="Find").click()
    assert shown(page) == ["Iliac muscle", "Iliacus"]
    page.locator(".term-entry--see a:visible").click()
    assert page.url.endswith("#iliacus")


@pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False, "viewport": PHONE}], ids=["keys", "plain"]
)
def test_a_name_in_a_lesson_explains_itself_and_leads_on(new_page, words, options):
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, body="<p>Feel how <strong>iliacus</strong> pulls.</p>")
    page = new_page(**options)
    page.goto(lesson.get_absolute_url())
    name, panel = page.get_by_role("button", name="iliacus"), page.get_by_role("note")
    assert page.locator("p", has=name).inner_text() == "Feel how iliacus pulls."
    name.press("Enter")
    assert panel.inner_text().split("\n")[0] == "Iliacus"
    assert "A fan in the wing." in panel.inner_text()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    name.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/muscles/iliacus/")
    assert page.get_by_role("heading", level=1).inner_text() == "Iliacus"


def test_on_paper_an_explained_name_is_a_plain_word(new_page, words):
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, body="<p>Feel how iliacus pulls.</p>")
    page = new_page()
    page.goto(lesson.get_absolute_url())
    page.emulate_media(media="print")
    name = page.locator("button.term")
    assert name.is_visible()
    assert name.evaluate("name => getComputedStyle(name).textDecorationLine") == "none"
