"""Lines of pull as SVG paths."""

import math
from collections.abc import Sequence
from itertools import pairwise

from anatomy.atlas.geometry import Point

CORNER = 14.0  # how far from a bend a line begins to turn, in units of the picture
ARROW_FROM, ARROW_LONG, ARROW_WIDE = 34.0, 15.0, 7.0  # `FROM`: how far before the insertion its tip stands


def smooth_path(points: Sequence[Point]) -> str:
    """Return an SVG path along `points` whose bends are rounded; points on top of each other count once."""
    kept = [points[0]]
    for point in points[1:-1]:
        if math.dist(point, kept[-1]) >= 0.5:
            kept.append(point)
    kept.append(points[-1])
    steps = [f"M{kept[0][0]:.1f} {kept[0][1]:.1f}"]
    for before, bend, after in zip(kept, kept[1:], kept[2:], strict=False):
        start, end = _towards(bend, before), _towards(bend, after)
        steps.append(f"L{start[0]:.1f} {start[1]:.1f}Q{bend[0]:.1f} {bend[1]:.1f} {end[0]:.1f} {end[1]:.1f}")
    steps.append(f"L{kept[-1][0]:.1f} {kept[-1][1]:.1f}")
    return "".join(steps)


def _towards(start: Point, goal: Point) -> Point:
    length = math.dist(start, goal)
    share = min(0.5, CORNER / length) if length else 0.0
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share


def arrow_path(points: Sequence[Point]) -> str:
    """Return the head of an arrow that stands near the insertion and points the way the muscle pulls."""
    left = ARROW_FROM
    for index in range(len(points) - 1, 0, -1):
        end, start = points[index], points[index - 1]
        step = math.dist(end, start)
        if step < left and index > 1:
            left -= step
            continue
        if not step:
            return ""
        du, dv = (start[0] - end[0]) / step, (start[1] - end[1]) / step
        along = min(left, step)
        tip = end[0] + du * along, end[1] + dv * along
        foot = tip[0] - du * ARROW_LONG, tip[1] - dv * ARROW_LONG
        side = -dv * ARROW_WIDE, du * ARROW_WIDE
        corners = (tip, (foot[0] + side[0], foot[1] + side[1]), (foot[0] - side[0], foot[1] - side[1]))
        return "M{}L{}L{}Z".format(*(f"{x:.1f} {y:.1f}" for x, y in corners))
    return ""


def middle_of(points: Sequence[Point]) -> Point:
    """Return the point halfway along a line."""
    lengths = [math.dist(a, b) for a, b in pairwise(points)]
    left = sum(lengths) / 2
    for (a, b), length in zip(pairwise(points), lengths, strict=True):
        if length and left <= length:
            share = left / length
            return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        left -= length
    return points[-1]
