"""Whether facts, patches and lines of pull tell one story about where muscles start and end.

Three tellers that know nothing of one another are held against the landmarks of the bone model: what reviewed facts
say, where the pictures paint a patch, and where the solver's lines end. All points are in metres in the frame of the
bone that they lie on, so no pose enters here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, dist, inf

from django.utils.translation import gettext as _

ORIGIN, INSERTION = "origin", "insertion"

Vector = tuple[float, float, float]
End = tuple[str, str]  # a muscle's slug and ORIGIN or INSERTION

# One patch where two muscles end by one tendon.
SHARED: Mapping[End, Sequence[str]] = {("iliopsoas", INSERTION): ("psoas-major", "iliacus")}

# A place that is a whole bone, or a part of one that is no landmark of the model, is known by its body alone.
BODY_OF_BONE: Mapping[str, str] = {
    "pelvis": "pelvis",
    "ilium": "pelvis",
    "pubis": "pelvis",
    "ischium": "pelvis",
    "sacrum": "pelvis",
    "coccyx": "pelvis",
    "spine": "pelvis",
    "lumbar-spine": "pelvis",
    "femur": "femur",
    "patella": "patella",
    "tibia": "tibia",
    "fibula": "tibia",
}

# How far, in metres, a point may lie beyond the reach of a landmark and still be taken for it.
# Patches were painted on the bone by hand, and a broad landmark is known by a few dozen points about 10 mm apart.
PATCH_SLACK = 0.006
# Lines come from a model with bones of its own, laid over these: their ends hover over the surface or lie below it.
PATH_SLACK = 0.007
PATH_SLACKS: Mapping[tuple[str, str], float] = {
    # One line for five vertebrae starts in front of the lowest, off the bone.
    ("psoas", ORIGIN): 0.015,
    # The lowest fibres, most of which end in the tract, are tied to the shaft just below the tuberosity.
    ("glmax3", INSERTION): 0.010,
}
# How far, in metres, a line may end from the nearest of the two dozen points of its own patch: those of the broadest
# patches lie 15 mm apart, and a line that stands for a fan ends amid its share of it.
OFF_PATCH_SLACK = 0.025
OFF_PATCH_SLACKS: Mapping[tuple[str, str], float] = {
    # The model starts the upper fibres on the pubis, in front of where the patch begins.
    ("addmagProx", ORIGIN): 0.040,
}


@dataclass(frozen=True)
class Claim:
    """A reviewed fact: a muscle starts (`kind` ORIGIN) or ends at a place. `is_disputed`: only some sources say so."""

    muscle: str
    kind: str
    place: str
    is_disputed: bool = False


@dataclass(frozen=True)
class Painted:
    """A patch on a bone: points spread over it. `structure` may stand for several muscles (SHARED)."""

    structure: str
    kind: str
    body: str
    samples: Sequence[Vector]


@dataclass(frozen=True)
class Landmark:
    """A place on a bone: whatever lies within `reach` of one of its `points` belongs to it."""

    body: str
    points: Sequence[Vector]
    reach: float


@dataclass(frozen=True)
class PathEnd:
    """Where a line of pull of a muscle starts or ends."""

    muscle: str
    kind: str
    line: str
    body: str
    point: Vector


@dataclass(frozen=True)
class Ground:
    """What the model knows: where patches are painted, where landmarks are, where lines end, and the body of each bone."""

    patches: Sequence[Painted]
    landmarks: Mapping[str, Landmark]
    path_ends: Sequence[PathEnd]
    bones: Mapping[str, str] = field(default_factory=lambda: BODY_OF_BONE)

    def with_parts(self, part_of: Mapping[str, str]) -> "Ground":
        """Return the ground with all parts of bones that are no landmark of the model: their body is all it knows."""
        bones = dict(self.bones)
        for slug in part_of:
            whole, seen = slug, {slug}
            while whole not in bones and part_of.get(whole) and part_of[whole] not in seen:
                whole = part_of[whole]
                seen.add(whole)
            if whole in bones:
                bones[slug] = bones[whole]
        return replace(self, bones=bones)

    def knows(self, place: str) -> bool:
        """Say whether a place can be compared: it is bone."""
        return place in self.landmarks or place in self.bones


@dataclass(frozen=True)
class Standing:
    """A region of a figure stands on a place: `structure` starts or ends there."""

    figure: str
    structure: str
    kind: str
    place: str


NO_PATCH, STRAY_PATCH, STRAY_PATH, OFF_PATCH, UNSAID = (
    "no patch",
    "stray patch",
    "stray path",
    "off patch",
    "unsaid",
)


@dataclass(frozen=True)
class Disagreement:
    """Two tellers that contradict each other about an end of a muscle.

    `place`: the place that one of them names, "" if all that are named miss. `gap`: by how much, in metres; infinite
    if it is another bone, or if there is nothing to compare.
    """

    problem: str
    muscle: str
    kind: str
    place: str = ""
    gap: float = inf
    named: Sequence[str] = ()
    line: str = ""
    figure: str = ""

    def words(self, names: Mapping[str, str] | None = None) -> str:
        """Say it in a sentence, with slugs, or with the names of those slugs that have one in `names`."""
        called = names or {}
        said = {
            "muscle": called.get(self.muscle, self.muscle),
            "place": called.get(self.place, self.place),
            "places": ", ".join(f"“{called.get(slug, slug)}”" for slug in self.named),
            "gap": round(self.gap * 1000) if self.gap < inf else 0,
            "line": self.line,
        }
        return _SENTENCES[self.problem, self.kind, self.gap < inf]() % said


# Whole sentences, so that they can be translated.
_SENTENCES = {
    (NO_PATCH, ORIGIN, True): lambda: _(
        "a fact says that “%(muscle)s” starts at “%(place)s”, but its patch lies %(gap)d mm away from there"
    ),
    (NO_PATCH, INSERTION, True): lambda: _(
        "a fact says that “%(muscle)s” ends at “%(place)s”, but its patch lies %(gap)d mm away from there"
    ),
    (NO_PATCH, ORIGIN, False): lambda: _(
        "a fact says that “%(muscle)s” starts at “%(place)s”, but no patch of it is painted on that bone"
    ),
    (NO_PATCH, INSERTION, False): lambda: _(
        "a fact says that “%(muscle)s” ends at “%(place)s”, but no patch of it is painted on that bone"
    ),
    (STRAY_PATCH, ORIGIN, True): lambda: _(
        "half of the patch where “%(muscle)s” starts lies %(gap)d mm or more away from what facts say: %(places)s"
    ),
    (STRAY_PATCH, INSERTION, True): lambda: _(
        "half of the patch where “%(muscle)s” ends lies %(gap)d mm or more away from what facts say: %(places)s"
    ),
    (STRAY_PATCH, ORIGIN, False): lambda: _(
        "a patch where “%(muscle)s” starts lies on another bone than facts say: %(places)s"
    ),
    (STRAY_PATCH, INSERTION, False): lambda: _(
        "a patch where “%(muscle)s” ends lies on another bone than facts say: %(places)s"
    ),
    (STRAY_PATH, ORIGIN, True): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” starts %(gap)d mm away from what facts say: %(places)s"
    ),
    (STRAY_PATH, INSERTION, True): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” ends %(gap)d mm away from what facts say: %(places)s"
    ),
    (STRAY_PATH, ORIGIN, False): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” starts on another bone than facts say: %(places)s"
    ),
    (STRAY_PATH, INSERTION, False): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” ends on another bone than facts say: %(places)s"
    ),
    (OFF_PATCH, ORIGIN, True): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” starts %(gap)d mm away from its patch"
    ),
    (OFF_PATCH, INSERTION, True): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” ends %(gap)d mm away from its patch"
    ),
    (OFF_PATCH, ORIGIN, False): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” starts on another bone than its patch"
    ),
    (OFF_PATCH, INSERTION, False): lambda: _(
        "the line of pull “%(line)s” of “%(muscle)s” ends on another bone than its patch"
    ),
    (UNSAID, ORIGIN, False): lambda: _(
        "the region stands on “%(place)s”, but no reviewed fact says that “%(muscle)s” starts there"
    ),
    (UNSAID, INSERTION, False): lambda: _(
        "the region stands on “%(place)s”, but no reviewed fact says that “%(muscle)s” ends there"
    ),
}


def disagreements_of_facts(
    claims: Iterable[Claim], ground: Ground, *, share: float = 0.5
) -> list[Disagreement]:
    """Return where facts contradict patches and ends of lines.

    Ends that no fact speaks of, and muscles that the model does not have, are left alone, and so are places that are
    not bone (a tract, a ligament): they cannot be measured. Disputed facts ask for no patch, as the picture follows
    one of the sources; but what they allow is allowed. `share` of each patch has to lie on the places that are named:
    not all of it, as facts may name only the main ones.
    """
    by_end: dict[End, dict[str, bool]] = {}
    for claim in claims:
        if ground.knows(claim.place):
            places = by_end.setdefault((claim.muscle, claim.kind), {})
            places[claim.place] = places.get(claim.place, True) and claim.is_disputed
    return [one for end, places in by_end.items() for one in _of_end(end, places, ground, share)]


def disagreements_of_regions(claims: Iterable[Claim], standings: Iterable[Standing]) -> list[Disagreement]:
    """Return the places of regions that no fact knows of: bone or not, each needs one."""
    said = {(claim.muscle, claim.kind, claim.place) for claim in claims}
    return [
        Disagreement(UNSAID, one.structure, one.kind, place=one.place, figure=one.figure)
        for one in standings
        if not any((muscle, one.kind, one.place) in said for muscle in sharers(one.structure, one.kind))
    ]


def sharers(structure: str, kind: str) -> list[str]:
    """Return whose end a patch of `structure` is: its own, and that of the muscles that it stands for."""
    return [structure, *SHARED.get((structure, kind), ())]


def _of_end(end: End, places: Mapping[str, bool], ground: Ground, share: float) -> list[Disagreement]:
    """Compare the places of one end of a muscle, and whether each is disputed, with its patches and lines."""
    muscle, kind = end
    patches = [
        patch for patch in ground.patches if patch.kind == kind and muscle in sharers(patch.structure, kind)
    ]
    path_ends = [path for path in ground.path_ends if (path.muscle, path.kind) == end]
    if not patches and not path_ends:
        return []
    named = list(places)
    found = []
    for place, is_disputed in places.items():
        gap = min((_gap(place, patch, ground) for patch in patches), default=inf)
        if gap > 0 and not is_disputed:
            found.append(Disagreement(NO_PATCH, muscle, kind, place=place, gap=gap))
    for patch in patches:
        gaps = sorted(_beyond(patch.body, sample, named, ground) for sample in patch.samples)
        gap = gaps[ceil(share * len(gaps)) - 1]
        if gap > PATCH_SLACK:
            found.append(Disagreement(STRAY_PATCH, muscle, kind, gap=gap, named=named))
    for path in path_ends:
        gap = _beyond(path.body, path.point, named, ground)
        if gap > PATH_SLACKS.get((path.line, kind), PATH_SLACK):
            found.append(Disagreement(STRAY_PATH, muscle, kind, gap=gap, named=named, line=path.line))
        gap = min(
            (dist(path.point, sample) for one in patches if one.body == path.body for sample in one.samples),
            default=inf,
        )
        if patches and gap > OFF_PATCH_SLACKS.get((path.line, kind), OFF_PATCH_SLACK):
            found.append(Disagreement(OFF_PATCH, muscle, kind, gap=gap, line=path.line))
    return found


def _gap(place: str, patch: Painted, ground: Ground) -> float:
    """Return how far the nearest point of a patch lies beyond the reach of a place; 0 if it is there."""
    return min(_beyond(patch.body, sample, [place], ground) for sample in patch.samples)


def _beyond(body: str, point: Vector, places: Iterable[str], ground: Ground) -> float:
    """Return how far a point lies beyond the nearest of the places; 0 within its reach, infinite on another bone."""
    return min((_beyond_one(body, point, place, ground) for place in places), default=inf)


def _beyond_one(body: str, point: Vector, place: str, ground: Ground) -> float:
    landmark = ground.landmarks.get(place)
    if landmark is None:
        return 0.0 if ground.bones[place] == body else inf
    if landmark.body != body:
        return inf
    return max(min(dist(point, other) for other in landmark.points) - landmark.reach, 0.0)
