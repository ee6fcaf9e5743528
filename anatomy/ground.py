"""The workshop's files and the knowledge base, read in the shape that `anatomy.agreement` compares."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db.models import Q

from anatomy.agreement import (
    INSERTION,
    ORIGIN,
    SHARED,
    Claim,
    Disagreement,
    End,
    Ground,
    Landmark,
    Painted,
    PathEnd,
    Standing,
    disagreements_of_facts,
    disagreements_of_regions,
    sharers,
)
from anatomy.atlas.geometry import anatomy_file
from anatomy.models import Fact, Region, Structure

ATTACHMENTS = {ORIGIN, INSERTION}


@cache
def ground() -> Ground:
    """Return patches, landmarks and ends of lines as the workshop has made them."""
    places, model = (
        json.loads(anatomy_file(name).read_text(encoding="utf-8")) for name in ("places.json", "model.json")
    )
    return read_ground(places, model)


def read_ground(places: Mapping[str, Any], model: Mapping[str, Any]) -> Ground:
    """Return the ground that places.json and model.json speak of."""
    return Ground(
        patches=[
            Painted(one["structure"], one["kind"], one["body"], [tuple(point) for point in one["samples"]])
            for one in places["patches"]
        ],
        landmarks={
            slug: Landmark(one["body"], [tuple(point) for point in one["points"]], one["reach"])
            for slug, one in places["landmarks"].items()
        },
        path_ends=[
            PathEnd(muscle, kind, line, body, tuple(point))
            for muscle, one in model["muscles"].items()
            for line in one["lines"]
            for kind, (body, point) in (
                (ORIGIN, model["lines"][line]["points"][0]),
                (INSERTION, model["lines"][line]["points"][-1]),
            )
        ],
    )


def against_facts(facts: Iterable[Fact]) -> list[str]:
    """Say what contradicts the ends of muscles that some facts speak of, as all is stored now.

    Sentences, in four queries at most: patches and lines that lie elsewhere, and regions that have lost their fact.
    """
    ends = {(fact.subject.slug, fact.relation) for fact in facts if fact.relation in ATTACHMENTS}
    if not ends:
        return []
    kin = {(muscle, kind) for end in ends for muscle, kind in _kin(*end)}
    claims = [
        claim for claim in _claims({muscle for muscle, _kind in kin}) if (claim.muscle, claim.kind) in kin
    ]
    parts = Structure.objects.exclude(part_of=None).values_list("slug", "part_of__slug")
    shape = ground().with_parts(dict(parts))
    found = disagreements_of_facts([one for one in claims if (one.muscle, one.kind) in ends], shape)
    standings = _standings(Q(structure__slug__in={muscle for muscle, _kind in kin}))
    found += disagreements_of_regions(claims, [one for one in standings if (one.structure, one.kind) in kin])
    return _in_words(found)


def against_region(region: Region) -> list[str]:
    """Say which places of a region as it is stored no fact knows of: sentences, in three queries at most."""
    claims = _claims(sharers(region.structure.slug, region.kind))
    return _in_words(disagreements_of_regions(claims, _standings(Q(pk=region.pk))))


def _kin(muscle: str, kind: str) -> list[End]:
    """Return the end of a muscle, and the ends that share a patch with it."""
    shared = [
        (slug, shared_kind)
        for (group, shared_kind), members in SHARED.items()
        if shared_kind == kind and muscle in {group, *members}
        for slug in (group, *members)
    ]
    return shared or [(muscle, kind)]


def _claims(muscles: Iterable[str]) -> list[Claim]:
    rows = (
        Fact.objects.shown()
        .filter(subject__slug__in=muscles, relation__in=ATTACHMENTS)
        .exclude(role=Fact.Role.NONE)
        .values_list("subject__slug", "relation", "object__slug", "role")
    )
    return [Claim(*row[:3], is_disputed=row[3] == Fact.Role.DISPUTED) for row in rows]


def _standings(regions: Q) -> list[Standing]:
    rows = Region.objects.filter(regions).values_list(
        "figure__slug", "structure__slug", "kind", "places__slug"
    )
    return [Standing(*row) for row in rows if row[3]]


def _in_words(found: list[Disagreement]) -> list[str]:
    if not found:
        return []
    slugs = {slug for one in found for slug in (one.muscle, one.place, *one.named)}
    names = dict(Structure.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return list(dict.fromkeys(one.words(names) for one in found))
