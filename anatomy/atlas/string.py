"""String the muscle: choose where a muscle starts, then where it ends, and see its line.

Only settled facts ask and answer. Places are named by numbers and letters, so that neither an address nor a form tells
whose they are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import dist, pi
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from anatomy.atlas.geometry import BACK, SIDE, VIEWS, Point, View, area, landmark, view
from anatomy.atlas.labels import Label, Wanted, lay_out
from anatomy.atlas.picture import HOMES, INSERTION, ORIGIN, BodyDrawn, bodies_drawn
from anatomy.atlas.plate import Plate, best_view, in_sentence, plate
from anatomy.atlas.selectors import Company, Trait
from anatomy.atlas.state import ANGLES, AtlasState
from anatomy.atlas.words import view_name
from anatomy.models import Region, Structure
from anatomy.solver import STANDING, solver

START, END = "from", "to"
_NEAR = 3  # neighbours named after a wrong choice
_DOT = 9.0  # radius of a place that is too small to be drawn as a patch
_MAX_ECHO = 40
# Metres in the pelvis frame: how far forward and out the hip's centre lies, and what still counts as the middle.
HIP_X, HIP_Z, MIDLINE = -0.056, 0.077, 0.03

Traits = Mapping[str, Sequence[Trait]]
# By view, structure and kind.
Descriptions = Mapping[tuple[str, str, str], str]


@dataclass(frozen=True)
class Place:
    """Where muscles start (`kind` ORIGIN) or end, seen in one view. `key` is the same in every view.

    `structure` is what the patch is drawn for: a muscle, the tendon that several share, or a landmark.
    """

    key: str
    structure: str
    kind: str
    body: str
    owners: Sequence[str]
    anchor: Point
    d: str

    @property
    def area(self) -> float:
        """Return how much the place covers, in square units of the picture."""
        return area(self.d) or pi * _DOT**2


class Board:
    """All places, by view. What is too small to be a patch in any view is a dot at its landmark, seen from behind."""

    def __init__(self, everybody: Company, traits: Traits) -> None:
        cast = everybody.cast
        drawn: dict[tuple[str, str, str], dict[str, tuple[Point, str]]] = {}
        owners: dict[tuple[str, str, str], Sequence[str]] = {}
        for name in VIEWS:
            for patch in view(name).patches:
                muscles = cast.muscles_of(patch.structure)
                if patch.far or not muscles:
                    continue
                end = (patch.structure, patch.kind, patch.body)
                owners[end] = muscles
                anchor, d = drawn.setdefault(end, {}).get(name, (patch.anchor, ""))
                drawn[end][name] = (anchor, d + patch.d)
        covered = {(muscle, end[1]) for end, muscles in owners.items() for muscle in muscles}
        for (slug, kind), muscles in _at_landmarks(everybody, traits, covered).items():
            found = landmark(slug)
            if found:
                body, centre = found
                anchor = view(BACK).project(solver().bodies(STANDING)[body].place(centre))
                owners[(slug, kind, body)] = muscles
                drawn[(slug, kind, body)] = {BACK: (anchor, _dot(anchor))}
        # In the order of the eye in the first view that has it, which says nothing about whose it is.
        ordered = sorted(
            drawn,
            key=lambda end: min((VIEWS.index(name), *reversed(at)) for name, (at, _d) in drawn[end].items()),
        )
        self._places = {
            name: [
                Place(f"p{number:02d}", *end, owners[end], *drawn[end][name])
                for number, end in enumerate(ordered, start=1)
                if name in drawn[end]
            ]
            for name in VIEWS
        }

    def places(self, view_shown: str) -> list[Place]:
        return self._places[view_shown]

    def find(self, key: str, first: str) -> tuple[str, Place | None]:
        """Return a place, and a view that has it: `first` if that does. An unknown key finds no place."""
        for name in sorted(VIEWS, key=lambda name: name != first):
            for place in self._places[name]:
                if place.key == key:
                    return name, place
        return VIEWS[0], None

    def views_of(self, muscle: str, kind: str) -> list[str]:
        """Return the views in which an end of a muscle can be chosen."""
        return [
            name
            for name in VIEWS
            if any(place.kind == kind and muscle in place.owners for place in self._places[name])
        ]


def _at_landmarks(
    everybody: Company, traits: Traits, covered: set[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Return, for ends without a patch, the first landmark of their settled facts, and whose they are."""
    found: dict[tuple[str, str], list[str]] = {}
    for muscle in everybody.muscles:
        for trait in traits[muscle]:
            if trait.relation in {ORIGIN, INSERTION} and (muscle, trait.relation) not in covered:
                found.setdefault((trait.said[0].fact.object.slug, str(trait.relation)), []).append(muscle)
    return found


