"""Facts, patches and ends of lines of pull agree, and an error in any one of them is caught."""

import json
from dataclasses import replace
from math import dist

import pytest
import yaml
from django.conf import settings

from anatomy.agreement import (
    INSERTION,
    ORIGIN,
    SHARED,
    STRAY_PATCH,
    Claim,
    Landmark,
    Painted,
    PathEnd,
    Standing,
    disagreements_of_facts,
    disagreements_of_regions,
    sharers,
)
from anatomy.atlas.geometry import anatomy_file
from anatomy.ground import ground, read_ground

SOFT = {
    "anterior-sacroiliac-ligament",
    "iliolumbar-ligament",
    "sacrotuberous-ligament",
    "iliotibial-tract",
    "erector-spinae-aponeurosis",
    "gluteal-aponeurosis",
}
FAR = 0.06  # metres from every point of a patch, beyond the reach of the landmark


def content(name):
    return yaml.safe_load((settings.CONTENT_DIR / "anatomy" / name).read_text(encoding="utf-8"))


def told_of_facts(claims, shape=None):
    return [one.words() for one in disagreements_of_facts(claims, shape or ground())]


def told_of_regions(claims, standings):
    return [one.words() for one in disagreements_of_regions(claims, standings)]


@pytest.fixture(scope="module")
def claims():
    return [
        Claim(fact["subject"], fact["relation"], fact["object"], fact.get("role") == "disputed")
        for fact in content("facts.yaml")["facts"]
        if fact["relation"] in {ORIGIN, INSERTION}
        and fact["status"] == "reviewed"
        and fact.get("role") != "none"
    ]


@pytest.fixture(scope="module")
def standings():
    return [
        Standing(figure["slug"], region["structure"], region["kind"], place)
        for figure in content("figures.yaml")
        for region in figure["regions"]
        for place in region["places"]
    ]


@pytest.fixture(scope="module")
def parts():
    return {entry["slug"]: entry.get("part_of", "") for entry in content("structures.yaml")}


@pytest.fixture
def files():
    """places.json and model.json, to be changed at will."""
    return [
        json.loads(anatomy_file(name).read_text(encoding="utf-8")) for name in ("places.json", "model.json")
    ]


def moved(claims, muscle, kind, place):
    """Return the claims with all of an end's places replaced by another."""
    return [claim for claim in claims if (claim.muscle, claim.kind) != (muscle, kind)] + [
        Claim(muscle, kind, place)
    ]


def muscles():
    return sorted({path.muscle for path in ground().path_ends})


def far_landmarks(muscle, kind):
    """Return the landmarks far from all patches of an end of a muscle, on its bones or on others."""
    patches = [
        patch for patch in ground().patches if patch.kind == kind and muscle in sharers(patch.structure, kind)
    ]
    return sorted(
        slug
        for slug, landmark in ground().landmarks.items()
        if all(
            patch.body != landmark.body
            or min(dist(point, sample) for point in landmark.points for sample in patch.samples)
            > landmark.reach + FAR
            for patch in patches
        )
    )


def test_facts_patches_and_lines_of_the_course_agree(claims, standings):
    assert told_of_facts(claims) == []
    assert told_of_regions(claims, standings) == []


def test_each_patch_of_the_course_lies_on_the_places_of_its_facts_with_every_point(claims):
    assert [one.words() for one in disagreements_of_facts(claims, ground(), share=1)] == []


def test_facts_may_name_only_the_main_place_of_a_patch():
    fossa = [Claim("iliacus", ORIGIN, "iliac-fossa")]
    assert told_of_facts(fossa) == []
    whole = disagreements_of_facts(fossa, ground(), share=1)
    assert [(one.problem, one.named, round(one.gap * 1000)) for one in whole] == [
        (STRAY_PATCH, ["iliac-fossa"], 17)
    ]


def test_every_patch_and_every_end_of_a_line_is_spoken_of_by_a_fact(claims):
    said = {(claim.muscle, claim.kind) for claim in claims}
    ends = {(path.muscle, path.kind) for path in ground().path_ends}
    painted = {
        (muscle, patch.kind)
        for patch in ground().patches
        for muscle in SHARED.get((patch.structure, patch.kind), [patch.structure])
    }
    assert (ends - said, painted - said, ends - painted) == (set(), set(), set())


def test_what_cannot_be_compared_is_no_bone(claims, parts):
    shape = ground().with_parts(parts)
    assert {claim.place for claim in claims if not shape.knows(claim.place)} <= SOFT


def test_a_fact_that_ends_iliacus_on_the_greater_trochanter_is_caught(claims):
    assert told_of_facts([*claims, Claim("iliacus", INSERTION, "greater-trochanter")]) == [
        "a fact says that “iliacus” ends at “greater-trochanter”, but its patch lies 26 mm away from there"
    ]
    assert told_of_facts(moved(claims, "iliacus", INSERTION, "greater-trochanter")) == [
        "a fact says that “iliacus” ends at “greater-trochanter”, but its patch lies 26 mm away from there",
        "half of the patch where “iliacus” ends lies 37 mm or more away from what facts say: “greater-trochanter”",
        "the line of pull “iliacus” of “iliacus” ends 32 mm away from what facts say: “greater-trochanter”",
    ]


def test_a_region_that_stands_on_the_greater_trochanter_is_caught(claims):
    wrong = Standing("hip-front", "iliopsoas", INSERTION, "greater-trochanter")
    assert told_of_regions(claims, [wrong]) == [
        "the region stands on “greater-trochanter”, but no reviewed fact says that “iliopsoas” ends there"
    ]


