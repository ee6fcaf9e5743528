"""The colour of a line that says whether it is longer or shorter than in standing."""

import math

NEUTRAL_COLOUR, SHORTER_COLOUR, LONGER_COLOUR = "#a2947b", "#c0392b", "#1f5fb0"
FULL_STRETCH = 0.25  # a quarter longer or shorter than in standing has the full colour


def stretch_colour(relative: float) -> str:
    """Return the colour of a line that is `relative` longer (or, below zero, shorter) than in standing."""
    share = max(-1.0, min(1.0, relative / FULL_STRETCH))
    goal = SHORTER_COLOUR if share < 0 else LONGER_COLOUR
    weight = abs(share) ** 0.7
    mixed = (
        math.floor(start + (end - start) * weight + 0.5)
        for start, end in zip(_channels(NEUTRAL_COLOUR), _channels(goal), strict=True)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
