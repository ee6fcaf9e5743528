"""The moving atlas when answers come late, or when what was chosen has gone."""

import pytest
from playwright.sync_api import expect

from tests.anatomy.test_atlas_browser import alive, muscles
from tests.anatomy.test_atlas_pages import place
from tests.environment import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["muscles"]  # a fixture is used by its name

is_built = pytest.mark.skipif(
    not (ROOT / "frontend" / "dist" / "js" / "atlas-scene.js").exists(), reason="the 3D view is not built"
)
# In place of the 3D view's script: it opens when the test says so, and writes down what it is told.
SCENE = """export const mount = (stage, { pose, muscles, onLost }) => new Promise((open) => {
  const names = ["setPose", "setMuscles", "setColouring", "setShow", "setView", "focus"];
  const scene = Object.fromEntries(names.map((name) => [name, (...values) => { told[name] = values[0] ?? null; }]));
  window.told = { setPose: pose, setMuscles: muscles };
  window.lose3D = onLost;
  window.open3D = () => open(scene);
  const { dataset } = document.body;
  scene.dispose = () => { dataset.scene = "put away"; };
  dataset.scene = "asked for";
});"""


def late_scene(page):
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => ({});")
    page.route("**/atlas-scene*.js", lambda route: route.fulfill(content_type="text/javascript", body=SCENE))
    alive(page)
    page.get_by_role("button", name="Turn it in 3D").click()
    expect(page.locator("body[data-scene='asked for']")).to_be_attached()


def test_a_muscle_that_is_no_longer_shown_is_no_longer_chosen(page, muscles):
    alive(page, "/atlas/?focus=iliacus")
    expect(page.locator("hip-atlas[data-chosen]")).to_be_attached()
    page.locator(".atlas__muscles > summary").click()
    page.get_by_role("checkbox", name="Iliacus").uncheck()
    expect(page.locator("hip-atlas[data-chosen]")).not_to_be_attached()
    page.get_by_role("slider", name="Hip: bend").fill("30")
    page.wait_for_url("**flexion=30*")
    assert "focus" not in page.url


def test_another_view_keeps_what_was_chosen_and_one_panel_open(page, muscles):
    alive(page)
    opened = page.locator(".atlas__panel[open] .atlas__name")
    page.locator("a[data-structure=iliacus][data-kind=origin]").focus()
    expect(page.locator(".atlas__card-name")).to_have_text("Iliacus")
    page.get_by_role("radio", name="side").check()
    page.wait_for_url("**view=side**")
    page.wait_for_timeout(200)
    expect(page.locator(".atlas__card-name")).to_have_text("Iliacus")
    expect(opened).to_have_text(["Iliacus"])
    page.locator("a[data-structure=sartorius]").first.focus()
    expect(opened).to_have_text(["Sartorius"])


def test_every_slider_says_its_unit_from_the_start(page, muscles):
    alive(page)
    values = page.locator("hip-atlas input[type=range]").evaluate_all(
        "all => all.map((one) => [one.name, one.getAttribute('aria-valuetext')])"
    )
    assert dict(values) == {"flexion": "0°", "adduction": "0°", "rotation": "0°", "knee": "0°", "at": "0 %"}


@is_built
def test_the_3d_view_opens_in_the_pose_of_now_and_its_hint_stays(page, muscles):
    late_scene(page)
    page.get_by_role("slider", name="Hip: bend").fill("60")
    page.locator(".atlas__muscles > summary").click()
    page.get_by_role("checkbox", name="Iliacus").uncheck()
    expect(page.locator(".atlas__panel")).to_have_count(5)
    page.evaluate("open3D()")
    expect(page.get_by_role("button", name="Back to the drawing")).to_be_visible()
    told = page.evaluate("told")
    assert told["setPose"]["flexion"] == 60
    assert len(told["setMuscles"]) == 5
    page.get_by_role("checkbox", name="Iliacus").check()
    expect(page.locator(".atlas__panel")).to_have_count(6)
    expect(page.get_by_text("Drag to turn it, or use the arrow keys")).to_be_visible()


@is_built
def test_a_3d_view_that_is_lost_takes_no_focus_from_elsewhere(page, muscles):
    late_scene(page)
    page.evaluate("open3D()")
    expect(page.get_by_role("button", name="Back to the drawing")).to_be_visible()
    slider = page.get_by_role("slider", name="Hip: bend")
    slider.focus()
    page.evaluate("lose3D()")
    expect(page.get_by_text("The browser has stopped drawing in 3D.")).to_be_visible()
    expect(slider).to_be_focused()
    expect(page.get_by_role("button", name="Turn it in 3D")).to_be_visible()


@is_built
def test_a_3d_view_that_comes_after_its_figure_has_gone_is_put_away(page, muscles):
    late_scene(page)
    page.evaluate("document.querySelector('hip-atlas').remove(); open3D()")
    expect(page.locator("body[data-scene='put away']")).to_be_attached()


def test_of_two_taps_the_later_one_counts(page, muscles):
    first, second = place("sartorius", "insertion")[1], place("sartorius", "origin")[1]
    waiting = []
    page.route(f"**/atlas/string/?*from={first}*", lambda route: waiting.append(route))
    page.goto("/atlas/string/?muscle=sartorius&view=front")
    expect(page.locator(".string__board[aria-description]")).to_be_attached()
    for key in (first, second):
        page.locator(f"a[data-patch={key}]").focus()
        page.keyboard.press("Enter")
    expect(page.get_by_text("Right: sartorius starts here.")).to_be_visible()
    [late] = waiting
    late.continue_()
    page.wait_for_timeout(300)
    assert page.get_by_text("Right: sartorius starts here.").is_visible()
    assert f"from={second}" in page.url
