"""check_course on the knowledge base that is shipped: each fault has its file and line."""

import shutil

import pytest
from django.conf import settings

from anatomy.models import Region
from lessons.content import check_course, dump_course, load_course
from lessons.content.engine import _digest, _texts_in_database
from lessons.models import ContentFile
from tests.lessons.test_content import outcome, texts


@pytest.fixture
def shipped(tmp_path):
    """The course that is shipped, to be broken."""
    shutil.copytree(settings.CONTENT_DIR / "anatomy", tmp_path / "shipped" / "anatomy")
    return tmp_path / "shipped"


def entry_line(folder, path, wanted):
    """Return the line on which the first entry with the wanted lines, one after the other, begins."""
    lines = [line.strip() for line in (folder / path).read_text().splitlines()]
    return next(
        number for number in range(1, len(lines)) if lines[number - 1 : number - 1 + len(wanted)] == wanted
    )


def break_entry(folder, path, wanted, old, new):
    """Change one thing in an entry of a file of the course, and return the line where the entry begins."""
    line = entry_line(folder, path, wanted)
    lines = (folder / path).read_text().splitlines(keepends=True)
    head, tail = "".join(lines[: line - 1]), "".join(lines[line - 1 :])
    assert old in tail
    (folder / path).write_text(head + tail.replace(old, new, 1))
    return line


FACTS_FILE, FIGURES_FILE = "anatomy/facts.yaml", "anatomy/figures.yaml"
END_OF_ILIACUS = ["- subject: iliacus", "relation: insertion", "object: lesser-trochanter"]
ILIACUS_REGION = ["- structure: iliacus", "kind: origin"]
END_REGION = ["- structure: iliopsoas", "kind: insertion"]


def complaints(folder):
    return [str(error) for error in check_course(folder)]


def test_the_course_that_is_shipped_has_no_mistake_in_its_knowledge(shipped):
    assert complaints(shipped) == []


def test_a_fact_that_ends_iliacus_on_the_greater_trochanter_is_told_with_its_line(shipped):
    line = break_entry(
        shipped, FACTS_FILE, END_OF_ILIACUS, "object: lesser-trochanter", "object: greater-trochanter"
    )
    assert complaints(shipped) == [
        f"anatomy/facts.yaml:{line}: a fact says that “iliacus” ends at “greater-trochanter”, but its patch lies "
        "26 mm away from there"
    ]


def test_patches_and_lines_away_from_all_facts_are_told_at_the_first_fact_of_their_end(shipped):
    end = ["- subject: piriformis", "relation: insertion", "object: tip-of-greater-trochanter"]
    line = break_entry(
        shipped, FACTS_FILE, end, "object: tip-of-greater-trochanter", "object: adductor-tubercle"
    )
    told = [error.removeprefix(f"{FACTS_FILE}:{line}: ") for error in complaints(shipped)]
    assert any(words.startswith("half of the patch where “piriformis” ends lies") for words in told)
    assert any(words.startswith("the line of pull “piri” of “piriformis” ends") for words in told)


def test_a_region_on_the_greater_trochanter_is_told_with_its_line(shipped):
    line = break_entry(shipped, FIGURES_FILE, END_REGION, "- lesser-trochanter", "- greater-trochanter")
    assert complaints(shipped) == [
        f"anatomy/figures.yaml:{line}: the region stands on “greater-trochanter”, but no reviewed fact says that "
        "“iliopsoas” ends there"
    ]


