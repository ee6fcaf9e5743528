"""Builds the anatomy figures into static/anatomy. Run it with: make -C workshop"""

import gzip
import re
import sys

from workshop.bones import build_bones
from workshop.config import OUTPUT
from workshop.fibres import load_muscles
from workshop.figure import Figure, compose
from workshop.patches import load_brushes
from workshop.poster import make_poster
from workshop.view import Frame, Stage

FLEXORS = (
    "psoas-major", "iliacus", "iliopsoas", "rectus-femoris", "sartorius", "tensor-fasciae-latae", "pectineus",
)  # fmt: skip

FRONT = Figure(
    "hip-front",
    "The right hip from the front: where muscles attach, and how the flexors pull",
    Frame(left=0.165, top=0.245, right=-0.15, bottom=-0.31),
    budget=70_000,
)
PLAIN = Figure(
    "hip-front-plain",
    "The hip flexors from the front",
    Frame(left=0.186, top=0.24, right=-0.186, bottom=-0.225),
    budget=45_000,
    structures=FLEXORS,
    role="img",
)


FORBIDDEN = re.compile(r"<style|<script|\sstyle=|\son\w+=|href=\"(?!#)", re.IGNORECASE)


def check(figure, text):
    """Complaints: what a strict content security policy would refuse, and a figure over its budget."""
    packed = len(gzip.compress(text.encode(), 9))
    print(f"{figure.name}.svg: {len(text) / 1000:.1f} kB, {packed / 1000:.1f} kB compressed")
    faults = [f"{figure.name}: {found!r} is not allowed" for found in sorted(set(FORBIDDEN.findall(text)))]
    if packed > figure.budget:
        faults.append(f"{figure.name}: over its budget of {figure.budget} bytes")
    return faults


def main():
    bones = build_bones()
    stage, brushes, muscles = Stage(bones), load_brushes(bones), load_muscles()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    faults = []
    for figure in (FRONT, PLAIN):
        text = compose(stage, brushes, muscles, figure)
        (OUTPUT / f"{figure.name}.svg").write_text(text)
        faults += check(figure, text)
    make_poster(PLAIN)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
