"""How a flat picture of a bone moves: the affine map that takes it from standing to a pose."""

from collections.abc import Mapping, Sequence

from anatomy.atlas.geometry import Point, View
from anatomy.solver import Frame

Matrix = tuple[float, float, float, float, float, float]
STILL: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def body_matrices(view: View, standing: Mapping[str, Frame], posed: Mapping[str, Frame]) -> dict[str, Matrix]:
    """Return for each body the affine map that takes its flat picture from standing to a pose.

    The picture is taken to lie in the body's plane; three of its points say where it goes.
    """
    matrices = {}
    hidden = view.hidden_axis
    first, second = [axis for axis in range(3) if axis != hidden]
    for name, body in view.bodies.items():
        on_first, on_second, constant = body.plane
        corners = []
        for s, t in ((0.0, 0.0), (0.1, 0.0), (0.0, 0.1)):
            point = [0.0, 0.0, 0.0]
            point[first], point[second] = s, t
            point[hidden] = on_first * s + on_second * t + constant
            corners.append((point[0], point[1], point[2]))
        before = [view.project(standing[name].place(corner)) for corner in corners]
        after = [view.project(posed[name].place(corner)) for corner in corners]
        matrices[name] = affine(before, after)
    return matrices


def affine(before: Sequence[Point], after: Sequence[Point]) -> Matrix:
    """Return the affine map that takes three points to three others; ValueError if the first lie on a line."""
    (x0, y0), (x1, y1), (x2, y2) = before
    (u0, v0), (u1, v1), (u2, v2) = after
    ax, ay, bx, by = x1 - x0, y1 - y0, x2 - x0, y2 - y0
    area = ax * by - ay * bx
    if abs(area) < 1e-9:
        raise ValueError("three points on a line say nothing about a plane")
    a = ((u1 - u0) * by - (u2 - u0) * ay) / area
    c = ((u2 - u0) * ax - (u1 - u0) * bx) / area
    b = ((v1 - v0) * by - (v2 - v0) * ay) / area
    d = ((v2 - v0) * ax - (v1 - v0) * bx) / area
    return a, b, c, d, u0 - a * x0 - c * y0, v0 - b * x0 - d * y0


def apply(matrix: Matrix, point: Point) -> Point:
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f


def transform_of(matrix: Matrix) -> str:
    """Return the value of a transform attribute; "" for what stays where it is."""
    rounded = [round(value, 4) + 0.0 for value in matrix[:4]] + [
        round(value, 2) + 0.0 for value in matrix[4:]
    ]
    if rounded == [1, 0, 0, 1, 0, 0]:
        return ""
    return f"matrix({' '.join(f'{value:g}' if abs(value) < 1000 else f'{value:.1f}' for value in rounded)})"
