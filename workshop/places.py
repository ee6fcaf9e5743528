"""static/anatomy/places.json: where attachments and landmarks are, so that facts, patches and paths can be compared."""

from itertools import pairwise

import numpy as np
import trimesh
from scipy.spatial import cKDTree

from workshop.bones import load_marks
from workshop.config import STANDING, body_of, load_json
from workshop.view import unit

SAMPLES = 24


def surface_points(pieces, spacing=0.0015):
    """Points all over some pieces of surface, not much farther apart than the spacing. Always the same ones."""
    points = []
    for piece in pieces:
        for triangle in np.asarray(piece.mesh.triangles):
            longest = max(np.linalg.norm(triangle - np.roll(triangle, 1, 0), axis=1))
            steps = max(int(np.ceil(longest / spacing)), 1)
            for i in range(steps):
                for j in range(steps - i):
                    u, v = (i + 1 / 3) / steps, (j + 1 / 3) / steps
                    points.append(triangle[0] * (1 - u - v) + triangle[1] * u + triangle[2] * v)
    return np.array(points)


def spread_points(pieces, count, rounds=12):
    """So many points of a surface, evenly spread and away from its edge: the middles of equal shares."""
    return spread(surface_points(pieces), count, rounds)


def spread(points, count, rounds=12):
    """So many of the points, evenly spread over them."""
    chosen = [int(np.argmin(np.linalg.norm(points - points.mean(0), axis=1)))]
    distance = np.linalg.norm(points - points[chosen[0]], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    centres = points[chosen]
    for _ in range(rounds):
        _, owner = cKDTree(centres).query(points)
        centres = np.array([points[owner == n].mean(0) for n in range(len(centres)) if (owner == n).any()])
    _, nearest = cKDTree(points).query(centres)
    return points[nearest]


def patch_places(patches):
    groups = {}
    for patch in patches:
        groups.setdefault((patch.structure, patch.kind, patch.body), []).append(patch)
    places = []
    for (structure, kind, body), pieces in groups.items():
        origin = STANDING[body]
        triangles = np.vstack([piece.mesh.triangles_center for piece in pieces])
        areas = np.concatenate([piece.mesh.area_faces for piece in pieces])
        centre = (triangles * areas[:, None]).sum(0) / areas.sum()
        places.append(
            {
                "structure": structure,
                "kind": kind,
                "body": body,
                "centre": (centre - origin).round(4).tolist(),
                "area_mm2": round(float(areas.sum()) * 1e6),
                "samples": (spread_points(pieces, SAMPLES) - origin).round(4).tolist(),
            }
        )
    return places


def landmark_points(rule, bones, marks):
    """Points that lie on one landmark, in its body's frame, by one of the rules of data/landmarks.json."""
    body, origin = body_of(rule["bones"][0]), STANDING[body_of(rule["bones"][0])]
    if "mark" in rule:
        return np.array([marks[body][rule["mark"]]])
    if "free" in rule:
        return dense(np.array(rule["free"]) / 1000)
    mesh = trimesh.util.concatenate([bones[name] for name in rule["bones"]])
    if "line" in rule:
        seeds = dense(np.array(rule["line"]) / 1000) + origin
        return trimesh.proximity.closest_point(mesh, seeds)[0] - origin
    points = np.asarray(mesh.vertices) - origin
    here = np.ones(len(points), bool)
    if "within" in rule:
        low, high = np.array(rule["within"]).T / 1000
        here &= ((points >= low) & (points <= high)).all(1)
    if "front" in rule:
        edge = [np.quantile(bones[name].vertices[:, 0], 0.99) for name in rule["bones"]]
        here &= (
            points[:, 0]
            > np.repeat(edge, [len(bones[n].vertices) for n in rule["bones"]]) - rule["front"] / 1000
        )
    if "facing" in rule:
        here &= mesh.vertex_normals @ unit(rule["facing"]) > rule.get("least", 0.3)
    points = points[here]
    if "extreme" in rule:
        return points[[np.argmax(points @ np.array(rule["extreme"], float))]]
    return spread(points, rule.get("count", SAMPLES))


def dense(points, spacing=0.008):
    """A row of points with more between them, so that none is farther from the next than the spacing."""
    out = [points[0]]
    for start, end in pairwise(points):
        steps = int(np.ceil(np.linalg.norm(end - start) / spacing))
        out += [start + (end - start) * (n + 1) / steps for n in range(steps)]
    return np.array(out)


def landmark_places(bones):
    """Every landmark: from the bones alone, not from the attachments.

    A place belongs to a landmark if it lies within `reach` of one of its `points`; `centre` and `radius` are the ball
    round all of that.
    """
    marks, places = load_marks(), {}
    for slug, rule in load_json("landmarks.json").items():
        points, reach = landmark_points(rule, bones, marks), rule["reach"] / 1000
        centre = (points.min(0) + points.max(0)) / 2
        radius = np.linalg.norm(points - centre, axis=1).max() + reach
        places[slug] = {
            "body": body_of(rule["bones"][0]),
            "centre": centre.round(4).tolist(),
            "radius": round(float(radius), 4),
            "reach": reach,
            "points": points.round(4).tolist(),
        }
    return places


def build_places(patches, bones):
    return {"patches": patch_places(patches), "landmarks": landmark_places(bones)}
