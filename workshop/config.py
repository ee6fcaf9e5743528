"""Folders and the few numbers that every step shares."""

import json
from pathlib import Path

import numpy as np

WORKSHOP = Path(__file__).resolve().parent
DATA = WORKSHOP / "data"
BUILD = WORKSHOP / "build"
OUTPUT = WORKSHOP.parent / "static" / "anatomy"

# Centre of the right hip in the pelvis frame: the origin of the femur's frame when the body stands upright.
HIP = np.array([-0.056276, -0.07849, 0.07726])


def load_json(name):
    return json.loads((DATA / name).read_text())
