"""The 3D view of the atlas, in a Chromium that draws WebGL in software."""

import json

import pytest
from django.conf import settings

from tests.environment import ROOT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (ROOT / "frontend" / "dist" / "js" / "atlas-scene.js").exists(),
        reason="the 3D view is not built: `make bundle` says what is missing",
    ),
]

PAGE = """<!doctype html><html lang="en"><title>The hip in 3D</title><link rel="stylesheet" href="/scene/page.css">
<div id="view"></div><script type="module" src="/scene/page.js"></script>"""
STYLE = "body { margin: 0 } #view { width: 600px; height: 500px }"
SCRIPT = """
import { mount } from "/static/js/atlas-scene.js";
import { createSolver } from "/static/js/atlas/solver.js";

const json = async (address) => (await fetch(address)).json();
const [model, strands] = await Promise.all(["model", "strands"].map((name) => json(`/static/anatomy/${name}.json`)));
const solver = createSolver(model);
const named = ["iliacus", "psoas-major", "rectus-femoris", "gluteus-medius"];
const muscles = named.map((slug) => ({ slug, colour: "#a03060", lines: model.muscles[slug].lines }));
const view = document.getElementById("view");
const told = [];
const tell = (what) => (...values) => told.push([what, ...values]);

Object.assign(window, { model, solver, muscles, told });
window.show = async (options = {}) => {
  window.scene = await mount(view, {
    glb: "/static/anatomy/hip.glb", strands, solver, muscles,
    onSelect: tell("select"), onView: tell("view"), onLost: tell("lost"), ...options,
  });
};
// What the picture holds, drawn now. Two are equal if nothing that shows has changed.
window.picture = () => {
  scene.render();
  return view.querySelector("canvas").toDataURL();
};
// How many pixels of the picture have a hue between two (degrees) and some colour.
window.hues = (least, most) => {
  scene.render();
  const canvas = view.querySelector("canvas");
  const flat = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height }).getContext("2d");
  flat.drawImage(canvas, 0, 0);
  const { data } = flat.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, a] = data.subarray(i, i + 4);
    const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
    if (a < 200 || high - low < 24) continue;
    const sixth = high === r ? (g - b) / (high - low) : high === g ? 2 + (b - r) / (high - low) : 4 + (r - g) / (high - low);
    const hue = (60 * sixth + 360) % 360;
    if (hue >= least && hue <= most) count += 1;
  }
  return count;
};
view.dataset.ready = "";
"""
POLICY = "; ".join(
    f"{directive} {' '.join(source for source in sources if str(source).startswith(chr(39)))}"
    for directive, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)


@pytest.fixture
def browser(gl_browser):
    return gl_browser


@pytest.fixture
def page(page, site):
    """A page that has the site's policy and nothing but a place for the view."""
    files = {"": ("text/html", PAGE), "page.css": ("text/css", STYLE), "page.js": ("text/javascript", SCRIPT)}

    def answer(route):
        kind, body = files[route.request.url.rpartition("/")[2]]
        route.fulfill(content_type=kind, body=body, headers={"Content-Security-Policy": POLICY})

    page.route("**/scene/*", answer)
    page.goto("/scene/")
    page.wait_for_selector("#view[data-ready]", state="attached")
    return page


def told(page, what):
    return [values for name, *values in page.evaluate("told") if name == what]


def test_the_view_is_an_image_with_a_label_and_follows_the_pose(page):
    page.evaluate("show({ labels: { view: 'The right hip', keys: 'Arrow keys turn it.' } })")
    view = page.locator("#view")
    assert {
        name: view.get_attribute(name) for name in ("role", "aria-label", "aria-description", "tabindex")
    } == {
        "role": "img",
        "aria-label": "The right hip",
        "aria-description": "Arrow keys turn it.",
        "tabindex": "0",
    }
    standing = page.evaluate("picture()")
    assert page.evaluate("picture()") == standing
    geometries = page.evaluate("scene.stats().geometries")
    bent = page.evaluate("scene.setPose({ flexion: 60, knee: 60 }), picture()")
    assert bent != standing
    assert page.evaluate("scene.setColouring('stretch'), picture()") != bent
    assert page.evaluate("scene.setColouring('muscle'), scene.focus('iliacus'), picture()") != bent
    assert page.evaluate("scene.focus(null), scene.setPose({}), picture()") == standing
    assert page.evaluate("scene.stats().geometries") == geometries


