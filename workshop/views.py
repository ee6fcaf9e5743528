"""The views that a page can move: one picture a body, and the attachments on it, as static/anatomy/views/*.json.

Every body is drawn whole, as if no other body hid it, so that a page can lay the four pictures on one another and
move each. What lies on the far side of a bone is there too, marked as far.
"""

import json

import numpy as np
import shapely
from scipy import ndimage

from workshop import tracing
from workshop.config import STANDING, body_of
from workshop.drawing import draw_bones, even_ring, fading, outline
from workshop.palette import COLOURS
from workshop.patches import paint
from workshop.svg import picture
from workshop.view import BACK, FRONT, SIDE, Frame, look

# Room for the leg to move: 40 degrees sideways, from the side 30 degrees back and 90 forward with a bent knee.
TOP, BOTTOM, UNITS = 0.245, -0.71, 1200
FRAMES = {
    "front": Frame(FRONT, left=-0.42, top=TOP, right=0.30, bottom=BOTTOM, units=UNITS),
    "side": Frame(SIDE, left=-0.50, top=TOP, right=0.46, bottom=BOTTOM, units=UNITS),
    "back": Frame(BACK, left=-0.30, top=TOP, right=0.42, bottom=BOTTOM, units=UNITS),
}
# From far to near. From the front and the back the socket's edge hides the femoral head.
ORDER = {
    "front": ("femur", "tibia", "patella", "pelvis"),
    "side": ("pelvis", "tibia", "femur", "patella"),
    "back": ("patella", "tibia", "femur", "pelvis"),
}
# Parts of a frame that a page may show instead of the whole while the leg is near standing: left, top, right, bottom.
CROPS = {
    "front": {"leg": (-0.17, TOP, 0.15, -0.69), "hip": (-0.165, 0.105, 0.02, -0.165)},
    "side": {"leg": (-0.20, TOP, 0.08, -0.69), "hip": (-0.17, 0.105, 0.03, -0.165)},
    "back": {"leg": (-0.15, TOP, 0.17, -0.69), "hip": (-0.02, 0.105, 0.165, -0.165)},
}
SHIN_FADES, THIGH_FADES = (-0.58, -0.70), (-0.19, -0.34)
LEAST_PATCH = 12  # square millimetres; less than this reads as a speck
ERROR = 0.25


def bones_of(stage, body, view):
    """The bones of a body that a view shows. From the side the left half would only be in the way."""
    names = [name for name in stage.names if body_of(name) == body]
    return [name for name in names if view is not SIDE or not name.endswith("-left")]


def draw_body(stage, frame, body):
    """A body's whole picture as an SVG file."""
    seen = look(stage.only(bones_of(stage, body, frame.view)), frame)
    name = f"{frame.view.name}-{body}"
    left_leg = [bone for bone in seen.names if bone == "femur-left"]
    rest = [bone for bone in seen.names if bone not in left_leg]
    content = draw_bones(seen, name, rest, ERROR)
    if left_leg:
        content = (
            fading(f"{name}-left", frame, draw_bones(seen, f"{name}-left", left_leg, ERROR), *THIGH_FADES)
            + content
        )
    if body == "tibia":
        content = fading(name, frame, content, *SHIN_FADES)
    return picture(frame, content, fill_rule="evenodd")


def plane(stage, frame, body):
    """The plane in which a body's picture lies: [a, b, c] of w = a*s + b*t + c, metres of the body's frame.

    w is the coordinate that the view does not show, s and t the other two in the order x, y, z. It is fitted to the
    bones' surface, so that w is about the middle of the bone.
    """
    names = [name for name in bones_of(stage, body, frame.view) if not name.endswith("-left")]
    meshes = [stage.bones[name] for name in names]
    points = np.vstack([mesh.triangles_center for mesh in meshes]) - STANDING[body]
    weight = np.sqrt(np.concatenate([mesh.area_faces for mesh in meshes]))
    seen = np.delete(points, frame.view.depth, axis=1)
    rows = np.c_[seen, np.ones(len(seen))]
    solution, *_ = np.linalg.lstsq(rows * weight[:, None], points[:, frame.view.depth] * weight, rcond=None)
    return solution.round(5).tolist()


def find_patches(stage, brushes, frame):
    """Every attachment as (structure, kind, body, masks, far).

    Masks come with their grids. They are what the viewer sees of a body alone, or, where an attachment mostly faces away, what is seen from the
    other side of its own bone. Far attachments are those, and the ones that another body hides in standing.
    """
    scale = (frame.units * frame.samples / 1000) ** 2
    together = look(
        stage.only([n for body in STANDING for n in bones_of(stage, body, frame.view)]), frame, lit=False
    )
    for body in STANDING:
        names = bones_of(stage, body, frame.view)
        near = seen_from(stage, brushes, frame, names, far=False)
        away = {}
        for bone in names:
            if not bone.endswith("-left"):
                for key, masks in seen_from(stage, brushes, frame, [bone], far=True).items():
                    away.setdefault(key, []).extend(masks)
        for key in {**near, **away}:
            sides = [sum(mask.sum() for mask, _ in side.get(key, [])) / scale for side in (near, away)]
            if max(sides) < LEAST_PATCH:
                continue
            turned_away = sides[0] < 0.4 * sides[1]
            masks = (away if turned_away else near)[key]
            yield *key, body, masks, turned_away or in_sight(together, *masks[0], names) < 0.5


