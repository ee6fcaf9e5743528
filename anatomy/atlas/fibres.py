"""The fibres of a muscle, which spread over its patches and follow its lines of pull."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from anatomy.atlas.geometry import Vector, View, strands
from anatomy.atlas.lines import smooth_path
from anatomy.solver import STANDING, Frame, solver

_MOST_CUT = 0.4  # of a line's length


def fibres_path(
    muscle: str, solved: Mapping[str, Sequence[Vector]], frames: Mapping[str, Frame], view: View
) -> str:
    """Return an SVG path of a muscle's fibres: each follows its line, shifted at both ends to where it attaches."""
    paths = []
    for strand, (skip, leave) in zip(strands().get(muscle, ()), _cuts(muscle), strict=True):
        start = frames[strand.start_body].place(strand.start)
        end = frames[strand.end_body].place(strand.end)
        followed = _shifted(_cut(solved[strand.line], skip, leave), start, end)
        paths.append(smooth_path([view.project(point) for point in followed]))
    return "".join(paths)


@cache
def _cuts(muscle: str) -> list[tuple[float, float]]:
    """Return for each fibre how much later than its line it begins, and how much earlier it ends, in metres.

    Where a line runs on in a tendon (rectus femoris to the shin) its fibres end before it. Settled in standing.
    """
    standing = solver().bodies(STANDING)
    cuts = []
    for strand in strands().get(muscle, ()):
        points = solver().solve(strand.line, STANDING).points
        most = _MOST_CUT * sum(math.dist(a, b) for a, b in pairwise(points))
        start = standing[strand.start_body].place(strand.start)
        end = standing[strand.end_body].place(strand.end)
        cuts.append(
            (
                min(most, max(0.0, _ahead(points[0], points[1], start))),
                min(most, max(0.0, _ahead(points[-1], points[-2], end))),
            )
        )
    return cuts


def _ahead(origin: Vector, towards: Vector, point: Vector) -> float:
    """Return how far a point lies from `origin` in the direction of another."""
    length = math.dist(origin, towards) or 1.0
    return sum((p - o) * (t - o) for o, t, p in zip(origin, towards, point, strict=True)) / length


def _cut(points: Sequence[Vector], skip: float, leave: float) -> list[Vector]:
    """Return the part of a line that begins `skip` after its start and ends `leave` before its end."""
    lengths = [math.dist(a, b) for a, b in pairwise(points)]
    goal = sum(lengths) - leave
    kept: list[Vector] = []
    done = 0.0
    for before, after, length in zip(points, points[1:], lengths, strict=False):
        if length and done <= skip < done + length:
            kept.append(_between(before, after, (skip - done) / length))
        if skip < done + length < goal:
            kept.append(after)
        if length and done < goal <= done + length:
            kept.append(_between(before, after, (goal - done) / length))
        done += length
    return kept if len(kept) > 1 else list(points)


def _between(before: Vector, after: Vector, share: float) -> Vector:
    x, y, z = (a + (b - a) * share for a, b in zip(before, after, strict=True))
    return x, y, z


def _shifted(points: Sequence[Vector], start: Vector, end: Vector) -> list[Vector]:
    """Return `points` shifted so that they begin at `start` and end at `end`, and in between in proportion."""
    reached = [0.0]
    for before, after in pairwise(points):
        reached.append(reached[-1] + math.dist(before, after))
    first, last = points[0], points[-1]
    shifted = []
    for point, length in zip(points, reached, strict=True):
        share = length / reached[-1]
        x, y, z = (
            point[axis] + (start[axis] - first[axis]) * (1 - share) + (end[axis] - last[axis]) * share
            for axis in range(3)
        )
        shifted.append((x, y, z))
    return shifted
