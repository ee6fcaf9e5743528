"""A plate: a picture with all that stands around it, ready for a page, a lesson's block or a still."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from anatomy.atlas.assets import SCENE, SCENE_MODEL, STRANDS, asset
from anatomy.atlas.chart import Chart, charts, sweep_name
from anatomy.atlas.geometry import BACK, FRONT, SIDE, VIEWS, view
from anatomy.atlas.picture import BY_STRETCH, INSERTIONS, LABELS, LINES, ORIGINS, Cast, Picture, draw
from anatomy.atlas.selectors import ALL_TRAITS, SHORT_TRAITS, Company, Trait, company, traits_of
from anatomy.atlas.state import ANGLES, MOVES, STRIDE, AtlasState, field_name
from anatomy.atlas.words import (
    AXES,
    Numbers,
    degrees,
    is_standing,
    length_words,
    lever_words,
    numbers_of,
    phase_name,
    rounded,
    sentence,
    short_length,
    speed_name,
    view_name,
)
from anatomy.models import Structure
from anatomy.solver import LIMITS, SPEEDS, Pose, solver

# From here on the thigh points so much towards the eye that a flat bone says little.
_FORESHORTENED = 60


@dataclass(frozen=True)
class Slider:
    """A range control. `text` is its value in words, `unit` what follows the number."""

    name: str
    label: str
    least: int
    most: int
    value: int
    unit: str

    @property
    def text(self) -> str:
        return f"{degrees(self.value)}{self.unit}"


@dataclass(frozen=True)
class Lever:
    axis: str
    words: str


@dataclass(frozen=True)
class Panel:
    """The facts of one muscle of the picture, and its numbers at this pose."""

    muscle: Structure
    number: int
    colour: str
    side: str
    traits: Sequence[Trait]
    numbers: Numbers
    open: bool

    @property
    def length(self) -> str:
        return length_words(self.numbers)

    @property
    def short_length(self) -> str:
        return short_length(self.numbers)

    @property
    def levers(self) -> list[Lever]:
        return [Lever(axis, lever_words(axis, self.numbers.lever(axis))) for axis in AXES]


@dataclass(frozen=True)
class Plate:
    """`key` names it on its page. `moves` are the angles that may be moved, and STRIDE."""

    key: str
    state: AtlasState
    picture: Picture
    panels: Sequence[Panel]
    sentence: str
    is_foreshortened: bool
    moves: Sequence[str]
    sliders: Sequence[Slider]
    stride: Slider | None
    company: Company
    charts: Sequence[Chart]
    moved: str

    @property
    def is_still(self) -> bool:
        """Is the leg standing, and may not be moved? Then there is no change of length to tell."""
        return not self.moves and is_standing(self.state.pose)

    @property
    def tells_levers(self) -> bool:
        """May levers be told? Not where nothing but patches is ever shown."""
        return _tells_levers(self.state, self.moves)

    @property
    def query(self) -> str:
        return self.state.query()

    @property
    def state_pairs(self) -> list[tuple[str, str]]:
        """The state but for the comparison, as fields of a form."""
        return parse_qsl(self.state.query(compare=()), keep_blank_values=True)

    @property
    def by_stretch(self) -> bool:
        return self.state.colouring == BY_STRETCH

    @property
    def title(self) -> str:
        """What the picture is, for those who hear it."""
        return picture_title(self.picture, [panel.muscle.name for panel in self.panels])

    @property
    def phase(self) -> str:
        """The phase of the stride, where the model knows when the foot leaves the ground."""
        state = self.state
        stance = solver().stance_percent(state.speed) if state.speed else None
        return phase_name(state.at, stance) if stance else ""

    # Choices of the form, as (value, words)

    @property
    def view_choices(self) -> list[tuple[str, str]]:
        return [(name, view_name(name)) for name in VIEWS]

    @property
    def speed_choices(self) -> list[tuple[str, str]]:
        return [
            ("", _("off")),
            *((speed, speed_name(speed)) for speed in SPEEDS),
        ]

    @property
    def show_choices(self) -> list[tuple[str, str]]:
        return [
            (ORIGINS, _("origins")),
            (INSERTIONS, _("insertions")),
            (LINES, _("lines of pull")),
            (LABELS, _("names")),
        ]

    @property
    def sweep_choices(self) -> list[tuple[str, str]]:
        return [(name, sweep_name(name)) for name in MOVES if name != STRIDE or self.state.speed]

    # Addresses of what the moving picture fetches

    @property
    def frame(self) -> str:
        """How the view is projected and in which planes its bodies lie, as JSON: enough to move the picture."""
        shown = self.picture.view
        planes = {name: body.plane for name, body in shown.bodies.items()}
        return json.dumps({"project": {"u": shown.u, "v": shown.v}, "depth": planes}, separators=(",", ":"))

    @property
    def strands(self) -> str:
        return asset(STRANDS)

    @property
    def scene_model(self) -> str:
        return asset(SCENE_MODEL)

    @property
    def scene(self) -> str:
        return asset(SCENE)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a block's form sends along without showing it: all of the state that cannot be moved there."""
        state = self.state
        pairs = [
            ("view", state.view),
            ("muscles", ",".join(state.muscles)),
            ("colour", state.colouring),
            ("show", ",".join(state.show)),
        ]
        pairs += [
            (name, str(state.angle(name))) for name in ANGLES if name not in self.moves and state.angle(name)
        ]
        if state.speed and STRIDE not in self.moves:
            pairs += [("speed", state.speed), ("at", str(state.at))]
        return pairs


