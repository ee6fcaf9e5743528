"""Bone meshes in the body frames of the Rajagopal 2016 model, in metres: x forward, y up, z to the right.

The mean shapes come as cubic and quartic finite-element fields. They are triangulated here and mapped into the
model's frames: the pelvis by its landmarks, femur, tibia and fibula by a closest-point fit to the coarse bones of the
vertebrae's package, the patella by size and place, the vertebrae by their place in that package's skeleton.
Every field names the nodes of some landmarks; they are mapped along and kept beside the meshes.
"""

import json
from importlib import import_module
from pathlib import Path

import mujoco
import musclemimic_models
import musculoskeletal.models
import numpy as np
import scipy
import trimesh

from workshop.config import BUILD, STANDING, body_of, load_json

PELVIS_FINENESS = 10
FEMUR_FINENESS = 12
SHIN_FINENESS = 8
PATELLA_FINENESS = 8

FIELDS = {
    "pelvis": (
        "pelvis_combined_cubic_mean_rigid_LLP26.geof",
        "pelvis_combined_cubic_flat.ens",
        "pelvis_combined_cubic_flat.mesh",
    ),
    "femur": (
        "femur_right_mirrored_from_left_mean_rigid_LLP26.geof",
        "femur_right_quartic_flat.ens",
        "femur_right_quartic_flat.mesh",
    ),
    "shin": (
        "tibia_fibula_cubic_right_mirrored_from_left_mean_rigid_LLP26.geof",
        "tibia_fibula_right_cubic_flat.ens",
        "tibia_fibula_right_cubic_flat.mesh",
    ),
    "patella": (
        "patella_right_mirrored_from_left_mean_rigid_LLP26.geof",
        "patella_11_right.ens",
        "patella_11_right.mesh",
    ),
}

# Node numbers of the landmarks in the pelvis field; the sides' hip joint centres are fitted to the socket's elements.
PELVIS_NODES = {
    "LASIS": 1004, "RASIS": 466, "LPSIS": 924, "RPSIS": 384, "LPT": 642, "RPT": 103,
    "LPS": 630, "RPS": 92, "LIS": 773, "RIS": 233, "LIT": 566, "RIT": 25,
}  # fmt: skip
SOCKETS = {"LHJC": (109, 111, 112, 113, 114, 115), "RHJC": (36, 38, 39, 40, 41, 42)}
FEMUR_HEAD = (0, 1, 2, 3, 4, 5)
FEMUR_NODES = {
    "medial-epicondyle": 628, "lateral-epicondyle": 550, "greater-trochanter": 174, "lesser-trochanter": 276,
}  # fmt: skip
SHIN_NODES = {
    "lateral-condyle-of-tibia": 258, "medial-condyle-of-tibia": 235, "lateral-malleolus": 527,
    "medial-malleolus": 151, "tibial-tuberosity": 203,
}  # fmt: skip
PATELLA_LATERAL = 72
PATELLA_NODES = {"apex-of-patella": 29, "base-of-patella": 58}

MIRROR = np.array([1.0, 1.0, -1.0])
MARKS = BUILD / "landmarks.json"


def load_field(bone):
    """The finite-element field of one mean bone."""
    # The package still asks SciPy for names that moved to NumPy long ago.
    for name in (
        "dot",
        "array",
        "zeros",
        "ones",
        "arange",
        "hstack",
        "vstack",
        "where",
        "sqrt",
        "linspace",
        "newaxis",
    ):
        if name not in vars(scipy):
            setattr(scipy, name, getattr(np, name))
    geometric_field = import_module("gias3.fieldwork.field.geometric_field")
    folder = Path(musculoskeletal.models.__file__).parent / "atlas_meshes"
    return geometric_field.load_geometric_field(*(str(folder / name) for name in FIELDS[bone]))


def triangulate(field, fineness):
    vertices, faces = field.triangulate([fineness, fineness], merge=True)
    return trimesh.Trimesh(np.asarray(vertices) / 1000, faces, process=True)


def sphere_centre(field, elements):
    """Centre of the sphere that fits the given elements of a field best."""
    points = (
        np.vstack([np.asarray(field.evaluate_geometric_field_in_elements([8, 8], [e])).T for e in elements])
        / 1000
    )
    solution, *_ = np.linalg.lstsq(np.c_[2 * points, np.ones(len(points))], (points**2).sum(1), rcond=None)
    return solution[:3]


def unit(vector):
    return vector / np.linalg.norm(vector)


def symmetric_quadratic(points):
    """Terms of a map that is quadratic and mirrors left to right: even terms for x and y, odd terms for z."""
    x, y, z = points.T
    even = np.c_[np.ones(len(points)), x, y, x * x, x * y, y * y, z * z]
    return even, np.c_[z, z * x, z * y]


