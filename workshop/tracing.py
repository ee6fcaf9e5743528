"""From masks to smooth SVG paths."""

import numpy as np
from scipy import ndimage
from shapely.geometry import LineString
from skimage import measure

from view import SAMPLES


def number(value):
    text = f"{value:.1f}"
    return text.removesuffix(".0").replace("-0", "0") if text in ("-0.0", "0.0") else text.removesuffix(".0")


def join(values):
    """Numbers in a row, with no more separators than SVG needs."""
    text = ""
    for value in values:
        part = number(value)
        text += part if not text or part.startswith("-") else " " + part
    return text


def outlines(mask, blur=1.2, smooth=2.0, least=40.0):
    """Closed outlines of a mask in picture units, leaving out specks below an area of `least` square units."""
    field = np.pad(ndimage.gaussian_filter(mask.astype(float), blur), 2)
    for contour in measure.find_contours(field, 0.5):
        points = (contour[:-1, ::-1] - 2 + 0.5) / SAMPLES
        if len(points) < 12 or abs(signed_area(points)) < least:
            continue
        yield ndimage.gaussian_filter1d(points, smooth, axis=0, mode="wrap")


def signed_area(points):
    x, y = points.T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def thinned(points, tolerance):
    closed = np.vstack([points, points[:1]])
    return np.array(LineString(closed).simplify(tolerance).coords)[:-1]


def closed_curve(points):
    """A smooth closed path through the points: centripetal Catmull-Rom as relative cubic Beziers."""
    count = len(points)
    rounded = np.round(points, 1)
    text = "M" + join(rounded[0])
    for i in range(count):
        before, here, there, after = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        first, second = handles(before, here, there, after)
        start, end = rounded[i], rounded[(i + 1) % count]
        text += "c" + join(np.r_[first - start, second - start, end - start])
    return text + "z"


def open_curve(points):
    """A smooth open path through the points."""
    points = np.asarray(points, float)
    rounded = np.round(points, 1)
    text = "M" + join(rounded[0])
    last = len(points) - 1
    for i in range(last):
        before, here, there, after = (points[min(max(i + k, 0), last)] for k in (-1, 0, 1, 2))
        first, second = handles(before, here, there, after)
        start, end = rounded[i], rounded[i + 1]
        text += "c" + join(np.r_[first - start, second - start, end - start])
    return text


def handles(before, here, there, after):
    a, b, c = (np.sqrt(max(np.linalg.norm(q - p), 1e-9)) for p, q in ((before, here), (here, there), (there, after)))
    first, second = here + (there - here) / 3, there - (there - here) / 3
    if a > 1e-3:
        tangent = (here - before) / a - (there - before) / (a + b) + (there - here) / b
        first = here + tangent * b / 3
    if c > 1e-3:
        tangent = (there - here) / b - (after - here) / (b + c) + (after - there) / c
        second = there - tangent * b / 3
    return first, second


def trace(mask, tolerance=0.25, **options):
    """One path for a mask: all its outlines, holes included (draw with the even-odd rule or as it is)."""
    curves = (thinned(points, tolerance) for points in outlines(mask, **options))
    return "".join(closed_curve(points) for points in curves if len(points) > 3)
