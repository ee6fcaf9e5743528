"""Attachment areas, painted on the bones with the brushes of data/attachments.json.

A brush is an area or a stroke in one orthographic view of a bone (millimetres, the bone's own frame). It colours the
part of the surface that faces its way. Each brush gives a depth in millimetres: above zero inside, below zero outside.
"""

from itertools import pairwise

import numpy as np
import shapely
import trimesh

from workshop.config import load_json, origin_of
from workshop.view import Stage

# Direction from the bone to the viewer, then the axes of the brush's two coordinates.
VIEWS = {
    "side": ((0, 0, 1), 0, 1),
    "middle": ((0, 0, -1), 0, 1),
    "front": ((1, 0, 0), 2, 1),
    "back": ((-1, 0, 0), 2, 1),
    "below": ((0, -1, 0), 2, 0),
    "above": ((0, 1, 0), 2, 0),
}
GAP = 0.5  # millimetres of bare bone between two patches
OUTSIDE = -1e3
COVER = 0.004  # metres; what lies nearer than that is a bump, not another part of the bone


def rounded(corners, rounds=3):
    """A polygon with its corners cut again and again until it looks like a curve."""
    corners = np.asarray(corners, float)
    for _ in range(rounds):
        following = np.roll(corners, -1, 0)
        corners = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], 1).reshape(
            -1, 2
        )
    return corners


def distance_to_segment(points, start, end):
    line = end - start
    along = np.clip((points - start) @ line / max(line @ line, 1e-12), 0, 1)
    return np.linalg.norm(points - (start + along[:, None] * line), axis=1)


class Brush:
    def __init__(self, order, entry, mesh):
        self.structure, self.kind, self.bone = entry["structure"], entry["kind"], entry["bone"]
        self.rank = (entry.get("rank", 0), -order)
        self.toward, self.first, self.second = VIEWS[entry["view"]]
        facing = np.array(entry["facing"], float)
        self.facing, self.least = facing / np.linalg.norm(facing), entry["least"]
        self.area = rounded(entry["area"]) if "area" in entry else None
        self.stage = Stage({self.bone: mesh})
        if self.area is None:
            self.radius = entry["radius"]
            self.track = self.lay_on(mesh, np.array(entry["stroke"], float))

    def lay_on(self, mesh, stroke):
        """The stroke, cast on to the surface in small steps so that it hugs the bone."""
        steps = []
        for start, end in pairwise(stroke):
            count = max(2, int(np.linalg.norm(end - start) / 3))
            steps += [start + (end - start) * share for share in np.linspace(0, 1, count, endpoint=False)]
        steps = np.array([*steps, stroke[-1]]) / 1000
        toward = np.array(self.toward, float)
        origins = np.zeros((len(steps), 3))
        origins[:, self.first], origins[:, self.second] = steps.T
        hit, *_, distance = self.stage.cast(origins + toward, -toward)
        points = origins + toward * (1 - np.where(hit >= 0, distance, 0))[:, None]
        if (hit < 0).any():
            points[hit < 0] = trimesh.proximity.closest_point(mesh, origins[hit < 0])[0]
        return points

    def depth(self, points, normals):
        """How deep inside the brush each point of the surface lies, in millimetres."""
        if self.area is None:
            far = [distance_to_segment(points, *pair) * 1000 for pair in pairwise(self.track)]
            depth = self.radius - np.min(far, axis=0)
        else:
            depth = self.depth_in_area(points)
        return np.minimum(depth, (normals @ self.facing - self.least) * 12)

    def depth_in_area(self, points):
        flat = points[:, [self.first, self.second]] * 1000
        depth = np.full(len(flat), OUTSIDE)
        near = ((flat > self.area.min(0) - 4) & (flat < self.area.max(0) + 4)).all(1)
        if not near.any():
            return depth
        flat = flat[near]
        pairs = zip(self.area, np.roll(self.area, -1, 0), strict=True)
        distance = np.min([distance_to_segment(flat, *pair) for pair in pairs], axis=0)
        inside = shapely.contains_xy(shapely.Polygon(self.area), flat)
        depth[near] = np.where(inside, distance, -distance)
        depth[near] = np.where(self.covered(points[near]), OUTSIDE, depth[near])
        return depth

    def covered(self, points):
        """Whether another part of the bone lies between the brush and each point."""
        toward = np.array(self.toward, float)
        hit, *_ = self.stage.cast(points + COVER * toward, toward)
        return hit >= 0


def load_brushes(bones):
    brushes = []
    for order, entry in enumerate(load_json("attachments.json")):
        mesh = bones[entry["bone"]].copy()
        mesh.vertices -= origin_of(entry["bone"])
        brushes.append(Brush(order, entry, mesh))
    return brushes


def depths(brushes, bone, points, normals):
    """How deep points on a bone (pelvis frame, standing) lie inside its attachments, in millimetres.

    By (structure, kind); below zero is outside. Where brushes meet, the higher rank wins.
    """
    local = points - origin_of(bone)
    mine = [brush for brush in brushes if brush.bone == bone]
    raw = [brush.depth(local, normals) for brush in mine]
    found = {}
    for brush, depth in zip(mine, raw, strict=True):
        for other, other_depth in zip(mine, raw, strict=True):
            if other.structure != brush.structure and other.rank > brush.rank:
                depth = np.minimum(depth, -other_depth - GAP)
        key = (brush.structure, brush.kind)
        found[key] = np.maximum(found[key], depth) if key in found else depth
    return found


def paint(brushes, seen):
    """Mask of every attachment in a view, by (structure, kind)."""
    masks = {}
    for bone in dict.fromkeys(brush.bone for brush in brushes):
        here = seen.mask(bone)
        for key, depth in depths(brushes, bone, seen.point[here], seen.normal[here]).items():
            mask = masks.setdefault(key, np.zeros(here.shape, bool))
            mask[here] |= depth > 0
    return masks