def _dot(at: Point) -> str:
    x, y = at
    return f"M{x - _DOT:.1f} {y:.1f}a{_DOT:g} {_DOT:g} 0 1 0 {2 * _DOT:g} 0a{_DOT:g} {_DOT:g} 0 1 0 {-2 * _DOT:g} 0Z"


def described() -> Descriptions:
    """Return what the hip's figures say of their patches to those who cannot see them, in one query."""
    figures = {f"hip-{name}": name for name in VIEWS}
    rows = (
        Region.objects.filter(figure__slug__in=figures)
        .exclude(description__in=["", Region.UNDESCRIBED])
        .values_list("figure__slug", "structure__slug", "kind", "description")
    )
    return {(figures[figure], structure, kind): words for figure, structure, kind, words in rows}


def strung(everybody: Company, traits: Traits, board: Board) -> list[Structure]:
    """Return the muscles that can be strung: settled facts say both ends, and both can be chosen."""
    return [
        muscle
        for slug, muscle in everybody.muscles.items()
        if {ORIGIN, INSERTION} <= {trait.relation for trait in traits[slug]}
        and board.views_of(slug, ORIGIN)
        and board.views_of(slug, INSERTION)
    ]


@dataclass(frozen=True)
class StringState:
    """Which muscle is strung, seen from where, the places chosen, and which muscles are done already."""

    muscle: str
    view: str = ""
    start: str = ""
    end: str = ""
    done: tuple[str, ...] = ()

    def query(self, **changes: object) -> str:
        """Return the state, with `changes`, as the query of an address."""
        state = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        pairs = [
            ("muscle", state.muscle),
            ("view", state.view),
            (START, state.start),
            (END, state.end),
            ("done", ",".join(state.done)),
        ]
        return urlencode([pair for pair in pairs if pair[1]], safe=",")


def read_string(query: QueryDict, muscles: Sequence[Structure]) -> tuple[StringState, list[str]]:
    """Return what an address asks for, and a sentence for what could not be had.

    Without a muscle the first that is not done is asked for. `muscles` must not be empty.
    """
    complaints: list[str] = []
    slugs = [muscle.slug for muscle in muscles]
    typed = {slug.strip() for value in query.getlist("done") for slug in value.split(",")}
    done = tuple(slug for slug in slugs if slug in typed)
    asked = (query.get("muscle") or "").strip()
    if asked and asked not in slugs:
        echo = asked[:_MAX_ECHO].replace("-", " ")
        complaints.append(_("There is no muscle “%(typed)s” to string.") % {"typed": echo})
        asked = ""
    muscle = asked or next((slug for slug in slugs if slug not in done), slugs[0])
    seen_from, start, end = ((query.get(name) or "").strip() for name in ("view", START, END))
    return StringState(muscle, seen_from, start, end, done), complaints


@dataclass(frozen=True)
class Verdict:
    """What came of a choice: `is_right`, what to say of it, and what lies near a wrong one."""

    is_right: bool
    words: str
    near: Sequence[str] = ()


@dataclass(frozen=True)
class Choice:
    """A place among the answers: its letter in the picture, where it lies in words, and where choosing it leads."""

    place: Place
    letter: str
    where: str
    query: str
    is_chosen: bool


@dataclass(frozen=True)
class Step:
    """One end of the muscle: the question, the places to choose from, and what came of the choice so far."""

    name: str
    question: str
    choices: Sequence[Choice]
    labels: Sequence[Label]
    verdict: Verdict | None

    @property
    def drawn(self) -> list[Choice]:
        """The choices from the largest patch to the smallest: drawn so, none is covered and each is hit where it is seen."""
        return sorted(self.choices, key=lambda choice: -choice.place.area)


