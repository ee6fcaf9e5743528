"""The muscle solver of the hip atlas: where a line of pull runs in a pose, how long it is, and which way it pulls.

`static/js/atlas/solver.js` is its twin, step by step, for what moves on a page; a change here is a change there, and a
test compares the two. Both read `static/anatomy/model.json`, which `workshop/model.py` makes and describes.

**Frame.** Everything is in the pelvis frame of the model: metres, x forward, y up, z to the right; the right leg is
shown. A body (pelvis, femur, tibia, patella) has a frame of its own; the rows of a turn and a place take it to the
pelvis frame.

**Pose.** Degrees. Flexion of the hip, adduction, internal rotation and flexion of the knee are positive; all zero is
standing. The femur turns about the centre of the hip: about z (flexion), then about its own turned x (adduction), then
about its own turned y (rotation). Tibia and patella stand on the femur where the model's knee table puts them. Angles
beyond LIMITS give a result that nobody checked.

**Moment arms.** Metres, about the three axes of the pose (as in OpenSim): the moment about the hip of a pull of one
newton along the line, which is how much the line shortens for each radian that the hip turns. Positive flexes, adducts,
turns in. (On a straight line that is exact. Where a line bends round a cylinder, the two can differ by a few
millimetres, because OpenSim's bent line, which this one follows, is not quite the shortest.)

Against OpenSim 4.6 lengths and arms agree to a hundredth of a millimetre, but for one thing: where the end of a stretch
sinks into the cylinder that it bends round, OpenSim lets go of the cylinder at once, and the line jumps by up to 60 mm.
Here the cylinder yields: see `_way_round`. That concerns gluteus maximus 1 and 2 (turned out, or far flexed) and, at
the edge of extension, iliacus and psoas.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

LIMITS: dict[str, tuple[float, float]] = {
    "flexion": (-30, 120),
    "adduction": (-40, 30),
    "rotation": (-40, 40),
    "knee": (0, 120),
}
"""The angles that the model covers, in degrees."""

SPEEDS = ("slow", "fast")

_ARC_STEP = math.radians(6)  # how finely an arc is drawn
_YIELD = (
    1 - 1e-6
)  # a cylinder that yields keeps this share of the distance, so that a tangent still has a direction


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles of the right leg in degrees; without any, standing."""

    flexion: float = 0.0
    adduction: float = 0.0
    rotation: float = 0.0
    knee: float = 0.0

    def clamped(self) -> "Pose":
        """Return the pose with every angle inside LIMITS, and 0 for what is not a finite number."""

        def clamp(name: str) -> float:
            value, (least, most) = getattr(self, name), LIMITS[name]
            return min(most, max(least, value)) if math.isfinite(value) else 0.0

        return Pose(*(clamp(name) for name in LIMITS))


STANDING = Pose()


class Frame(NamedTuple):
    """Where a body stands: `R` (rows of its turn) and `p` (its origin) take its own frame to the pelvis frame."""

    R: Matrix
    p: Vector

    def place(self, point: Vector) -> Vector:
        """Return a point of this frame as the outer frame sees it."""
        (a, b, c), (d, e, f), (g, h, i) = self.R
        (x, y, z), (u, v, w) = point, self.p
        return (a * x + b * y + c * z + u, d * x + e * y + f * z + v, g * x + h * y + i * z + w)

    def seen(self, point: Vector) -> Vector:
        """Return a point of the outer frame as this frame sees it."""
        (a, b, c), (d, e, f), (g, h, i) = self.R
        x, y, z = point[0] - self.p[0], point[1] - self.p[1], point[2] - self.p[2]
        return (a * x + d * y + g * z, b * x + e * y + h * z, c * x + f * y + i * z)

    def within(self, inner: "Frame") -> "Frame":
        """Return an inner frame as the outer frame sees it."""
        return Frame(_times(self.R, inner.R), self.place(inner.p))


_PELVIS = Frame(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), (0.0, 0.0, 0.0))


class Path3D(NamedTuple):
    """A line's length in metres and its points from origin to insertion in the pelvis frame, arcs included."""

    length: float
    points: list[Vector]


class Arms(NamedTuple):
    """Moment arms about the hip in metres: positive flexes, adducts, turns in."""

    flexion: float
    adduction: float
    rotation: float


class MuscleState(NamedTuple):
    """A muscle in a pose, as the mean over its lines; `relative` to standing: 0.05 is 5 % longer."""

    length: float
    relative: float
    flexion: float
    adduction: float
    rotation: float


class _Cylinder(NamedTuple):
    body: str
    frame: Frame  # in the body's; the axis is z
    radius: float
    axis: (
        int | None
    )  # x (0) or y (1), on whose side `sign` it holds the line; None: it may be touched all round
    sign: int
    sense: int  # which way round the line goes, seen from the axis's end: 1 counter-clockwise, -1 clockwise
    first: int  # of the via points between which it counts
    last: int


