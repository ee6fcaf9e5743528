import warnings

import pytest
from django.db import IntegrityError

from anatomy.changes import knowledge_revision
from anatomy.ground import against_facts
from anatomy.models import Coverage, Fact, Source, Structure
from lessons.rendering import render_lesson, rendered_lesson
from tests.factories.accounts import UserFactory
from tests.factories.anatomy import (
    FactFactory,
    FigureFactory,
    MuscleFactory,
    RegionFactory,
    SourceFactory,
    StructureFactory,
)
from tests.factories.lessons import LessonFactory
from tests.studio import form_data

pytestmark = pytest.mark.django_db

FACTS = "/admin/anatomy/fact/"


@pytest.fixture
def studio(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def said(response):
    return [str(message) for message in response.context["messages"]]


def new_fact(**fields):
    return {
        "relation": "origin",
        "role": "",
        "context": "neutral",
        "sources": [],
        "note": "",
        "status": "draft",
        "position": 0,
        **fields,
    }


def test_a_new_fact_gets_its_name_from_what_it_says(studio):
    iliacus, fossa = MuscleFactory(slug="iliacus"), StructureFactory(slug="iliac-fossa")

    studio.post(f"{FACTS}add/", new_fact(subject=iliacus.pk, object=fossa.pk))
    studio.post(f"{FACTS}add/", new_fact(subject=iliacus.pk, object=fossa.pk, context="extended-hip"))

    assert set(Fact.objects.values_list("slug", flat=True)) == {
        "iliacus.origin.iliac-fossa",
        "iliacus.origin.iliac-fossa.extended-hip",
    }
    assert knowledge_revision() == 2


def test_a_fact_is_stored_once(studio):
    fact = FactFactory()

    answer = studio.post(f"{FACTS}add/", new_fact(subject=fact.subject_id, object=fact.object_id))

    assert answer.context["adminform"].form.non_field_errors() == [
        "This fact is in the knowledge base already."
    ]
    assert Fact.objects.count() == 1


def test_a_reviewed_fact_needs_a_source(studio):
    fact = FactFactory(status=Fact.Status.DRAFT, sources=[])
    source = SourceFactory()
    address = f"{FACTS}{fact.pk}/change/"
    data = form_data(studio.get(address)) | {"status": "reviewed"}

    answer = studio.post(address, data)
    assert answer.context["adminform"].form.errors == {"sources": ["A reviewed fact needs a source."]}

    studio.post(address, data | {"sources": [source.pk]})
    fact.refresh_from_db()
    assert (fact.status, list(fact.sources.all())) == ("reviewed", [source])


def test_a_dispute_says_who_says_what(studio):
    fact = FactFactory()
    address = f"{FACTS}{fact.pk}/change/"

    answer = studio.post(address, form_data(studio.get(address)) | {"role": "disputed"})

    assert answer.context["adminform"].form.non_field_errors() == [
        "Where sources differ, the note must say who says what."
    ]


def test_what_a_fact_says_is_not_changed_later(studio):
    fact = FactFactory()
    address = f"{FACTS}{fact.pk}/change/"
    data = form_data(studio.get(address))

    studio.post(address, data | {"subject": MuscleFactory().pk, "relation": "nerve", "context": "else"})

    same = Fact.objects.get()
    assert (same.subject_id, same.relation, same.context, same.slug) == (
        fact.subject_id,
        "origin",
        "neutral",
        fact.slug,
    )


def test_only_drafts_with_a_source_are_marked_as_reviewed(studio):
    with_source = FactFactory(status=Fact.Status.DRAFT)
    without = FactFactory(status=Fact.Status.DRAFT, sources=[])
    retired = FactFactory(status=Fact.Status.RETIRED)
    ticked = [fact.pk for fact in (with_source, without, retired)]

    answer = studio.post(FACTS, {"action": "mark_reviewed", "_selected_action": ticked}, follow=True)

    assert said(answer) == [
        "1 fact marked as reviewed.",
        f"1 fact has no source and stays a draft: {without.slug}.",
    ]
    assert [Fact.objects.get(pk=pk).status for pk in ticked] == ["reviewed", "draft", "retired"]
    assert knowledge_revision() == 1


def test_marking_nothing_says_so_and_changes_nothing(studio):
    fact = FactFactory()

    answer = studio.post(FACTS, {"action": "mark_reviewed", "_selected_action": [fact.pk]}, follow=True)

    assert (said(answer), knowledge_revision()) == (["0 facts marked as reviewed."], 0)


def test_lessons_are_drawn_anew_after_a_change(studio):
    fact = FactFactory()
    lesson = LessonFactory()
    stamp = render_lesson(lesson).stamp
    address = f"{FACTS}{fact.pk}/change/"

    studio.post(address, form_data(studio.get(address)) | {"position": 3})

    assert rendered_lesson(lesson).stamp != stamp


def test_deleting_is_a_change_too(studio):
    one, *others = [FactFactory() for _ in range(3)]

    studio.post(f"{FACTS}{one.pk}/delete/", {"post": "yes"})
    studio.post(
        FACTS,
        {"action": "delete_selected", "_selected_action": [fact.pk for fact in others], "post": "yes"},
    )

    assert (Fact.objects.count(), knowledge_revision()) == (0, 2)


def test_a_structure_is_named_once_and_has_synonyms(studio):
    inline = {"synonyms-TOTAL_FORMS": 1, "synonyms-INITIAL_FORMS": 0, "synonyms-0-text": "Hip flexor"}
    data = {
        "name": "Iliopsoas",
        "kind": "group",
        "slug": "iliopsoas",
        "latin": "",
        "description": "",
        **inline,
    }

    studio.post("/admin/anatomy/structure/add/", data)

    structure = Structure.objects.get()
    assert [synonym.text for synonym in structure.synonyms.all()] == ["Hip flexor"]
    address = f"/admin/anatomy/structure/{structure.pk}/change/"
    studio.post(address, form_data(studio.get(address)) | {"slug": "other", "name": "Iliopsoas group"})
    structure.refresh_from_db()
    assert (structure.slug, structure.name) == ("iliopsoas", "Iliopsoas group")


def test_a_structure_is_found_by_any_of_its_names(studio):
    structure = StructureFactory(name="Iliacus", latin="Musculus iliacus")
    structure.synonyms.create(text="Hollow filler")
    StructureFactory(name="Sartorius")

    for words in ("iliacus", "musculus", "hollow"):
        page = studio.get("/admin/anatomy/structure/", {"q": words})
        assert [row.pk for row in page.context["cl"].result_list] == [structure.pk]


@pytest.mark.parametrize(("value", "found"), [("yes", "with"), ("no", "without")])
def test_facts_are_filtered_by_whether_they_have_a_source(studio, value, found):
    facts = {
        "with": FactFactory(sources=[SourceFactory(), SourceFactory()]),
        "without": FactFactory(sources=[]),
    }

    page = studio.get(FACTS, {"sourced": value})

    assert list(page.context["cl"].result_list) == [facts[found]]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_facts_takes_the_same_queries_for_one_and_for_three(
    studio, django_assert_max_num_queries, count
):
    for _ in range(count):
        FactFactory()
    studio.get(FACTS)

    with django_assert_max_num_queries(12):
        page = studio.get(FACTS)

    assert page.context["cl"].result_count == count


def test_every_list_and_form_of_the_knowledge_base_opens(studio):
    fact = FactFactory()
    Coverage.objects.create(subject=fact.subject, relation="origin")
    figure = FigureFactory()
    region = RegionFactory(figure=figure, structure=fact.subject)

    for name, row in [
        ("structure", fact.subject),
        ("fact", fact),
        ("source", Source.objects.get()),
        ("coverage", Coverage.objects.get()),
        ("figure", figure),
        ("region", region),
    ]:
        assert studio.get(f"/admin/anatomy/{name}/").status_code == 200
        assert studio.get(f"/admin/anatomy/{name}/{row.pk}/change/").status_code == 200
        assert studio.get(f"/admin/anatomy/{name}/add/").status_code == (
            403 if name in {"figure", "region"} else 200
        )


def test_a_figure_is_not_deleted_here_but_its_words_are_bettered(studio):
    figure = FigureFactory()
    address = f"/admin/anatomy/figure/{figure.pk}/"

    assert studio.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    data = form_data(studio.get(f"{address}change/")) | {
        "alt": "The front of a right hip",
        "file": "evil.svg",
    }
    studio.post(f"{address}change/", data)
    figure.refresh_from_db()
    assert (figure.alt, figure.file) == ("The front of a right hip", "anatomy/hip-front.svg")


def test_names_that_begin_as_typed_come_first_where_one_is_chosen(studio):
    for name in ("Deep iliac ring", "Iliac fossa", "Great iliac line", "Iliac crest"):
        StructureFactory(name=name)
    asked = {"app_label": "lessons", "model_name": "factsblock", "field_name": "subjects", "term": "iliac"}

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = studio.get("/admin/autocomplete/", asked).json()["results"]
        assert studio.get("/admin/autocomplete/", asked | {"term": ""}).status_code == 200

    assert [row["text"] for row in found] == [
        "Iliac crest",
        "Iliac fossa",
        "Deep iliac ring",
        "Great iliac line",
    ]


FIGURE_LIST, REGION_LIST = "/admin/anatomy/figure/", "/admin/anatomy/region/"


@pytest.mark.parametrize("path", [FIGURE_LIST, REGION_LIST])
@pytest.mark.parametrize("count", [1, 5])
def test_lists_of_figures_and_regions_take_the_same_queries_for_one_and_for_five(
    studio, django_assert_num_queries, path, count
):
    for _ in range(count):
        RegionFactory()
    studio.get(path)

    with django_assert_num_queries({FIGURE_LIST: 5, REGION_LIST: 6}[path]):
        page = studio.get(path)

    assert page.context["cl"].result_count == count


@pytest.mark.parametrize("count", [1, 5])
def test_the_form_of_a_figure_takes_the_same_queries_for_one_region_and_for_five(
    studio, django_assert_num_queries, count
):
    figure = FigureFactory()
    for _ in range(count):
        RegionFactory(figure=figure)
    studio.get(f"{FIGURE_LIST}{figure.pk}/change/")

    with django_assert_num_queries(4):
        page = studio.get(f"{FIGURE_LIST}{figure.pk}/change/")

    assert page.content.decode().count("A patch high up on the bone.") == count


@pytest.fixture
def iliacus():
    """Iliacus ends where it does: on the lesser trochanter."""
    muscle = MuscleFactory(slug="iliacus", name="Iliacus")
    place = StructureFactory(slug="lesser-trochanter", name="Lesser trochanter")
    FactFactory(subject=muscle, relation="insertion", object=place)
    return muscle


@pytest.fixture
def trochanter():
    return StructureFactory(slug="greater-trochanter", name="Greater trochanter")


WRONG_END = (
    "This is saved, but it does not agree with the rest: a fact says that “Iliacus” ends at “Greater trochanter”, "
    "but its patch lies 26 mm away from there."
)


def test_an_editor_is_told_of_a_fact_that_the_bones_contradict_and_it_is_saved(studio, iliacus, trochanter):
    source = SourceFactory()
    fact = new_fact(
        subject=iliacus.pk, relation="insertion", object=trochanter.pk, status="reviewed", sources=[source.pk]
    )

    answer = studio.post(f"{FACTS}add/", fact, follow=True)

    assert said(answer)[0] == WRONG_END
    assert Fact.objects.filter(slug="iliacus.insertion.greater-trochanter", status="reviewed").exists()


def test_a_draft_that_the_bones_contradict_is_no_matter_until_it_is_reviewed(studio, iliacus, trochanter):
    fact = new_fact(
        subject=iliacus.pk, relation="insertion", object=trochanter.pk, sources=[SourceFactory().pk]
    )

    answer = studio.post(f"{FACTS}add/", fact, follow=True)
    assert [words for words in said(answer) if "agree" in words] == []

    ticked = [Fact.objects.get(slug="iliacus.insertion.greater-trochanter").pk]
    answer = studio.post(FACTS, {"action": "mark_reviewed", "_selected_action": ticked}, follow=True)
    assert said(answer) == ["1 fact marked as reviewed.", WRONG_END]


def test_an_editor_is_told_of_a_region_that_has_lost_its_fact(studio, iliacus):
    place = StructureFactory(slug="femoral-shaft-below-lesser-trochanter", name="Shaft below it")
    fact = FactFactory(subject=iliacus, relation="insertion", object=place)
    shared = MuscleFactory(slug="iliopsoas", name="Iliopsoas")
    RegionFactory(structure=shared, kind="insertion", places=[place])
    address = f"{FACTS}{fact.pk}/change/"

    answer = studio.post(address, form_data(studio.get(address)) | {"status": "retired"}, follow=True)

    assert said(answer)[0] == (
        "This is saved, but it does not agree with the rest: the region stands on “Shaft below it”, "
        "but no reviewed fact says that “Iliopsoas” ends there."
    )


def test_a_region_says_where_it_stands_and_an_editor_is_told_if_no_fact_does(studio, iliacus, trochanter):
    shared = MuscleFactory(slug="iliopsoas", name="Iliopsoas")
    lesser = Structure.objects.get(slug="lesser-trochanter")
    region = RegionFactory(structure=shared, kind="insertion", places=[lesser])
    address = f"{REGION_LIST}{region.pk}/change/"
    page = studio.get(address)
    assert 'class="studio-picture"' in page.content.decode()

    data = form_data(page) | {"description": "A bump.", "colour": "#000000"}
    answer = studio.post(address, data, follow=True)
    region.refresh_from_db()
    assert (region.description, region.colour) == ("A bump.", "#aa0000")
    assert [words for words in said(answer) if "agree" in words] == []

    answer = studio.post(address, data | {"places": [lesser.pk, trochanter.pk]}, follow=True)
    assert said(answer)[0] == (
        "This is saved, but it does not agree with the rest: the region stands on “Greater trochanter”, "
        "but no reviewed fact says that “Iliopsoas” ends there."
    )
    assert set(region.places.all()) == {lesser, trochanter}


@pytest.mark.parametrize(
    ("description", "complaint"),
    [
        (
            "On the iliac crest.",
            "This gives away what quizzes ask for: “iliac crest”. Say it in everyday words.",
        ),
        ("Where Iliacus is.", "This gives away what quizzes ask for: “Iliacus”. Say it in everyday words."),
        ("", "This field is required."),
    ],
)
def test_the_description_of_a_region_gives_nothing_away(studio, iliacus, description, complaint):
    StructureFactory(slug="iliac-crest", name="Iliac crest")
    region = RegionFactory()
    address = f"{REGION_LIST}{region.pk}/change/"

    answer = studio.post(address, form_data(studio.get(address)) | {"description": description})

    assert answer.context["adminform"].form.errors == {"description": [complaint]}


def test_a_region_cannot_be_stored_without_a_description():
    with pytest.raises(IntegrityError, match="region_has_a_description"):
        RegionFactory(description="")


@pytest.mark.parametrize("count", [1, 4])
def test_facts_are_held_against_the_bones_in_the_same_queries_for_one_and_for_four(
    django_assert_num_queries, trochanter, count
):
    slugs = ["iliacus", "psoas-major", "gracilis", "piriformis"][:count]
    facts = [
        FactFactory(subject=MuscleFactory(slug=slug), relation="insertion", object=trochanter)
        for slug in slugs
    ]

    with django_assert_num_queries(4):
        told = against_facts(facts)

    assert len(told) >= count


def test_facts_that_are_no_ends_are_held_against_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert against_facts([FactFactory.build(relation="action")]) == []
