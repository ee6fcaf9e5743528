"""What an orthographic camera in front of the body sees: for each pixel the bone, the point, its normal and its light.

Image axes: u to the viewer's right (the body's left, -z), v down (-y). One picture unit is half a millimetre.
"""

from dataclasses import dataclass

import numpy as np
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh
from scipy import ndimage

UNITS = 2000  # picture units in a metre
SAMPLES = 2  # pixels in a picture unit, each way
CAMERA_DISTANCE = 1.0

KEY_LIGHT = np.array([0.62, 0.62, 0.48])  # from the front, above, on the viewer's left
FILL_LIGHT = np.array([0.5, -0.15, -0.85])


@dataclass(frozen=True)
class Frame:
    """The part of the front view that a figure shows, in metres of the pelvis frame."""

    left: float  # greatest z: the viewer's left is the body's right
    top: float
    right: float
    bottom: float

    @property
    def width(self):
        return round((self.left - self.right) * UNITS)

    @property
    def height(self):
        return round((self.top - self.bottom) * UNITS)

    def project(self, points):
        """Picture units of points in the pelvis frame."""
        points = np.asarray(points, float)
        return np.c_[self.left - points[:, 2], self.top - points[:, 1]] * UNITS

    def rays(self, samples):
        """A starting point in front of the body for the middle of every pixel, row by row."""
        u, v = np.meshgrid(
            (np.arange(self.width * samples) + 0.5) / samples,
            (np.arange(self.height * samples) + 0.5) / samples,
        )
        return np.c_[
            np.full(u.size, CAMERA_DISTANCE), self.top - v.ravel() / UNITS, self.left - u.ravel() / UNITS
        ]


class Stage:
    """Bones that can be looked at."""

    def __init__(self, bones):
        self.names = list(bones)
        self.bones = bones
        self.scene = rtcore_scene.EmbreeScene()
        for mesh in bones.values():
            TriangleMesh(self.scene, mesh.triangles.astype(np.float32))

    def cast(self, origins, directions):
        """Nearest hit along each ray: bone number or -1, triangle, barycentric u and v, distance."""
        directions = np.broadcast_to(np.asarray(directions, np.float32), origins.shape)
        hits = self.scene.run(
            np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions), output=True
        )
        return hits["geomID"], hits["primID"], hits["u"], hits["v"], hits["tfar"]

    def hidden(self, points, clearance=0.002):
        """Whether a bone lies between the viewer and each point."""
        points = np.asarray(points, float)
        bone, *_ = self.cast(points + np.array([clearance, 0, 0]), [1, 0, 0])
        return bone >= 0


@dataclass
class Buffers:
    frame: Frame
    names: list
    bone: np.ndarray  # number of the bone, -1 for nothing
    point: np.ndarray
    normal: np.ndarray
    light: np.ndarray

    def mask(self, *names):
        return np.isin(self.bone, [self.names.index(name) for name in names])


def look(stage, frame, from_behind=False):
    """Cast one ray a pixel and interpolate the surface it meets."""
    shape = (frame.height * SAMPLES, frame.width * SAMPLES)
    origins, direction = frame.rays(SAMPLES), np.array([-1.0, 0, 0])
    if from_behind:
        origins, direction = origins * [-1, 1, 1], -direction
    bone, triangle, u, v, distance = stage.cast(origins, direction)
    point = origins + direction * np.where(bone >= 0, distance, 0)[:, None]
    normal = np.zeros_like(point)
    for number, name in enumerate(stage.names):
        mesh, here = stage.bones[name], bone == number
        corners = mesh.vertex_normals[mesh.faces[triangle[here]]]
        weights = np.c_[1 - u[here] - v[here], u[here], v[here]]
        normal[here] = (corners * weights[..., None]).sum(1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    light = np.zeros(len(bone))
    if not from_behind:
        light = lighten(stage, bone, point, normal, shape)
    return Buffers(
        frame,
        stage.names,
        bone.reshape(shape),
        point.reshape(*shape, 3),
        normal.reshape(*shape, 3),
        light.reshape(shape),
    )


def lighten(stage, bone, point, normal, shape):
    """Brightness from 0 to 1: a key light, a fill light, and the open sky that each point can see."""
    key = np.clip(normal @ (KEY_LIGHT / np.linalg.norm(KEY_LIGHT)), 0, 1)
    fill = np.clip(normal @ (FILL_LIGHT / np.linalg.norm(FILL_LIGHT)), 0, 1)
    facing = np.clip(normal[:, 0], 0, 1)
    sky = open_sky(stage, bone, point, normal, shape)
    return np.where(bone >= 0, (0.16 + 0.55 * key + 0.14 * fill + 0.2 * facing) * (0.36 + 0.64 * sky), 0)


def open_sky(stage, bone, point, normal, shape, directions=40, reach=0.07, step=3):
    """Share of the surroundings within reach that no bone blocks, on a coarser grid and spread back over the pixels."""
    pick = np.zeros(shape, bool)
    pick[::step, ::step] = True
    pick = pick.ravel()
    seen = pick & (bone >= 0)
    start, up = point[seen] + normal[seen] * 4e-4, normal[seen]
    side = np.cross(up, np.where(np.abs(up[:, [1]]) < 0.9, [[0, 1.0, 0]], [[1.0, 0, 0]]))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(up, side)
    blocked = np.zeros(len(start))
    for number in range(directions):
        height = np.sqrt(1 - (number + 0.5) / directions)
        turn = number * np.pi * (3 - np.sqrt(5))
        flat = np.sqrt(1 - height**2)
        ray = up * height + side * (flat * np.cos(turn)) + other * (flat * np.sin(turn))
        hit, *_, distance = stage.cast(start, ray)
        blocked += np.where((hit >= 0) & (distance < reach), 1 - distance / reach, 0)
    coarse_shape = (len(range(0, shape[0], step)), len(range(0, shape[1], step)))
    value, weight = np.zeros(pick.sum()), np.zeros(pick.sum())
    where = seen[pick]
    value[where], weight[where] = 1 - blocked / directions, 1
    value, weight = (ndimage.gaussian_filter(a.reshape(coarse_shape), 0.8) for a in (value, weight))
    coarse = value / np.maximum(weight, 1e-6)
    rows, columns = np.indices(shape)
    return ndimage.map_coordinates(coarse, [rows / step, columns / step], order=1, mode="nearest").ravel()