def test_a_reviewed_fact_of_the_course_without_a_source_is_told_with_its_line(shipped):
    end = [*END_OF_ILIACUS, "status: reviewed"]
    line = break_entry(
        shipped, FACTS_FILE, end, "    sources:\n", "    note: No source.\n    sources: []\n    extra:\n"
    )
    text = (shipped / FACTS_FILE).read_text()
    start = text.index("    extra:\n")
    (shipped / FACTS_FILE).write_text(text[:start] + text[text.index("  - subject:", start) :])
    assert complaints(shipped) == [
        f"anatomy/facts.yaml:{line}: the fact “iliacus.insertion.lesser-trochanter” is reviewed but has no source"
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "      description: ",
            "      description: ''  # ",
            "the region “iliacus” (origin) has no neutral description",
        ),
        (
            "      description: ",
            "      description: Where Iliacus begins. # ",
            "the description of region “iliacus” (origin) names “Iliacus”, which a quiz may ask for",
        ),
        (
            "      description: ",
            "      description: Under the iliac crest. # ",
            "the description of region “iliacus” (origin) names “iliac crest”, which a quiz may ask for",
        ),
        (
            "      description: ",
            "      description: Beside a trochanter. # ",
            "the description of region “iliacus” (origin) names “trochanter”, which a quiz may ask for",
        ),
        ("- iliac-fossa", "- moon", "names an unknown structure “moon”"),
        ("- iliac-fossa", "- ala-of-sacrum", "the region “iliacus” (origin) names a place twice"),
        ("structure: iliacus", "structure: ilicaus", "names an unknown structure “ilicaus”"),
        ("kind: origin", "kind: insertion", "the picture has no patch “iliacus” (insertion)"),
        (
            "colour: '#ee6a5b'",
            "colour: '#ee6a5c'",
            "the picture has “iliacus” (origin) in #ee6a5b, not in #ee6a5c",
        ),
    ],
)
def test_mistakes_in_a_region_are_told_with_its_line(shipped, old, new, complaint):
    line = break_entry(shipped, FIGURES_FILE, ILIACUS_REGION, old, new)
    assert f"anatomy/figures.yaml:{line}: {complaint}" in complaints(shipped)


def test_a_region_that_stands_twice_is_told_with_its_second_line(shipped):
    gracilis = ["- structure: gracilis", "kind: origin"]
    line = break_entry(shipped, FIGURES_FILE, gracilis, "structure: gracilis", "structure: iliacus")
    told = f"anatomy/figures.yaml:{line}: the region “iliacus” (origin) stands twice"
    assert told in complaints(shipped)


def test_a_region_that_stands_on_nothing_is_told_with_its_line(shipped):
    line = break_entry(
        shipped, FIGURES_FILE, ["- structure: gracilis", "kind: origin"], "places:", "places: []\n      was:"
    )
    text = (shipped / FIGURES_FILE).read_text()
    start = text.index("      was:")
    (shipped / FIGURES_FILE).write_text(text[:start] + text[text.index("      description:", start) :])
    assert complaints(shipped) == [
        f"anatomy/figures.yaml:{line}: the region “gracilis” (origin) says in “places” on nothing that it stands"
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "kind: origin",
            "kind: insertion",
            "the picture has a patch “psoas-major” (origin) that is no region",
        ),
        ("width: 630", "width: 631", "the picture is 630 wide and 1110 high"),
        ("file: anatomy/hip-front.svg", "file: anatomy/hip.svg", "there is no file static/anatomy/hip.svg"),
    ],
)
def test_a_figure_that_is_not_as_its_picture_is_told_with_its_line(shipped, old, new, complaint):
    line = break_entry(shipped, FIGURES_FILE, ["- slug: hip-front"], old, new)
    assert f"anatomy/figures.yaml:{line}: {complaint}" in complaints(shipped)


@pytest.mark.django_db
def test_regions_come_out_as_they_went_in_and_stay_the_same_rows(shipped, tmp_path):
    assert load_course(shipped).errors == []
    dump_course(tmp_path / "dump")
    assert texts(tmp_path / "dump") == texts(shipped)
    before = set(Region.objects.values_list("pk", flat=True))
    assert len(before) == 73
    break_entry(shipped, FIGURES_FILE, ILIACUS_REGION, "The largest patch", "The widest patch")
    assert outcome(load_course(shipped), FIGURES_FILE) == "updated"
    assert set(Region.objects.values_list("pk", flat=True)) == before
    region = Region.objects.get(figure__slug="hip-front", structure__slug="iliacus")
    assert region.description.startswith("The widest patch")
    assert set(region.places.values_list("slug", flat=True)) == {
        "ala-of-sacrum",
        "iliac-fossa",
        "inner-lip-of-iliac-crest",
    }


@pytest.mark.django_db
def test_regions_that_were_loaded_before_they_had_words_get_them_from_the_files(shipped):
    load_course(shipped)
    Region.objects.update(description=Region.UNDESCRIBED)
    for region in Region.objects.all():
        region.places.clear()
    here = _texts_in_database()["figures:anatomy/figures.yaml"][1]
    assert not [line for line in here.splitlines() if line.strip().startswith(("description:", "places:"))]
    digests = {"digest": "older", "here_digest": _digest(FIGURES_FILE, here)}
    ContentFile.objects.filter(identity="figures:anatomy/figures.yaml").update(**digests)

    assert outcome(load_course(shipped), FIGURES_FILE) == "updated"

    assert not Region.objects.filter(description=Region.UNDESCRIBED).exists()
