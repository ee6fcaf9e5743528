"""The flat pictures of the hip as the workshop drew them: bones from three sides, and the patches on them."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FRONT, SIDE, BACK = "front", "side", "back"
VIEWS = (FRONT, SIDE, BACK)

_PART = re.compile(r"([Mcz])([^Mcz]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")

Vector = tuple[float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A part of a picture, in its units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def viewbox(self) -> str:
        """The value of a viewBox attribute."""
        return f"{self.x:g} {self.y:g} {self.width:g} {self.height:g}"


@dataclass(frozen=True)
class Patch:
    """Where a muscle starts or ends, drawn on one bone as it is seen in standing.

    `far` patches lie on the side of the bone that is turned away.
    """

    structure: str
    kind: str
    body: str
    d: str
    anchor: Point
    far: bool
    colour: str
    edge: str


@dataclass(frozen=True)
class BodyPicture:
    """The picture of one body, as large as the whole view, and the plane in which it is taken to lie.

    `plane` is (a, b, c): in the body's own frame, in metres, the coordinate that cannot be seen is
    a times the first plus b times the second of those that can, plus c.
    """

    name: str
    image: str
    plane: Vector


@dataclass(frozen=True)
class View:
    """One side of the hip. `u` and `v` take a point of the pelvis frame (metres) to the picture."""

    name: str
    width: float
    height: float
    u: tuple[float, float, float, float]
    v: tuple[float, float, float, float]
    bodies: Mapping[str, BodyPicture]
    order: Sequence[str]
    patches: Sequence[Patch]

    @property
    def box(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def hidden_axis(self) -> int:
        """The axis along which this view looks: 0 from the front or the back, 2 from the side."""
        weights = [abs(self.u[axis]) + abs(self.v[axis]) for axis in range(3)]
        return weights.index(min(weights))

    def project(self, point: Sequence[float]) -> Point:
        """Return where a point of the pelvis frame (metres) lies in the picture."""
        x, y, z = point
        return (
            self.u[0] * x + self.u[1] * y + self.u[2] * z + self.u[3],
            self.v[0] * x + self.v[1] * y + self.v[2] * z + self.v[3],
        )


@cache
def area(d: str) -> float:
    """Return how much a patch's path `d` covers, in square units of the picture, to within a few per cent.

    The workshop writes such a path as closed outlines of relative cubic curves; each counts as the polygon of its knots.
    """
    total = 0.0
    knots: list[Point] = []
    for command, written in _PART.findall(d):
        numbers = [float(number) for number in _NUMBER.findall(written)]
        if command == "M":
            knots = [(numbers[0], numbers[1])]
        elif command == "c":
            for dx, dy in zip(numbers[4::6], numbers[5::6], strict=True):
                knots.append((knots[-1][0] + dx, knots[-1][1] + dy))
        else:
            ends = zip(knots, [*knots[1:], knots[0]], strict=True)
            total += abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in ends)) / 2
    return total


def anatomy_file(name: str) -> Path:
    """Return a file of the workshop: `name` is its path below static/anatomy."""
    return Path(settings.BASE_DIR) / "static" / "anatomy" / name


@cache
def view(name: str) -> View:
    """Return the view `name`; KeyError if it is none of VIEWS."""
    if name not in VIEWS:
        raise KeyError(name)
    return _view(json.loads(anatomy_file(f"views/{name}.json").read_text(encoding="utf-8")))


def _view(data: Mapping[str, Any]) -> View:
    return View(
        name=data["view"],
        width=data["width"],
        height=data["height"],
        u=tuple(data["project"]["u"]),
        v=tuple(data["project"]["v"]),
        bodies={
            name: BodyPicture(name, body["image"], tuple(body["depth"]))
            for name, body in data["bodies"].items()
        },
        order=tuple(data["order"]),
        patches=tuple(
            Patch(
                structure=patch["structure"],
                kind=patch["kind"],
                body=patch["body"],
                d=patch["d"],
                anchor=(patch["anchor"][0], patch["anchor"][1]),
                far=patch["far"],
                colour=patch["colour"],
                edge=patch["edge"],
            )
            for patch in data["patches"]
        ),
    )


@cache
def colours() -> Mapping[str, str]:
    """Return the colour of each structure that has a patch in some view."""
    found: dict[str, str] = {}
    for name in VIEWS:
        for patch in view(name).patches:
            found.setdefault(patch.structure, patch.colour)
    return found


@dataclass(frozen=True)
class Strand:
    """A fibre of a muscle: along which line it runs, and where it begins and ends, each in the frame of a body."""

    line: str
    start_body: str
    start: Vector
    end_body: str
    end: Vector


@cache
def strands() -> Mapping[str, Sequence[Strand]]:
    """Return the fibres of each muscle by its slug."""
    data = json.loads(anatomy_file("strands.json").read_text(encoding="utf-8"))
    return {
        slug: tuple(
            Strand(one["line"], one["from"][0], tuple(one["from"][1]), one["to"][0], tuple(one["to"][1]))
            for one in of_muscle
        )
        for slug, of_muscle in data.items()
    }


@cache
def _landmarks() -> Mapping[str, tuple[str, Vector]]:
    data = json.loads(anatomy_file("places.json").read_text(encoding="utf-8"))["landmarks"]
    return {slug: (one["body"], tuple(one["centre"])) for slug, one in data.items()}


def landmark(slug: str) -> tuple[str, Vector] | None:
    """Return on which body a landmark lies, and where in its frame; None for what the workshop has not placed."""
    return _landmarks().get(slug)


@cache
def geometry_digest() -> str:
    """Name what pictures are drawn from: another model or another drawing gives another name."""
    digest = hashlib.sha256()
    for name in ("model.json", "strands.json", *(f"views/{view_name}.json" for view_name in VIEWS)):
        digest.update(name.encode() + anatomy_file(name).read_bytes())
    return digest.hexdigest()[:12]
