"""Builds everything the site shows of the hip's anatomy into static/anatomy. Run it with: make -C workshop"""

import gzip
import json
import re
import sys

from workshop import model
from workshop.bones import build_bones
from workshop.config import OUTPUT
from workshop.fibres import load_muscles, model_muscles
from workshop.figure import Figure, compose
from workshop.glb import build_glb, coarse_bones
from workshop.patches import load_brushes
from workshop.places import build_places
from workshop.poster import make_poster
from workshop.strands import build_strands
from workshop.surfaces import cut_patches
from workshop.view import BACK, FRONT, SIDE, Frame, Stage
from workshop.views import FRAMES, write_views

FLEXORS = (
    "psoas-major", "iliacus", "iliopsoas", "rectus-femoris", "sartorius", "tensor-fasciae-latae", "pectineus",
)  # fmt: skip
DETAIL = {"units": 2000, "samples": 2}

HIP_FRONT = Figure(
    "hip-front",
    "The right hip from the front: where muscles attach, and how the flexors pull",
    Frame(FRONT, left=-0.165, top=0.245, right=0.15, bottom=-0.31, **DETAIL),
    budget=70_000,
    through=(("iliopsoas", "insertion"), ("pectineus", "insertion")),
)
HIP_FRONT_PLAIN = Figure(
    "hip-front-plain",
    "The hip flexors from the front",
    Frame(FRONT, left=-0.186, top=0.24, right=0.186, bottom=-0.225, **DETAIL),
    budget=45_000,
    structures=FLEXORS,
    through=HIP_FRONT.through,
    fade=(-0.1599, -0.225),
    names=False,
)
HIP_SIDE = Figure(
    "hip-side",
    "The right hip and leg from the outside: where muscles attach, and how flexors and extensors pull",
    Frame(SIDE, left=-0.235, top=0.205, right=0.115, bottom=-0.63),
    budget=25_000,
    through=(("iliacus", "origin"), ("iliopsoas", "insertion")),
    fade=(-0.56, -0.63),
    error=0.4,
)
HIP_BACK = Figure(
    "hip-back",
    "The right hip from the back: where muscles attach, and how the extensors pull",
    Frame(BACK, left=-0.15, top=0.245, right=0.165, bottom=-0.31, **DETAIL),
    budget=70_000,
)
ON_SIDE = (
    "psoas-major", "iliacus", "rectus-femoris", "tensor-fasciae-latae", "gluteus-maximus",
    "biceps-femoris-long-head",
)  # fmt: skip
ON_BACK = ("piriformis", "gluteus-maximus", "semimembranosus", "semitendinosus", "biceps-femoris-long-head")

FORBIDDEN = re.compile(r"<style|<script|\sstyle=|\son\w+=|href=\"(?!#)", re.IGNORECASE)
BODIES_BUDGET = 40_000  # bytes, compressed, of a view's four pictures together
GLB_BUDGET, GLB_PACKED_BUDGET = 500_000, 270_000


def packed_size(data):
    return len(gzip.compress(data, 9))


def check_picture(name, text, budget):
    """Complaints: what a strict content security policy would refuse, and a picture over its budget."""
    packed = packed_size(text.encode())
    print(f"{name}: {len(text) / 1000:.1f} kB, {packed / 1000:.1f} kB compressed")
    faults = [f"{name}: {found!r} is not allowed" for found in sorted(set(FORBIDDEN.findall(text)))]
    if packed > budget:
        faults.append(f"{name}: over its budget of {budget} bytes")
    return faults


def check_bodies():
    """Complaints about the pictures of the moving bodies."""
    faults = []
    for view in FRAMES:
        texts = {path.name: path.read_text() for path in sorted((OUTPUT / "bodies").glob(f"{view}-*.svg"))}
        for name, text in texts.items():
            faults += check_picture(f"bodies/{name}", text, BODIES_BUDGET)
        if sum(packed_size(text.encode()) for text in texts.values()) > BODIES_BUDGET:
            faults.append(f"bodies/{view}-*.svg: together over their budget of {BODIES_BUDGET} bytes")
    return faults


def check_glb(data):
    packed = packed_size(data)
    print(f"hip.glb: {len(data) / 1000:.1f} kB, {packed / 1000:.1f} kB compressed")
    if len(data) > GLB_BUDGET or packed > GLB_PACKED_BUDGET:
        return [f"hip.glb: over its budget of {GLB_BUDGET} bytes, {GLB_PACKED_BUDGET} compressed"]
    return []


def write_json(name, data):
    text = json.dumps(data, separators=(",", ":")) + "\n"
    (OUTPUT / name).write_text(text)
    print(f"{name}: {len(text) / 1000:.1f} kB, {packed_size(text.encode()) / 1000:.1f} kB compressed")


def main():
    bones = build_bones()
    stage, brushes = Stage(bones), load_brushes(bones)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    model.main()

    coarse = coarse_bones(bones)
    patches = [patch for name, mesh in coarse.items() for patch in cut_patches(brushes, name, mesh)]
    glb = build_glb(coarse, patches)
    (OUTPUT / "hip.glb").write_bytes(glb)
    faults = check_glb(glb)
    write_json("places.json", build_places(patches, bones))
    strands = build_strands(patches)
    write_json("strands.json", strands)

    write_views(stage, brushes, patches, OUTPUT)
    faults += check_bodies()

    flexors = load_muscles()
    right = stage.only([name for name in stage.names if not name.endswith("-left")])
    for figure, seen, muscles in (
        (HIP_FRONT, stage, flexors),
        (HIP_FRONT_PLAIN, stage, flexors),
        (HIP_SIDE, right, model_muscles(strands, ON_SIDE)),
        (HIP_BACK, stage, model_muscles(strands, ON_BACK)),
    ):
        text = compose(seen, brushes, muscles, figure)
        (OUTPUT / f"{figure.name}.svg").write_text(text)
        faults += check_picture(f"{figure.name}.svg", text, figure.budget)
    for figure in (HIP_FRONT_PLAIN, HIP_FRONT, HIP_SIDE, HIP_BACK):
        make_poster(figure)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
