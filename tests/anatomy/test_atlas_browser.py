"""The moving atlas in a browser: it draws and says what the server does, by mouse, touch and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from anatomy.models import Fact, Structure
from lessons.models import AtlasBlock
from tests.anatomy.test_atlas_pages import place
from tests.conftest import PHONE
from tests.environment import ROOT
from tests.factories.anatomy import FactFactory, MuscleFactory, StructureFactory
from tests.factories.lessons import LessonFactory, TextBlockFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 320, "height": 700}
# Everything that depends on the pose, of a page (or of a part of it): attributes that are drawn, and words.
READ = """(root) => {
  const texts = (selector) => [...root.querySelectorAll(selector)].map((one) => one.textContent.trim());
  const drawn = (selector, name) => [...root.querySelectorAll(selector)].map((one) => one.getAttribute(name) ?? "");
  return {
    words: texts(`.atlas__sentence, [data-number], output, [data-phase], .chart text, .chart desc, .chart title,
      [data-chart] figcaption, [data-chart] :is(caption, th, td)`),
    colours: drawn("[data-layer=pull] g", "stroke"),
    shapes: drawn("[data-layer=pull] path, .label__leader, .chart path, .chart circle", "d"),
    turns: drawn("[data-layer=bones] image, [data-layer=patches] > g", "transform"),
    dots: drawn(".chart__dot", "cy"),
    share: drawn("[data-share] a", "href").map((href) => new URL(href, location.href).href),
  };
}"""


@pytest.fixture
def muscles():
    """The six muscles of the first picture and one more, with the facts that the atlas shows; two of them end as one."""
    flexion = StructureFactory(slug="hip-flexion", name="Hip flexion")
    team = StructureFactory(slug="hip-flexors", name="Hip flexors", kind=Structure.Kind.GROUP)
    front = StructureFactory(slug="anterior-hip", name="Front of the hip", kind=Structure.Kind.REGION)
    iliopsoas = StructureFactory(slug="iliopsoas", name="Iliopsoas", kind=Structure.Kind.GROUP)
    for slug, name in (
        ("psoas-major", "Psoas major"),
        ("iliacus", "Iliacus"),
        ("rectus-femoris", "Rectus femoris"),
        ("sartorius", "Sartorius"),
        ("tensor-fasciae-latae", "Tensor fasciae latae"),
        ("pectineus", "Pectineus"),
        ("gluteus-maximus", "Gluteus maximus"),
    ):
        muscle = MuscleFactory(slug=slug, name=name)
        FactFactory(subject=muscle, object__name=f"Start of {slug}")
        FactFactory(subject=muscle, relation=Fact.Relation.INSERTION, object__name=f"End of {slug}")
        if slug == "gluteus-maximus":
            continue
        FactFactory(subject=muscle, relation=Fact.Relation.ACTION, object=flexion, role=Fact.Role.PRIME)
        FactFactory(subject=muscle, relation=Fact.Relation.SIDE, object=front)
        FactFactory(subject=team, relation=Fact.Relation.MEMBER, object=muscle)
        if slug in {"psoas-major", "iliacus"}:
            FactFactory(subject=iliopsoas, relation=Fact.Relation.MEMBER, object=muscle)


def alive(page, address="/atlas/"):
    page.goto(address)
    page.locator("hip-atlas[data-live]").wait_for()


def drawn_by_server(page, address):
    """Read the page as the server draws it, without scripts."""
    return page.evaluate(
        f"""async (address) => {{
          const text = await (await fetch(address)).text();
          return ({READ})(new DOMParser().parseFromString(text, "text/html"));
        }}""",
        address,
    )


def numbers_in(text):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def alike(mine, theirs, within):
    """Do the same shapes stand at the same places?"""
    pairs = list(zip(map(numbers_in, mine), map(numbers_in, theirs), strict=True))
    return all(
        len(one) == len(other) and all(abs(a - b) <= within for a, b in zip(one, other, strict=True))
        for one, other in pairs
    )


# What the browser draws


STATES = [
    "view=side&flexion=70&knee=90",
    "view=back&muscles=gluteus-maximus,iliacus&flexion=-20&adduction=10&rotation=-15&colour=stretch&sweep=adduction",
    "view=side&speed=fast&at=42",
    "speed=slow&at=80&sweep=flexion",
    "speed=fast&at=60&muscles=iliacus",
    "muscles=&flexion=30",
    "flexion=100&knee=110&focus=rectus-femoris&sweep=knee&compare=psoas-major,gluteus-maximus",
]


def test_the_browser_draws_and_says_what_the_server_does(page, muscles):
    for state in STATES:
        address = f"/atlas/?{state}"
        alive(page, address)
        theirs = drawn_by_server(page, address)
        # Everything is drawn anew after a detour through another pose and another sweep.
        page.evaluate(
            """async () => {
              const atlas = await document.querySelector("hip-atlas").atlas;
              const pose = atlas.pose;
              atlas.pose = () => ({ flexion: 30, adduction: -10, rotation: 5, knee: 20 });
              atlas.draw();
              atlas.pose = pose;
              atlas.draw();
              atlas.settle();
            }"""
        )
        mine = page.evaluate(f"({READ})(document)")
        assert (mine["words"], mine["colours"], mine["share"]) == (
            theirs["words"],
            theirs["colours"],
            theirs["share"],
        ), state
        assert alike(mine["shapes"], theirs["shapes"], within=0.11), state
        assert alike(mine["dots"], theirs["dots"], within=0.11), state
        standing = "matrix(1 0 0 1 0 0)"
        assert alike(
            [turn or standing for turn in mine["turns"]],
            [turn or standing for turn in theirs["turns"]],
            within=0.02,
        ), state
        assert page.url == theirs["share"][0]


def test_a_slider_moves_the_leg_at_once_and_the_words_follow_when_it_rests(page, muscles):
    alive(page, "/atlas/?view=side")
    slider = page.get_by_role("slider", name="Hip: bend")
    femur = page.locator("image[data-body=femur]")
    before = (femur.get_attribute("transform"), page.locator(".atlas__sentence").inner_text())
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.locator('[name=flexion][aria-valuetext="3°"]').wait_for()
    assert femur.get_attribute("transform") != before[0]
    assert page.locator(".atlas__sentence").inner_text() == before[1]
    page.get_by_text("Hip bent 3°. Psoas major is").wait_for()
    assert page.url.endswith("/atlas/?view=side&flexion=3")
    # A stride takes the sliders along; a slider that is moved ends the stride.
    page.get_by_role("radio", name="4.0 m/s").check()
    page.get_by_text("Running at 4.0 m/s, 0 % of the stride").wait_for()
    assert slider.input_value() == "29"
    assert page.locator("[data-phase]").inner_text() == "early stance"
    slider.fill("60")
    assert page.get_by_role("radio", name="off").is_checked()
    page.wait_for_url("**/atlas/?view=side&flexion=60*")


def test_another_view_and_other_muscles_come_from_the_server_without_leaving_the_page(page, muscles):
    alive(page, "/atlas/?flexion=20")
    page.evaluate("window.stayed = true")
    page.get_by_role("radio", name="side").check()
    page.wait_for_url("**/atlas/?view=side&flexion=20")
    assert page.locator("image[data-body=femur]").get_attribute("href").endswith("side-femur.svg")
    page.locator(".atlas__muscles > summary").click()
    page.get_by_role("checkbox", name="Iliacus").uncheck()
    fewer = "psoas-major,rectus-femoris,sartorius,tensor-fasciae-latae,pectineus"
    page.wait_for_url(f"**/atlas/?view=side&muscles={fewer}&flexion=20")
    panels = page.locator(".atlas__panel")
    assert panels.evaluate_all("all => all.map((one) => one.dataset.structure).join()") == fewer
    page.get_by_role("radio", name="by stretch").check()
    page.get_by_text("shorter than in standing longer").wait_for()
    page.get_by_role("link", name="Hip flexors").click()
    page.wait_for_url("**/atlas/?view=side&flexion=20&colour=stretch")
    page.get_by_label("The other").select_option("gluteus-maximus")
    side = page.locator("[data-compare=gluteus-maximus] [data-number=length]")
    was = side.inner_text()
    page.get_by_role("slider", name="Hip: bend").fill("80")
    page.wait_for_url("**flexion=80**compare=psoas-major,gluteus-maximus")
    assert side.inner_text() != was
    assert page.evaluate("window.stayed")


# By keyboard, by ear


def test_patches_are_one_stop_of_the_tab_key_and_arrows_go_through_them(page, muscles, axe):
    alive(page)
    stops = page.locator('.atlas__picture a[tabindex="0"]')
    assert stops.count() == 1
    names = page.locator(".atlas__picture a:not([data-kind=line])").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    page.locator(".atlas-page__presets a").last.focus()
    heard = []
    page.keyboard.press("Tab")
    for _ in names:
        heard.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("ArrowRight")
    assert heard == names
    chosen = heard[0].split(",")[0]
    assert page.locator(".atlas__card-name").inner_text() in {chosen, "Psoas major"}
    assert page.locator(".atlas__panel[open]").count() == 1
    assert page.evaluate("scrollY") == 0
    assert axe(page) == []
    page.keyboard.press("Escape")
    assert page.locator(".atlas__card, .atlas__panel[open], [data-on]").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.atlas__picture')") is None


def test_what_a_screen_reader_finds(page, muscles):
    alive(page, "/atlas/?muscles=iliacus&flexion=30&view=front")
    expect(page.locator("hip-atlas")).to_match_aria_snapshot(r"""
        - 'group "The right hip from the front: iliacus"':
          - link "Iliopsoas, insertion (on the far side)"
          - link "Iliacus, origin"
          - link "Iliacus, line of pull"
        - paragraph: /Hip bent 30°\. Iliacus is \d+ mm shorter than in standing and flexes with a lever of \d+ mm\./
        - form "What the picture shows":
          - group "Seen from"
          - group "Pose":
            - 'slider "Hip: bend"': "30"
            - 'slider "Hip: across"': "0"
            - 'slider "Hip: turn in"': "0"
            - 'slider "Knee: bend"': "0"
          - group "Running stride":
            - slider "Point of the stride": "0"
            - button "Step back"
            - button "Step on"
        - group: /1 Iliacus −\d+ mm/
    """)


# Motion


def test_the_stride_plays_until_paused_and_never_where_motion_is_reduced(new_page, muscles):
    page = new_page(reduced_motion="no-preference")
    alive(page, "/atlas/?view=side")
    at = page.get_by_role("slider", name="Point of the stride")
    page.get_by_role("button", name="Play the stride").click()
    page.get_by_role("radio", name="4.0 m/s").and_(page.locator(":checked")).wait_for()
    page.wait_for_timeout(400)
    assert int(at.input_value()) > 0
    sentence = page.locator(".atlas__sentence").inner_text()
    assert sentence.startswith("Standing.")  # words wait until it rests
    page.emulate_media(reduced_motion="reduce")
    page.get_by_text("Running at 4.0 m/s").wait_for()
    still = at.input_value()
    assert page.get_by_role("button", name="Play the stride").count() == 0
    page.wait_for_timeout(300)
    assert at.input_value() == still
    at.fill("20")
    for percent, phase in (
        ("35", "early swing"),
        ("68", "late swing"),
        ("90", "late swing"),
        ("0", "early stance"),
    ):
        page.get_by_role("button", name="Step on").click()
        expect(at).to_have_value(percent)
        assert page.locator("[data-phase]").inner_text() == phase


# When something is missing


def test_without_its_model_the_form_goes_on_working(page, muscles, complaints):
    page.route("**/model.json", lambda route: route.abort())
    page.goto("/atlas/")
    page.get_by_text("The moving parts did not load.").wait_for()
    expect(page.locator(".atlas__sentence")).to_contain_text("Standing. Psoas major flexes with a lever of")
    assert len(complaints) == 1
    complaints.clear()
    page.unroute("**/model.json")
    page.get_by_role("slider", name="Hip: bend").fill("50")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_text("Hip bent 50°.").wait_for()


@pytest.mark.skipif(
    not (ROOT / "frontend" / "dist" / "js" / "atlas-scene.js").exists(), reason="the 3D view is not built"
)
def test_without_webgl_the_drawing_stays(page, muscles):
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    alive(page)
    page.get_by_role("button", name="Turn it in 3D").click()
    page.get_by_text("This browser cannot draw in 3D").wait_for()
    assert page.locator(".atlas__picture").is_visible()
    assert page.get_by_role("button", name="Turn it in 3D").is_enabled()


# On small screens, in both schemes


def test_the_live_atlas_on_a_narrow_screen(new_page, muscles, axe):
    for scheme in ("light", "dark"):
        page = new_page(viewport=NARROW, color_scheme=scheme, has_touch=True)
        alive(page, "/atlas/?flexion=40&colour=stretch&compare=psoas-major,iliacus")
        page.locator("[data-structure=rectus-femoris] > summary").tap()
        page.locator("[data-chart-table] > summary").first.tap()
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        patch = page.locator("a[data-structure=iliacus][data-kind=origin]")
        patch.scroll_into_view_if_needed()
        origin = patch.bounding_box()
        page.touchscreen.tap(origin["x"] + origin["width"] / 2, origin["y"] + origin["height"] / 2)
        page.locator(".atlas__card").wait_for()


def test_stringing_a_muscle_answers_at_once_and_swings_the_leg(new_page, muscles):
    keys = {kind: place("sartorius", kind)[1] for kind in ("origin", "insertion")}
    page = new_page(viewport=PHONE, reduced_motion="no-preference")
    page.goto("/atlas/string/?muscle=sartorius&view=front")
    page.evaluate("window.stayed = true")
    page.locator('a[data-patch][tabindex="0"]').focus()
    verdicts = []
    for kind in ("insertion", "origin", "insertion"):
        page.locator(f"a[data-patch={keys[kind]}]").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**={keys[kind]}*")
        verdict = page.locator("[data-string-result]").last
        expect(verdict).to_be_focused()
        verdicts.append(verdict.locator(".feedback__title").inner_text())
    assert verdicts == [
        "This is where sartorius ends. Look for its other end.",
        "Right: sartorius starts here.",
        "Right: sartorius ends here.",
    ]
    assert page.evaluate("window.stayed")
    expect(page.get_by_role("slider", name="Hip: bend")).not_to_have_value("0")
    figure = page.locator("hip-atlas .atlas__picture").bounding_box()
    seen = min(figure["y"] + figure["height"], PHONE["height"]) - max(figure["y"], 0)
    assert seen / figure["height"] > 0.75
    expect(page.locator("[data-string-result]").last).to_be_in_viewport()
    expect(page.locator(".atlas__sentence")).to_contain_text("Standing. Sartorius")


def test_each_place_is_hit_where_its_letter_points(page, muscles):
    for slug in ("gluteus-medius", "gluteus-minimus"):
        muscle = MuscleFactory(slug=slug)
        FactFactory(subject=muscle, object__name=f"Start of {slug}")
        FactFactory(subject=muscle, relation=Fact.Relation.INSERTION, object__name=f"End of {slug}")
    for view in ("front", "side", "back"):
        page.goto(f"/atlas/string/?muscle=gluteus-medius&view={view}")
        missed = page.evaluate(
            """() => [...document.querySelectorAll(".label--letter")].filter((label) => {
              const leader = label.querySelector("path");
              const at = leader.getPointAtLength(leader.getTotalLength()).matrixTransform(leader.getScreenCTM());
              scrollTo(0, at.y + scrollY - innerHeight / 2);
              const { x, y } = leader.getPointAtLength(leader.getTotalLength()).matrixTransform(leader.getScreenCTM());
              const link = document.elementsFromPoint(x, y).map((one) => one.closest("a")).find(Boolean);
              return !link?.getAttribute("aria-label").startsWith(`Place ${label.textContent.trim()}:`);
            }).map((label) => label.textContent)"""
        )
        assert missed == []


def test_back_takes_back_a_set_of_muscles_and_a_comparison(page, muscles):
    alive(page, "/atlas/?muscles=gluteus-maximus")
    page.get_by_role("slider", name="Hip: bend").fill("30")
    page.wait_for_url("**flexion=30*")
    page.evaluate("window.stayed = true")
    panels = page.locator(".atlas__panel")
    page.locator(".atlas-page__presets a", has_text="Hip flexors").click()
    expect(panels).to_have_count(6)
    page.get_by_label("The other").select_option("sartorius")
    expect(page.locator("[data-compare]")).to_have_count(2)
    page.get_by_role("slider", name="Hip: bend").fill("50")
    page.wait_for_url("**flexion=50*compare=*")
    page.go_back()
    expect(page.locator("[data-compare]")).to_have_count(0)
    expect(panels).to_have_count(6)
    expect(page.get_by_role("slider", name="Hip: bend")).to_have_value("30")
    page.go_back()
    expect(panels).to_have_count(1)
    assert "muscles=gluteus-maximus&flexion=30" in page.url
    page.go_forward()
    expect(panels).to_have_count(6)
    assert page.evaluate("window.stayed")


# In a lesson


def atlas_block(lesson, key, *, moves, **values):
    block = AtlasBlock.objects.create(
        parent=lesson, region="main", key=key, caption="What to look at.", moves=moves, **values
    )
    block.add_rows(Structure.objects.filter(slug="iliacus"))
    return block


def test_a_lesson_loads_the_moving_parts_when_the_figure_comes_near(page, muscles):
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, ordering=0, body="<p>Bone answers to load.</p>" * 120)
    atlas_block(lesson, "lift", ordering=1, moves=["flexion"], knee=40, colouring="stretch")
    atlas_block(lesson, "still", ordering=2, moves=[])
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(lesson.get_absolute_url())
    page.wait_for_load_state("networkidle")
    assert "element.js" in asked
    assert {"live.js", "model.json", "solver.js"}.isdisjoint(asked)
    figure = page.locator("hip-atlas").first
    # A slider that is moved before the figure wakes counts.
    page.evaluate("document.querySelector('hip-atlas [name=flexion]').value = 20")
    figure.scroll_into_view_if_needed()
    figure.and_(page.locator("[data-live]")).wait_for()
    figure.get_by_text("Hip bent 20°, knee bent 40°. Iliacus is").wait_for()
    assert "model.json" in asked
    assert "page.js" not in asked
    figure.get_by_role("slider", name="Hip: bend").fill("55")
    figure.get_by_text("Hip bent 55°, knee bent 40°. Iliacus is").wait_for()
    still = page.locator("hip-atlas").last
    still.scroll_into_view_if_needed()
    still.locator('.atlas__picture a[tabindex="0"]').focus()
    assert still.locator(".atlas__card-name").inner_text() == "Iliacus"
    figure.get_by_role("button", name="Open in the atlas").click()
    page.wait_for_url("**/atlas/?*flexion=55*")
    page.locator("hip-atlas[data-live]").wait_for()
    page.get_by_text("Hip bent 55°, knee bent 40°. Iliacus is").wait_for()
