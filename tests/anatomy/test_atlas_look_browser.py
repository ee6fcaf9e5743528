"""How the atlas looks in a real browser, without and with JavaScript; what moves is tested where it is made."""

import gzip

import pytest

from tests.conftest import PHONE
from tests.factories.anatomy import FactFactory, MuscleFactory
from tests.factories.lessons import LessonFactory
from tests.lessons.test_atlas_block import atlas

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 320, "height": 640}
ADDRESS = "/atlas/?view=side&flexion=60&knee=90"


@pytest.fixture
def muscles():
    made = [
        MuscleFactory(slug=slug, name=slug.replace("-", " ").capitalize())
        for slug in ("psoas-major", "iliacus", "rectus-femoris", "tensor-fasciae-latae")
    ]
    for muscle in made:
        FactFactory(subject=muscle, relation="origin")
        FactFactory(subject=muscle, relation="insertion")
    return made


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}&compare=iliacus,psoas-major", "/atlas/string/"])
@pytest.mark.parametrize(
    ("scheme", "size"), [("light", {}), ("dark", {"viewport": PHONE})], ids=["desktop", "phone"]
)
def test_axe_and_the_policy_have_nothing_to_say(new_page, axe, muscles, address, scheme, size):
    page = new_page(color_scheme=scheme, java_script_enabled=True, **size)
    page.goto(address)
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    assert axe(page) == []


@pytest.mark.parametrize("address", [ADDRESS, "/atlas/string/"])
def test_nothing_sticks_out_of_the_smallest_screen(new_page, muscles, address):
    page = new_page(viewport=SMALL, java_script_enabled=False)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == SMALL["width"]


def seen(page, selector):
    """Return what stands on the picture, with the height of its letters on the screen."""
    return page.locator(selector).evaluate_all(
        "all => all.filter((one) => getComputedStyle(one).display !== 'none')"
        ".map((one) => [one.textContent, one.getBoundingClientRect().height])"
    )


def test_names_stand_beside_a_wide_figure_and_numbers_beside_a_narrow_one(new_page, muscles):
    page = new_page(java_script_enabled=False)
    page.goto(ADDRESS)
    names = seen(page, ".label__name")
    assert sorted(name for name, _ in names) == [
        "Iliacus",
        "Psoas major",
        "Rectus femoris",
        "Tensorfasciae latae",
    ]
    assert min(height for _, height in names) >= 14
    assert seen(page, ".label__number") == []
    page.set_viewport_size(SMALL)
    numbers = seen(page, ".label__number")
    assert sorted(number for number, _ in numbers) == ["1", "2", "3", "4"]
    assert min(height for _, height in numbers) >= 11
    assert seen(page, ".label__name") == []
    assert page.locator(".atlas__number").all_inner_texts() == ["1", "2", "3", "4"]


def test_the_form_redraws_the_picture_without_javascript(new_page, muscles):
    page = new_page(java_script_enabled=False)
    page.goto("/atlas/")
    page.get_by_label("side", exact=True).check()
    page.get_by_label("Hip: bend").fill("90")
    page.get_by_label("names").uncheck()
    page.get_by_role("button", name="Show").click()
    assert page.locator(".atlas__sentence").inner_text().startswith("Hip bent 90°.")
    assert page.locator(".label").count() == 0
    assert page.locator("image[data-body=femur]").get_attribute("transform").startswith("matrix(")


def test_a_patch_opens_the_facts_of_its_muscle(new_page, muscles):
    page = new_page(java_script_enabled=False)
    page.goto("/atlas/?view=front")
    panel = page.locator(".atlas__panel[data-structure=iliacus]")
    assert panel.get_attribute("open") is None
    page.get_by_role("link", name="Iliacus, origin").focus()
    page.keyboard.press("Enter")
    assert panel.get_attribute("open") is not None
    assert page.locator("#atlas-iliacus").is_visible()


def test_a_muscle_is_strung_by_form_without_javascript(new_page, muscles):
    page = new_page(java_script_enabled=False)
    page.goto("/atlas/string/?muscle=tensor-fasciae-latae")
    for kind in ("starts", "ends"):
        for number in range(page.locator(".string__choices input").count()):
            page.locator(".string__choices input").nth(number).check(force=True)
            page.get_by_role("button", name="Here").click()
            if page.get_by_text(f"Right: tensor fasciae latae {kind} here.").count():
                break
    assert page.locator(".feedback--right").count() == 2
    assert page.locator("path.pull").count() == 1


def test_a_lesson_with_two_atlases_stays_light(new_page, muscles):
    lesson = LessonFactory()
    for key in ("first", "second"):
        atlas(lesson, muscles, key=key, moves=["flexion", "knee", "stride"])
    page = new_page()
    sizes = {}

    def note(response):
        kind = response.headers.get("content-type", "").split(";")[0]
        if kind in {"text/html", "text/css", "text/javascript"} and "/static/anatomy/" not in response.url:
            sizes[response.url] = len(gzip.compress(response.body()))

    page.on("response", note)
    page.goto(lesson.get_absolute_url(), wait_until="networkidle")
    assert sum(sizes.values()) <= 90_000, sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_the_figure_readable(new_page, muscles, scheme):
    page = new_page(forced_colors="active", color_scheme=scheme)
    page.goto(ADDRESS)
    ground = page.locator(".atlas__frame").evaluate("one => getComputedStyle(one).backgroundColor")
    letters = page.locator(".label__name").first.evaluate("one => getComputedStyle(one).fill")
    assert (ground, letters) == ("rgb(251, 248, 241)", "rgb(34, 28, 23)")
