import re

import pytest
from django.urls import reverse

from anatomy import pages
from anatomy.models import Fact, Structure
from lessons.models import DrillBlock, FactsBlock
from lessons.rendering import render_lesson
from tests.factories.anatomy import FactFactory, MuscleFactory, SourceFactory, StructureFactory
from tests.factories.lessons import LessonFactory, TextBlockFactory

pytestmark = pytest.mark.django_db

Kind, Relation, Role = Structure.Kind, Fact.Relation, Fact.Role


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", "", response.text.partition("<main")[2]).split())


@pytest.fixture
def front():
    return StructureFactory(slug="anterior-hip", name="Front of the hip", kind=Kind.REGION)


@pytest.fixture
def iliacus(front):
    muscle = MuscleFactory(
        slug="iliacus",
        name="Iliacus",
        latin="musculus iliacus",
        pronunciation="il-EYE-uh-kus",
        description="A fan.",
    )
    muscle.synonyms.create(text="Iliac muscle")
    FactFactory(subject=muscle, relation=Relation.SIDE, object=front, sources=[])
    return muscle


def movement(slug):
    name = slug.replace("-", " ").capitalize()
    return StructureFactory(slug=slug, name=name, kind=Kind.MOVEMENT)


# All muscles


def test_each_muscle_stands_on_its_side_once_and_says_where_else_it_is_counted(client, iliacus, front):
    outside = StructureFactory(slug="lateral-hip", name="Outside of the hip", kind=Kind.REGION)
    tfl = MuscleFactory(name="Tensor fasciae latae", description="A short one.")
    for side in (outside, front):
        FactFactory(subject=tfl, relation=Relation.SIDE, object=side, role=Role.DISPUTED, note="A or B.")
    MuscleFactory(name="Psoas minor")
    assert [
        (shelf.side, [f.members[0].muscle.name for f in shelf.families]) for shelf in pages.shelves()
    ] == [
        ("anterior", ["Iliacus"]),
        ("lateral", ["Tensor fasciae latae"]),
        ("", ["Psoas minor"]),
    ]
    text = text_of(client.get(reverse("anatomy:muscles")))
    assert "A short one. Some sources count it elsewhere: front of the hip." in text
    assert text.count("Tensor fasciae latae") == 1


def test_muscles_of_a_group_stand_together_under_its_name_when_there_are_two(iliacus, front):
    hamstrings = StructureFactory(name="Hamstrings", kind=Kind.GROUP)
    pelvis = StructureFactory(name="Pelvis", kind=Kind.BONE)
    muscles = [MuscleFactory(part_of=whole) for whole in (hamstrings, pelvis, hamstrings)]
    for muscle in muscles:
        FactFactory(subject=muscle, relation=Relation.SIDE, object=front)
    shelf = pages.shelves()[0]
    assert [(f.group, [m.muscle for m in f.members]) for f in shelf.families] == [
        (None, [iliacus]),
        (hamstrings, [muscles[0], muscles[2]]),
        (None, [muscles[1]]),
    ]


def test_teams_tell_main_muscles_from_helpers_and_disputes(client):
    flexors = StructureFactory(name="Hip flexors", kind=Kind.GROUP)
    made = {
        role: FactFactory(
            subject=flexors, relation=Relation.MEMBER, object=MuscleFactory(), role=role, note="A, B."
        ).object
        for role in (Role.ASSIST, Role.PRIME, Role.DISPUTED, Role.NONE, "")
    }
    FactFactory(
        subject=flexors, relation=Relation.MEMBER, object=MuscleFactory(), role=Role.PRIME, status="draft"
    )
    assert pages.teams() == [
        pages.Team(flexors, [made[Role.PRIME]], [made[Role.ASSIST]], [made[Role.DISPUTED]])
    ]
    assert "Sources differ" in text_of(client.get(reverse("anatomy:muscles")))


def test_without_muscles_the_page_says_so(client):
    assert "No muscle has been described yet" in text_of(client.get(reverse("anatomy:muscles")))


# One muscle


