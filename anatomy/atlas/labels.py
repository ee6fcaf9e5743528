"""Names beside a figure: as many on either side as fit, none over another, leader lines that do not cross."""

from collections.abc import Sequence
from dataclasses import dataclass

from anatomy.atlas.geometry import Box, Point

LEFT, RIGHT = "left", "right"
LINE_HEIGHT = 27.0
GAP = 14.0
INSET = 200.0  # how wide a column of names is, in units of the picture
LONGEST_LINE = 16
MOST_AT_HOME = 10
BESIDE_BONE = 16.0  # how far a name keeps from a bone of the leg


@dataclass(frozen=True)
class Wanted:
    """A name and the point it belongs to: on a body (`standing` is that point before the body moved) or on a line."""

    structure: str
    name: str
    number: int
    point: Point
    body: str = ""
    standing: Point | None = None
    line: str = ""


@dataclass(frozen=True)
class Label:
    """A name in its place. `y` is the middle of its text, `x` where its leader begins."""

    structure: str
    name: str
    number: int
    side: str
    x: float
    y: float
    rows: Sequence[tuple[str, float]]
    point: Point
    body: str
    standing: Point | None
    line: str

    @property
    def leader(self) -> str:
        return f"M{self.x:.1f} {self.y:.1f}L{self.point[0]:.1f} {self.point[1]:.1f}"

    @property
    def number_y(self) -> float:
        return self.y + LINE_HEIGHT * 0.28

    @property
    def text_x(self) -> float:
        return self.x - 6 if self.side == LEFT else self.x + 6


def rows_of(name: str) -> list[str]:
    """Break a long name in two, at the space nearest to its middle."""
    if len(name) <= LONGEST_LINE or " " not in name:
        return [name]
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    middle = min(spaces, key=lambda at: abs(at - len(name) / 2))
    return [name[:middle], name[middle + 1 :]]