def build_pelvis():
    """Right hip bone, sacrum and landmarks, mapped so that these fall on their known places in the model's frame."""
    field = load_field("pelvis")
    nodes = field.get_all_point_positions() / 1000
    marks = {name: nodes[node] for name, node in PELVIS_NODES.items()}
    marks |= {name: sphere_centre(field, elements) for name, elements in SOCKETS.items()}

    paired = ("ASIS", "PSIS", "PT", "IS", "IT", "HJC")
    right = unit(sum(marks["R" + name] - marks["L" + name] for name in paired))
    front_top = (marks["RASIS"] + marks["LASIS"]) / 2
    up = front_top - (marks["RPT"] + marks["LPT"]) / 2
    up = unit(up - right * (up @ right))
    axes = np.array([np.cross(up, right), up, right])

    def to_frame(points):
        return (points - front_top) @ axes.T * 10  # tenths of a metre keep the quadratic terms near one

    target = load_json("landmarks_pelvis.json")
    names = list(target)
    places = np.array([target[name] for name in names])
    even, odd = symmetric_quadratic(to_frame(np.array([marks[name] for name in names])))
    even_map, *_ = np.linalg.lstsq(even, places[:, :2], rcond=None)
    odd_map, *_ = np.linalg.lstsq(odd, places[:, 2], rcond=None)

    def place(points):
        even, odd = symmetric_quadratic(to_frame(points))
        return np.c_[even @ even_map, odd @ odd_map]

    placed_marks = place(np.array([marks[name] for name in names]))
    miss = np.linalg.norm(placed_marks - places, axis=1)
    print(f"pelvis: landmarks missed by {miss.max() * 1000:.2f} mm at most")

    mesh = triangulate(field, PELVIS_FINENESS)
    right_hip, sacrum, _left_hip = sorted(
        mesh.split(only_watertight=False), key=lambda part: part.centroid[0]
    )
    placed = {
        name: trimesh.Trimesh(place(part.vertices), part.faces, process=False)
        for name, part in (("hip-bone", right_hip), ("sacrum", sacrum))
    }
    trimesh.smoothing.filter_taubin(placed["sacrum"], iterations=12)  # the mean of 26 sacra is lumpy
    return placed, dict(zip(names, placed_marks, strict=True))


def homogeneous(points):
    return np.c_[points, np.ones(len(points))]


def fit_affine(mesh, target, pinned=False, rounds=60, kept=0.9):
    """The affine map (4 by 3) that brings a mesh on to target points by closest points.

    The mesh must face the right way already. With `pinned` its origin stays in place.
    """
    scale = np.ptp(target[:, 1]) / np.ptp(mesh.vertices[:, 1])
    shift = np.zeros(3) if pinned else (target.min(0) + target.max(0)) / 2 - scale * mesh.bounds.mean(0)
    matrix = np.vstack([scale * np.eye(3), shift])
    pin = np.array([[0, 0, 0, 20.0]] if pinned else np.zeros((0, 4)))
    for _ in range(rounds):
        moved = trimesh.Trimesh(homogeneous(mesh.vertices) @ matrix, mesh.faces, process=False)
        closest, distance, triangle = trimesh.proximity.closest_point(moved, target)
        near = distance <= np.quantile(distance, kept)
        weights = trimesh.triangles.points_to_barycentric(moved.triangles[triangle], closest)
        source = (mesh.vertices[mesh.faces[triangle]] * weights[..., None]).sum(1)
        rows = np.vstack([homogeneous(source)[near], pin])
        matrix, *_ = np.linalg.lstsq(rows, np.vstack([target[near], np.zeros((len(pin), 3))]), rcond=None)
    print(f"fitted to {distance[near].mean() * 1000:.2f} mm on average")
    return matrix


def build_femur(coarse):
    """Right femur with its head at the origin, fitted to the coarse femur's vertices, and its landmarks."""
    field = load_field("femur")
    nodes = field.get_all_point_positions() / 1000
    marks = {name: nodes[node] for name, node in FEMUR_NODES.items()}
    marks["femoral-head"] = sphere_centre(field, FEMUR_HEAD)
    head, medial, lateral = (marks[n] for n in ("femoral-head", "medial-epicondyle", "lateral-epicondyle"))
    axes = long_bone_axes(head, medial, lateral)
    sketch, mesh = triangulate(field, 8), triangulate(field, FEMUR_FINENESS)
    for part in (sketch, mesh):
        part.vertices = (part.vertices - head) @ axes.T
    matrix = fit_affine(mesh, coarse, pinned=True)
    places = homogeneous((np.array(list(marks.values())) - head) @ axes.T) @ matrix
    femur = trimesh.Trimesh(homogeneous(mesh.vertices) @ matrix, mesh.faces, process=False)
    return {"femur": femur}, dict(zip(marks, places, strict=True))


