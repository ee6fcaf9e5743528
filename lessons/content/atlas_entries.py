"""Atlas blocks of lessons as entries of content files."""

from collections.abc import Sequence
from typing import Any

from anatomy.atlas.picture import BY_MUSCLE, LABELS, SHOWABLE
from anatomy.atlas.state import ANGLES, MOVES
from anatomy.solver import LIMITS, SPEEDS, solver
from lessons.content.reading import Record
from lessons.models import AtlasBlock, AtlasContent


def read_atlas(record: Record) -> dict[str, Any]:
    """Read the fields of an atlas block; ContentError with the line of what does not fit."""
    fields: dict[str, Any] = {
        "muscles": record.texts("muscles", required=True),
        "view": record.choice("view", AtlasContent.View.values),
    }
    for slug in fields["muscles"]:
        if slug not in solver().muscles:
            raise record.error(f"the atlas cannot draw “{slug}”", "muscles")
    stride = record.record("stride", "the stride")
    pose = record.record("pose", "the pose")
    if stride and pose:
        raise record.error("a pose or a stride, not both", "stride")
    if pose:
        angles = {
            name: pose.number(name, default=0, least=int(least), most=int(most))
            for name, (least, most) in LIMITS.items()
        }
        pose.end()
        fields["pose"] = {name: angle for name, angle in angles.items() if angle} or None
    if stride:
        fields["stride"] = {
            "speed": stride.choice("speed", SPEEDS),
            "at": stride.number("at", default=0, most=100),
        }
        stride.end()
    fields["moves"] = _read_some(record, "moves", MOVES)
    fields["colouring"] = record.choice("colouring", AtlasContent.Colouring.values, default=BY_MUSCLE)
    fields["show"] = _read_some(record, "show", SHOWABLE) or list(SHOWABLE)
    if fields["show"] == [LABELS]:
        raise record.error("names alone show nothing: add origins, insertions or lines", "show")
    fields["caption"] = record.text("caption", max_length=300)
    return _as_written(fields)


def _as_written(atlas: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an atlas block what goes without saying."""
    usual = {"colouring": BY_MUSCLE, "show": list(SHOWABLE), "moves": []}
    return {name: value for name, value in atlas.items() if value != usual.get(name)}


def _read_some(record: Record, field: str, allowed: Sequence[str]) -> list[str]:
    """Read some of the names that are allowed; they come back in the order of that list."""
    typed = record.texts(field)
    for name in typed:
        if name not in allowed:
            raise record.error(f"“{field}” may hold {', '.join(allowed)}, not “{name}”", field)
    return [name for name in allowed if name in typed]


def dump_atlas(block: AtlasBlock) -> dict[str, Any]:
    """Return the fields of an atlas block as `read_atlas` gives them."""
    fields: dict[str, Any] = {"muscles": [row.slug for row in block.rows()], "view": block.view}
    if block.speed:
        fields["stride"] = {"speed": block.speed, "at": block.at}
    else:
        fields["pose"] = {name: getattr(block, name) for name in ANGLES if getattr(block, name)} or None
    fields |= {"moves": block.moves, "colouring": block.colouring, "show": block.show}
    return _as_written(fields | {"caption": block.caption})
