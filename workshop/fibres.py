"""Muscles as lines: their lines of pull, and a fan of fibres that shows where they come from."""

import json
from dataclasses import dataclass

import numpy as np

from workshop.config import OUTPUT, STANDING, load_json


@dataclass
class Muscle:
    structure: str
    pulls: list  # curves in the pelvis frame, standing
    fibres: list


def spline(points, spacing=0.003):
    """Evenly spaced points along a centripetal Catmull-Rom curve in space."""
    points = np.asarray(points, float)
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    out = []
    for four in zip(ends[:-3], ends[1:-2], ends[2:-1], ends[3:], strict=True):
        out += stretch(*four)
    out = np.array([*out, points[-1]])
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(out, axis=0), axis=1))]
    even = np.linspace(0, along[-1], max(round(along[-1] / spacing), 2) + 1)
    return np.column_stack([np.interp(even, along, axis) for axis in out.T])


def stretch(p0, p1, p2, p3, steps=40):
    """The part of a Catmull-Rom curve between its second and third point."""
    t1 = np.sqrt(np.linalg.norm(p1 - p0))
    t2 = t1 + np.sqrt(np.linalg.norm(p2 - p1))
    t3 = t2 + np.sqrt(np.linalg.norm(p3 - p2))
    for t in np.linspace(t1, t2, steps, endpoint=False):
        a1 = p0 + (p1 - p0) * t / t1
        a2 = p1 + (p2 - p1) * (t - t1) / (t2 - t1)
        a3 = p2 + (p3 - p2) * (t - t2) / (t3 - t2)
        b1 = a1 + (a2 - a1) * t / t2
        b2 = a2 + (a3 - a2) * (t - t1) / (t3 - t1)
        yield b1 + (b2 - b1) * (t - t1) / (t2 - t1)


def smooth(points, spacing=0.003, rounds=24):
    """Evenly spaced points along a row of points whose corners are rounded; unlike a spline it never swings out."""
    points = np.asarray(points, float)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    even = np.linspace(0, along[-1], max(round(along[-1] / spacing), 2) + 1)
    out = np.column_stack([np.interp(even, along, axis) for axis in points.T])
    for _ in range(rounds):
        out[1:-1] = (out[:-2] + 2 * out[1:-1] + out[2:]) / 4
    return out


def load_muscles():
    """The muscles of data/fibres.json, drawn by hand to look right from the front."""
    return [build(entry) for entry in load_json("fibres.json")]


def build(entry):
    """Every fibre runs from its own start through the shared middle, a little to its own side, to its own end."""
    middle = [place(point) for point in entry["middle"]]
    starts, ends = ([place(p) for p in entry[key]] for key in ("starts", "ends"))
    spread = [np.array([0, 0, millimetres / 1000]) for millimetres in entry.get("spread", [])]
    fibres = []
    for number, start in enumerate(starts):
        side = 2 * number / max(len(starts) - 1, 1) - 1
        own = [point + side * wide for point, wide in zip(middle, spread, strict=True)]
        fibres.append(spline([start, *own, ends[number % len(ends)]]))
    pull = spline([place(entry["pull_start"]), *middle, place(entry["pull_end"])])
    return Muscle(entry["structure"], [pull], fibres)


def model_muscles(strands, structures):
    """Muscles along the solver's lines in standing, without its cylinders, with strands that follow them."""
    model = json.loads((OUTPUT / "model.json").read_text())
    muscles = []
    for structure in structures:
        lines = {
            name: np.array([place(point) for point in model["lines"][name]["points"]])
            for name in model["muscles"][structure]["lines"]
        }
        fibres = []
        for strand in strands[structure]:
            points = lines[strand["line"]]
            start, end = place(strand["from"]), place(strand["to"])
            along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
            share = (along / along[-1])[:, None]
            shift = (start - points[0]) * (1 - share) ** 2 + (end - points[-1]) * share**2
            fibres.append(smooth(points + shift))
        muscles.append(Muscle(structure, [smooth(points) for points in lines.values()], fibres))
    return muscles


def place(point):
    body, place = point
    return STANDING[body.removesuffix("_r")] + np.array(place)
