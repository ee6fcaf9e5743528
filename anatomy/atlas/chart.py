"""Length and lever of muscles over a sweep of one angle, or over the stride, as a small line chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from anatomy.atlas.words import AXES, degrees, rounded, signed
from anatomy.solver import LIMITS, STANDING, Pose, solver

STRIDE = "stride"
LENGTH, LEVER = "length", "lever"
MOST_LINES = 6

WIDTH, HEIGHT = 360.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 350.0, 12.0, 158.0
_POINTS = 41
_TABLE_ROWS = 9


@dataclass(frozen=True)
class Tick:
    text: str
    at: float


@dataclass(frozen=True)
class Curve:
    structure: str
    name: str
    colour: str
    d: str
    dot: tuple[float, float]
    now: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """One chart. `kind` is LENGTH (mm against standing) or LEVER (mm about `axis`); `marks` are the table's rows."""

    kind: str
    axis: str
    sweep: str
    title: str
    description: str
    x_name: str
    y_name: str
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    zero: float
    now: float
    now_text: str
    curves: Sequence[Curve]
    marks: Sequence[str]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: where the sweep stands, and each muscle's value there."""
        return [(mark, [curve.cells[row] for curve in self.curves]) for row, mark in enumerate(self.marks)]


def sweep_name(sweep: str) -> str:
    return {
        "flexion": _("Hip bent (°)"),
        "adduction": _("Thigh across (°)"),
        "rotation": _("Thigh turned in (°)"),
        "knee": _("Knee bent (°)"),
        STRIDE: _("Stride (%)"),
    }[sweep]


def axis_of(sweep: str) -> str:
    """The movement whose lever goes with a sweep: its own, and bending for knee and stride."""
    return sweep if sweep in AXES else "flexion"


def span_of(sweep: str) -> tuple[float, float]:
    return (0.0, 100.0) if sweep == STRIDE else LIMITS[sweep]


@lru_cache(maxsize=512)
def _curve(muscle: str, sweep: str, base: Pose, speed: str) -> tuple[tuple[float, float], ...]:
    """Return (change of length, lever) in millimetres at each point of the sweep. A sweep is drawn often: it is kept."""
    least, most = span_of(sweep)
    return tuple(
        _values(muscle, sweep, least + (most - least) * step / (_POINTS - 1), base, speed)
        for step in range(_POINTS)
    )


def _values(muscle: str, sweep: str, at: float, base: Pose, speed: str) -> tuple[float, float]:
    here = solver().muscle(muscle, _pose(sweep, at, base, speed))
    standing = solver().muscle(muscle, STANDING)
    return (here.length - standing.length) * 1000, getattr(here, axis_of(sweep)) * 1000


def _pose(sweep: str, at: float, base: Pose, speed: str) -> Pose:
    if sweep == STRIDE:
        return solver().stride_pose(speed, at).clamped()
    angles = {name: getattr(base, name) for name in LIMITS} | {sweep: at}
    return Pose(**angles)


def charts(
    muscles: Sequence[tuple[str, str, str]], *, sweep: str, pose: Pose, speed: str = "", at: float = 0
) -> list[Chart]:
    """Return the chart of lengths and that of levers for (slug, name, colour) of the first MOST_LINES muscles.

    The sweep runs through `pose`; with STRIDE it runs through the stride of `speed`, standing `at` per cent.
    """
    drawn = muscles[:MOST_LINES]
    if not drawn:
        return []
    now = float(at) if sweep == STRIDE else getattr(pose, sweep)
    # What is swept does not matter for the curve: one curve serves all its points.
    base = STANDING if sweep == STRIDE else _pose(sweep, 0, pose, "")
    curves = [
        (muscle, _curve(muscle[0], sweep, base, speed), _values(muscle[0], sweep, now, base, speed))
        for muscle in drawn
    ]
    return [_chart(kind, sweep, now, curves) for kind in (LENGTH, LEVER)]


_Swept = tuple[tuple[str, str, str], tuple[tuple[float, float], ...], tuple[float, float]]


def _chart(kind: str, sweep: str, now: float, swept: Sequence[_Swept]) -> Chart:
    column = 0 if kind == LENGTH else 1
    values = [point[column] for _muscle, points, _now in swept for point in points]
    low, high, step = _scale(min(*values, 0.0), max(*values, 0.0))
    least, most = span_of(sweep)

    def x(at: float) -> float:
        return LEFT + (at - least) / (most - least) * (RIGHT - LEFT)

    def y(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    marks = [least + (most - least) * row / (_TABLE_ROWS - 1) for row in range(_TABLE_ROWS)]
    every = (_POINTS - 1) // (_TABLE_ROWS - 1)
    curves = []
    for (slug, name, colour), points, here in swept:
        line = "".join(
            f"{'L' if index else 'M'}{x(least + (most - least) * index / (_POINTS - 1)):.1f} {y(point[column]):.1f}"
            for index, point in enumerate(points)
        )
        curves.append(
            Curve(
                structure=slug,
                name=name,
                colour=colour,
                d=line,
                dot=(round(x(now), 1), round(y(here[column]), 1)),
                now=signed(rounded(here[column])),
                cells=[signed(rounded(points[row * every][column])) for row in range(_TABLE_ROWS)],
            )
        )
    axis = axis_of(sweep)
    return Chart(
        kind=kind,
        axis=axis,
        sweep=sweep,
        title=_title(kind, axis),
        description=_description(kind, sweep, curves, now),
        x_name=sweep_name(sweep),
        y_name=_("mm longer") if kind == LENGTH else _lever_name(axis),
        x_ticks=[Tick(degrees(mark), round(x(mark), 1)) for mark in _x_marks(sweep)],
        y_ticks=[
            Tick(signed(rounded(low + step * index)), round(y(low + step * index), 1))
            for index in range(round((high - low) / step) + 1)
        ],
        zero=round(y(0.0), 1),
        now=round(x(now), 1),
        now_text=degrees(now),
        curves=curves,
        marks=[degrees(mark) for mark in marks],
    )


def _x_marks(sweep: str) -> list[float]:
    least, most = span_of(sweep)
    step = 20 if sweep in {"adduction", "rotation"} else 25 if sweep == STRIDE else 30
    return [float(at) for at in range(int(least), int(most) + 1) if at % step == 0]


def _scale(low: float, high: float) -> tuple[float, float, float]:
    """Return the ends and the step of an axis with four to eight round marks."""
    for step in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0):
        bottom, top = step * (low // step), step * -(-high // step)
        if (top - bottom) / step <= 7:
            return bottom, max(top, bottom + step), step
    raise ValueError(f"no axis for {low} to {high} mm")


def _title(kind: str, axis: str) -> str:
    if kind == LENGTH:
        return _("Length against standing")
    return {
        "flexion": _("Lever for bending the hip"),
        "adduction": _("Lever for moving the thigh across"),
        "rotation": _("Lever for turning the thigh in"),
    }[axis]


def _lever_name(axis: str) -> str:
    return {
        "flexion": _("mm, + flexes"),
        "adduction": _("mm, + adducts"),
        "rotation": _("mm, + turns in"),
    }[axis]


def _description(kind: str, sweep: str, curves: Sequence[Curve], now: float) -> str:
    values = ", ".join(
        _("%(muscle)s %(mm)s mm") % {"muscle": curve.name, "mm": curve.now} for curve in curves
    )
    return _("%(what)s over: %(sweep)s. At %(now)s: %(values)s.") % {
        "what": _("Length") if kind == LENGTH else _("Lever"),
        "sweep": sweep_name(sweep),
        "now": degrees(now),
        "values": values,
    }