@dataclass(frozen=True)
class Task:
    """A muscle in the list of all."""

    muscle: Structure
    query: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class StringPage:
    """`plate` is the strung muscle once both ends are right; until then `steps` ask."""

    state: StringState
    muscle: Structure
    view: View
    steps: Sequence[Step]
    other_views: Sequence[tuple[str, str]]
    tasks: Sequence[Task]
    plate: Plate | None
    following: Task | None

    @property
    def step(self) -> Step:
        """The step that is to be answered now."""
        return self.steps[-1]

    @property
    def bodies(self) -> list[BodyDrawn]:
        return bodies_drawn(self.view)

    @property
    def done_count(self) -> int:
        return sum(task.is_done for task in self.tasks)


def string_page(
    state: StringState,
    muscles: Sequence[Structure],
    board: Board,
    everybody: Company,
    descriptions: Descriptions,
) -> StringPage:
    """Return the page for a state: one step until the start is right, then the other, and the line after both."""
    muscle = everybody.muscles[state.muscle]
    state, start, here = _step(state, START, ORIGIN, muscle, board, everybody, descriptions)
    steps, others = [start], here
    if start.verdict and start.verdict.is_right:
        state, end, others = _step(state, END, INSERTION, muscle, board, everybody, descriptions)
        steps.append(end)
    verdict = steps[-1].verdict
    is_strung = len(steps) == 2 and verdict is not None and verdict.is_right
    done = set(state.done) | ({muscle.slug} if is_strung else set())
    state = replace(state, done=tuple(one.slug for one in muscles if one.slug in done))
    tasks = [
        Task(
            one,
            StringState(one.slug, done=state.done).query(),
            one.slug in done,
            one.slug == muscle.slug,
        )
        for one in muscles
    ]
    return StringPage(
        state=state,
        muscle=muscle,
        view=view(state.view),
        steps=steps,
        other_views=[(view_name(name), state.query(view=name)) for name in others],
        tasks=tasks,
        plate=_strung(muscle, everybody) if is_strung else None,
        following=next((task for task in tasks if not task.is_done), None),
    )


def _strung(muscle: Structure, everybody: Company) -> Plate:
    """Draw a muscle so that the hip can be moved: from the side if both of its ends are there, else from where they are."""
    ends = {
        patch.kind
        for patch in view(SIDE).patches
        if muscle.slug in everybody.cast.muscles_of(patch.structure)
    }
    seen_from = SIDE if ends == {ORIGIN, INSERTION} else best_view(muscle.slug, everybody.cast)
    state = AtlasState(view=seen_from, muscles=(muscle.slug,), focus=muscle.slug)
    return plate(state, key="strung", moves=ANGLES, everybody=everybody, full=False, settled=True)


def _step(
    state: StringState,
    name: str,
    kind: str,
    muscle: Structure,
    board: Board,
    everybody: Company,
    descriptions: Descriptions,
) -> tuple[StringState, Step, list[str]]:
    """Return a step, the state in the view that it is seen from, and the other views in which its answer can be found."""
    chosen = state.start if name == START else state.end
    possible = board.views_of(muscle.slug, kind)
    seen, place = board.find(chosen, state.view)
    verdict = _judge(place, muscle, kind, board.places(seen), everybody) if place else None
    if state.view not in possible and not (verdict and verdict.is_right):
        state = replace(state, view=possible[0])
    if not place:
        state = replace(state, end="") if name == END else replace(state, start="", end="")
    if state.view not in VIEWS:
        state = replace(state, view=seen)
    there = board.places(state.view)
    question = _("Where does %(muscle)s start?") if kind == ORIGIN else _("And where does %(muscle)s end?")
    choices, labels = _lettered(state, name, there, place, descriptions)
    step = Step(name, question % {"muscle": in_sentence(muscle.name)}, choices, labels, verdict)
    return state, step, [other for other in possible if other != state.view]


def _lettered(
    state: StringState,
    name: str,
    there: Sequence[Place],
    chosen: Place | None,
    descriptions: Descriptions,
) -> tuple[list[Choice], list[Label]]:
    """Give each place a letter in the order of their columns beside the picture."""
    seen = view(state.view)
    wanted = [Wanted(place.key, "A", 0, place.anchor) for place in there]
    columns = lay_out(wanted, box=seen.box, home=HOMES[seen.name])
    where = told_apart(there, seen, descriptions)
    by_key = {place.key: place for place in there}
    choices, labels = [], []
    for number, label in enumerate(sorted(columns, key=lambda one: (one.side, one.y))):
        letter = _letter(number)
        place = by_key[label.structure]
        changes = {"start": place.key, "end": ""} if name == START else {"end": place.key}
        choices.append(
            Choice(
                place,
                letter,
                where[place.key],
                state.query(**changes),
                chosen is not None and place.key == chosen.key,
            )
        )
        labels.append(replace(label, name=letter, rows=[(letter, label.number_y)]))
    return choices, labels