def long_bone_axes(top, medial, lateral):
    """Rows are forward, up and right: up runs from between two lower points to the top."""
    up = unit(top - (medial + lateral) / 2)
    right = lateral - medial
    right = unit(right - up * (up @ right))
    return np.array([np.cross(up, right), up, right])


def build_shin(coarse):
    """Right tibia and fibula, fitted to the coarse ones' vertices, and their landmarks."""
    field = load_field("shin")
    nodes = field.get_all_point_positions() / 1000
    marks = {name: nodes[node] for name, node in SHIN_NODES.items()}
    top = (marks["lateral-condyle-of-tibia"] + marks["medial-condyle-of-tibia"]) / 2
    axes = long_bone_axes(top, marks["medial-malleolus"], marks["lateral-malleolus"])
    mesh = triangulate(field, SHIN_FINENESS)
    mesh.vertices = (mesh.vertices - top) @ axes.T
    matrix = fit_affine(mesh, coarse)
    places = homogeneous((np.array(list(marks.values())) - top) @ axes.T) @ matrix
    placed = trimesh.Trimesh(homogeneous(mesh.vertices) @ matrix, mesh.faces, process=False)
    fibula, tibia = sorted(placed.split(only_watertight=False), key=lambda part: part.area)[-2:]
    return {"tibia": tibia, "fibula": fibula}, dict(zip(marks, places, strict=True))


def build_patella(coarse):
    """Right patella as tall as the coarse one and in its place, and its landmarks."""
    field = load_field("patella")
    nodes = field.get_all_point_positions() / 1000
    marks = {name: nodes[node] for name, node in PATELLA_NODES.items()}
    mesh = triangulate(field, PATELLA_FINENESS)
    centre = mesh.bounds.mean(0)
    up = unit(marks["base-of-patella"] - marks["apex-of-patella"])
    right = nodes[PATELLA_LATERAL] - centre
    right = unit(right - up * (up @ right))
    axes = np.array([np.cross(up, right), up, right])
    mesh.vertices = (mesh.vertices - centre) @ axes.T
    scale = np.ptp(coarse[:, 1]) / np.ptp(mesh.vertices[:, 1])
    shift = (coarse.min(0) + coarse.max(0)) / 2 - scale * mesh.bounds.mean(0)
    places = (np.array(list(marks.values())) - centre) @ axes.T * scale + shift
    patella = trimesh.Trimesh(mesh.vertices * scale + shift, mesh.faces, process=False)
    return {"patella": patella}, dict(zip(marks, places, strict=True))


class CoarseSkeleton:
    """The low-resolution skeleton that brings the vertebrae, posed upright, in its own pelvis frame."""

    def __init__(self):
        self.model, self.data = musclemimic_models.load("myofullbody")
        self.data.qpos[:] = self.model.qpos0
        mujoco.mj_forward(self.model, self.data)

    def mesh(self, name, body="pelvis"):
        """One named mesh, in the frame of the pelvis or of another body."""
        model, data = self.model, self.data
        geom = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_GEOM, name)
        number = model.geom_dataid[geom]
        first, count = model.mesh_vertadr[number], model.mesh_vertnum[number]
        vertices = model.mesh_vert[first : first + count].astype(float)
        first, count = model.mesh_faceadr[number], model.mesh_facenum[number]
        faces = model.mesh_face[first : first + count]
        world = vertices @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
        frame = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, body)
        local = (world - data.xpos[frame]) @ data.xmat[frame].reshape(3, 3)
        mesh = trimesh.Trimesh(local, faces, process=True)
        mesh.merge_vertices()
        return mesh


def sacral_plateau(mesh):
    """Middle of the sacrum's upper face, on which the fifth lumbar vertebra sits."""
    middle = mesh.vertices[np.abs(mesh.vertices[:, 2]) < 0.02]
    return middle[middle[:, 1] > np.quantile(middle[:, 1], 0.93)].mean(0)


def vertebral_body(mesh):
    """Vertices of the weight-bearing front of a vertebra."""
    x, _y, z = mesh.vertices.T
    return mesh.vertices[(x > np.quantile(x, 0.99) - 0.032) & (np.abs(z) < 0.022)]


