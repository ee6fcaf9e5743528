"""Composes a front view of the hip as an SVG that a strict content security policy lets through."""

from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from scipy import ndimage
from shapely.geometry import LineString
from shapely.ops import unary_union

from workshop import tracing
from workshop.patches import paint
from workshop.view import SAMPLES, Frame, Stage, look

# Light from dark to bright: the threshold and the colour from it upwards.
BONE = [
    (0.0, "#8b7a5e"), (0.32, "#a1906f"), (0.43, "#b5a484"), (0.53, "#c8b999"), (0.62, "#d8cbae"),
    (0.70, "#e4d9bf"), (0.76, "#ede4cd"), (0.81, "#f5eeda"),
]  # fmt: skip
DISC = [(0.0, "#7d8a8d"), (0.43, "#97a5a7"), (0.56, "#b0bcbc"), (0.68, "#c6d0ce"), (0.77, "#dae1de")]
OUTLINE = "#594c36"

# One hue a muscle: the patch and its line of pull, and a deeper shade for edges.
COLOURS = {
    "psoas-major": ("#b33a74", "#701d48"),
    "iliacus": ("#d1495b", "#8c2334"),
    "iliopsoas": ("#bd3d63", "#7c1f3c"),
    "rectus-femoris": ("#e39a2d", "#9a5f0c"),
    "sartorius": ("#1b8a8f", "#0c5659"),
    "tensor-fasciae-latae": ("#2f72c2", "#1a4680"),
    "pectineus": ("#8459a8", "#52336e"),
    "adductor-longus": ("#4c9f70", "#2a6444"),
    "adductor-brevis": ("#2f7d4f", "#184a2c"),
    "adductor-magnus": ("#8bbf6a", "#557f39"),
    "gracilis": ("#b6a821", "#736a0c"),
    "gluteus-medius": ("#ef7b45", "#a34a1d"),
    "gluteus-minimus": ("#f0a875", "#a8683a"),
    "obturator-externus": ("#7d8597", "#4a5162"),
    "obturator-internus": ("#9aa5b1", "#606b77"),
    "piriformis": ("#5c677d", "#363f50"),
    "quadratus-femoris": ("#bc8f8f", "#7d5656"),
}
LEAST_PATCH = 100  # square picture units; less than this reads as a speck

# Attachments on the far side of the bone that a reader still has to find.
THROUGH = {("iliopsoas", "insertion"), ("pectineus", "insertion")}


@dataclass(frozen=True)
class Figure:
    name: str
    label: str
    frame: Frame
    budget: int  # bytes, compressed
    structures: tuple = ()  # the muscles whose attachments are shown; none means all
    fade: float = 0.86  # the share of the height below which the thighs fade away
    role: str = "group"


def title(structure, kind):
    return f"{structure.replace('-', ' ').capitalize()}: {kind}"