def test_a_muscle_page_says_where_from_where_to_and_what_it_does(client, iliacus):
    gray = SourceFactory(citation="Gray H. Anatomy.", url="https://example.org/gray")
    moore = SourceFactory(citation="Moore KL. Anatomy.")
    FactFactory(subject=iliacus, object__name="Iliac fossa", sources=[moore, gray], note="Upper two thirds.")
    FactFactory(
        subject=iliacus, object__name="Lesser trochanter", relation=Relation.INSERTION, sources=[moore]
    )
    FactFactory(subject=iliacus, object__name="Femoral nerve", relation=Relation.NERVE, sources=[])
    does = {"subject": iliacus, "relation": Relation.ACTION, "sources": [gray]}
    FactFactory(**does, object=movement("hip-rotation"), role=Role.DISPUTED, note="Gray says in, Moore out.")
    FactFactory(**does, object=movement("hip-flexion"), role=Role.PRIME)
    FactFactory(**does, object=movement("trunk-tilt"), role=Role.ASSIST, context="fixed-thigh")
    FactFactory(**does, object=movement("toe-curl"), role=Role.ASSIST, context="wet-socks")
    FactFactory(**does, object=movement("knee-flexion"), role=Role.NONE)
    FactFactory(
        subject=iliacus,
        relation=Relation.FUNCTION,
        role=Role.PRIME,
        object=StructureFactory(
            name="Active hip flexion", kind=Kind.ROLE, description="Pulling the thigh up."
        ),
        sources=[],
    )

    text = text_of(client.get(reverse("anatomy:muscle", args=["iliacus"])))

    for words in (
        "Muscle · Front of the hip Iliacus A fan. Latin musculus iliacus Say il-EYE-uh-kus Also called Iliac muscle",
        "Where from origin Iliac fossa1,2 Upper two thirds. Where to insertion Lesser trochanter2",
        "What it does action Hip flexion main1 Trunk tilt helper when the thigh stays put and the trunk moves1 "
        "Toe curl helper (wet socks)1 Hip rotation sources differ1 Gray says in, Moore out. "
        "Plays no part in: knee flexion. Nerve Femoral nerve",
        "When it works in the stride Active hip flexion main Pulling the thigh up.",
        "Its numbers Longest",
        "In lessons and drills No lesson speaks of it yet.",
        "Sources Gray H. Anatomy. Moore KL. Anatomy.",
    ):
        assert words in text


def test_movements_with_the_same_dispute_stand_together(iliacus):
    one, other = SourceFactory(citation="A"), SourceFactory(citation="B")
    turns = [movement(slug) for slug in ("turning-in", "turning-out", "bending", "stretching")]
    notes = ["Gray in, Moore out.", "Gray in, Moore out.", "Only Gray.", "Gray in, Moore out."]
    for turn, note, source in zip(turns, notes, (one, other, one, one), strict=True):
        FactFactory(
            subject=iliacus,
            relation=Relation.ACTION,
            object=turn,
            role=Role.DISPUTED,
            note=note,
            sources=[source],
        )
    FactFactory(
        subject=iliacus,
        relation=Relation.ACTION,
        object=turns[3],
        role=Role.ASSIST,
        context="flexed-hip",
        sources=[],
    )
    deeds = pages.muscle_page(iliacus).deeds
    assert [(deed.movements, [claim.marks for claim in deed.claims]) for deed in deeds] == [
        ([turns[3]], [[], [1]]),
        (turns[:2], [[1, 2]]),
        ([turns[2]], [[1]]),
    ]


def test_drafts_and_retired_facts_do_not_show(client, iliacus):
    for status, name in (("draft", "Rim of gossip"), ("retired", "Old crest")):
        FactFactory(subject=iliacus, object__name=name, status=status)
    text = text_of(client.get(reverse("anatomy:muscle", args=["iliacus"])))
    assert "Rim of gossip" not in text
    assert "Old crest" not in text
    assert text.count("Nothing has been checked yet.") == 5


def test_neighbours_are_the_main_members_of_its_groups_and_the_others_on_its_side(iliacus, front):
    flexors, rotators, doubted = StructureFactory.create_batch(3, kind=Kind.GROUP)
    psoas, sartorius, piriformis = MuscleFactory.create_batch(3)
    for group, muscle, role in (
        (flexors, iliacus, Role.ASSIST),
        (flexors, psoas, Role.PRIME),
        (flexors, sartorius, Role.ASSIST),
        (rotators, iliacus, Role.ASSIST),
        (rotators, piriformis, Role.ASSIST),
        (doubted, iliacus, Role.DISPUTED),
        (doubted, psoas, Role.PRIME),
    ):
        FactFactory(subject=group, relation=Relation.MEMBER, object=muscle, role=role, note="A, B.")
    FactFactory(subject=sartorius, relation=Relation.SIDE, object=front)
    page = pages.muscle_page(iliacus)
    assert [(n.heading, n.muscles) for n in page.neighbours] == [
        (flexors, [psoas]),
        (rotators, [piriformis]),
        (front, [sartorius]),
    ]
    assert [claim.fact.subject for claim in page.disputed_groups] == [doubted]


