"""Attachments as pieces of the bones' surfaces: cut out of a mesh along the edge of a brush."""

from dataclasses import dataclass

import numpy as np
import shapely
import trimesh
from scipy import sparse

from workshop.config import body_of
from workshop.patches import depths
from workshop.view import unit

FINEST = 0.0012  # metres; no edge of a triangle on a patch's edge is longer while it is cut
EDGE = 0.0002  # metres; how far a patch's edge may stray
SNAP = 0.00005  # metres; corners that are nearer than that are one
SPECK = 4e-6  # square metres; less is not worth showing


@dataclass
class Patch:
    """One piece of one attachment, in the pelvis frame, standing."""

    structure: str
    kind: str
    bone: str
    mesh: trimesh.Trimesh

    @property
    def body(self):
        return body_of(self.bone)


def split(vertices, faces, normals, parents, pick):
    """Halve the long edges of the picked triangles, and share the new corners with their neighbours."""
    corners = np.sort(np.stack([faces, np.roll(faces, -1, 1)], 2).reshape(-1, 2), 1)
    edges, edge_of = np.unique(corners, axis=0, return_inverse=True)
    edge_of = edge_of.reshape(-1, 3)
    halved = np.zeros(len(edges), bool)
    halved[edge_of[pick].ravel()] = True
    halved &= np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1) > FINEST
    middle = np.full(len(edges), -1)
    middle[halved] = len(vertices) + np.arange(halved.sum())
    vertices, normals = (
        np.vstack([a, (a[edges[halved, 0]] + a[edges[halved, 1]]) / 2]) for a in (vertices, normals)
    )
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    middles = middle[edge_of]
    none, all_three = (middles < 0).all(1), (middles >= 0).all(1)
    out, origin = [faces[none]], [parents[none]]
    for first in range(3):
        a, b, c = np.roll(faces, -first, 1).T
        ab, bc, ca = np.roll(middles, -first, 1).T
        one, two = (ab >= 0) & (bc < 0) & (ca < 0), (ab >= 0) & (bc >= 0) & (ca < 0)
        pieces = [(one, (a, ab, c)), (one, (ab, b, c))]
        pieces += [(two, (ab, b, bc)), (two, (a, ab, bc)), (two, (a, bc, c))]
        out += [np.c_[piece][which] for which, piece in pieces]
        origin += [parents[which] for which, _ in pieces]
    (a, b, c), (ab, bc, ca) = faces.T, middles.T
    for piece in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)):
        out.append(np.c_[piece][all_three])
        origin.append(parents[all_three])
    return vertices, np.vstack(out), normals, np.concatenate(origin)


def refine(mesh, level_of, rounds=5):
    """Split a mesh's triangles until they are small where a level crosses zero.

    `level_of` gives the level, in millimetres, of points with normals. Returns vertices, faces, the number of the
    mesh's triangle that each face lies in, and the level of each vertex.
    """
    vertices, faces, normals = (np.asarray(a) for a in (mesh.vertices, mesh.faces, mesh.vertex_normals))
    parents = np.arange(len(faces))
    for _ in range(rounds):
        longest = np.linalg.norm(vertices[faces] - vertices[np.roll(faces, -1, 1)], axis=2).max(1)
        level = level_of(vertices, normals)[faces]
        crossed = (level.min(1) < 1) & (level.max(1) > -1 - 500 * longest)
        pick = (longest > FINEST) & crossed
        if not pick.any():
            break
        vertices, faces, normals, parents = split(vertices, faces, normals, parents, pick)
    return vertices, faces, parents, level_of(vertices, normals)


def without_specks(vertices, faces, level):
    """The level, put below zero on islands too small to see."""
    inside = level > 0
    edges = np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = edges[inside[edges].all(1)]
    links = sparse.coo_matrix((np.ones(len(edges)), edges.T), shape=(len(level), len(level)))
    _, island = sparse.csgraph.connected_components(links, directed=False)
    share = trimesh.triangles.area(vertices[faces]) / 3
    area = np.zeros(island.max() + 1)
    for corner in faces.T:
        np.add.at(area, island[corner], np.where(inside[corner], share, 0))
    return np.where(inside & (area[island] < SPECK), -1, level)


def inner_part(corners, levels):
    """The part of a triangle where the level, linear between the corners, is above zero: a polygon."""
    polygon = []
    for n in range(3):
        here, there = levels[n], levels[n - 2]
        if here > 0:
            polygon.append(corners[n])
        if (here > 0) != (there > 0):
            polygon.append(corners[n] + (corners[n - 2] - corners[n]) * here / (here - there))
    return polygon


def cut(mesh, level_of):
    """The part of a mesh where a level is above zero, lying exactly on the mesh, in as few triangles as it takes."""
    vertices, faces, parents, level = refine(mesh, level_of)
    level = without_specks(vertices, faces, level)
    inside = (level[faces] > 0).sum(1)
    sizes = np.bincount(parents, minlength=len(mesh.faces))
    full = np.bincount(parents, weights=inside == 3, minlength=len(mesh.faces)) == sizes
    triangles = [mesh.triangles[full]]
    normals = [mesh.vertex_normals[mesh.faces[full]]]
    touched = np.flatnonzero((inside > 0) & ~full[parents])
    for parent in np.unique(parents[touched]):
        corners = mesh.triangles[parent]
        origin, first = corners[0], unit(corners[1] - corners[0])
        upright = np.cross(first, corners[2] - origin)
        axes = np.stack([first, unit(np.cross(upright, first))])
        pieces = [
            shapely.Polygon((np.array(inner_part(vertices[faces[n]], level[faces[n]])) - origin) @ axes.T)
            for n in touched[parents[touched] == parent]
        ]
        area = shapely.unary_union([piece.buffer(1e-6) for piece in pieces if piece.area > 0]).simplify(EDGE)
        for part in shapely.constrained_delaunay_triangles(area).geoms:
            flat = np.array(shapely.orient_polygons(part).exterior.coords)[:3]
            points = flat @ axes + origin
            share = trimesh.triangles.points_to_barycentric(np.repeat(corners[None], 3, 0), points)
            triangles.append(points[None])
            normals.append((share @ mesh.vertex_normals[mesh.faces[parent]])[None])
    triangles, normals = np.vstack(triangles), np.vstack(normals)
    snapped = np.round(triangles.reshape(-1, 3) / SNAP).astype(int)
    corner, index, number = np.unique(snapped, axis=0, return_index=True, return_inverse=True)
    normals = normals.reshape(-1, 3)[index]
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return trimesh.Trimesh(corner * SNAP, number.reshape(-1, 3), vertex_normals=normals, process=False)


def cut_patches(brushes, bone, mesh):
    """Every attachment on one bone as a piece of its mesh."""
    patches = []
    for key in sorted({(brush.structure, brush.kind) for brush in brushes if brush.bone == bone}):
        piece = cut(mesh, lambda points, normals, key=key: depths(brushes, bone, points, normals)[key])
        if len(piece.faces):
            patches.append(Patch(*key, bone, piece))
    return patches