def test_a_line_that_ends_on_the_greater_trochanter_is_caught(claims, files):
    places, model = files
    model["lines"]["iliacus"]["points"][-1] = ["femur", places["landmarks"]["greater-trochanter"]["centre"]]
    assert told_of_facts(claims, read_ground(places, model)) == [
        "the line of pull “iliacus” of “iliacus” ends 58 mm away from what facts say:"
        " “lesser-trochanter”, “femoral-shaft-below-lesser-trochanter”",
        "the line of pull “iliacus” of “iliacus” ends 66 mm away from its patch",
    ]


def test_a_patch_painted_on_the_greater_trochanter_is_caught(claims, files):
    places, model = files
    patch = next(one for one in places["patches"] if one["structure"] == "iliopsoas")
    patch["samples"] = [places["landmarks"]["greater-trochanter"]["centre"]] * 3
    told = told_of_facts(claims, read_ground(places, model))
    assert (
        "a fact says that “iliacus” ends at “lesser-trochanter”, but its patch lies 58 mm away from there"
    ) in told
    assert (
        "half of the patch where “iliacus” ends lies 58 mm or more away from what facts say:"
        " “lesser-trochanter”, “femoral-shaft-below-lesser-trochanter”"
    ) in told


@pytest.mark.parametrize("kind", [ORIGIN, INSERTION])
@pytest.mark.parametrize("muscle", muscles())
def test_an_end_moved_to_a_far_landmark_is_caught(claims, muscle, kind):
    own = [claim for claim in claims if (claim.muscle, claim.kind) == (muscle, kind)]
    lines = [path for path in ground().path_ends if (path.muscle, path.kind) == (muscle, kind)]
    others = [path for path in ground().path_ends if path not in lines]
    far = far_landmarks(muscle, kind)
    assert far
    assert [place for place in far if not told_of_facts([*own, Claim(muscle, kind, place)])] == []
    assert [place for place in far if len(told_of_facts([Claim(muscle, kind, place)])) <= len(lines)] == []
    for place in far:
        landmark = ground().landmarks[place]
        moved_lines = [replace(path, body=landmark.body, point=landmark.points[0]) for path in lines]
        told = told_of_facts(own, replace(ground(), path_ends=[*others, *moved_lines]))
        assert [line.line for line in lines if not any(f"“{line.line}”" in words for words in told)] == []


def test_a_disputed_fact_asks_for_no_patch_but_allows_one(claims):
    disputed = Claim("iliacus", INSERTION, "greater-trochanter", is_disputed=True)
    assert told_of_facts([*claims, disputed]) == []
    both = [disputed, Claim("iliacus", INSERTION, "greater-trochanter")]
    assert len(told_of_facts([*claims, *both])) == 1


def test_a_place_that_is_a_whole_bone_is_known_by_its_body(claims):
    assert told_of_facts([*claims, Claim("gracilis", INSERTION, "tibia")]) == []
    near, far = (Claim("gracilis", INSERTION, f"spot-on-{bone}") for bone in ("fibula", "femur"))
    shape = ground().with_parts({"spot-on-fibula": "fibula", "spot-on-femur": "shaft", "shaft": "femur"})
    assert told_of_facts([*claims, near], shape) == []
    assert told_of_facts([*claims, far], shape) == [
        "a fact says that “gracilis” ends at “spot-on-femur”, but no patch of it is painted on that bone"
    ]
    assert told_of_facts([*claims, Claim("gracilis", INSERTION, "femur")]) == [
        "a fact says that “gracilis” ends at “femur”, but no patch of it is painted on that bone"
    ]


def test_what_is_no_bone_is_not_measured_but_a_region_on_it_needs_its_fact(claims):
    tract = Claim("adductor-longus", INSERTION, "iliotibial-tract")
    standing = Standing("hip-front", "adductor-longus", INSERTION, "iliotibial-tract")
    assert told_of_facts([*claims, tract]) == []
    assert told_of_regions([tract], [standing]) == []
    assert told_of_regions(claims, [standing]) == [
        "the region stands on “iliotibial-tract”, but no reviewed fact says that “adductor-longus” ends there"
    ]


def test_names_take_the_place_of_slugs_for_readers(claims):
    names = {"iliacus": "Iliacus", "greater-trochanter": "Greater trochanter"}
    found = disagreements_of_facts([*claims, Claim("iliacus", INSERTION, "greater-trochanter")], ground())
    assert [one.words(names) for one in found] == [
        "a fact says that “Iliacus” ends at “Greater trochanter”, but its patch lies 26 mm away from there"
    ]


def test_a_muscle_that_the_model_does_not_have_is_left_alone():
    assert told_of_facts([Claim("psoas-minor", INSERTION, "adductor-tubercle")]) == []


def test_the_ground_is_read_as_the_files_say(files):
    places, model = files
    shape = read_ground(places, model)
    assert shape == ground()
    assert shape.landmarks["lesser-trochanter"] == Landmark(
        "femur", [tuple(places["landmarks"]["lesser-trochanter"]["points"][0])], 0.016
    )
    assert isinstance(shape.patches[0], Painted)
    assert [path for path in shape.path_ends if path.line == "iliacus"] == [
        PathEnd("iliacus", ORIGIN, "iliacus", "pelvis", tuple(model["lines"]["iliacus"]["points"][0][1])),
        PathEnd("iliacus", INSERTION, "iliacus", "femur", tuple(model["lines"]["iliacus"]["points"][-1][1])),
    ]


def test_no_two_patches_of_a_figure_are_described_alike():
    for figure in content("figures.yaml"):
        described = [region["description"] for region in figure["regions"]]
        assert sorted(set(described)) == sorted(described)