def lay_out(
    wanted: Sequence[Wanted], *, box: Box, home: str = "", bones: Sequence[Point] = ()
) -> list[Label]:
    """Place the names in two columns inside `box`, off the `bones` (points on the leg) where they fit there.

    Names go to the `home` side, where the leg is, as long as they fit there; without one, to their point's side.
    """
    if not wanted:
        return []
    by_place = sorted(wanted, key=lambda one: (one.point[0], one.number))
    count = len(by_place)
    centre = (by_place[0].point[0] + by_place[-1].point[0]) / 2
    left, right = _free(LEFT, box, bones), _free(RIGHT, box, bones)
    fits = min(MOST_AT_HOME, int(box.height / (LINE_HEIGHT + GAP)))
    most = max((count + 2) // 2, fits)
    if home == LEFT:
        cut = min(count, fits)
    elif home == RIGHT:
        cut = max(0, count - fits)
    else:
        cut = sum(one.point[0] < centre for one in by_place)
    cut = min(max(cut, count - most), most)

    def has_room(free: Box, names: Sequence[Wanted]) -> bool:
        return free == box or sum(len(rows_of(one.name)) * LINE_HEIGHT + GAP for one in names) <= free.height

    cuts = [at for at in range(count + 1) if has_room(left, by_place[:at]) and has_room(right, by_place[at:])]
    if cuts:
        cut = min(cuts, key=lambda at: abs(at - cut))
    else:
        left = right = box
    return [
        *_column(by_place[:cut], LEFT, box.x + INSET, left),
        *_column(by_place[cut:], RIGHT, box.x + box.width - INSET, right),
    ]


def _free(side: str, box: Box, bones: Sequence[Point]) -> Box:
    """Return the higher part of a column that is above or below the bones in it."""
    bottom = box.y + box.height
    inside = [
        v
        for u, v in bones
        if (u < box.x + INSET if side == LEFT else u > box.x + box.width - INSET) and box.y < v < bottom
    ]
    if not inside:
        return box
    first, last = min(inside) - BESIDE_BONE, max(inside) + BESIDE_BONE
    if first - box.y >= bottom - last:
        return Box(box.x, box.y, box.width, max(0.0, first - box.y))
    return Box(box.x, last, box.width, max(0.0, bottom - last))


def _column(wanted: Sequence[Wanted], side: str, x: float, box: Box) -> list[Label]:
    ordered = sorted(wanted, key=lambda one: one.point[1])
    tall = [len(rows_of(one.name)) * LINE_HEIGHT for one in ordered]
    middles = [box.y + y for y in _spread([one.point[1] - box.y for one in ordered], tall, box.height)]
    _uncross(ordered, middles, x)
    return [_label(one, side, x, y) for one, y in zip(ordered, middles, strict=True)]


def _spread(goals: Sequence[float], tall: Sequence[float], height: float) -> list[float]:
    """Return middles near `goals`, in order, that keep their distance, inside 0..height where they fit."""
    # Names that push each other stand as one block around the mean of what they want.
    blocks: list[tuple[list[int], float]] = []
    for index in range(len(goals)):
        blocks.append(([index], goals[index]))
        while len(blocks) > 1 and _top(blocks[-1], tall) < _bottom(blocks[-2], tall) + GAP:
            (later, _), (earlier, _) = blocks.pop(), blocks.pop()
            members = earlier + later
            offsets = _offsets(members, tall)
            wish = sum(goals[i] - offset for i, offset in zip(members, offsets, strict=True)) / len(members)
            blocks.append((members, wish + _tall(members, tall) / 2))
    middles = [0.0] * len(goals)
    for members, middle in blocks:
        top = middle - _tall(members, tall) / 2
        for index, offset in zip(members, _offsets(members, tall), strict=True):
            middles[index] = top + offset
    floor = 0.0
    for index, size in enumerate(tall):
        middles[index] = max(middles[index], floor + size / 2)
        floor = middles[index] + size / 2 + GAP
    ceiling = height
    for index in range(len(middles) - 1, -1, -1):
        middles[index] = min(middles[index], ceiling - tall[index] / 2)
        ceiling = middles[index] - tall[index] / 2 - GAP
    return middles


def _tall(members: Sequence[int], tall: Sequence[float]) -> float:
    return sum(tall[index] for index in members) + GAP * (len(members) - 1)


def _offsets(members: Sequence[int], tall: Sequence[float]) -> list[float]:
    """The middles of a block's names, counted from its top."""
    offsets, at = [], 0.0
    for index in members:
        offsets.append(at + tall[index] / 2)
        at += tall[index] + GAP
    return offsets


def _top(block: tuple[list[int], float], tall: Sequence[float]) -> float:
    return block[1] - _tall(block[0], tall) / 2


def _bottom(block: tuple[list[int], float], tall: Sequence[float]) -> float:
    return block[1] + _tall(block[0], tall) / 2


def _uncross(ordered: list[Wanted], middles: Sequence[float], x: float) -> None:
    """Swap neighbours of equal height whose leaders cross, until none do."""
    for _ in ordered:
        swapped = False
        for index in range(len(ordered) - 1):
            upper, lower = ordered[index], ordered[index + 1]
            same = len(rows_of(upper.name)) == len(rows_of(lower.name))
            if same and _cross((x, middles[index]), upper.point, (x, middles[index + 1]), lower.point):
                ordered[index], ordered[index + 1] = lower, upper
                swapped = True
        if not swapped:
            return


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def turn(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def _label(one: Wanted, side: str, x: float, y: float) -> Label:
    rows = rows_of(one.name)
    # Text stands on its line: a third of a line below the middle of the row.
    first = y - (len(rows) - 1) * LINE_HEIGHT / 2 + LINE_HEIGHT * 0.28
    return Label(
        structure=one.structure,
        name=one.name,
        number=one.number,
        side=side,
        x=x,
        y=y,
        rows=[(row, first + index * LINE_HEIGHT) for index, row in enumerate(rows)],
        point=one.point,
        body=one.body,
        standing=one.standing,
        line=one.line,
    )
