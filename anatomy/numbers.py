"""A muscle in numbers: how its length changes over a running stride, and its levers in standing."""

from dataclasses import dataclass
from functools import cache

from anatomy.atlas import words
from anatomy.solver import STANDING, Arms, MuscleState, solver

SPEED = "fast"  # the stride of which all three angles of the hip are known
STEP = 2  # per cent of the stride


@dataclass(frozen=True)
class Extreme:
    """A muscle at its longest or shortest: per cent of the stride, its phase, and the length against standing."""

    percent: int
    phase: str
    length: str


@dataclass(frozen=True)
class Levers:
    """What a line of pull does in standing, in words, about each axis of the hip. `part` is "" for a whole muscle."""

    part: str
    flexion: str
    adduction: str
    rotation: str


@dataclass(frozen=True)
class MuscleNumbers:
    longest: Extreme
    shortest: Extreme
    levers: list[Levers]


def muscle_numbers(slug: str) -> MuscleNumbers | None:
    """Return a muscle's numbers in words of the current language; None for one that the model does not have."""
    if slug not in solver().muscles:
        return None
    states = _stride(slug)
    shortest, longest = (pick(states, key=lambda at: states[at].length) for pick in (min, max))
    return MuscleNumbers(
        longest=_extreme(longest, states[longest]),
        shortest=_extreme(shortest, states[shortest]),
        levers=[_in_words(part, arms) for part, arms in _standing_arms(slug)],
    )


@cache
def _stride(slug: str) -> dict[int, MuscleState]:
    """Return the muscle at every STEP per cent of the stride."""
    model = solver()
    return {percent: model.muscle(slug, model.stride_pose(SPEED, percent)) for percent in range(0, 100, STEP)}


@cache
def _standing_arms(slug: str) -> list[tuple[str, Arms]]:
    model = solver()
    muscle = model.muscles[slug]
    parts: dict[str, str] = muscle.get("parts", {})
    return [(parts.get(line, ""), model.moment_arms(line, STANDING)) for line in muscle["lines"]]


def _extreme(percent: int, state: MuscleState) -> Extreme:
    phase = words.phase_name(percent, solver().stance_percent(SPEED) or 0)
    return Extreme(percent, phase, words.length_words(words.numbers_of(state)))


def _in_words(part: str, arms: Arms) -> Levers:
    told = {axis: words.lever_words(axis, words.rounded(getattr(arms, axis) * 1000)) for axis in words.AXES}
    return Levers(part, **told)