def plate(
    state: AtlasState,
    *,
    key: str,
    moves: Sequence[str] = MOVES,
    full: bool = True,
    everybody: Company | None = None,
    with_charts: bool = False,
    settled: bool = False,
) -> Plate:
    """Return the plate of `state`, in three queries, two of which `everybody` (a `company()`) saves.

    `full` panels say all there is, the others what a lesson needs beside its own words; `settled` ones leave
    out what sources dispute.
    """
    everybody = everybody or company()
    state = replace(state, muscles=tuple(slug for slug in state.muscles if slug in everybody.muscles))
    pose = state.pose
    picture = draw(
        view(state.view),
        pose,
        state.muscles,
        cast=everybody.cast,
        show=state.show,
        colouring=state.colouring,
        cropped=not moves,
        reach=_reach(state, moves),
    )
    rows = [everybody.muscles[slug] for slug in state.muscles]
    traits = traits_of(rows, ALL_TRAITS if full else SHORT_TRAITS, settled=settled)
    panels = [
        Panel(
            muscle=row,
            number=number,
            colour=picture.colours[row.slug],
            side=everybody.cast.groups.get(row.slug, ""),
            traits=traits[row.slug],
            numbers=numbers_of(solver().muscle(row.slug, pose)),
            open=row.slug == state.focus,
        )
        for number, row in enumerate(rows, start=1)
    ]
    told = sorted(panels, key=lambda panel: not panel.open)
    # On its page the chart runs over what is moved; in a lesson the first movement of the hip is the matter.
    moved = state.swept if full else next((name for name in AXES if name in moves), "")
    return Plate(
        key=key,
        state=state,
        picture=picture,
        panels=panels,
        sentence=_sentence(state, pose, told, moves=moves, moved=moved, full=full),
        is_foreshortened=state.view in {FRONT, BACK} and abs(pose.flexion) > _FORESHORTENED,
        moves=[name for name in MOVES if name in moves],
        sliders=[_slider(name, rounded(getattr(pose, name))) for name in ANGLES if name in moves],
        stride=Slider("at", field_name("at"), 0, 100, state.at, " %") if STRIDE in moves else None,
        company=everybody,
        charts=charts(
            [(panel.muscle.slug, panel.muscle.name, panel.colour) for panel in told],
            sweep=state.swept,
            pose=pose,
            speed=state.speed,
            at=state.at,
        )
        if with_charts
        else [],
        moved=moved,
    )


def _sentence(
    state: AtlasState, pose: Pose, told: Sequence[Panel], *, moves: Sequence[str], moved: str, full: bool
) -> str:
    """Return what the picture shows in words; "" where it only shows places on bones that stand still.

    That no muscle is chosen is told only where one can be: on a `full` plate.
    """
    with_levers = _tells_levers(state, moves)
    if not with_levers and is_standing(pose):
        return ""
    return sentence(
        pose,
        [(in_sentence(panel.muscle.name), panel.numbers) for panel in told]
        if with_levers and (told or full)
        else None,
        stride=(state.speed, state.at) if state.speed else None,
        moved=moved,
    )


def _tells_levers(state: AtlasState, moves: Sequence[str]) -> bool:
    return bool(moves) or LINES in state.show


def _reach(state: AtlasState, moves: Sequence[str]) -> list[Pose]:
    """Return where the leg goes as far as a picture keeps room for it: to sitting, far back, over the stride."""
    reach = []
    knees = {state.knee, 0, 90} if "knee" in moves else {state.knee}
    if "flexion" in moves:
        reach += [Pose(flexion=angle, knee=knee) for angle in (-30, 60, 90) for knee in sorted(knees)]
    elif "knee" in moves:
        reach += [replace(state.pose, knee=knee) for knee in sorted(knees)]
    if STRIDE in moves:
        reach += [solver().stride_pose(speed, at).clamped() for speed in SPEEDS for at in range(0, 100, 10)]
    return reach


def _slider(name: str, value: int) -> Slider:
    least, most = LIMITS[name]
    return Slider(name, field_name(name), int(least), int(most), value, "°")


def picture_title(picture: Picture, names: Sequence[str]) -> str:
    """Return what a picture of these muscles is, for those who hear it."""
    seen_from = {
        FRONT: _("The right hip from the front"),
        SIDE: _("The right hip from the outer side"),
        BACK: _("The right hip from behind"),
    }[picture.view.name]
    told = ", ".join(in_sentence(name) for name in names)
    return f"{seen_from}: {told}" if told else seen_from


def in_sentence(name: str) -> str:
    """Return a name as it stands within a sentence."""
    return name[:1].lower() + name[1:]


def best_view(slug: str, cast: Cast) -> str:
    """Return the view that shows most of a muscle's ends: first those that face the eye."""

    def worth(name: str) -> tuple[int, int]:
        own = [patch for patch in view(name).patches if slug in cast.muscles_of(patch.structure)]
        return len({patch.kind for patch in own if not patch.far}), len({patch.kind for patch in own})

    return max(VIEWS, key=worth)
