"""A pose and a choice of muscles become a picture: bodies moved, patches on them, lines of pull, labels.

Nothing here knows the database or HTML. static/js/atlas moves what the server has drawn by the same rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anatomy.atlas.colouring import stretch_colour
from anatomy.atlas.fibres import fibres_path
from anatomy.atlas.geometry import BACK, FRONT, SIDE, Box, Point, View, colours
from anatomy.atlas.labels import LEFT, RIGHT, Label, Wanted, lay_out
from anatomy.atlas.lines import arrow_path, middle_of, smooth_path
from anatomy.atlas.moving import STILL, Matrix, apply, body_matrices, transform_of
from anatomy.solver import STANDING, Pose, solver

ORIGIN, INSERTION = "origin", "insertion"
BY_MUSCLE, BY_STRETCH = "muscle", "stretch"
ORIGINS, INSERTIONS, LINES, LABELS = "origins", "insertions", "lines", "labels"
SHOWABLE = (ORIGINS, INSERTIONS, LINES, LABELS)
# On which side of a view the right leg is.
HOMES = {FRONT: LEFT, SIDE: "", BACK: RIGHT}
_SHOWN_AS = {ORIGIN: ORIGINS, INSERTION: INSERTIONS}

UNKNOWN_COLOUR = "#6b6257"
MOST_WITH_FAR = 8  # with more muscles, patches on the far side of a bone would only be in the way
MARGIN, LEAST_HEIGHT = 110.0, 620.0  # of a cropped picture, in its units
TRIMMED = 0.127  # share of the width that a phone cuts off at either side (atlas.css)
# Half as wide as the leg is drawn around its bones, and how long one of its steps is taken, in units of a picture.
_HALF_LEG, _STEP = 55.0, 25.0


@dataclass(frozen=True)
class Cast:
    """Who may appear: the muscles' names in their order, their groups, which of them flex the hip, and shared ends.

    `shared` names, for a structure that is no muscle of its own (such as iliopsoas), the muscles that end there.
    """

    names: Mapping[str, str]
    groups: Mapping[str, str]
    flexors: frozenset[str]
    shared: Mapping[str, Sequence[str]]
    shared_names: Mapping[str, str]

    def muscles_of(self, structure: str) -> Sequence[str]:
        """Return the muscles whose end a patch of `structure` is."""
        return (structure,) if structure in self.names else self.shared.get(structure, ())

    def name_of(self, structure: str) -> str:
        return self.names.get(structure) or self.shared_names.get(structure) or structure.replace("-", " ")


@dataclass(frozen=True)
class BodyDrawn:
    """A bone of the view in its place."""

    name: str
    image: str
    matrix: Matrix

    @property
    def transform(self) -> str:
        return transform_of(self.matrix)


@dataclass(frozen=True)
class PatchDrawn:
    """All patches of one structure and kind on one body, as one path. `panel` is the muscle whose facts it opens."""

    structure: str
    kind: str
    name: str
    panel: str
    muscles: Sequence[str]
    group: str
    flexor: bool
    d: str
    colour: str
    edge: str
    far: bool


@dataclass(frozen=True)
class PatchGroup:
    body: str
    matrix: Matrix
    patches: Sequence[PatchDrawn]

    @property
    def transform(self) -> str:
        return transform_of(self.matrix)


@dataclass(frozen=True)
class LineDrawn:
    """A line of pull as a path, and the head of the arrow on it."""

    name: str
    d: str
    arrow: str


@dataclass(frozen=True)
class PullDrawn:
    """The lines of pull of one muscle. `reachable`: no patch of it is in the picture, so the line takes the focus."""

    structure: str
    name: str
    group: str
    flexor: bool
    colour: str
    own_colour: str
    lines: Sequence[LineDrawn]
    fibres: str
    reachable: bool


@dataclass(frozen=True)
class Picture:
    """`is_wide`: the leg is, or may come to be, where a phone would cut the picture off at its sides."""

    view: View
    box: Box
    bodies: Sequence[BodyDrawn]
    patch_groups: Sequence[PatchGroup]
    pulls: Sequence[PullDrawn]
    labels: Sequence[Label]
    colours: Mapping[str, str]
    is_wide: bool

    @property
    def has_far(self) -> bool:
        """Is a patch shown that lies on the side of its bone that is turned away?"""
        return any(patch.far for group in self.patch_groups for patch in group.patches)


def draw(
    view: View,
    pose: Pose,
    muscles: Sequence[str],
    *,
    cast: Cast,
    show: Iterable[str] = SHOWABLE,
    colouring: str = BY_MUSCLE,
    cropped: bool = False,
    reach: Sequence[Pose] = (),
) -> Picture:
    """Return the picture of `muscles` in `pose` as seen in `view`; `cropped`: no higher than they need.

    `reach` are poses to which a reader may move the leg: there is room for it there.
    """
    shown = frozenset(show)
    frames = solver().bodies(pose)
    matrices = body_matrices(view, solver().bodies(STANDING), frames)
    groups = _patch_groups(view, matrices, muscles, cast, shown)
    ends = {muscle for group in groups for patch in group.patches for muscle in patch.muscles}
    solved = {
        muscle: {line: solver().solve(line, pose).points for line in solver().muscles[muscle]["lines"]}
        for muscle in muscles
    }
    paths = {
        muscle: [(line, [view.project(point) for point in points]) for line, points in lines.items()]
        for muscle, lines in solved.items()
    }
    own = {muscle: colours().get(muscle, UNKNOWN_COLOUR) for muscle in muscles}
    pulls = [
        PullDrawn(
            structure=muscle,
            name=cast.name_of(muscle),
            group=cast.groups.get(muscle, ""),
            flexor=muscle in cast.flexors,
            colour=own[muscle]
            if colouring == BY_MUSCLE
            else stretch_colour(solver().muscle(muscle, pose).relative),
            own_colour=own[muscle],
            lines=[
                LineDrawn(line, smooth_path(points), arrow_path(points)) for line, points in paths[muscle]
            ],
            fibres=fibres_path(muscle, solved[muscle], frames, view),
            reachable=muscle not in ends,
        )
        for muscle in muscles
        if LINES in shown
    ]
    seen = paths if LINES in shown else {}
    wanted = _label_points(groups, seen, muscles, view, cast)
    box = _crop(view, wanted, groups, seen) if cropped else view.box
    leg = [point for one in (pose, *reach) for point in _leg(view, one)]
    trimmed = TRIMMED * view.width
    return Picture(
        view=view,
        box=box,
        bodies=bodies_drawn(view, matrices),
        patch_groups=groups,
        pulls=pulls,
        labels=lay_out(wanted, box=box, home=HOMES[view.name], bones=leg) if LABELS in shown else [],
        colours=own,
        is_wide=any(
            not trimmed < u < view.width - trimmed and box.y < v < box.y + box.height for u, v in leg
        ),
    )


def _leg(view: View, pose: Pose) -> list[Point]:
    """Return points along both edges of thigh and shin as they lie in the picture in `pose`."""
    standing = solver().bodies(STANDING)
    matrices = body_matrices(view, standing, solver().bodies(pose))
    hip, knee = (view.project(standing[name].place((0.0, 0.0, 0.0))) for name in ("femur", "tibia"))
    points = []
    for body, first, last in (("femur", hip[1], knee[1] + _HALF_LEG), ("tibia", knee[1], view.height)):
        steps = int((last - first) / _STEP) + 1
        points += [
            apply(matrices[body], (knee[0] + edge, min(last, first + step * _STEP)))
            for step in range(steps + 1)
            for edge in (-_HALF_LEG, _HALF_LEG)
        ]
    return points


def _patch_groups(
    view: View, matrices: Mapping[str, Matrix], muscles: Sequence[str], cast: Cast, shown: frozenset[str]
) -> list[PatchGroup]:
    chosen = set(muscles)
    with_far = len(muscles) <= MOST_WITH_FAR
    near = {(patch.structure, patch.kind) for patch in view.patches if not patch.far}
    collected: dict[str, dict[tuple[str, str, bool], PatchDrawn]] = {name: {} for name in view.order}
    for patch in view.patches:
        if patch.far and (not with_far or (patch.structure, patch.kind) in near):
            continue
        owners = [muscle for muscle in cast.muscles_of(patch.structure) if muscle in chosen]
        if not owners or _SHOWN_AS[patch.kind] not in shown:
            continue
        on_body = collected[patch.body]
        key = (patch.structure, patch.kind, patch.far)
        before = on_body.get(key)
        on_body[key] = PatchDrawn(
            structure=patch.structure,
            kind=patch.kind,
            name=cast.name_of(patch.structure),
            panel=owners[0],
            muscles=owners,
            group=cast.groups.get(owners[0], ""),
            flexor=any(owner in cast.flexors for owner in owners),
            d=before.d + patch.d if before else patch.d,
            colour=patch.colour,
            edge=patch.edge,
            far=patch.far,
        )
    return [
        PatchGroup(name, matrices[name], list(patches.values()))
        for name, patches in collected.items()
        if patches
    ]


def _label_points(
    groups: Sequence[PatchGroup],
    paths: Mapping[str, Sequence[tuple[str, Sequence[Point]]]],
    muscles: Sequence[str],
    view: View,
    cast: Cast,
) -> list[Wanted]:
    """Choose for each muscle the point that its name points to: its origin, its insertion, else its line."""
    drawn = {
        (muscle, patch.kind, patch.far): (group, patch)
        for group in groups
        for patch in group.patches
        for muscle in patch.muscles
    }
    anchors: dict[tuple[str, str, str], Point] = {}
    for patch in view.patches:
        anchors.setdefault((patch.structure, patch.kind, patch.body), patch.anchor)
    wanted = []
    for number, muscle in enumerate(muscles, start=1):
        found = next(
            (
                drawn[key]
                for key in (
                    (muscle, ORIGIN, False),
                    (muscle, INSERTION, False),
                    (muscle, ORIGIN, True),
                    (muscle, INSERTION, True),
                )
                if key in drawn and (not key[2] or muscle not in paths)
            ),
            None,
        )
        if found:
            group, drawn_patch = found
            anchor = anchors[(drawn_patch.structure, drawn_patch.kind, group.body)]
            wanted.append(
                Wanted(
                    muscle,
                    cast.name_of(muscle),
                    number,
                    apply(group.matrix, anchor),
                    body=group.body,
                    standing=anchor,
                )
            )
        elif muscle in paths:
            line, points = paths[muscle][0]
            wanted.append(Wanted(muscle, cast.name_of(muscle), number, middle_of(points), line=line))
    return wanted


def _crop(
    view: View,
    wanted: Sequence[Wanted],
    groups: Sequence[PatchGroup],
    paths: Mapping[str, Sequence[tuple[str, Sequence[Point]]]],
) -> Box:
    """Return the part of the view, over its whole width, in which everything lies that is shown."""
    shown = {(group.body, patch.structure, patch.kind) for group in groups for patch in group.patches}
    matrices = {group.body: group.matrix for group in groups}
    heights = [one.point[1] for one in wanted]
    heights += [point[1] for lines in paths.values() for _line, points in lines for point in points]
    heights += [
        apply(matrices[patch.body], patch.anchor)[1]
        for patch in view.patches
        if (patch.body, patch.structure, patch.kind) in shown
    ]
    if not heights:
        return view.box
    top = max(0.0, min(heights) - MARGIN)
    bottom = min(view.height, max(heights) + MARGIN)
    short = max(0.0, LEAST_HEIGHT - (bottom - top))
    top = max(0.0, top - short / 2)
    return Box(0, round(top), view.width, round(min(view.height, max(bottom, top + LEAST_HEIGHT)) - top))


def bodies_drawn(view: View, matrices: Mapping[str, Matrix] | None = None) -> list[BodyDrawn]:
    """Return the bones of a view from far to near; without `matrices`, standing."""
    return [
        BodyDrawn(name, view.bodies[name].image, matrices[name] if matrices else STILL) for name in view.order
    ]
