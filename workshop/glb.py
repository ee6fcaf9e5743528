"""static/anatomy/hip.glb: bones and attachments as small meshes with baked shading, for any reader of glTF 2.0.

Positions are 16-bit and normals 8-bit numbers (KHR_mesh_quantization), undone by each mesh node's own scale and
translation. Colours are linear, and carry how much sky each point sees. Nothing else is needed to read the file.
"""

import json
import struct

import fast_simplification
import numpy as np
import trimesh

from workshop.config import STANDING, body_of, origin_of
from workshop.palette import COLOURS
from workshop.view import Stage, open_sky

# Triangles left of each bone.
TRIANGLES = {"hip-bone": 5000, "sacrum": 2200, "femur": 3400, "tibia": 1600, "fibula": 700, "patella": 450}
OTHER_TRIANGLES = {"l": 800, "disc": 130}
BONE_DARKEST, PATCH_DARKEST = 0.35, 0.6  # what is left of a colour where no light comes
BONE_COLOUR, DISC_COLOUR = "#efe6d2", "#a9bccb"
STEP = 0.00005  # metres; positions are whole multiples of it
LIFT = 0.00025  # metres between a patch and the bone it lies on
FLOAT, SHORT, USHORT, BYTE, UBYTE = 5126, 5122, 5123, 5120, 5121


def linear(colour):
    """A hex colour as three linear numbers from 0 to 1."""
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def budget(bone):
    return TRIANGLES.get(bone) or OTHER_TRIANGLES["disc" if bone.startswith("disc") else "l"]


def simplify(mesh, count):
    """A mesh with about so many triangles, and the normals of the fine one."""
    vertices, faces = fast_simplification.simplify(
        mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32), target_count=count, agg=4
    )
    coarse = trimesh.Trimesh(vertices, faces, process=True)
    closest, _, triangle = trimesh.proximity.closest_point(mesh, coarse.vertices)
    weights = trimesh.triangles.points_to_barycentric(mesh.triangles[triangle], closest)
    normals = (mesh.vertex_normals[mesh.faces[triangle]] * weights[..., None]).sum(1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return trimesh.Trimesh(coarse.vertices, coarse.faces, vertex_normals=normals, process=False)


def coarse_bones(bones):
    """Simplified bones of the right side and the middle, in the pelvis frame."""
    return {name: simplify(mesh, budget(name)) for name, mesh in bones.items() if not name.endswith("-left")}


def shade(stages, bone, points, normals, colour, darkest):
    """Vertex colours: a colour, darker where the bones of a body take the light from one another."""
    sky = open_sky(stages[body_of(bone)], points, normals, directions=96, reach=0.06)
    return linear(colour) * (darkest + (1 - darkest) * sky[:, None])


def in_order(vertices, faces, *attributes):
    """The same mesh with neighbours near one another in the file, which packs better."""
    grid = ((vertices[faces].mean(1) - vertices.min(0)) / 0.008).astype(int)
    snake = np.where(grid[:, 1] % 2, -grid[:, 2], grid[:, 2])
    faces = faces[np.lexsort((grid[:, 0], snake, grid[:, 1]))]
    used, first = np.unique(faces.ravel(), return_index=True)
    order = used[np.argsort(first)]
    new = np.zeros(len(vertices), int)
    new[order] = np.arange(len(order))
    return vertices[order], new[faces], *(attribute[order] for attribute in attributes)


class Writer:
    """Puts nodes, meshes and one buffer together."""

    def __init__(self):
        self.nodes, self.meshes, self.accessors, self.views = [], [], [], []
        self.buffer = bytearray()

    def view(self, data, target, stride=None):
        self.buffer += b"\0" * (-len(self.buffer) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.buffer), "byteLength": len(data), "target": target}
        if stride:
            entry["byteStride"] = stride
        self.views.append(entry)
        self.buffer += data
        return len(self.views) - 1

    def accessor(self, view, component, count, kind, **more):
        self.accessors.append(
            {"bufferView": view, "componentType": component, "count": count, "type": kind, **more}
        )
        return len(self.accessors) - 1

    def mesh(self, name, vertices, faces, normals, colours, extras):
        """Add a mesh; returns its number and the node transform that undoes the quantization."""
        vertices, faces, normals, colours = in_order(vertices, faces, normals, colours)
        centre, scale = ((vertices.min(0) + vertices.max(0)) / 2).round(5), STEP
        whole = np.round((vertices - centre) / scale).astype("<i2")
        position = self.view(np.c_[whole, np.zeros(len(whole), "<i2")].tobytes(), 34962, 8)
        direction = np.c_[np.round(normals * 63) * 2, np.zeros(len(normals))].astype("i1")
        normal = self.view(direction.tobytes(), 34962, 4)
        paint = np.c_[np.round(np.clip(colours, 0, 1) * 255), np.full(len(colours), 255)].astype("u1")
        colour = self.view(paint.tobytes(), 34962, 4)
        index = self.view(faces.astype("<u2").tobytes(), 34963)
        count = len(vertices)
        attributes = {
            "POSITION": self.accessor(
                position, SHORT, count, "VEC3", min=whole.min(0).tolist(), max=whole.max(0).tolist()
            ),
            "NORMAL": self.accessor(normal, BYTE, count, "VEC3", normalized=True),
            "COLOR_0": self.accessor(colour, UBYTE, count, "VEC4", normalized=True),
        }
        indices = self.accessor(index, USHORT, faces.size, "SCALAR")
        primitive = {"attributes": attributes, "indices": indices, "material": 0}
        self.meshes.append({"name": name, "primitives": [primitive], "extras": extras})
        placing = {"translation": [round(float(x), 7) for x in centre], "scale": [scale] * 3}
        return len(self.meshes) - 1, placing

    def node(self, **entry):
        self.nodes.append(entry)
        return len(self.nodes) - 1

    def file(self, roots):
        document = {
            "asset": {"version": "2.0", "generator": "HipCourse workshop", "copyright": CREDIT},
            "extensionsUsed": ["KHR_mesh_quantization"],
            "extensionsRequired": ["KHR_mesh_quantization"],
            "scene": 0,
            "scenes": [{"nodes": roots}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 0.75}}],
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.buffer)}],
        }
        text = json.dumps(document, separators=(",", ":")).encode()
        chunks = b""
        for kind, data, filler in ((b"JSON", text, b" "), (b"BIN\0", bytes(self.buffer), b"\0")):
            data += filler * (-len(data) % 4)
            chunks += struct.pack("<I", len(data)) + kind + data
        return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