def test_a_muscle_that_the_model_lacks_has_no_numbers(client):
    muscle = MuscleFactory(slug="psoas-minor")
    assert "Its numbers" not in text_of(client.get(reverse("anatomy:muscle", args=[muscle.slug])))


def test_lessons_and_drills_that_use_a_muscle_are_listed(client, iliacus):
    in_text, in_table, elsewhere, draft = (
        LessonFactory(title=t) for t in ("Words", "Roads", "Ankles", "Later")
    )
    TextBlockFactory(parent=in_text, body="<p>The iliac muscle pulls.</p>")
    table = FactsBlock.objects.create(
        parent=in_table, region="main", ordering=1, key="t", title="T", relations=["origin"]
    )
    table.add_rows([iliacus])
    TextBlockFactory(parent=elsewhere, body="<p>Nothing of it.</p>")
    TextBlockFactory(parent=draft, body="<p>Iliacus.</p>")
    draft.status = "draft"
    draft.save()
    for key, side, purpose in (
        ("lift", "lateral", "For iliacus."),
        ("march", "anterior", "For the front."),
        ("bridge", "posterior", "For the back."),
    ):
        DrillBlock.objects.create(
            parent=elsewhere, region="main", ordering=5, key=key, title=key.capitalize(), side=side, purpose=purpose,
            set_up="<p>Sit.</p>", cues="<p>Lift.</p>", dose="3", easier="Less.", harder="More.", stop_rule="Pain.",
        )  # fmt: skip

    response = client.get(reverse("anatomy:muscle", args=["iliacus"]))

    assert (
        "In lessons and drills Words in the text Roads in a table Ankles in the text "
        "Drills that name it: Lift. More drills for its side of the hip: March."
    ) in text_of(response)
    assert f'href="{elsewhere.get_absolute_url()}#lift"' in response.text


def test_a_lesson_drawn_before_its_terms_changed_is_drawn_anew_for_the_list(
    client, django_assert_num_queries
):
    muscle = MuscleFactory(slug="iliacus", name="Iliacus", description="")
    lesson = LessonFactory()
    TextBlockFactory(parent=lesson, body="<p>Iliacus.</p>")
    render_lesson(lesson)
    url = reverse("anatomy:muscle", args=[muscle.slug])
    assert "No lesson speaks of it yet." in text_of(client.get(url))
    type(lesson).objects.update(version=2)
    Structure.objects.update(description="A fan.")
    assert f"{lesson.title} in the text" in text_of(client.get(url))


@pytest.mark.parametrize("count", [1, 40])
def test_pages_ask_the_database_the_same_few_questions_at_any_size(
    client, iliacus, front, django_assert_num_queries, count
):
    flexors = StructureFactory(name="Hip flexors", kind=Kind.GROUP)
    lessons = LessonFactory.create_batch(count)
    for number in range(count):
        muscle = MuscleFactory(part_of=flexors, description="A muscle.")
        muscle.synonyms.create(text=f"Muscle {number}")
        FactFactory(subject=muscle, relation=Relation.SIDE, object=front)
        FactFactory(subject=flexors, relation=Relation.MEMBER, object=muscle, role=Role.PRIME)
        FactFactory(subject=iliacus)
        TextBlockFactory(parent=lessons[number], body="<p>Iliacus.</p>")
        render_lesson(lessons[number])
    FactFactory(subject=flexors, relation=Relation.MEMBER, object=iliacus, role=Role.PRIME)
    with django_assert_num_queries(3):
        client.get(reverse("anatomy:muscles"))
    with django_assert_num_queries(8):
        client.get(reverse("anatomy:muscle", args=["iliacus"]))
    with django_assert_num_queries(3):
        client.get(reverse("anatomy:glossary"))


def test_a_name_that_is_no_muscle_says_so_and_leads_on(client, iliacus):
    response = client.get(reverse("anatomy:muscle", args=["iliacuss"]))
    assert response.status_code == 404
    assert (
        "There is no page about “iliacuss”. The address may be mistyped. Did you mean: Iliacus?"
        in text_of(response)
    )
    assert f'href="{reverse("anatomy:muscles")}"' in response.text
    assert f'href="{reverse("anatomy:glossary")}?q=iliacuss"' in response.text


