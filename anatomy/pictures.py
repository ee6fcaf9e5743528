"""What a figure of the workshop shows, read from the picture itself."""

import re
from typing import NamedTuple

_PATCH = re.compile(r"<path\b[^>]*\bclass=\"patch\"[^>]*>")
_ATTRIBUTE = re.compile(r"([\w-]+)=\"([^\"]*)\"")
_SIZE = re.compile(r"<svg\b[^>]*\bviewBox=\"0 0 (\d+) (\d+)\"")


class Picture(NamedTuple):
    """A picture's size in its own units, and the colour of each of its patches by structure and kind, in its order."""

    width: int
    height: int
    patches: dict[tuple[str, str], str]


def read_picture(svg: str) -> Picture | None:
    """Return what the text of an SVG figure shows; None for one whose size is not written as the workshop does."""
    size = _SIZE.search(svg)
    if size is None:
        return None
    patches = {}
    for element in _PATCH.findall(svg):
        attributes = dict(_ATTRIBUTE.findall(element))
        patches[attributes["data-structure"], attributes["data-kind"]] = attributes["fill"]
    return Picture(int(size[1]), int(size[2]), patches)