class _Line(NamedTuple):
    points: list[tuple[str, Vector]]
    cylinders: list[_Cylinder]


class _Way(NamedTuple):
    """A way round a cylinder, in its frame: an arc from the angle `start`, and from `z` along the axis."""

    radius: float
    start: float
    turned: float
    z: float
    climb: float
    arc: float  # its length
    longer: float  # the whole way, by metres, than the straight one
    through: bool  # the straight way would go through the cylinder


class _Node(NamedTuple):
    at: Vector
    moves: bool  # with the femur


class _Bend(NamedTuple):
    way: _Way
    frame: Frame
    after: int  # the node where its stretch begins
    moves: bool


class _Trace(NamedTuple):
    nodes: list[_Node]  # the via points, and both ends of an arc
    length: float
    bend: _Bend | None


def _times(left: Matrix, right: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = right

    def row(x: float, y: float, z: float) -> Vector:
        return (x * a + y * d + z * g, x * b + y * e + z * h, x * c + y * f + z * i)

    return (row(*left[0]), row(*left[1]), row(*left[2]))


def _about(axis: int, angle: float) -> Matrix:
    """Return the turn about x (0), y (1) or z (2) by an angle in radians."""
    c, s = math.cos(angle), math.sin(angle)
    if axis == 0:
        return ((1.0, 0.0, 0.0), (0.0, c, -s), (0.0, s, c))
    if axis == 1:
        return ((c, 0.0, s), (0.0, 1.0, 0.0), (-s, 0.0, c))
    return ((c, -s, 0.0), (s, c, 0.0), (0.0, 0.0, 1.0))


def _way_round(cylinder: _Cylinder, a: Vector, b: Vector, *, yields: bool) -> _Way | None:
    """Return the way from `a` to `b` round a cylinder (both in its frame), or None where the line goes straight.

    Seen along the axis it is a tangent, an arc and a tangent, on the side where the line always runs. A cylinder that
    may be touched all round bends the line only where that would go through it. One with a side also holds the line on
    that side: when both ends have left it, or one end and the point next to the axis.

    Along the axis the arc begins and ends in the plane through `a`, `b` and the direction half-way between them, as in
    OpenSim. The shortest way would be up to half a millimetre shorter, and its arms would be up to 3 mm off the table
    that the solver is checked against.

    `yields`: an end inside the cylinder makes it thinner, down to where the end lies, so that nothing jumps. Otherwise
    such a stretch goes straight, as in OpenSim.
    """
    axis, sense = cylinder.axis, cylinder.sense
    da, db = math.hypot(a[0], a[1]), math.hypot(b[0], b[1])
    radius = min(cylinder.radius, _YIELD * da, _YIELD * db)
    if radius < cylinder.radius and not yields:
        return None

    dx, dy, dz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    hx, hy = a[0] / da + b[0] / db, a[1] / da + b[1] / db
    across = dx * hy - dy * hx
    if across == 0:
        return None  # `a` and `b` on one ray from the axis
    along = -(a[0] * dx + a[1] * dy) / (dx * dx + dy * dy)
    near = (a[0] + along * dx, a[1] + along * dy)
    through = 0 < along < 1 and math.hypot(*near) < radius
    if not through:
        if axis is None:
            return None
        a_held, b_held, near_held = (point[axis] * cylinder.sign > 0 for point in (a, b, near))
        if (b_held or near_held) if a_held else (b_held and near_held):
            return None

    start = math.atan2(a[1], a[0]) + sense * math.acos(radius / da)
    end = math.atan2(b[1], b[0]) - sense * math.acos(radius / db)
    sweep = sense * (end - start) % (2 * math.pi)

    def share(angle: float) -> float:
        x, y = radius * math.cos(angle) - a[0], radius * math.sin(angle) - a[1]
        return min(1.0, max(0.0, (x * hy - y * hx) / across))

    begins, ends = share(start), share(end)
    climb = (ends - begins) * dz
    arc = math.hypot(radius * sweep, climb)
    tangents = math.hypot(math.sqrt(da * da - radius * radius), begins * dz) + math.hypot(
        math.sqrt(db * db - radius * radius), (1 - ends) * dz
    )
    longer = tangents + arc - math.dist(a, b)
    return _Way(radius, start, sense * sweep, a[2] + begins * dz, climb, arc, longer, through)


def _arc_point(way: _Way, share: float) -> Vector:
    """Return a point of a way's arc in the cylinder's frame, from 0 where it begins to 1 where it ends."""
    angle = way.start + way.turned * share
    return (way.radius * math.cos(angle), way.radius * math.sin(angle), way.z + way.climb * share)


class Solver:
    """A solver for the data of model.json. `solver()` gives the one of this site."""

    def __init__(self, model: dict[str, Any]) -> None:
        self._hip: Vector = tuple(model["hip"])
        self._stride: dict[str, dict[str, Any]] = model["stride"]
        self._knee_step: float = model["knee"][1]["knee"] - model["knee"][0]["knee"]
        self._knee: dict[str, list[list[float]]] = {
            body: [
                [*row[body]["R"][0], *row[body]["R"][1], *row[body]["R"][2], *row[body]["p"]]
                for row in model["knee"]
            ]
            for body in ("tibia", "patella")
        }
        self.muscles: dict[str, dict[str, Any]] = model["muscles"]
        """Slug to {"lines": names, "parts": {line: what it is called}}; a muscle of one line has no "parts"."""
        self._lines = {name: self._line(line) for name, line in model["lines"].items()}
        self.lines = list(self._lines)
        """Names of the lines of pull."""
        frames = self.bodies(STANDING)
        self._standing = {name: self._trace(name, frames).length for name in self.lines}

    @staticmethod
    def _line(line: dict[str, Any]) -> _Line:
        cylinders = []
        for wrap in line["wraps"]:
            x, y, z = wrap["rotation"]
            quadrant: str = wrap["quadrant"]
            first, last = wrap.get("range", (0, len(line["points"]) - 1))
            turn = _times(_times(_about(0, x), _about(1, y)), _about(2, z))
            cylinders.append(
                _Cylinder(
                    body=wrap["body"],
                    frame=Frame(turn, tuple(wrap["translation"])),
                    radius=wrap["radius"],
                    axis=None if quadrant == "all" else "xy".index(quadrant[-1]),
                    sign=-1 if quadrant.startswith("-") else 1,
                    sense=wrap["sense"],
                    first=first,
                    last=last,
                )
            )
        return _Line([(body, tuple(at)) for body, at in line["points"]], cylinders)

    def _on_femur(self, body: str, angle: float) -> Frame:
        """Where tibia or patella stands in the femur's frame: a cubic through the knee table, without corners."""
        rows = self._knee[body]
        at = min(max(angle / self._knee_step, 0.0), len(rows) - 1.0)
        i = min(int(at), len(rows) - 2)
        u = at - i
        here, there = rows[i], rows[i + 1]
        before = rows[i - 1] if i > 0 else None
        after = rows[i + 2] if i + 2 < len(rows) else None
        numbers = []
        for j, value in enumerate(here):
            step = there[j] - value
            # The slope at a row is that between its neighbours; at the table's ends the curve is a parabola.
            last = (
                (after[j] - value) / 2 if after else 2 * step - (there[j] - before[j]) / 2 if before else step
            )
            first = (there[j] - before[j]) / 2 if before else 2 * step - last
            cubic = 3 * step - 2 * first - last + u * (first + last - 2 * step)
            numbers.append(value + u * (first + u * cubic))
        a, b, c, d, e, f, g, h, k, x, y, z = numbers
        return Frame(((a, b, c), (d, e, f), (g, h, k)), (x, y, z))

    def bodies(self, pose: Pose) -> dict[str, Frame]:
        """Return where pelvis, femur, tibia and patella stand in the pelvis frame."""
        flexed = _times(_about(2, math.radians(pose.flexion)), _about(0, math.radians(pose.adduction)))
        femur = Frame(_times(flexed, _about(1, math.radians(pose.rotation))), self._hip)
        return {
            "pelvis": _PELVIS,
            "femur": femur,
            "tibia": femur.within(self._on_femur("tibia", pose.knee)),
            "patella": femur.within(self._on_femur("patella", pose.knee)),
        }

    def _trace(self, name: str, frames: dict[str, Frame]) -> _Trace:
        """Return a line's path. Of several stretches that could bend, the first that would go through its cylinder
        does, else the one that costs least.
        """
        line = self._lines[name]
        nodes = [_Node(frames[body].place(at), body != "pelvis") for body, at in line.points]
        bend: _Bend | None = None
        for cylinder in line.cylinders:
            frame = frames[cylinder.body].within(cylinder.frame)
            for i in range(cylinder.first, cylinder.last):
                if bend and bend.way.through:
                    break
                a, b = nodes[i], nodes[i + 1]
                way = _way_round(cylinder, frame.seen(a.at), frame.seen(b.at), yields=a.moves != b.moves)
                if way and (way.through or bend is None or way.longer < bend.way.longer):
                    bend = _Bend(way, frame, i, cylinder.body != "pelvis")
        if bend:
            start, end = (bend.frame.place(_arc_point(bend.way, share)) for share in (0, 1))
            nodes[bend.after + 1 : bend.after + 1] = [_Node(start, bend.moves), _Node(end, bend.moves)]
        length = bend.way.arc if bend else 0.0
        for i in range(len(nodes) - 1):
            if bend is None or i != bend.after + 1:
                length += math.dist(nodes[i].at, nodes[i + 1].at)
        return _Trace(nodes, length, bend)

    def _arms(self, nodes: list[_Node], pose: Pose) -> Arms:
        """Return the moment arms of a line.

        A pull of one newton along the line turns the femur by the moment of each straight stretch between what stands
        still and what moves: its place from the hip's centre x its direction. The arms are that about the three axes.
        """
        mx = my = mz = 0.0
        hx, hy, hz = self._hip
        for a, b in pairwise(nodes):
            if a.moves == b.moves:
                continue
            still, moving = (a.at, b.at) if b.moves else (b.at, a.at)
            ux, uy, uz = still[0] - moving[0], still[1] - moving[1], still[2] - moving[2]
            size = math.sqrt(ux * ux + uy * uy + uz * uz)
            x, y, z = moving[0] - hx, moving[1] - hy, moving[2] - hz
            mx += (y * uz - z * uy) / size
            my += (z * ux - x * uz) / size
            mz += (x * uy - y * ux) / size
        flexion, adduction = math.radians(pose.flexion), math.radians(pose.adduction)
        cf, sf, ca, sa = math.cos(flexion), math.sin(flexion), math.cos(adduction), math.sin(adduction)
        return Arms(mz, mx * cf + my * sf, (my * cf - mx * sf) * ca + mz * sa)

    def solve(self, line: str, pose: Pose) -> Path3D:
        """Return a line's length and points. A name that is not in `lines` raises KeyError."""
        nodes, length, bend = self._trace(line, self.bodies(pose))
        points = [node.at for node in nodes]
        if bend:
            pieces = math.ceil(abs(bend.way.turned) / _ARC_STEP)
            points[bend.after + 2 : bend.after + 2] = [
                bend.frame.place(_arc_point(bend.way, i / pieces)) for i in range(1, pieces)
            ]
        return Path3D(length, points)

    def moment_arms(self, line: str, pose: Pose) -> Arms:
        """Return a line's moment arms about the hip. A name that is not in `lines` raises KeyError."""
        return self._arms(self._trace(line, self.bodies(pose)).nodes, pose)

    def muscle(self, slug: str, pose: Pose) -> MuscleState:
        """Return a muscle as the mean over its lines. A slug that is not in `muscles` raises KeyError."""
        names = self.muscles[slug]["lines"]
        frames = self.bodies(pose)
        traces = [self._trace(name, frames) for name in names]
        arms = [self._arms(trace.nodes, pose) for trace in traces]
        length = sum(trace.length for trace in traces) / len(names)
        standing = sum(self._standing[name] for name in names) / len(names)
        means = (sum(values) / len(names) for values in zip(*arms, strict=True))
        return MuscleState(length, length / standing - 1, *means)

    def stride_pose(self, speed: str, percent: float) -> Pose:
        """Return the pose at a per cent of the running stride, "slow" (2.5 m/s) or "fast" (4.0 m/s).

        0 is foot strike of the right leg. Any finite number will do, for the stride repeats. Where no curve was
        measured (adduction and rotation of "slow") the angle is 0.
        """
        curves = self._stride[speed]
        at = percent % 100
        i = min(int(at), 99)

        def value(name: str) -> float:
            curve = curves.get(name)
            return curve[i] + (curve[i + 1] - curve[i]) * (at - i) if curve else 0.0

        return Pose(value("flexion"), value("adduction"), value("rotation"), max(0.0, value("knee")))

    def stance_percent(self, speed: str) -> float | None:
        """Return at which per cent of the stride the foot leaves the ground; None where that was not measured."""
        percent: float | None = self._stride[speed].get("stance_pct")
        return percent


@cache
def solver() -> Solver:
    """Return the solver of this site, made from static/anatomy/model.json at the first call."""
    path = Path(settings.BASE_DIR) / "static" / "anatomy" / "model.json"
    return Solver(json.loads(path.read_text()))


def bodies(pose: Pose) -> dict[str, Frame]:
    """See Solver.bodies."""
    return solver().bodies(pose)


def solve(line: str, pose: Pose) -> Path3D:
    """See Solver.solve."""
    return solver().solve(line, pose)


def moment_arms(line: str, pose: Pose) -> Arms:
    """See Solver.moment_arms."""
    return solver().moment_arms(line, pose)


def muscle(slug: str, pose: Pose) -> MuscleState:
    """See Solver.muscle."""
    return solver().muscle(slug, pose)


def stride_pose(speed: str, percent: float) -> Pose:
    """See Solver.stride_pose."""
    return solver().stride_pose(speed, percent)
