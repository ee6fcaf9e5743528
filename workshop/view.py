"""What an orthographic camera sees: for each pixel the bone, the point, its normal and its light.

Image axes: u to the viewer's right, v down (-y). Pictures are measured in units of which a frame has so many a metre.
"""

from dataclasses import dataclass

import numpy as np
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh
from scipy import ndimage

CAMERA_DISTANCE = 1.0


@dataclass(frozen=True)
class View:
    """A side to look from. The image's u axis and the direction to the viewer are axes of the pelvis frame."""

    name: str
    right: tuple  # u axis
    toward: tuple  # from the body to the viewer
    key: tuple  # directions of the key light and the fill light
    fill: tuple

    @property
    def depth(self):
        """Number of the axis that the view does not show."""
        return int(np.argmax(np.abs(self.toward)))


FRONT = View("front", (0, 0, -1), (1, 0, 0), key=(0.62, 0.62, 0.48), fill=(0.5, -0.15, -0.85))
BACK = View("back", (0, 0, 1), (-1, 0, 0), key=(-0.62, 0.62, -0.48), fill=(-0.5, -0.15, 0.85))
SIDE = View("side", (1, 0, 0), (0, 0, 1), key=(-0.42, 0.66, 0.6), fill=(0.85, -0.15, 0.5))


@dataclass(frozen=True)
class Frame:
    """The part of a view that a picture shows, in metres along the view's u axis and upwards."""

    view: View
    left: float
    top: float
    right: float
    bottom: float
    units: int = 1000  # picture units in a metre
    samples: int = 3  # pixels in a picture unit, each way

    @property
    def width(self):
        return round((self.right - self.left) * self.units)

    @property
    def height(self):
        return round((self.top - self.bottom) * self.units)

    @property
    def rows(self):
        """The map from metres of the pelvis frame to picture units: u and v as a*x + b*y + c*z + d."""
        across, down = np.array([*self.view.right, -self.left]), np.array([0, -1.0, 0, self.top])
        return across * self.units + 0.0, down * self.units + 0.0

    def project(self, points):
        """Picture units of points in the pelvis frame."""
        points = np.asarray(points, float)
        return (
            np.c_[points @ np.array(self.view.right, float) - self.left, self.top - points[:, 1]] * self.units
        )


@dataclass(frozen=True)
class Grid:
    """A window of a frame's pixels."""

    samples: int
    left: int
    top: int
    shape: tuple  # rows, columns

    def place(self, pixels):
        """Picture units of (column, row) places in the window."""
        middle = np.array([self.left, self.top]) + 0.5
        return (np.asarray(pixels, float) + middle) / self.samples


class Stage:
    """Bones that can be looked at."""

    def __init__(self, bones):
        self.names = list(bones)
        self.bones = bones
        self.scene = rtcore_scene.EmbreeScene()
        for mesh in bones.values():
            TriangleMesh(self.scene, mesh.triangles.astype(np.float32))

    def only(self, names):
        return Stage({name: self.bones[name] for name in self.names if name in names})

    def cast(self, origins, directions):
        """Nearest hit along each ray: bone number or -1, triangle, barycentric u and v, distance."""
        directions = np.broadcast_to(np.asarray(directions, np.float32), origins.shape)
        hits = self.scene.run(
            np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions), output=True
        )
        return hits["geomID"], hits["primID"], hits["u"], hits["v"], hits["tfar"]

    def hidden(self, points, view, clearance=0.002):
        """Whether a bone lies between the viewer and each point."""
        toward = np.array(view.toward, float)
        bone, *_ = self.cast(np.asarray(points, float) + clearance * toward, toward)
        return bone >= 0

    def window(self, frame, margin=3):
        """The pixels of a frame on which the bones may fall."""
        corners = np.vstack([frame.project(mesh.bounds) for mesh in self.bones.values()])
        size = np.array([frame.width, frame.height]) * frame.samples
        low = np.clip(np.floor(corners.min(0) * frame.samples).astype(int) - margin, 0, size)
        high = np.clip(np.ceil(corners.max(0) * frame.samples).astype(int) + margin, 0, size)
        columns, rows = high - low
        return Grid(frame.samples, int(low[0]), int(low[1]), (int(rows), int(columns)))


