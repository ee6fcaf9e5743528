"""The atlas and the string game as pages that work without JavaScript."""

import re

import pytest

from anatomy.atlas.picture import INSERTION, ORIGIN
from anatomy.atlas.selectors import ATTACHMENTS, company, traits_of
from anatomy.atlas.string import Board, strung
from anatomy.models import Fact, Structure
from tests.course import put_course
from tests.factories.anatomy import FactFactory, MuscleFactory, StructureFactory

pytestmark = pytest.mark.django_db

ALL = ["psoas-major", "iliacus", "rectus-femoris", "sartorius", "gluteus-medius", "gracilis", "piriformis"]


def grow(*slugs):
    """Put muscles of the model into the knowledge base, each with a side, an origin and an insertion."""
    side, _ = Structure.objects.get_or_create(
        slug="anterior-hip", defaults={"name": "Front of the hip", "kind": "region"}
    )
    for slug in slugs:
        muscle = MuscleFactory(slug=slug, name=slug.replace("-", " ").capitalize(), description="It pulls.")
        FactFactory(subject=muscle, relation="side", object=side)
        FactFactory(subject=muscle, relation="origin", object__name=f"Start of {slug}")
        FactFactory(subject=muscle, relation="insertion", object__name=f"End of {slug}")


@pytest.fixture
def few():
    """Some muscles, with the tendon that two of them share."""
    grow(*ALL)
    tendon = MuscleFactory(slug="iliopsoas", name="Iliopsoas")
    for slug in ("psoas-major", "iliacus"):
        FactFactory(subject=tendon, relation="member", object=Structure.objects.get(slug=slug))


@pytest.fixture
def course():
    """The course as it is shipped."""
    put_course()