CREDIT = (
    "Bones MPL-2.0 (musculoskeletal-models), lumbar vertebrae Apache-2.0 (musclemimic-models); see NOTICE"
)


def build_glb(coarse, patches):
    """The whole file. `coarse` are simplified bones, `patches` pieces of them."""
    writer = Writer()
    mirror = trimesh.Trimesh(coarse["hip-bone"].vertices * [1, 1, -1], coarse["hip-bone"].faces[:, ::-1])
    stages = {}
    for body in STANDING:
        bones = {name: mesh for name, mesh in coarse.items() if body_of(name) == body}
        stages[body] = Stage(bones | ({"left": mirror} if body == "pelvis" else {}))
    children = {body: [] for body in STANDING}
    for bone, mesh in coarse.items():
        colour = DISC_COLOUR if bone.startswith("disc") else BONE_COLOUR
        normals = np.asarray(mesh.vertex_normals)
        colours = shade(stages, bone, mesh.vertices, normals, colour, BONE_DARKEST)
        number, placing = writer.mesh(
            bone, mesh.vertices - origin_of(bone), mesh.faces, normals, colours, {"bone": bone}
        )
        children[body_of(bone)].append(writer.node(name=bone, mesh=number, extras={"bone": bone}, **placing))
        if bone in ("hip-bone", "femur"):
            children["pelvis"].append(left_node(writer, bone, number, placing))
    counts = {}
    for patch in patches:
        key = f"{patch.kind}:{patch.structure}"
        counts[key] = counts.get(key, 0) + 1
        mesh, extras = patch.mesh, {"structure": patch.structure, "kind": patch.kind, "bone": patch.bone}
        normals = np.asarray(mesh.vertex_normals)
        colours = shade(
            stages, patch.bone, mesh.vertices, normals, COLOURS[patch.structure][0], PATCH_DARKEST
        )
        lifted = mesh.vertices + normals * LIFT - STANDING[patch.body]
        name = f"{key}:{counts[key]}"
        number, placing = writer.mesh(name, lifted, mesh.faces, normals, colours, extras)
        children[patch.body].append(writer.node(name=name, mesh=number, extras=extras, **placing))
    roots = [
        writer.node(name=f"body_{body}", children=children[body], translation=place.round(7).tolist())
        for body, place in STANDING.items()
    ]
    return writer.file(roots)


def left_node(writer, bone, number, placing):
    """A bone's mirror image below the pelvis, where it does not move."""
    x, y, z = (placing["translation"] + origin_of(bone)).tolist()
    scale = placing["scale"][0]
    extras = {"bone": f"{bone}-left"}
    return writer.node(
        name=f"{bone}-left", mesh=number, extras=extras, translation=[x, y, -z], scale=[scale, scale, -scale]
    )
