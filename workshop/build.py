"""Builds the anatomy figures. Run it from anywhere: python workshop/build.py"""

import gzip

from bones import build_bones
from config import OUTPUT
from fibres import load_muscles
from figure import Figure, compose
from patches import load_brushes
from view import Frame, Stage

FLEXORS = (
    "psoas-major", "iliacus", "iliopsoas", "rectus-femoris", "sartorius", "tensor-fasciae-latae", "pectineus",
)  # fmt: skip

FIGURES = (
    Figure("hip-front", "Front of the right hip", Frame(left=0.165, top=0.245, right=-0.15, bottom=-0.31)),
    Figure(
        "hip-front-plain",
        "The hip flexors, from the front",
        Frame(left=0.19, top=0.245, right=-0.19, bottom=-0.23),
        structures=FLEXORS,
        role="img",
    ),
)


def main():
    bones = build_bones()
    stage, brushes, muscles = Stage(bones), load_brushes(bones), load_muscles()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for figure in FIGURES:
        text = compose(stage, brushes, muscles, figure)
        (OUTPUT / f"{figure.name}.svg").write_text(text)
        packed = len(gzip.compress(text.encode(), 9))
        print(f"{figure.name}.svg: {len(text) / 1000:.1f} kB, {packed / 1000:.1f} kB compressed")


if __name__ == "__main__":
    main()