def in_sight(together, mask, grid, names):
    """The share of a mask where the viewer of all bodies sees the given bones."""
    rows, columns = np.nonzero(mask)
    rows, columns = rows + grid.top - together.grid.top, columns + grid.left - together.grid.left
    return together.mask(*names)[rows, columns].mean()


def seen_from(stage, brushes, frame, names, far):
    """Masks of the attachments on some bones, by structure and kind."""
    seen = look(stage.only(names), frame, far=far, lit=False)
    masks = paint(brushes, seen)
    return {key: [(mask, seen.grid)] for key, mask in masks.items() if mask.any()}


def anchor(mask, grid):
    """The place in a mask that is farthest from its edge."""
    distance = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(np.argmax(distance), mask.shape)
    return grid.place([column, row]).round(1).tolist()


def buried(pieces, frame):
    """Path and anchor of an attachment that faces neither way, such as one in a pit: where its surface lies."""
    triangles = np.vstack([piece.mesh.triangles for piece in pieces])
    flat = frame.project(triangles.reshape(-1, 3)).reshape(-1, 3, 2)
    area = shapely.union_all([shapely.Polygon(corners).buffer(0.5) for corners in flat])
    area = shapely.simplify(area.buffer(1).buffer(-1), 0.2)
    parts = [part for part in getattr(area, "geoms", [area]) if not part.is_empty]
    path = "".join(tracing.closed_path(even_ring(part.exterior.coords[:-1], 0.7)) for part in parts)
    center = shapely.maximum_inscribed_circle(max(parts, key=lambda part: part.area)).coords[0]
    return path, [round(value, 1) for value in center]


def view_data(stage, brushes, surfaces, frame):
    """What a page needs to lay out a view and move it. `surfaces` are the attachments in space."""
    name = frame.view.name
    patches = []
    for structure, kind, body, masks, far in find_patches(stage, brushes, frame):
        d = "".join(outline(mask, grid) for mask, grid in masks)
        if d:
            colour, edge = COLOURS[structure]
            largest = max(masks, key=lambda found: found[0].sum())
            patches.append(
                {"structure": structure, "kind": kind, "body": body, "d": d, "anchor": anchor(*largest),
                 "far": bool(far), "colour": colour, "edge": edge}
            )  # fmt: skip
    found = {(patch["structure"], patch["kind"], patch["body"]) for patch in patches}
    hidden = {}
    for piece in surfaces:
        key = (piece.structure, piece.kind, piece.body)
        if key not in found:
            hidden.setdefault(key, []).append(piece)
    for (structure, kind, body), pieces in hidden.items():
        d, middle = buried(pieces, frame)
        colour, edge = COLOURS[structure]
        patches.append(
            {"structure": structure, "kind": kind, "body": body, "d": d, "anchor": middle,
             "far": True, "colour": colour, "edge": edge}
        )  # fmt: skip
    rows = [[number(value) for value in row] for row in frame.rows]
    return {
        "view": name,
        "width": frame.width,
        "height": frame.height,
        "project": {"u": rows[0], "v": rows[1]},
        "bodies": {
            body: {"image": f"anatomy/bodies/{name}-{body}.svg", "depth": plane(stage, frame, body)}
            for body in STANDING
        },
        "order": list(ORDER[name]),
        "crops": {crop: box(frame, *sides) for crop, sides in CROPS[name].items()},
        "patches": patches,
    }


def box(frame, left, top, right, bottom):
    """A part of a frame, given in its own metres, as [x, y, width, height] in picture units."""
    edges = np.array([left - frame.left, frame.top - top, right - left, top - bottom]) * frame.units
    return edges.round().astype(int).tolist()


def number(value):
    return int(value) if float(value).is_integer() else round(float(value), 3)


def write_views(stage, brushes, surfaces, output):
    """Write the JSON and the pictures of every view."""
    for folder in ("views", "bodies"):
        (output / folder).mkdir(parents=True, exist_ok=True)
    for name, frame in FRAMES.items():
        for body in STANDING:
            (output / "bodies" / f"{name}-{body}.svg").write_text(draw_body(stage, frame, body))
        data = view_data(stage, brushes, surfaces, frame)
        (output / "views" / f"{name}.json").write_text(json.dumps(data, separators=(",", ":")) + "\n")
