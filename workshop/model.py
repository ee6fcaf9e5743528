"""Puts the muscle model of the hip together: static/anatomy/model.json, which both solvers read.

`workshop/build/venv/bin/python -m workshop.model`, from the project's folder, makes this file alone.

The file says, in metres, radians (of the wrap cylinders) and degrees (of joint angles):

- `hip`: centre of the right hip in the pelvis frame (x forward, y up, z to the right), about which the femur turns.
- `lines`: for each line of pull its via points, each `[body, [x, y, z]]` in that body's frame, from origin to
  insertion, and the cylinders it bends round. A cylinder has its axis along z of its own frame, which is moved by
  `translation` and turned by `rotation` (about x, then y, then z, each in the turned frame) in the body's. `quadrant`
  is the side on which it holds the line: "all" for either, or an axis with its sign. `sense` says which way round the
  line goes from origin to insertion, seen from the end of the cylinder's z axis: 1 is counter-clockwise. `range` gives
  the first and last point, counted from 0, between which it counts; without it, all of them. The cylinders have no end:
  within the model's range no line reaches one.
- `knee`: where tibia and patella stand in the femur's frame (`p` place, `R` rows of the turn) for a knee flexed so far.
- `stride`: joint angles over a running stride, 0 to 100 % from foot strike to foot strike, one value a per cent.
- `muscles`: which lines a muscle of content/anatomy/structures.yaml has, and what its parts are called.
- `sources`: where the numbers come from.
"""

import csv
import json

from workshop.config import DATA, HIP, OUTPUT, load_json

FIBRES = ("front fibres", "middle fibres", "back fibres")

MUSCLES = {
    "psoas-major": {"psoas": None},
    "iliacus": {"iliacus": None},
    "rectus-femoris": {"recfem": None},
    "sartorius": {"sart": None},
    "tensor-fasciae-latae": {"tfl": None},
    "pectineus": {"pectineus": None},
    "adductor-longus": {"addlong": None},
    "adductor-brevis": {"addbrev": None},
    "adductor-magnus": {
        "addmagProx": "upper fibres",
        "addmagMid": "middle fibres",
        "addmagDist": "lower fibres",
        "addmagIsch": "hamstring part",
    },
    "gracilis": {"grac": None},
    "gluteus-maximus": {"glmax1": "upper fibres", "glmax2": "middle fibres", "glmax3": "lower fibres"},
    "gluteus-medius": dict(zip(("glmed1", "glmed2", "glmed3"), FIBRES, strict=True)),
    "gluteus-minimus": dict(zip(("glmin1", "glmin2", "glmin3"), FIBRES, strict=True)),
    "piriformis": {"piri": None},
    "superior-gemellus": {"superior_gemellus": None},
    "obturator-internus": {"obturator_internus": None},
    "inferior-gemellus": {"inferior_gemellus": None},
    "obturator-externus": {"obturator_externus": None},
    "quadratus-femoris": {"quadratus_femoris": None},
    "biceps-femoris-long-head": {"bflh": None},
    "semitendinosus": {"semiten": None},
    "semimembranosus": {"semimem": None},
}

# OpenSim takes the shorter way at each pose, which is this one at every pose that people reach; it lets gluteus
# maximus 2 change sides in the deepest flexion.
SENSES = dict.fromkeys(
    ("psoas", "iliacus", "recfem", "addlong", "addbrev", "addmagProx", "addmagMid", "addmagDist"), -1
) | dict.fromkeys(("addmagIsch", "grac", "glmax1", "glmax2", "glmax3", "semiten", "semimem"), 1)

SOURCES = {
    "lines": "Rajagopal A, Dembia CL, DeMers MS, Delp DD, Hicks JL, Delp SL. Full-body musculoskeletal model for "
    "muscle-driven simulation of human gait. IEEE Trans Biomed Eng 2016;63(10):2068-2079. MIT License, "
    "Copyright (c) 2015 Stanford University. Pectineus, quadratus femoris, the gemelli and the obturators are "
    "HipCourse's own straight or once bent lines.",
    "knee": "The same model, evaluated with OpenSim 4.6.",
    "stride.slow": "Fukuchi RK, Duarte M, Ferber R: BMC-RIC running data set, 46 runners at 2.5 m/s; read off a "
    "figure.",
    "stride.fast": "Hamner SR, Seth A, Delp SL. J Biomech 2010;43:2709-2716; one runner at 3.96 m/s, mean of "
    "7 strides.",
}


def load_lines():
    """Every line by its name, in the order of MUSCLES. A line that no muscle has, or has twice, is an error."""
    paths = load_json("muscle_paths_rajagopal.json") | load_json("muscle_paths_own.json")
    names = [name for lines in MUSCLES.values() for name in lines]
    if sorted(names) != sorted(paths):
        raise ValueError(f"Lines and muscles do not agree: {set(names) ^ set(paths)}")
    return {
        name: {
            "points": paths[name]["points"],
            "wraps": [cylinder(wrap, SENSES[name]) for wrap in paths[name]["wraps"]],
        }
        for name in names
    }


def cylinder(wrap, sense):
    """A wrap object of an OpenSim model, which counts points from 1 and writes -1 for "from or to the end"."""
    if wrap["type"] != "WrapCylinder":
        raise ValueError(f"The solver knows cylinders only, not {wrap['type']}.")
    kept = {key: wrap[key] for key in ("body", "quadrant", "translation", "rotation", "radius")} | {
        "sense": sense
    }
    if wrap["range"] != [-1, -1]:
        kept["range"] = [number - 1 for number in wrap["range"]]
    return kept


def load_stride():
    """Curves of joint angles at both speeds; the last value is the first one again."""
    with (DATA / "running_curves.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    def curve(column):
        return [float(row[f"{column}_deg"]) for row in rows]

    return {
        "slow": {
            "speed_mps": 2.5,
            "flexion": curve("hip_flexion_2p5"),
            "knee": curve("knee_flexion_2p5"),
        },
        "fast": {
            "speed_mps": 4.0,
            "stride_s": 0.695,
            "stance_pct": 35,
            "flexion": curve("hip_flexion_4p0"),
            "adduction": curve("hip_adduction_4p0"),
            "rotation": curve("hip_internal_rotation_4p0"),
            "knee": curve("knee_flexion_4p0"),
        },
    }


def build_model():
    """The whole model as it goes into the file."""
    return {
        "hip": HIP.tolist(),
        "lines": load_lines(),
        "knee": load_json("knee_kinematics.json"),
        "stride": load_stride(),
        "muscles": {
            slug: {"lines": list(lines)} | ({"parts": lines} if len(lines) > 1 else {})
            for slug, lines in MUSCLES.items()
        },
        "sources": SOURCES,
    }


def main():
    path = OUTPUT / "model.json"
    path.write_text(json.dumps(build_model(), separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main()