def page(client, query="", path="/atlas/"):
    response = client.get(f"{path}?{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("muscles", [["iliacus"], ALL], ids=["one", "many"])
def test_the_atlas_asks_the_database_three_times(client, muscles, django_assert_num_queries):
    grow(*muscles)
    with django_assert_num_queries(3):
        page(client, f"muscles={','.join(muscles)}&speed=fast&at=20")


def test_a_comparison_costs_one_query_more(client, django_assert_num_queries):
    grow(*ALL)
    with django_assert_num_queries(4):
        page(client, "compare=iliacus,sartorius")


def test_an_atlas_without_a_knowledge_base_is_a_skeleton(client):
    html = page(client)
    assert html.count("<image ") == 4
    assert "atlas__panel" not in html


def test_the_server_draws_any_pose(client):
    grow("iliacus")
    standing, bent = page(client, "view=side"), page(client, "view=side&flexion=60&knee=90")
    assert standing.count("transform=") == 0
    assert re.findall(r'data-body="(\w+)"[^>]* transform="matrix', bent)[:3] == ["tibia", "femur", "patella"]
    assert "Hip bent 60°, knee bent 90°. Iliacus is 40 mm shorter than in standing and flexes" in bent


def test_every_patch_and_line_leads_to_facts_on_the_page(client, course):
    for view in ("front", "side", "back"):
        html = page(client, f"view={view}&muscles={','.join(company().muscles)}")
        _, _, rest = html.partition('<svg class="atlas__picture')
        picture, _, _ = rest.partition("</svg>")
        goals = set(re.findall(r'<a href="#([^"]+)"', picture))
        assert len(goals) == 22
        assert goals <= set(re.findall(r'id="([^"]+)"', html))


def test_every_fact_of_a_muscle_is_on_the_page(client, course):
    html = page(client, "muscles=iliacus")
    names = Fact.objects.shown().filter(subject__slug="iliacus").exclude(role="none").exclude(relation="side")
    assert [name for name in names.values_list("object__name", flat=True) if name not in html] == []
    assert all(f'data-number="{name}"' in html for name in ("length", "flexion", "adduction", "rotation"))
    assert 'href="/muscles/iliacus/"' in html


def test_disputed_facts_are_marked_and_say_who_differs(client, course):
    html = page(client, "muscles=psoas-major")
    fact = Fact.objects.shown().filter(subject__slug="psoas-major", role="disputed").first()
    assert fact.note[:40] in html.replace("&#x27;", "'")
    assert '<li class="is-disputed">' in html


def test_the_form_holds_what_is_shown(client):
    grow(*ALL)
    html = page(client, "view=back&muscles=iliacus&show=lines&colour=stretch&speed=slow&at=40")
    checked = re.findall(r'<input type="(?:radio|checkbox)" name="(\w+)" value="([\w-]*)" checked>', html)
    assert checked == [
        ("view", "back"),
        ("speed", "slow"),
        ("colour", "stretch"),
        ("show", "lines"),
        ("muscles", "iliacus"),
    ]
    assert re.search(r'name="at" min="0" max="100" step="1" value="40"', html)


def test_mistakes_in_the_address_are_told(client):
    grow("iliacus")
    html = page(client, "view=top&muscles=iliacus,<b>&flexion=999")
    assert "There is no view “top”; this is the front." in html
    assert "There is no muscle “&lt;b&gt;” in the atlas." in html
    assert "so 999 became 120" in html


def test_the_chart_is_there_as_a_table(client):
    grow(*ALL)
    html = page(client, f"muscles={','.join(ALL)}&speed=fast&at=50")
    assert html.count('<figure class="chart-figure"') == 2
    assert html.count('<path class="chart__line"') == 12
    assert "1 muscle more is chosen; the chart draws the first six." in html
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    assert re.findall(r'<th scope="row">([^<]+)', table) == [
        "0", "13", "25", "38", "50", "63", "75", "88", "100",
    ]  # fmt: skip


def test_a_comparison_marks_what_only_one_has(client):
    grow("iliacus", "sartorius")
    shared = StructureFactory(name="Femoral nerve", kind="nerve")
    for slug in ("iliacus", "sartorius"):
        FactFactory(subject=Structure.objects.get(slug=slug), relation="nerve", object=shared)
    html = page(client, "compare=iliacus,sartorius")
    assert re.findall(r"<mark>([^<]+)", html) == [
        "Start of iliacus",
        "End of iliacus",
        "Start of sartorius",
        "End of sartorius",
    ]
    assert "<mark>Femoral nerve" not in html


def test_a_comparison_does_not_mark_what_both_do_in_different_ways(client, course):
    html = page(client, "compare=piriformis,gluteus-maximus")
    sides = html[html.index('class="compare__sides"') :]
    assert sides.count("Hip abduction") == 2
    assert "<mark>Hip abduction" not in sides


def test_all_that_is_said_of_a_movement_stands_in_one_row(client, course):
    html = page(client, "muscles=rectus-femoris")
    facts = html[html.index('class="atlas__traits"') : html.index("</dl>")]
    items = re.findall(r"<li[^>]*>(.*?)</li>", facts, flags=re.DOTALL)
    rows = [" ".join(re.sub(r"<[^>]+>", "", item).split()) for item in items]
    assert [row for row in rows if row.startswith("Hip flexion")] == [
        "Hip flexion main; helper with the knee straight"
    ]


def test_an_empty_choice_of_muscles_is_told(client, few):
    assert "Standing. No muscle is chosen." in page(client, "muscles=&view=front")


def test_unknown_muscles_give_way_to_the_flexors(client, few):
    html = page(client, "muscles=nope")
    assert "The hip flexors are shown instead." in html
    assert "Standing. Psoas major flexes with a lever of" in html


def test_the_chart_of_levers_says_that_a_lever_is_not_strength(client, few):
    assert page(client).count("A lever is not strength") == 1


def test_a_foreshortened_thigh_is_said_to_be_so(client):
    grow("iliacus")
    assert "data-note hidden" in page(client, "view=side&flexion=90")
    assert "data-note hidden" not in page(client, "view=front&flexion=90")


def test_a_muscle_page_shows_its_muscle(client, course):
    html = page(client, path="/muscles/gluteus-maximus/")
    assert 'data-structure="gluteus-maximus" data-kind="origin"' in html
    goals = set(re.findall(r'<a href="#([^"]+)" data-structure', html))
    assert goals == {"origin", "insertion", "action"}
    assert goals <= set(re.findall(r'id="([^"]+)"', html))


def test_what_the_model_does_not_know_has_no_picture(client):
    MuscleFactory(slug="deltoid", name="Deltoid")
    assert '<svg class="atlas__picture' not in page(client, path="/muscles/deltoid/")


# String the muscle


def board():
    everybody = company()
    traits = traits_of(list(everybody.muscles.values()), ATTACHMENTS, settled=True)
    made = Board(everybody, traits)
    return everybody, made, strung(everybody, traits, made)


def place(muscle, kind):
    _, made, _ = board()
    for view in made.views_of(muscle, kind):
        for one in made.places(view):
            if muscle in one.owners and one.kind == kind:
                return view, one.key
    raise LookupError(muscle)


def test_every_muscle_can_be_strung(client, course):
    _, _, muscles = board()
    assert len(muscles) == 22
    for muscle in muscles:
        _, start = place(muscle.slug, ORIGIN)
        _, end = place(muscle.slug, INSERTION)
        html = page(client, f"muscle={muscle.slug}&from={start}&to={end}", path="/atlas/string/")
        assert html.count("feedback--right") == 2, muscle.slug
        assert "1 of 22 strung" in html


def test_a_place_is_not_named_before_it_is_chosen(client, few):
    html = page(client, "muscle=iliacus", path="/atlas/string/")
    _, _, rest = html.partition("string__board")
    board_html, _, _ = rest.partition("</svg>")
    assert "iliacus" not in board_html.replace("muscle=iliacus", "")
    assert not re.search(r"data-structure|sartorius|psoas|gluteus", board_html)


def test_a_wrong_start_says_what_starts_there_and_what_is_near(client, few):
    view, wrong = place("sartorius", ORIGIN)
    html = page(client, f"muscle=iliacus&view={view}&from={wrong}", path="/atlas/string/")
    assert "Not here. What starts here: sartorius." in html
    assert re.search(r"Near it: [a-z ]+, [a-z ]+, [a-z ]+\.", html)
    assert "Where does iliacus start?" in html


def test_the_other_end_is_told_apart(client, few):
    _, end = place("iliacus", INSERTION)
    _, start = place("iliacus", ORIGIN)
    html = page(client, f"muscle=iliacus&from={end}", path="/atlas/string/")
    assert "This is where iliacus ends. Look for its other end." in html
    html = page(client, f"muscle=iliacus&from={start}&to={start}", path="/atlas/string/")
    assert "This is where iliacus starts. Look for its other end." in html


def test_a_strung_muscle_shows_only_settled_facts(client, course):
    _, start = place("psoas-major", ORIGIN)
    _, end = place("psoas-major", INSERTION)
    html = page(client, f"muscle=psoas-major&from={start}&to={end}&done=iliacus", path="/atlas/string/")
    assert "2 of 22 strung" in html
    assert "Lesser trochanter" in html
    assert "is-disputed" not in html
    assert "Next: Rectus femoris" in html


@pytest.mark.parametrize("muscles", [["sartorius"], ALL], ids=["one", "many"])
def test_the_game_asks_the_database_four_times(client, muscles, django_assert_num_queries):
    grow(*muscles)
    with django_assert_num_queries(4):
        page(client, "muscle=sartorius", path="/atlas/string/")


@pytest.mark.parametrize(
    "query",
    ["muscle=deltoid", "view=top&from=p99&to=<x>", "to=p01&done=,,x", "muscle=&done=iliacus"],
)
def test_a_bad_address_of_the_game_still_asks_something(client, few, query):
    assert re.search(r"Where does [a-z ]+ start\?", page(client, query, path="/atlas/string/"))


def test_without_settled_facts_there_is_no_game(client):
    assert "There is no muscle to string yet" in page(client, path="/atlas/string/")


def test_every_place_says_where_it_lies_without_saying_whose_it_is(client, few):
    html = page(client, "muscle=iliacus", path="/atlas/string/")
    told = re.findall(r'data-patch="p\d+" aria-label="Place (\w+): ([^"]+)"', html)
    assert ("A", "the upper pelvis, on the outer half") in told
    assert len({letter for letter, _ in told}) == len(told)
    names = [muscle.replace("-", " ") for muscle in ALL]
    assert not [where for _, where in told if any(name in where for name in names)]


def told_of(html):
    return [where for _, where in re.findall(r'data-patch="p\d+" aria-label="Place (\w+): ([^"]+)"', html)]


@pytest.mark.parametrize(("muscle", "count"), [("iliacus", 23), ("gluteus-medius", 22), ("piriformis", 21)])
def test_no_two_places_of_a_view_are_told_alike(client, course, muscle, count):
    told = told_of(page(client, f"muscle={muscle}", path="/atlas/string/"))
    assert len(set(told)) == len(told) >= count


def test_a_place_is_told_as_its_figure_describes_it(client, course):
    told = told_of(page(client, "muscle=gluteus-medius&view=side", path="/atlas/string/"))
    assert (
        "The largest patch: a broad arch over the outside of the wing of bone, with one foot towards the front edge "
        "and a thicker one towards the back." in told
    )
    [thigh, shin] = sorted(where for where in told if "Two patches far apart" in where)
    assert thigh.startswith("the shaft of the thigh bone, towards the back. Two patches")
    assert shin.startswith("the upper shin, towards the front. Two patches")


def test_large_places_are_drawn_under_small_ones(client, course):
    html = page(client, "muscle=gluteus-medius&view=side", path="/atlas/string/")
    drawn = re.findall(r'data-patch="(p\d+)"', html)
    _, key = place("gluteus-medius", ORIGIN)
    assert drawn.index(key) < drawn.index(place("gluteus-minimus", ORIGIN)[1])


def test_a_strung_muscle_stands_below_what_is_said_of_it(client, few):
    _, start = place("iliacus", ORIGIN)
    _, end = place("iliacus", INSERTION)
    html = page(client, f"muscle=iliacus&from={start}&to={end}", path="/atlas/string/")
    assert html.index("Right: iliacus ends here.") < html.index("<hip-atlas") < html.index("tasks-title")


def test_sets_of_muscles_are_a_click_away(client, course):
    html = page(client, "view=side")
    nav = html[html.index("atlas-page__presets") : html.index("</nav>", html.index("atlas-page__presets"))]
    links = re.findall(r'href="\?([^"]*)"[^>]*>([^<]+)</a>', nav)
    assert [name for _, name in links] == [
        *("Hip flexors", "Hip extensors", "Hip abductors", "Hip adductors"),
        *("Hip external rotators", "Hip internal rotators"),
        *("Front of the hip", "Back of the hip", "Inside of the hip", "Outside of the hip"),
        "All muscles",
    ]
    assert all(query.startswith("view=side") for query, _ in links)
    assert 'aria-current="true">Hip flexors</a>' in nav