def build_spine(skeleton, sacrum):
    """L1 to L5, smoothed and seated on the sacrum, with the discs between them."""
    shift = sacral_plateau(sacrum) - sacral_plateau(skeleton.mesh("sacrum_geom_1"))
    shift[2] = 0
    parts = {}
    for level in range(1, 6):
        mesh = skeleton.mesh(f"lumbar{level}_geom_1").subdivide_loop(2)
        trimesh.smoothing.filter_taubin(mesh, iterations=6)
        mesh.vertices += shift + np.array([0, 0.002, 0])
        centre = mesh.vertices.mean(0)
        mesh.vertices = (mesh.vertices - centre) * [1.1, 1.16, 1.12] + centre
        parts[f"l{level}"] = mesh
    below_of = [*(parts[f"l{level}"] for level in range(2, 6)), sacrum]
    for level, below in enumerate(below_of, start=1):
        upper = vertebral_body(parts[f"l{level}"])
        floor = upper[upper[:, 1] < np.quantile(upper[:, 1], 0.25)]
        if below is sacrum:
            top = sacral_plateau(sacrum)
            points = sacrum.vertices
            lower = points[(np.abs(points[:, 2]) < 0.022) & (points[:, 1] > top[1] - 0.008)]
            roof = lower = lower[lower[:, 0] > top[0] - 0.014]
        else:
            lower = vertebral_body(below)
            roof = lower[lower[:, 1] > np.quantile(lower[:, 1], 0.75)]
        parts[f"disc{level}"] = make_disc(upper.mean(0) - lower.mean(0), floor.mean(0), roof.mean(0))
    return parts


def make_disc(axis, floor, roof):
    """A rounded cushion between the floor of one vertebra and the roof of the next."""
    axis = unit(axis)
    right = np.array([0, 0, 1.0])
    forward = unit(np.cross(axis, right))
    half_height = max(np.linalg.norm(floor - roof), 0.006) * 0.42 + 0.0012
    ball = trimesh.creation.icosphere(4)
    x, y, z = (np.sign(ball.vertices) * np.abs(ball.vertices) ** 0.7).T[:, :, None]
    vertices = (floor + roof) / 2 + x * forward * 0.0158 + y * axis * half_height + z * right * 0.0215
    vertices[:, 2] -= vertices[:, 2].mean()
    return trimesh.Trimesh(vertices, ball.faces)


def build_symphysis(hip_bone):
    """The cushion of cartilage between the two pubic bones."""
    points = hip_bone.vertices
    face = points[(points[:, 2] < 0.006) & (points[:, 1] < -0.06)]
    ball = trimesh.creation.icosphere(4)
    size = np.append(np.ptp(face[:, :2], axis=0) * 0.42, 0.0062)
    return trimesh.Trimesh(ball.vertices * size + [*face[:, :2].mean(0), 0], ball.faces)


def mirrored(mesh):
    return trimesh.Trimesh(mesh.vertices * MIRROR, mesh.faces[:, ::-1], process=False)


RIGHT = ("hip-bone", "femur", "tibia", "fibula", "patella")
AXIAL = ("sacrum", "disc-pubic", *(f"l{n}" for n in range(1, 6)), *(f"disc{n}" for n in range(1, 6)))
MIRRORED = ("hip-bone", "femur")


def make_bones():
    """Every bone in its own body's frame, and every landmark that the fields name, by body."""
    skeleton = CoarseSkeleton()
    shin = [skeleton.mesh(name, body="tibia_r").vertices for name in ("r_tibia", "r_fibula")]
    parts, marks = {}, {}
    for body, (bones, places) in {
        "pelvis": build_pelvis(),
        "femur": build_femur(skeleton.mesh("r_femur", body="femur_r").vertices),
        "tibia": build_shin(np.vstack(shin)),
        "patella": build_patella(skeleton.mesh("r_patella", body="patella_r").vertices),
    }.items():
        parts |= bones
        marks[body] = {name: place.round(6).tolist() for name, place in places.items()}
    parts["disc-pubic"] = build_symphysis(parts["hip-bone"])
    parts |= build_spine(skeleton, parts["sacrum"])
    return parts, marks


def build_bones():
    """Every bone by name, in the pelvis frame, standing upright. Kept in the build folder."""
    names = [*RIGHT, *AXIAL]
    files = {name: BUILD / f"{name}.ply" for name in names}
    if not all(file.exists() for file in (*files.values(), MARKS)):
        BUILD.mkdir(exist_ok=True)
        parts, marks = make_bones()
        MARKS.write_text(json.dumps(marks))
        for name in names:
            mesh = parts[name]
            mesh.vertices += STANDING[body_of(name)]
            mesh.fix_normals()
            mesh.export(files[name])
    bones = {name: trimesh.load(file, process=True) for name, file in files.items()}
    return bones | {f"{name}-left": mirrored(bones[name]) for name in MIRRORED}


def load_marks():
    """Places of the fields' landmarks by body, in the body's frame. They are there once the bones are built."""
    return {
        body: {name: np.array(p) for name, p in marks.items()}
        for body, marks in json.loads(MARKS.read_text()).items()
    }
