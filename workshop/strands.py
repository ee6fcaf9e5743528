"""static/anatomy/strands.json: where the fibres of every muscle begin and end on its attachments."""

import json

import numpy as np
from scipy.optimize import linear_sum_assignment

from workshop.config import OUTPUT, STANDING
from workshop.places import spread, spread_points, surface_points

# Muscles that end on a shared attachment.
SHARED = {"psoas-major": "iliopsoas", "iliacus": "iliopsoas"}
STRANDS = {
    "psoas-major": 10, "iliacus": 12, "gluteus-maximus": 18, "gluteus-medius": 15, "gluteus-minimus": 12,
    "adductor-magnus": 14, "obturator-internus": 9, "obturator-externus": 8, "pectineus": 6,
}  # fmt: skip
OTHERS = 5
FEWEST = 2  # strands of any line
SHEETS = {"gluteus-maximus"}
# Only the straight head of rectus femoris, near its line's beginning: strands of the reflected head, which joins it
# above the joint, would cross the ball of the hip.
STRAIGHT_HEAD = {"rectus-femoris": 0.015}  # metres


def to_pelvis(point):
    body, place = point
    return STANDING[body] + np.array(place)


def ends(patches, structure, kind, bodies, count):
    """So many points spread over an attachment on the given bodies, as (body, place in the pelvis frame)."""
    pieces = [
        patch
        for patch in patches
        if (patch.structure, patch.kind) == (structure, kind) and patch.body in bodies
    ]
    areas = np.array([piece.mesh.area for piece in pieces])
    shares = np.maximum(np.round(areas / areas.sum() * count).astype(int), 1)
    rows = []
    for piece, share in zip(pieces, shares, strict=True):
        rows += [(piece.body, point) for point in spread_points([piece], int(share))]
    return rows


def straight_head(patches, structure, count, centre):
    """The same for the part of an origin that lies near a line's beginning."""
    pieces = [patch for patch in patches if (patch.structure, patch.kind) == (structure, "origin")]
    points = surface_points(pieces)
    near = np.linalg.norm(points - centre, axis=1) < STRAIGHT_HEAD[structure]
    return [(pieces[0].body, point) for point in spread(points[near], count)]


def pair(structure, starts, stops):
    """Which start goes with which end, so that fibres keep their order and do not cross."""
    first, last = (np.array([place for _, place in rows]) for rows in (starts, stops))
    if structure in SHEETS:  # a broad sheet: from its upper to its lower edge
        fewer = min(len(first), len(last))
        rows = [np.argsort(-places[:, 1]) for places in (first, last)]
        return [(row[round(n)] for row, n in zip(rows, at, strict=True)) for at in zip(
            *(np.linspace(0, len(row) - 1, fewer) for row in rows), strict=True
        )]  # fmt: skip
    distance = ((first[:, None] - last) ** 2).sum(2)
    return zip(*linear_sum_assignment(distance), strict=True)


def strands_of(structure, lines, patches):
    """Strands of one muscle. Each follows the line of pull that begins and ends nearest to it."""
    count = STRANDS.get(structure, OTHERS)
    starts = ends(patches, structure, "origin", {points[0][0] for points in lines.values()}, count)
    if structure in STRAIGHT_HEAD:
        starts = straight_head(patches, structure, count, to_pelvis(next(iter(lines.values()))[0]))
    stop_bodies = {points[-1][0] for points in lines.values()}
    stops = ends(patches, SHARED.get(structure, structure), "insertion", stop_bodies, count)
    pairs = [(starts[first], stops[last]) for first, last in pair(structure, starts, stops)]
    tips = [[to_pelvis(points[0]), to_pelvis(points[-1])] for points in lines.values()]
    away = [
        [np.linalg.norm(tip[0] - start[1]) + np.linalg.norm(tip[1] - stop[1]) for tip in tips]
        for start, stop in pairs
    ]
    names = list(lines)
    return [
        {"line": names[number], "from": local(*start), "to": local(*stop)}
        for number, (start, stop) in zip(share_out(np.array(away)), pairs, strict=True)
    ]


def share_out(away):
    """The nearest line of each strand (rows of distances to the lines), but so that no line is left with too few."""
    chosen = away.argmin(1)
    least = min(FEWEST, len(away) // away.shape[1])
    for line in range(away.shape[1]):
        while (chosen == line).sum() < least:
            counts = np.bincount(chosen, minlength=away.shape[1])
            free = (chosen != line) & (counts[chosen] > least)
            loss = np.where(free, away[:, line] - away[np.arange(len(away)), chosen], np.inf)
            chosen[loss.argmin()] = line
    return chosen


def local(body, point):
    return [body, (point - STANDING[body]).round(4).tolist()]


def build_strands(patches):
    model = json.loads((OUTPUT / "model.json").read_text())
    return {
        structure: strands_of(structure, {n: model["lines"][n]["points"] for n in muscle["lines"]}, patches)
        for structure, muscle in model["muscles"].items()
    }