def test_a_name_in_capitals_leads_to_the_page(client, iliacus):
    response = client.get("/muscles/Iliacus/")
    assert (response.status_code, response["Location"]) == (302, "/muscles/iliacus/")
    assert client.get("/muscles/Iliacuss/").status_code == 404


def test_an_endless_name_is_cut(client):
    html = client.get(f"/muscles/{'x' * 5000}/").content.decode()
    assert html.count("x" * 80) == 2
    assert "x" * 81 not in html


def test_a_name_like_nothing_else_leads_on_as_well(client):
    response = client.get(reverse("anatomy:muscle", args=["zzz"]))
    assert response.status_code == 404
    assert "Did you mean" not in text_of(response)


def test_another_structures_address_leads_to_the_glossary(client, front):
    response = client.get(reverse("anatomy:muscle", args=["anterior-hip"]))
    assert (response.status_code, response.url) == (302, "/glossary/#anterior-hip")


# The glossary


@pytest.fixture
def words(iliacus):
    ilium = StructureFactory(slug="ilium", name="Ilium", kind=Kind.BONE, description="The broad wing.")
    fossa = StructureFactory(slug="iliac-fossa", name="Iliac fossa", part_of=ilium, description="A hollow.")
    flexors = StructureFactory(
        slug="hip-flexors", name="Hip flexors", kind=Kind.GROUP, description="They lift."
    )
    FactFactory(subject=iliacus, object=fossa)
    FactFactory(subject=flexors, relation=Relation.MEMBER, object=iliacus, role=Role.PRIME)
    for role, slug in ((Role.PRIME, "hip-flexion"), (Role.ASSIST, "hip-abduction")):
        FactFactory(subject=iliacus, relation=Relation.ACTION, object=movement(slug), role=role)
    return iliacus


def names(glossary):
    return [entry.name for letter in glossary.letters for entry in letter.entries if not entry.hidden]


def test_the_glossary_has_every_name_from_a_to_z(client, words):
    glossary = pages.glossary()
    assert names(glossary) == [
        "Front of the hip",
        "Hip abduction",
        "Hip flexion",
        "Hip flexors",
        "Iliac fossa",
        "Iliac muscle",
        "Iliacus",
        "Ilium",
    ]
    assert [letter.letter for letter in glossary.letters] == ["F", "H", "I"]
    text = text_of(client.get(reverse("anatomy:glossary")))
    for line in (
        "Hip flexion Movement Main muscles: Iliacus",
        "Hip flexors They lift. Muscle group Muscles: Iliacus",
        "Iliac fossa A hollow. Landmark, part of Ilium Starts here: Iliacus",
        "Iliac muscle see Iliacus",
        "Iliacus musculus iliacus A fan. Muscle Say il-EYE-uh-kus Also called Iliac muscle",
        "8 of 8 entries",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hollow", ["Iliac fossa"]),
        ("ILIAC mus", ["Iliac muscle", "Iliacus"]),
        ("wing broad", ["Ilium"]),
        ("iliacus fossa", ["Iliac fossa"]),
        ("ílium", ["Ilium"]),
        ("  ", None),
        ("said", []),
        ("%_'\"<b>", []),
    ],
)
def test_a_search_keeps_what_has_all_of_its_words(client, words, query, found):
    response = client.get(reverse("anatomy:glossary"), {"q": query})
    glossary = response.context["glossary"]
    assert names(glossary) == (names(pages.glossary()) if found is None else found)
    assert glossary.found == len(names(glossary))
    hidden = re.findall(r"data-entry hidden", response.text)
    assert len(hidden) == 8 - glossary.found
    empty = re.search(r"data-empty( hidden)?", response.text)[1]
    assert (empty is None) is (found == [])


def test_an_endless_query_is_cut(client):
    response = client.get(reverse("anatomy:glossary"), {"q": "x" * 5000})
    assert len(response.context["glossary"].query) == 80


def test_an_empty_glossary_says_so(client):
    assert "No word has been explained yet." in text_of(client.get(reverse("anatomy:glossary")))


def test_anchors_are_the_slugs_and_no_id_stands_twice(client, words):
    html = client.get(reverse("anatomy:glossary")).text
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {"iliacus", "ilium", "iliac-fossa", "hip-flexors"} <= set(ids)


def test_every_page_leads_to_muscles_and_glossary(client):
    html = client.get(reverse("lessons:home")).text.partition("<footer")[2]
    assert f'href="{reverse("anatomy:muscles")}"' in html
    assert f'href="{reverse("anatomy:glossary")}"' in html
