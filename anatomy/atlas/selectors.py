"""Reads of the knowledge base for the atlas. The number of queries is the same for one muscle and for all."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from anatomy.atlas.geometry import colours
from anatomy.atlas.picture import Cast
from anatomy.models import Fact, Structure
from anatomy.pages import SIDES, context_phrase
from anatomy.solver import solver

FLEXORS = "hip-flexors"
TEAMS = (
    FLEXORS,
    "hip-extensors",
    "hip-abductors",
    "hip-adductors",
    "hip-external-rotators",
    "hip-internal-rotators",
)
_SURE = [Fact.Role.PRIME, Fact.Role.ASSIST, ""]


@dataclass(frozen=True)
class Shelf:
    """The muscles of one side of the hip, in their order."""

    slug: str
    side: str
    name: str
    muscles: Sequence[Structure]


@dataclass(frozen=True)
class Team:
    """Muscles that do the same at the hip, the main ones first."""

    slug: str
    name: str
    muscles: Sequence[str]


@dataclass(frozen=True)
class Company:
    """All muscles that the atlas can draw: as the picture needs them, by side, and by what they do."""

    cast: Cast
    muscles: dict[str, Structure]
    shelves: Sequence[Shelf]
    teams: Sequence[Team]


def company() -> Company:
    """Return the muscles that the model knows and the knowledge base names, in two queries."""
    known, drawn = list(solver().muscles), list(colours())
    rows = {
        row.slug: row
        for row in Structure.objects.filter(
            Q(slug__in=[*known, *drawn]) | Q(slug__in=TEAMS) | Q(slug__in=SIDES)
        )
    }
    muscles = {
        slug: rows[slug] for slug in known if slug in rows and rows[slug].kind == Structure.Kind.MUSCLE
    }
    sides: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    facts = (
        Fact.objects.shown()
        .filter(
            Q(relation=Fact.Relation.SIDE, object__slug__in=SIDES, subject__slug__in=known)
            | Q(relation=Fact.Relation.MEMBER, subject__slug__in=[*TEAMS, *drawn], object__slug__in=known)
        )
        .exclude(role=Fact.Role.NONE)
        .values_list("relation", "subject__slug", "object__slug", "role")
    )
    for relation, subject, object_, role in facts:
        if relation == Fact.Relation.SIDE:
            sides.setdefault(subject, object_)
        elif role in _SURE:
            members.setdefault(subject, []).append(object_)
    shared = {
        slug: members[slug] for slug in drawn if slug not in muscles and slug in members and slug not in TEAMS
    }
    cast = Cast(
        names={slug: muscle.name for slug, muscle in muscles.items()},
        groups={slug: SIDES[side] for slug, side in sides.items()},
        flexors=frozenset(members.get(FLEXORS, ())),
        shared=shared,
        shared_names={slug: rows[slug].name for slug in shared if slug in rows},
    )
    shelves = [
        Shelf(slug, side, rows[slug].name, [muscles[name] for name in muscles if sides.get(name) == slug])
        for slug, side in SIDES.items()
        if slug in rows
    ]
    homeless = [muscles[name] for name in muscles if name not in sides]
    if homeless:
        shelves.append(Shelf("other", "", "", homeless))
    teams = [Team(slug, rows[slug].name, members[slug]) for slug in TEAMS if slug in rows and slug in members]
    return Company(cast, muscles, [shelf for shelf in shelves if shelf.muscles], teams)


@dataclass(frozen=True)
class Said:
    """A fact as a panel says it."""

    fact: Fact
    context: str

    @property
    def is_disputed(self) -> bool:
        return self.fact.role == Fact.Role.DISPUTED


@dataclass(frozen=True)
class Matter:
    """One thing that facts of a relation are about, such as a movement, and all that they say of it."""

    about: Structure
    said: Sequence[Said]

    @property
    def is_disputed(self) -> bool:
        return all(one.is_disputed for one in self.said)


@dataclass(frozen=True)
class Trait:
    """Facts of one relation under its name."""

    relation: str
    name: str
    said: Sequence[Said]

    @property
    def matters(self) -> list[Matter]:
        """The facts by what they are about, in their order: “main” and “helper with …” of a movement together."""
        found: dict[int, list[Said]] = {}
        for one in self.said:
            found.setdefault(one.fact.object_id, []).append(one)
        return [Matter(said[0].fact.object, said) for said in found.values()]


_ORDER = [Fact.Role.PRIME, Fact.Role.ASSIST, "", Fact.Role.DISPUTED, Fact.Role.NONE]
ATTACHMENTS = (Fact.Relation.ORIGIN, Fact.Relation.INSERTION)
SHORT_TRAITS = (*ATTACHMENTS, Fact.Relation.ACTION)
ALL_TRAITS = (*SHORT_TRAITS, Fact.Relation.FUNCTION, Fact.Relation.NERVE)


def traits_of(
    muscles: Sequence[Structure], relations: Sequence[Fact.Relation] = ALL_TRAITS, *, settled: bool = False
) -> dict[str, list[Trait]]:
    """Return for each muscle's slug what reviewed facts say of it, in one query; `settled`: nothing disputed."""
    facts = Fact.objects.settled() if settled else Fact.objects.shown()
    found: dict[str, dict[str, list[Said]]] = {muscle.slug: {} for muscle in muscles}
    rows = facts.filter(subject__in=[muscle.pk for muscle in muscles], relation__in=relations)
    for fact in rows.exclude(role=Fact.Role.NONE).select_related("subject", "object"):
        found[fact.subject.slug].setdefault(fact.relation, []).append(Said(fact, context_phrase(fact)))
    return {
        slug: [
            Trait(
                relation,
                str(relation.label),
                sorted(said[relation], key=lambda one: _ORDER.index(one.fact.role)),
            )
            for relation in relations
            if relation in said
        ]
        for slug, said in found.items()
    }