def element(name, content="", **attributes):
    """An SVG element. Underscores in attribute names stand for hyphens; a last one is dropped (class_)."""
    text = "".join(
        f" {key.removesuffix('_').replace('_', '-')}={quoteattr(str(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{text}>{content}</{name}>" if content else f"<{name}{text}/>"


def even_light(seen, sigma=4.0):
    """The light, blurred within each bone, so that the areas of tone have calm edges."""
    light = np.zeros_like(seen.light)
    for number in range(len(seen.names)):
        here = (seen.bone == number).astype(float)
        weight = np.maximum(ndimage.gaussian_filter(here, sigma), 1e-6)
        light += here * ndimage.gaussian_filter(seen.light * here, sigma) / weight
    return light


def draw_bones(seen, name):
    """The bones as nested areas of tone, and an ink line round each."""
    discs = seen.mask(*(bone for bone in seen.names if bone.startswith("disc")))
    solid, light = (seen.bone >= 0) & ~discs, even_light(seen)
    rings = "".join(tracing.trace(seen.mask(bone), blur=0.8, error=0.3) for bone in seen.names)
    shapes = f"{name}-bones"
    parts = [
        element("defs", element("path", id=shapes, d=rings)),
        element("use", href=f"#{shapes}", fill=BONE[0][1]),
    ]
    for area, tones in ((solid, BONE[1:]), (discs, DISC)):
        for level, colour in tones:
            path = tracing.trace(area & (light > level), blur=1.6, smooth=4, error=0.4, least=60)
            parts.append(element("path", fill=colour, d=path))
    ink = {"stroke": OUTLINE, "stroke_width": "1.2", "stroke_linejoin": "round"}
    parts.append(element("use", href=f"#{shapes}", fill="none", **ink))
    return "".join(parts)


def calm(mask):
    """The larger a patch, the more its edge is smoothed."""
    return float(np.clip(np.sqrt(mask.sum()) / 14, 2, 12))


def paint_through(stage, brushes, frame, masks):
    """Adds what the bone hides: attachments on the back of the femur, as if the bone were glass."""
    femur = Stage({"femur": stage.bones["femur"]})
    behind = paint(
        [brush for brush in brushes if brush.bone == "femur"], look(femur, frame, from_behind=True)
    )
    return masks | {key: masks[key] | behind[key] for key in THROUGH}


def draw_patches(masks, structures):
    parts = []
    for (structure, kind), mask in masks.items():
        if (structures and structure not in structures) or mask.sum() < LEAST_PATCH * SAMPLES**2:
            continue
        through = (structure, kind) in THROUGH
        ink = {"fill_opacity": ".5", "stroke_dasharray": "3 2.4"} if through else {"fill_opacity": ".88"}
        fill, edge = COLOURS[structure]
        parts.append(
            element(
                "path",
                element("title", escape(title(structure, kind))),
                class_="patch",
                data_structure=structure,
                data_kind=kind,
                fill=fill,
                stroke=edge,
                stroke_width="1.2",
                **ink,
                d=tracing.trace(mask, blur=1.4, smooth=calm(mask), least=20),
            )
        )
    return "".join(parts)


def runs(hidden):
    """Stretches of equal visibility: (start, end, hidden)."""
    edges = [0, *(np.flatnonzero(np.diff(hidden)) + 1), len(hidden)]
    return [(a, b, bool(hidden[a])) for a, b in pairwise(edges)]


def draw_line(stage, frame, points):
    """A line in space as two paths: what the viewer sees, and what passes behind bone."""
    shown, behind = "", ""
    for start, end, hidden in runs(smoothed(stage.hidden(points))):
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
    lines = [LineString(frame.project(points)) for points in threads if len(points) > 1]
    area = unary_union([line.buffer(9) for line in lines]).buffer(-6.5).simplify(0.3)
    rings = [np.array(part.exterior.coords)[:-1] for part in getattr(area, "geoms", [area]) if part.area > 50]
    smooth = [ndimage.gaussian_filter1d(even_ring(ring), 3, axis=0, mode="wrap") for ring in rings]
    return "".join(tracing.closed_path(ring) for ring in smooth)


def even_ring(points, spacing=1.5):
    ring = LineString([*points, points[0]])
    count = max(int(ring.length / spacing), 8)
    return np.array([ring.interpolate(i / count, normalized=True).coords[0] for i in range(count)])


def draw_pull(stage, frame, muscle):
    fill, edge = COLOURS[muscle.structure]
    threads = [draw_line(stage, frame, fibre) for fibre in muscle.fibres]
    shown, behind = draw_line(stage, frame, muscle.pull)
    ghost = behind + "".join(thread[1] for thread in threads)
    belly = draw_belly(frame, [fibre[~smoothed(stage.hidden(fibre))] for fibre in muscle.fibres])
    parts = [element("path", fill=fill, fill_opacity=".5", d=belly)]
    if ghost:
        parts.append(element("path", stroke=edge, stroke_width="1.5", stroke_dasharray=".1 3.6", d=ghost))
    parts.append(
        element(
            "path", stroke=edge, stroke_width="1.1", stroke_opacity=".55", d="".join(t[0] for t in threads)
        )
    )
    parts.append(element("path", stroke=edge, stroke_width="5.6", d=shown))
    parts.append(element("path", stroke=fill, stroke_width="4", d=shown))
    return element("g", "".join(parts), class_="pull", data_structure=muscle.structure)


def compose(stage, brushes, muscles, figure):
    frame = figure.frame
    seen = look(stage, frame)
    fade, veil = f"{figure.name}-fade", f"{figure.name}-veil"
    stops = element("stop", offset=figure.fade, stop_color="#fff") + element(
        "stop", offset="1", stop_color="#000"
    )
    size = {"width": frame.width, "height": frame.height}
    defs = element(
        "defs",
        element("linearGradient", stops, id=veil, x2=0, y2=1)
        + element(
            "mask",
            element("rect", fill=f"url(#{veil})", **size),
            id=fade,
            maskUnits="userSpaceOnUse",
            x=0,
            y=0,
            **size,
        ),
    )
    bones = element("g", draw_bones(seen, figure.name), data_layer="bones", fill_rule="evenodd")
    masks = paint_through(stage, brushes, frame, paint(brushes, seen))
    patches = element(
        "g", draw_patches(masks, figure.structures), data_layer="patches", stroke_linejoin="round"
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
    body = element("g", bones + patches + pull, mask=f"url(#{fade})")
    return (
        "<!-- Bones MPL-2.0, lumbar vertebrae Apache-2.0, muscle paths MIT; see NOTICE -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width} {frame.height}" '
        f'role="{figure.role}" aria-label={quoteattr(figure.label)}>{defs}{body}</svg>\n'
    )