def test_all_lines_of_a_muscle_have_the_colour_of_its_mean_stretch(page):
    page.evaluate(
        """async () => {
          const [first, second] = model.muscles["gluteus-medius"].lines;
          const factor = (line, pose) => (pose.flexion ? { [first]: 1.2, [second]: 0.8 }[line] ?? 1 : 1);
          const solve = (line, pose) => ({ ...solver.solve(line, {}), length: factor(line, pose) });
          await show({
            solver: { ...solver, solve }, muscles: muscles.slice(3), show: ["lines"], colouring: "stretch",
            pose: { flexion: 1 }, view: "side",
          });
        }"""
    )
    # In the mean as long as in standing: bone coloured, though one line is longer and another shorter.
    bone, red, blue = (page.evaluate(f"hues({span})") for span in ("30, 50", "0, 20", "200, 230"))
    assert bone > 1000
    assert red == 0
    assert blue < 500  # shadows


def test_what_is_not_asked_for_is_not_drawn(page):
    page.evaluate("show({ muscles: muscles.slice(0, 1), show: ['lines'] })")
    with_lines = page.evaluate("picture()")
    assert page.evaluate("scene.setShow([]), picture()") != with_lines
    assert page.evaluate("scene.setShow(['lines']), picture()") == with_lines
    assert page.evaluate("scene.setMuscles([]), picture()") != with_lines


def test_keys_turn_and_zoom_and_home_goes_back(page):
    page.evaluate("show()")
    page.keyboard.press("Tab")
    pictures = [page.evaluate("picture()")]
    for key in ("ArrowRight", "ArrowUp", "+"):
        page.keyboard.press(key)
        pictures.append(page.evaluate("picture()"))
    assert len(set(pictures)) == len(pictures)
    page.keyboard.press("Home")
    assert page.evaluate("picture()") == pictures[0]
    page.evaluate("scene.setView('side'), scene.render()")
    assert told(page, "view") == [[None], ["front"], ["side"]]


def test_a_click_names_the_patch_or_the_fibre_under_it(page):
    places = json.loads((ROOT / "static" / "anatomy" / "places.json").read_text())["patches"]
    x, y, z = next(
        place["centre"]
        for place in places
        if (place["structure"], place["kind"]) == ("gluteus-medius", "origin")
    )
    page.evaluate("show({ show: ['origins', 'insertions'] })")
    page.evaluate("([from, at]) => (scene.look(from, at), scene.render())", [[x, y, z + 0.6], [x, y, z]])
    page.locator("#view").click()
    page.evaluate(
        """() => {
          const points = solver.solve("recfem", {}).points;
          const middle = [0, 1, 2].map((i) => (points[0][i] + points[1][i]) / 2);
          scene.setShow(["lines"]);
          scene.look([middle[0] + 0.6, middle[1], middle[2]], middle);
          scene.render();
        }"""
    )
    page.locator("#view").click()
    assert told(page, "select") == [["gluteus-medius", "origin"], ["rectus-femoris", "line"]]


def test_a_closed_view_leaves_nothing_behind(page):
    page.evaluate("show()")
    page.evaluate("scene.setPose({ flexion: 40 }), scene.focus('iliacus'), scene.render(), scene.dispose()")
    left = page.evaluate("scene.stats()")
    assert {name: left[name] for name in ("geometries", "textures", "programs")} == {
        "geometries": 0,
        "textures": 0,
        "programs": 0,
    }
    assert page.evaluate("document.getElementById('view').outerHTML.includes('canvas')") is False
    assert page.locator("#view").get_attribute("role") is None
    assert told(page, "lost") == []


def test_a_lost_context_says_so_and_clears_away(page):
    page.evaluate("show()")
    page.evaluate(
        """() => new Promise((done) => {
          const canvas = document.querySelector("#view canvas");
          canvas.addEventListener("webglcontextlost", () => setTimeout(done));
          canvas.getContext("webgl2").getExtension("WEBGL_lose_context").loseContext();
        })"""
    )
    assert told(page, "lost") == [[]]
    assert page.locator("#view canvas").count() == 0


def test_a_view_that_cannot_be_drawn_leaves_nothing_behind(page):
    unknown = "show({ muscles: [{ slug: 'iliacus', colour: '#a03060', lines: ['no-line'] }] })"
    assert page.evaluate(f"{unknown}.then(() => 'shown', (error) => error.message)") == (
        "There is no line of pull named no-line."
    )
    assert page.evaluate("document.getElementById('view').outerHTML.includes('canvas')") is False
    assert page.locator("#view").get_attribute("role") is None


def test_without_webgl_the_view_says_so(page):
    page.evaluate("HTMLCanvasElement.prototype.getContext = () => null")
    assert (
        page.evaluate("show().then(() => 'shown', (error) => error.message)")
        == "This browser gives no WebGL 2."
    )
    assert page.locator("#view canvas").count() == 0
