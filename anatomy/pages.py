"""The reference pages: all muscles, one muscle, the glossary. Each is read in the same few queries at any size."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from anatomy.models import Fact, Source, Structure

# The four sides of the hip in the course's order, and the name of each one's colour.
SIDES = {
    "anterior-hip": "anterior",
    "posterior-hip": "posterior",
    "medial-hip": "medial",
    "lateral-hip": "lateral",
}
# A fact's context as the end of “Helper …”. One that is not here is given in its own words.
CONTEXTS = {
    "extended-hip": gettext_lazy("from an extended hip, the thigh behind you"),
    "flexed-hip": gettext_lazy("with the hip bent"),
    "deeply-flexed-hip": gettext_lazy("with the hip bent far"),
    "flexed-knee": gettext_lazy("with the knee bent"),
    "extended-knee": gettext_lazy("with the knee straight"),
    "fixed-thigh": gettext_lazy("when the thigh stays put and the trunk moves"),
    "anterior-fibres": gettext_lazy("by its front fibres"),
    "posterior-fibres": gettext_lazy("by its rear fibres"),
    "upper-fibres": gettext_lazy("by its upper fibres"),
    "lower-fibres": gettext_lazy("by its lower fibres"),
    "ischial-part": gettext_lazy("by its part from the sitting bone"),
    "pubic-part": gettext_lazy("by its part from the pubis"),
}
ROLE_ORDER = [Fact.Role.PRIME, Fact.Role.ASSIST, "", Fact.Role.DISPUTED]
# What the glossary says of a structure that facts end at.
ATTACHMENTS = {
    Fact.Relation.ORIGIN: gettext_lazy("Starts here"),
    Fact.Relation.INSERTION: gettext_lazy("Ends here"),
    Fact.Relation.NERVE: gettext_lazy("Supplies"),
    Fact.Relation.ACTION: gettext_lazy("Main muscles"),
    Fact.Relation.MEMBER: gettext_lazy("Muscles"),
}


def structure_url(structure: Structure) -> str:
    """Return where a structure is explained: a muscle on its own page, all others in the glossary."""
    if structure.kind == Structure.Kind.MUSCLE:
        return reverse("anatomy:muscle", args=[structure.slug])
    return f"{reverse('anatomy:glossary')}#{structure.slug}"


def context_phrase(fact: Fact) -> str:
    """Return when a fact holds as words that follow its role; empty for what always holds."""
    if fact.context == Fact.NEUTRAL:
        return ""
    return str(CONTEXTS.get(fact.context) or f"({fact.context_words})")


# All muscles


@dataclass(frozen=True)
class ShelvedMuscle:
    """A muscle under a side of the hip, and the other sides that some sources give it to."""

    muscle: Structure
    also: list[Structure]


@dataclass(frozen=True)
class Family:
    """Muscles that books count as one group; `group` is None for a muscle that stands alone."""

    group: Structure | None
    members: list[ShelvedMuscle]


@dataclass(frozen=True)
class Shelf:
    """The muscles of one side. `region` is None for those that no reviewed fact gives a side."""

    region: Structure | None
    side: str
    families: list[Family]


@dataclass(frozen=True)
class Team:
    """Muscles with the same job: the main ones, the helpers, and those about which sources differ."""

    group: Structure
    main: list[Structure]
    helpers: list[Structure]
    disputed: list[Structure]


def shelves() -> list[Shelf]:
    """Return every muscle once, by side and family, in two queries."""
    muscles = Structure.objects.filter(kind=Structure.Kind.MUSCLE).select_related("part_of").order_by("pk")
    sides: dict[int, list[Structure]] = {}
    facts = Fact.objects.shown().filter(relation=Fact.Relation.SIDE, object__slug__in=SIDES)
    for fact in facts.exclude(role=Fact.Role.NONE).select_related("object"):
        sides.setdefault(fact.subject_id, []).append(fact.object)
    regions: dict[str, Structure | None] = {"": None}
    families: dict[str, dict[int, Family]] = {slug: {} for slug in [*SIDES, ""]}
    for muscle in muscles:
        places = sides.get(muscle.pk, [])
        slug = places[0].slug if places else ""
        regions[slug] = places[0] if places else None
        whole = muscle.part_of if muscle.part_of and muscle.part_of.kind == Structure.Kind.GROUP else None
        family = families[slug].setdefault(whole.pk if whole else -muscle.pk, Family(whole, []))
        family.members.append(ShelvedMuscle(muscle, places[1:]))
    return [
        Shelf(regions[slug], SIDES.get(slug, ""), [_with_name(family) for family in found.values()])
        for slug, found in families.items()
        if found
    ]


def _with_name(family: Family) -> Family:
    """A single member of a group needs no heading over it."""
    return family if len(family.members) > 1 else Family(None, family.members)


def teams() -> list[Team]:
    """Return the groups whose members have roles, such as the hip flexors, in one query."""
    facts = (
        Fact.objects.shown()
        .filter(relation=Fact.Relation.MEMBER)
        .exclude(role__in=["", Fact.Role.NONE])
        .select_related("subject", "object")
        .order_by("subject_id", "position", "pk")
    )
    found: dict[int, Team] = {}
    for fact in facts:
        team = found.setdefault(fact.subject_id, Team(fact.subject, [], [], []))
        names = {Fact.Role.PRIME: team.main, Fact.Role.ASSIST: team.helpers}.get(
            Fact.Role(fact.role), team.disputed
        )
        names.append(fact.object)
    return list(found.values())


# One muscle


@dataclass(frozen=True)
class Claim:
    """A fact as a page says it: its role and context in words, and the numbers of its sources on that page."""

    fact: Fact
    context: str
    marks: list[int]

    @property
    def is_disputed(self) -> bool:
        return self.fact.role == Fact.Role.DISPUTED


@dataclass(frozen=True)
class Deed:
    """A movement, and what the muscle does for it. Movements with one and the same dispute stand together."""

    movements: list[Structure]
    claims: list[Claim]


@dataclass(frozen=True)
class Neighbours:
    """What the muscle belongs to, a group or a side, as a claim, and the main other muscles of that."""

    heading: Structure
    claim: Claim
    muscles: list[Structure]


@dataclass(frozen=True)
class MusclePage:
    muscle: Structure
    synonyms: list[str]
    side: str
    origins: list[Claim]
    insertions: list[Claim]
    nerves: list[Claim]
    deeds: list[Deed]
    no_part_in: list[Structure]
    functions: list[Claim]
    sides: list[Claim]
    neighbours: list[Neighbours]
    disputed_groups: list[Claim]
    sources: list[Source]


def muscle_page(muscle: Structure) -> MusclePage:
    """Return what reviewed facts say of a muscle, in four queries. Sources are numbered from 1, in their order."""
    facts = list(
        Fact.objects.shown()
        .filter(Q(subject=muscle) | Q(object=muscle, relation=Fact.Relation.MEMBER))
        .select_related("subject", "object")
        .prefetch_related("sources")
    )
    cited = {source.pk: source for fact in facts for source in fact.sources.all()}
    sources = sorted(cited.values(), key=lambda source: source.citation)
    numbers = {source.pk: number for number, source in enumerate(sources, start=1)}
    claims: dict[str, list[Claim]] = {relation: [] for relation in Fact.Relation.values}
    no_part_in = []
    for fact in facts:
        if fact.role != Fact.Role.NONE:
            marks = sorted(numbers[source.pk] for source in fact.sources.all())
            claims[fact.relation].append(Claim(fact, context_phrase(fact), marks))
        elif fact.relation == Fact.Relation.ACTION:
            no_part_in.append(fact.object)
    first_side = next((SIDES.get(claim.fact.object.slug, "") for claim in claims[Fact.Relation.SIDE]), "")
    groups = sorted(claims[Fact.Relation.MEMBER], key=_weight)
    return MusclePage(
        muscle=muscle,
        synonyms=[synonym.text for synonym in muscle.synonyms.all()],
        side=first_side,
        origins=claims[Fact.Relation.ORIGIN],
        insertions=claims[Fact.Relation.INSERTION],
        nerves=claims[Fact.Relation.NERVE],
        deeds=_deeds(claims[Fact.Relation.ACTION]),
        no_part_in=no_part_in,
        functions=sorted(claims[Fact.Relation.FUNCTION], key=_weight),
        sides=claims[Fact.Relation.SIDE],
        neighbours=_neighbours(
            muscle, [claim for claim in groups if not claim.is_disputed], claims[Fact.Relation.SIDE]
        ),
        disputed_groups=[claim for claim in groups if claim.is_disputed],
        sources=sources,
    )


def _weight(claim: Claim) -> int:
    return ROLE_ORDER.index(claim.fact.role)


def _deeds(claims: Sequence[Claim]) -> list[Deed]:
    """Return what the muscle does by movement, what it is main for first."""
    found: dict[int, Deed] = {}
    for claim in sorted(claims, key=_weight):
        found.setdefault(claim.fact.object_id, Deed([claim.fact.object], [])).claims.append(claim)
    told: dict[tuple[str, str], Deed] = {}
    deeds = []
    for deed in found.values():
        claim = deed.claims[0]
        same = told.get((claim.fact.note, claim.context)) if len(deed.claims) == 1 else None
        if same and claim.is_disputed:
            same.movements.extend(deed.movements)
            same.claims[0] = replace(same.claims[0], marks=sorted({*same.claims[0].marks, *claim.marks}))
            continue
        deeds.append(deed)
        if claim.is_disputed and len(deed.claims) == 1:
            told[claim.fact.note, claim.context] = deed
    return deeds


def _neighbours(muscle: Structure, groups: Sequence[Claim], sides: Sequence[Claim]) -> list[Neighbours]:
    """Return the groups with their other main members, or helpers where none is main; then the sides with theirs."""
    found = {claim.fact.subject_id: Neighbours(claim.fact.subject, claim, []) for claim in groups}
    found |= {claim.fact.object_id: Neighbours(claim.fact.object, claim, []) for claim in sides}
    facts = (
        Fact.objects.settled()
        .filter(
            Q(relation=Fact.Relation.MEMBER, subject__in=found)
            | Q(relation=Fact.Relation.SIDE, object__in=found)
        )
        .exclude(role=Fact.Role.NONE)
        .exclude(Q(subject=muscle) | Q(object=muscle))
        .select_related("subject", "object")
    )
    helpers: dict[int, list[Structure]] = {}
    for fact in facts:
        if fact.relation == Fact.Relation.SIDE:
            found[fact.object_id].muscles.append(fact.subject)
        elif fact.role == Fact.Role.ASSIST:
            helpers.setdefault(fact.subject_id, []).append(fact.object)
        else:
            found[fact.subject_id].muscles.append(fact.object)
    for pk, neighbours in found.items():
        if not neighbours.muscles:
            neighbours.muscles.extend(helpers.get(pk, []))
    return list(found.values())


def muscles_like(slug: str) -> list[Structure]:
    """Return the muscles whose slugs look most like `slug`: what somebody may have meant."""
    slugs = Structure.objects.filter(kind=Structure.Kind.MUSCLE).values_list("slug", flat=True)
    near = get_close_matches(slug.lower(), slugs, n=3)
    return sorted(Structure.objects.filter(slug__in=near), key=lambda muscle: near.index(muscle.slug))


# The glossary


@dataclass
class Entry:
    """A line of the glossary: a structure, or another name that points to one (`see`)."""

    name: str
    structure: Structure
    synonyms: list[str] = field(default_factory=list)
    attached: dict[str, list[Structure]] = field(default_factory=dict)
    hidden: bool = False

    @property
    def see(self) -> bool:
        return self.name != self.structure.name

    def words(self) -> str:
        """Return what a search looks through, which is what the page marks as `data-words`."""
        own = self.structure
        if self.see:
            return folded([self.name, own.name])
        attached = [muscle.name for muscles in self.attached.values() for muscle in muscles]
        return folded([self.name, own.latin, *self.synonyms, own.description, *attached])


@dataclass(frozen=True)
class Letter:
    letter: str
    entries: list[Entry]

    @property
    def hidden(self) -> bool:
        return all(entry.hidden for entry in self.entries)


@dataclass(frozen=True)
class Glossary:
    letters: list[Letter]
    query: str
    found: int
    total: int


def folded(texts: Iterable[str]) -> str:
    """Return the texts as one, without capitals and accents."""
    plain = unicodedata.normalize("NFKD", " ".join(texts)).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))


def glossary(query: str = "") -> Glossary:
    """Return every structure and synonym from A to Z, in three queries. What has not all words of `query` is hidden."""
    rows = Structure.objects.select_related("part_of").prefetch_related("synonyms")
    entries: dict[int, Entry] = {}
    pointers = []
    for row in rows:
        synonyms = [synonym.text for synonym in row.synonyms.all()]
        entries[row.pk] = Entry(row.name, row, synonyms)
        pointers += [Entry(text, row) for text in synonyms]
    facts = Fact.objects.settled().filter(relation__in=ATTACHMENTS).exclude(role=Fact.Role.NONE)
    for fact in facts.exclude(relation=Fact.Relation.ACTION, role=Fact.Role.ASSIST).only(
        "subject_id", "object_id", "relation", "role"
    ):
        _attach(entries, fact)
    wanted = folded([query]).split()
    letters: dict[str, Letter] = {}
    for entry in sorted([*entries.values(), *pointers], key=lambda entry: (folded([entry.name]), entry.see)):
        words = entry.words() if wanted else ""
        entry.hidden = not all(word in words for word in wanted)
        initial = folded([entry.name])[:1].upper()
        letters.setdefault(initial, Letter(initial, [])).entries.append(entry)
    shown = [entry for letter in letters.values() for entry in letter.entries if not entry.hidden]
    return Glossary(list(letters.values()), query, len(shown), len(entries) + len(pointers))


def _attach(entries: dict[int, Entry], fact: Fact) -> None:
    """Note a muscle under what its fact names: iliacus under the iliac fossa; a group's members under the group."""
    here, muscle = fact.object_id, fact.subject_id
    if fact.relation == Fact.Relation.MEMBER:
        here, muscle = muscle, here
    label = str(ATTACHMENTS[Fact.Relation(fact.relation)])
    attached = entries[here].attached.setdefault(label, [])
    if entries[muscle].structure not in attached:
        attached.append(entries[muscle].structure)
