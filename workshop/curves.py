"""Fits few cubic Beziers to many points (after Schneider, Graphics Gems, 1990) and writes them as SVG path data."""

from itertools import pairwise

import numpy as np

CORNER = np.cos(np.radians(50))
REACH = 4  # points to either side that decide whether a point is a corner


def unit(vector):
    return vector / max(np.linalg.norm(vector), 1e-9)


def fit_closed(points, error):
    """Beziers round a closed ring of points. Smooth rings have no seam, sharp corners are kept."""
    corners = find_corners(points)
    start = corners[0] if len(corners) else 0
    ring = np.vstack([np.roll(points, -start, 0), points[start]])
    if not len(corners):
        tangent = unit(points[(start + 2) % len(points)] - points[start - 2])
        return fit(ring, tangent, -tangent, error)
    breaks = [*((corners - start) % len(points)), len(points)]
    pieces = []
    for first, last in pairwise(breaks):
        pieces += fit_open(ring[first : last + 1], error)
    return pieces


def fit_open(points, error):
    near = min(2, len(points) - 1)
    return fit(points, unit(points[near] - points[0]), unit(points[-1 - near] - points[-1]), error)


def find_corners(points):
    before = points - np.roll(points, REACH, 0)
    after = np.roll(points, -REACH, 0) - points
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    straightness = (before * after).sum(1) / np.maximum(lengths, 1e-9)
    near = np.min([np.roll(straightness, shift) for shift in range(-REACH, REACH + 1)], axis=0)
    return np.flatnonzero((straightness < CORNER) & (straightness == near))


def fit(points, leave, arrive, error):
    """Beziers through the points from a first to a last tangent, split wherever one curve strays too far."""
    if len(points) == 2:
        reach = np.linalg.norm(points[1] - points[0]) / 3
        return [np.array([points[0], points[0] + leave * reach, points[1] + arrive * reach, points[1]])]
    steps = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    share = steps / max(steps[-1], 1e-9)
    for _ in range(5):
        curve = least_squares(points, share, leave, arrive)
        gap = ((at(curve, share) - points) ** 2).sum(1)
        worst = int(np.argmax(gap))
        if gap[worst] < error**2:
            return [curve]
        if gap[worst] > (4 * error) ** 2:
            break
        share = nearer(curve, points, share)
    worst = min(max(worst, 1), len(points) - 2)
    around = points[max(worst - 2, 0)] - points[min(worst + 2, len(points) - 1)]
    middle = unit(around)
    return fit(points[: worst + 1], leave, middle, error) + fit(points[worst:], -middle, arrive, error)


def least_squares(points, share, leave, arrive):
    """The Bezier with given end tangents that lies nearest to the points."""
    first, last = points[0], points[-1]
    b0, b1, b2, b3 = (1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3
    rest = points - np.outer(b0 + b1, first) - np.outer(b2 + b3, last)
    one, two = b1[:, None] * leave, b2[:, None] * arrive
    a, b, c = (one * one).sum(), (one * two).sum(), (two * two).sum()
    x, y = (one * rest).sum(), (two * rest).sum()
    determinant = a * c - b * b
    span = np.linalg.norm(last - first)
    alpha = beta = span / 3
    if abs(determinant) > 1e-9:
        alpha, beta = (x * c - y * b) / determinant, (a * y - b * x) / determinant
        length = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
        if not (1e-3 * length < alpha < length and 1e-3 * length < beta < length):
            alpha = beta = span / 3
    return np.array([first, first + leave * alpha, last + arrive * beta, last])


def at(curve, share):
    t = share[:, None]
    return (
        (1 - t) ** 3 * curve[0]
        + 3 * t * (1 - t) ** 2 * curve[1]
        + 3 * t**2 * (1 - t) * curve[2]
        + t**3 * curve[3]
    )


def nearer(curve, points, share):
    """One Newton step that moves each share towards the foot of its point on the curve."""
    t = share[:, None]
    first = 3 * np.diff(curve, axis=0)
    second = 2 * np.diff(first, axis=0)
    speed = (1 - t) ** 2 * first[0] + 2 * t * (1 - t) * first[1] + t**2 * first[2]
    bend = (1 - t) * second[0] + t * second[1]
    off = at(curve, share) - points
    down = (speed**2).sum(1) + (off * bend).sum(1)
    step = np.where(np.abs(down) > 1e-9, (off * speed).sum(1) / np.where(down == 0, 1, down), 0)
    return np.maximum.accumulate(np.clip(share - step, 0, 1))


def path_data(curves, closed):
    """Relative cubic Beziers, one decimal, with no more separators than SVG needs."""
    place = np.round(curves[0][0], 1)
    text = "M" + join(place) + "c"
    for curve in curves:
        corners = np.round(curve[1:], 1) - place
        row = join(corners.ravel())
        text += row if text[-1] == "c" or row.startswith("-") else " " + row
        place = np.round(curve[3], 1)
    return text + ("z" if closed else "")


def join(values):
    text = ""
    for value in values:
        part = number(value)
        text += part if not text or part.startswith("-") else " " + part
    return text


def number(value):
    text = f"{value:.1f}".removesuffix(".0")
    return {"-0": "0"}.get(text, text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text)