@dataclass
class Buffers:
    frame: Frame
    grid: Grid
    names: list
    bone: np.ndarray  # number of the bone, -1 for nothing
    point: np.ndarray
    normal: np.ndarray
    light: np.ndarray

    def mask(self, *names):
        return np.isin(self.bone, [self.names.index(name) for name in names if name in self.names])


def look(stage, frame, far=False, lit=True):
    """Cast one ray a pixel and interpolate the surface it meets; with `far`, from the other side of the body."""
    grid, view = stage.window(frame), frame.view
    rows, columns = np.indices(grid.shape)
    u, v = grid.place(np.c_[columns.ravel(), rows.ravel()]).T / frame.units
    toward = np.array(view.toward, float) * (-1 if far else 1)
    origins = (
        np.outer(frame.left + u, view.right) + np.outer(frame.top - v, [0, 1, 0]) + CAMERA_DISTANCE * toward
    )
    bone, triangle, s, t, distance = stage.cast(origins, -toward)
    point = origins - toward * np.where(bone >= 0, distance, 0)[:, None]
    normal = np.zeros_like(point)
    for number, name in enumerate(stage.names):
        mesh, here = stage.bones[name], bone == number
        corners = mesh.vertex_normals[mesh.faces[triangle[here]]]
        weights = np.c_[1 - s[here] - t[here], s[here], t[here]]
        normal[here] = (corners * weights[..., None]).sum(1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    light = lighten(stage, view, bone, point, normal, grid) if lit else np.zeros(len(bone))
    return Buffers(
        frame,
        grid,
        stage.names,
        bone.reshape(grid.shape),
        point.reshape(*grid.shape, 3),
        normal.reshape(*grid.shape, 3),
        light.reshape(grid.shape),
    )


def unit(vector):
    return np.asarray(vector, float) / np.linalg.norm(vector)


def lighten(stage, view, bone, point, normal, grid):
    """Brightness from 0 to 1: a key light, a fill light, and the open sky that each point can see."""
    key = np.clip(normal @ unit(view.key), 0, 1)
    fill = np.clip(normal @ unit(view.fill), 0, 1)
    facing = np.clip(normal @ unit(view.toward), 0, 1)
    step = max(round(1.5 * grid.samples), 1)
    sky = spread_sky(stage, bone, point, normal, grid.shape, step)
    return np.where(bone >= 0, (0.16 + 0.55 * key + 0.14 * fill + 0.2 * facing) * (0.36 + 0.64 * sky), 0)


def open_sky(stage, points, normals, directions=40, reach=0.07):
    """Share of the surroundings within reach that no bone blocks, from 0 to 1, for points on the surface."""
    start, up = points + normals * 4e-4, normals
    side = np.cross(up, np.where(np.abs(up[:, [1]]) < 0.9, [[0, 1.0, 0]], [[1.0, 0, 0]]))
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    other = np.cross(up, side)
    blocked = np.zeros(len(start))
    for number in range(directions):
        height = np.sqrt(1 - (number + 0.5) / directions)
        turn = number * np.pi * (3 - np.sqrt(5))
        flat = np.sqrt(1 - height**2)
        ray = up * height + side * (flat * np.cos(turn)) + other * (flat * np.sin(turn))
        hit, *_, distance = stage.cast(start, ray)
        blocked += np.where((hit >= 0) & (distance < reach), 1 - distance / reach, 0)
    return 1 - blocked / directions


def spread_sky(stage, bone, point, normal, shape, step):
    """The open sky on a coarser grid, spread back over the pixels."""
    pick = np.zeros(shape, bool)
    pick[::step, ::step] = True
    pick = pick.ravel()
    seen = pick & (bone >= 0)
    coarse_shape = (len(range(0, shape[0], step)), len(range(0, shape[1], step)))
    value, weight = np.zeros(pick.sum()), np.zeros(pick.sum())
    where = seen[pick]
    value[where], weight[where] = open_sky(stage, point[seen], normal[seen]), 1
    value, weight = (ndimage.gaussian_filter(a.reshape(coarse_shape), 0.8) for a in (value, weight))
    coarse = value / np.maximum(weight, 1e-6)
    rows, columns = np.indices(shape)
    return ndimage.map_coordinates(coarse, [rows / step, columns / step], order=1, mode="nearest").ravel()
