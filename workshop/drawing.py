"""Bones as areas of tone, and the outlines of attachments, as SVG in picture units."""

import numpy as np
from scipy import ndimage
from shapely.geometry import LineString

from workshop import tracing
from workshop.palette import BONE, DISC, OUTLINE
from workshop.svg import element


def even_light(seen, sigma=4.0):
    """The light, blurred within each bone, so that the areas of tone have calm edges."""
    light = np.zeros_like(seen.light)
    for number in range(len(seen.names)):
        here = (seen.bone == number).astype(float)
        weight = np.maximum(ndimage.gaussian_filter(here, sigma), 1e-6)
        light += here * ndimage.gaussian_filter(seen.light * here, sigma) / weight
    return light


def draw_bones(seen, name, bones=None, error=0.3):
    """Bones in a picture as nested areas of tone with an ink line round each.

    `name` begins the ids; `error` is how far, in picture units, curves may stray from what was seen.
    """
    bones = seen.names if bones is None else [bone for bone in seen.names if bone in bones]
    here = seen.mask(*bones)
    discs = seen.mask(*(bone for bone in bones if bone.startswith("disc")))
    solid, light = here & ~discs, even_light(seen)
    rings = "".join(tracing.trace(seen.mask(bone), seen.grid, blur=0.8, error=error) for bone in bones)
    shapes = f"{name}-bones"
    parts = [
        element("defs", element("path", id=shapes, d=rings)),
        element("use", href=f"#{shapes}", fill=BONE[0][1]),
    ]
    least = 15 * (seen.frame.units / 1000) ** 2
    for area, tones in ((solid, BONE[1:]), (discs, DISC)):
        for level, colour in tones:
            path = tracing.trace(
                area & (light > level), seen.grid, blur=1.6, smooth=4, error=error + 0.1, least=least
            )
            if path:
                parts.append(element("path", fill=colour, d=path))
    ink = {
        "stroke": OUTLINE,
        "stroke_width": f"{0.6 * seen.frame.units / 1000:.2g}",
        "stroke_linejoin": "round",
    }
    parts.append(element("use", href=f"#{shapes}", fill="none", **ink))
    return "".join(parts)


def outline(mask, grid):
    """Path data round an attachment. The larger it is, the more its edge is smoothed."""
    calm = float(np.clip(np.sqrt(mask.sum()) / 14, 2, 12))
    return tracing.trace(mask, grid, blur=1.4, smooth=calm, least=5)


def even_ring(points, spacing):
    """A ring of points at even distances along its edge, the last one not repeated."""
    ring = LineString([*points, points[0]])
    count = max(int(ring.length / spacing), 8)
    return np.array([ring.interpolate(i / count, normalized=True).coords[0] for i in range(count)])


def fading(name, frame, content, start, end):
    """Content that fades away downwards between two heights, in metres of the pelvis frame."""
    share = [(frame.top - height) / (frame.top - frame.bottom) for height in (start, end)]
    stops = element("stop", offset=f"{share[0]:.3f}", stop_color="#fff") + element(
        "stop", offset=f"{share[1]:.3f}", stop_color="#000"
    )
    size = {"width": frame.width, "height": frame.height}
    veil, fade = f"{name}-veil", f"{name}-fade"
    gradient = element(
        "linearGradient", stops, id=veil, gradientUnits="userSpaceOnUse", x1=0, y1=0, x2=0, y2=frame.height
    )
    mask = element(
        "mask",
        element("rect", fill=f"url(#{veil})", **size),
        id=fade,
        maskUnits="userSpaceOnUse",
        x=0,
        y=0,
        **size,
    )
    return element("defs", gradient + mask) + element("g", content, mask=f"url(#{fade})")
