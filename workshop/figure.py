"""Composes a complete figure as an SVG that a strict content security policy lets through."""

from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

import numpy as np
from scipy import ndimage
from shapely.geometry import LineString
from shapely.ops import unary_union

from workshop import tracing
from workshop.drawing import draw_bones, even_ring, fading, outline
from workshop.palette import COLOURS
from workshop.patches import paint
from workshop.svg import element, picture
from workshop.view import Frame, look

LEAST_PATCH = 25  # square millimetres; less than this reads as a speck


@dataclass(frozen=True)
class Figure:
    name: str
    label: str
    frame: Frame
    budget: int  # bytes, compressed
    structures: tuple = ()  # the muscles whose attachments are shown; none means all
    through: tuple = ()  # attachments on the far side that a reader still has to find, as (structure, kind)
    fade: tuple = (-0.2325, -0.31)  # heights between which the figure fades away downwards
    error: float = 0.3  # picture units; how far the curves of the bones may stray
    names: bool = True  # whether each attachment can be focused and says its name


def title(structure, kind):
    return f"{structure.replace('-', ' ').capitalize()}: {kind}"


def paint_through(stage, brushes, figure):
    """Attachments that the bone hides, as if it were glass: (structure, kind) to their path data."""
    found = {}
    for bone in dict.fromkeys(brush.bone for brush in brushes):
        mine = [b for b in brushes if b.bone == bone and (b.structure, b.kind) in figure.through]
        if mine:
            seen = look(stage.only([bone]), figure.frame, far=True, lit=False)
            for key, mask in paint([b for b in brushes if b.bone == bone], seen).items():
                if key in figure.through:
                    found[key] = found.get(key, "") + outline(mask, seen.grid)
    return found


def draw_patches(seen, stage, brushes, figure):
    scale = (figure.frame.units * figure.frame.samples / 1000) ** 2
    near = {
        key: outline(mask, seen.grid)
        for key, mask in paint(brushes, seen).items()
        if mask.sum() >= LEAST_PATCH * scale and key not in figure.through
    }
    parts = []
    for far, paths in ((True, paint_through(stage, brushes, figure)), (False, near)):
        for (structure, kind), path in paths.items():
            if path and (not figure.structures or structure in figure.structures):
                parts.append(draw_patch(structure, kind, path, far, figure))
    return "".join(parts)


def draw_patch(structure, kind, path, far, figure):
    unit = figure.frame.units / 1000
    ink = {"fill_opacity": ".88"}
    if far:
        ink = {"fill_opacity": ".5", "stroke_dasharray": f"{1.5 * unit:.2g} {1.2 * unit:.2g}"}
    if figure.names:
        ink |= {"tabindex": 0, "role": "img"}
    fill, edge = COLOURS[structure]
    return element(
        "path",
        element("title", escape(title(structure, kind))),
        class_="patch",
        data_structure=structure,
        data_kind=kind,
        fill=fill,
        stroke=edge,
        stroke_width=f"{0.6 * unit:.2g}",
        **ink,
        d=path,
    )


def runs(hidden):
    """Stretches of equal visibility: (start, end, hidden)."""
    edges = [0, *(np.flatnonzero(np.diff(hidden)) + 1), len(hidden)]
    return [(a, b, bool(hidden[a])) for a, b in pairwise(edges)]


def draw_line(stage, frame, points):
    """A line in space as two paths: what the viewer sees, and what passes behind bone."""
    shown, behind = "", ""
    for start, end, hidden in runs(smoothed(stage.hidden(points, frame.view))):
        stretch = frame.project(points[max(start - 1, 0) : end])
        if len(stretch) < 2:
            continue
        path = tracing.open_path(stretch)
        shown, behind = (shown, behind + path) if hidden else (shown + path, behind)
    return shown, behind


def smoothed(hidden, least=4):
    """Flickers of visibility shorter than a few steps are ignored."""
    hidden = hidden.copy()
    for start, end, _ in runs(hidden):
        if end - start < least and start > 0:
            hidden[start:end] = hidden[start - 1]
    return hidden


def draw_belly(frame, threads):
    """The flesh between the fibres: a pale area that holds them together."""
    unit = frame.units / 1000
    lines = [LineString(frame.project(points)) for points in threads if len(points) > 1]
    area = unary_union([line.buffer(4.5 * unit) for line in lines]).buffer(-3.25 * unit).simplify(0.15 * unit)
    rings = [
        np.array(part.exterior.coords)[:-1]
        for part in getattr(area, "geoms", [area])
        if part.area > 12.5 * unit**2
    ]
    smooth = [
        ndimage.gaussian_filter1d(even_ring(ring, 0.75 * unit), 3, axis=0, mode="wrap") for ring in rings
    ]
    return "".join(tracing.closed_path(ring) for ring in smooth)


def draw_pull(stage, frame, muscle):
    unit = frame.units / 1000
    fill, edge = COLOURS[muscle.structure]
    threads = [draw_line(stage, frame, fibre) for fibre in muscle.fibres]
    pulls = [draw_line(stage, frame, pull) for pull in muscle.pulls]
    shown = "".join(pull[0] for pull in pulls)
    ghost = "".join(pull[1] for pull in pulls) + "".join(thread[1] for thread in threads)
    belly = draw_belly(frame, [fibre[~smoothed(stage.hidden(fibre, frame.view))] for fibre in muscle.fibres])
    parts = [element("path", fill=fill, fill_opacity=".5", d=belly)] if belly else []
    if ghost:
        dots = {"stroke_width": f"{0.75 * unit:.3g}", "stroke_dasharray": f".1 {1.8 * unit:.3g}"}
        parts.append(element("path", stroke=edge, d=ghost, **dots))
    thin = "".join(thread[0] for thread in threads)
    if thin:
        parts.append(
            element("path", stroke=edge, stroke_width=f"{0.55 * unit:.2g}", stroke_opacity=".55", d=thin)
        )
    parts.append(element("path", stroke=edge, stroke_width=f"{2.8 * unit:.3g}", d=shown))
    parts.append(element("path", stroke=fill, stroke_width=f"{2 * unit:.3g}", d=shown))
    return element("g", "".join(parts), class_="pull", data_structure=muscle.structure)


def compose(stage, brushes, muscles, figure):
    """The figure's text. `muscles` are drawn over the attachments."""
    frame = figure.frame
    seen = look(stage, frame)
    bones = element(
        "g", draw_bones(seen, figure.name, error=figure.error), data_layer="bones", fill_rule="evenodd"
    )
    patches = element(
        "g", draw_patches(seen, stage, brushes, figure), data_layer="patches", stroke_linejoin="round"
    )
    pull = element(
        "g",
        "".join(draw_pull(stage, frame, muscle) for muscle in muscles),
        data_layer="pull",
        fill="none",
        stroke_linecap="round",
        stroke_linejoin="round",
        pointer_events="none",
    )
    body = fading(figure.name, frame, bones + patches + pull, *figure.fade)
    return picture(frame, body, role="group" if figure.names else "img", aria_label=figure.label)