def told_apart(there: Sequence[Place], seen: View, descriptions: Descriptions) -> dict[str, str]:
    """Return by its key where each place of a view lies, in words that no other place has.

    That is the figure's description, where there is one. One that holds for patches on several bones comes after the
    bone; places without one are counted where their rough words are the same.
    """
    said = {place.key: descriptions.get((seen.name, place.structure, place.kind), "") for place in there}
    how_many = Counter(said.values())
    words, rough = {}, defaultdict(list)
    for place in there:
        if not said[place.key]:
            rough[where_words(place, seen)].append(place)
        elif how_many[said[place.key]] > 1:
            words[place.key] = f"{where_words(place, seen)}. {said[place.key]}"
        else:
            words[place.key] = said[place.key]
    for part, places in rough.items():
        ordered = sorted(places, key=lambda place: (place.anchor[1], place.anchor[0]))
        for number, place in enumerate(ordered, start=1):
            counted = _("%(where)s, number %(number)d of %(all)d from the top")
            values = {"where": part, "number": number, "all": len(ordered)}
            words[place.key] = counted % values if len(ordered) > 1 else part
    return words


def where_words(place: Place, seen: View) -> str:
    """Say roughly where a place lies, for those who cannot see it, without naming a muscle or a landmark."""
    (u, v), scale = place.anchor, abs(seen.v[1])
    x, y = u - seen.project((0, 0, 0))[0], (seen.project((0, 0, 0))[1] - v) / scale
    if place.body == "pelvis":
        heights = [
            (0.07, _("the spine")),
            (0.0, _("the upper pelvis")),
            (-0.075, _("the middle of the pelvis")),
        ]
        part = next((words for least, words in heights if y > least), _("the lower pelvis"))
    elif place.body == "femur":
        heights = [(-0.12, _("the top of the thigh bone")), (-0.36, _("the shaft of the thigh bone"))]
        part = next((words for least, words in heights if y > least), _("the lower end of the thigh bone"))
    else:
        part = _("the kneecap") if place.body == "patella" else _("the upper shin")
    if seen.name == SIDE:
        side = _("towards the front") if x / scale > HIP_X else _("towards the back")
    else:
        # Out from the middle of the body, on the side of the leg that is shown.
        out = abs(x) / scale
        halves = [(MIDLINE, _("near the midline")), (HIP_Z, _("on the inner half"))]
        side = next((words for most, words in halves if out < most), _("on the outer half"))
    return f"{part}, {side}"


def _letter(number: int) -> str:
    """Return A to Z, then AA, AB and so on, for 0, 1 and so on."""
    first, last = divmod(number, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


def _judge(place: Place, muscle: Structure, kind: str, there: Sequence[Place], everybody: Company) -> Verdict:
    """Say whether a muscle starts (ORIGIN) or ends at a place; if not, what does, and what is near."""
    name = in_sentence(muscle.name)
    if muscle.slug in place.owners and place.kind == kind:
        words = _("Right: %(muscle)s starts here.") if kind == ORIGIN else _("Right: %(muscle)s ends here.")
        return Verdict(True, words % {"muscle": name})
    near = _names([slug for other in _nearest(place, there) for slug in other.owners], everybody)
    if muscle.slug in place.owners:
        words = (
            _("This is where %(muscle)s ends. Look for its other end.")
            if kind == ORIGIN
            else _("This is where %(muscle)s starts. Look for its other end.")
        )
        return Verdict(False, words % {"muscle": name}, near[:_NEAR])
    words = (
        _("Not here. What starts here: %(muscles)s.")
        if place.kind == ORIGIN
        else _("Not here. What ends here: %(muscles)s.")
    )
    return Verdict(False, words % {"muscles": ", ".join(_names(place.owners, everybody))}, near[:_NEAR])


def _nearest(place: Place, there: Sequence[Place]) -> list[Place]:
    others = [other for other in there if not set(other.owners) & set(place.owners)]
    return sorted(others, key=lambda other: dist(other.anchor, place.anchor))


def _names(slugs: Iterable[str], everybody: Company) -> list[str]:
    return [in_sentence(everybody.cast.name_of(slug)) for slug in dict.fromkeys(slugs)]
