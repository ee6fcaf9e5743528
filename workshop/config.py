"""Folders, the bodies that move, and the few numbers that every step shares."""

import json
from pathlib import Path

import numpy as np

WORKSHOP = Path(__file__).resolve().parent
DATA = WORKSHOP / "data"
BUILD = WORKSHOP / "build"
OUTPUT = WORKSHOP.parent / "static" / "anatomy"

# Centre of the right hip in the pelvis frame: the origin of the femur's frame when the body stands upright.
HIP = np.array([-0.056276, -0.07849, 0.07726])

# Where each moving body's frame has its origin in the pelvis frame when the body stands. The axes are parallel then:
# the model turns the patella by less than a thousandth of a radian, which is left out.
STANDING = {
    "pelvis": np.zeros(3),
    "femur": HIP,
    "tibia": HIP + np.array([0, -0.40443, -0.00127]),
    "patella": HIP + np.array([0.04431, -0.41876, 0]),
}
MOVING = {"femur": "femur", "tibia": "tibia", "fibula": "tibia", "patella": "patella"}


def body_of(bone):
    """The body that a bone belongs to: the spine, the sacrum and everything on the left stay with the pelvis."""
    return MOVING.get(bone, "pelvis")


def origin_of(bone):
    """Origin of a bone's frame in the pelvis frame, standing."""
    return STANDING[body_of(bone)]


def load_json(name):
    return json.loads((DATA / name).read_text())
