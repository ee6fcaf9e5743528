"""What an answer is worth: pure rules, without the database.

Every function returns a fraction between 0 and 1 with five decimal places, and takes the stable
ids of the served content. Ids that a question does not know are worth nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal("0.00000")
EVERYTHING = Decimal("1.00000")
_PLACES = Decimal("0.00001")
_HUNDREDTHS = Decimal("0.01")


def as_fraction(value: Decimal) -> Decimal:
    """Return `value`, held between 0 and 1, with five decimal places."""
    return min(EVERYTHING, max(NOTHING, value.quantize(_PLACES, ROUND_HALF_UP)))


def grade_single(weights: Mapping[str, Decimal], chosen: str | None) -> Decimal:
    """Return the weight of the chosen option: 1 for the right one, 0 for a wrong one, or the author's own."""
    return as_fraction(weights.get(chosen, NOTHING)) if chosen is not None else NOTHING


def grade_multi(right: Collection[str], wrong: Collection[str], chosen: Iterable[str]) -> Decimal:
    """Return max(0, TP/P - FP/N): each wrong tick takes away its share, so ticking everything gives 0."""
    ticked = set(chosen)
    if not right:
        return NOTHING
    gained = Decimal(len(ticked & set(right))) / len(set(right))
    lost = Decimal(len(ticked & set(wrong))) / len(set(wrong)) if wrong else NOTHING
    return as_fraction(gained - lost)


def grade_match(pairs: Mapping[str, str], given: Mapping[str, str]) -> Decimal:
    """Return the share of prompts that were given the answer that belongs to them."""
    if not pairs:
        return NOTHING
    correct = sum(given.get(prompt) == answer for prompt, answer in pairs.items())
    return as_fraction(Decimal(correct) / len(pairs))


def percent(points: Decimal, total: int) -> int:
    """Return `points` out of `total` questions as whole percent, rounded down.

    Thirds are kept with five places, so three of them make 0.99999: hundredths of a percent are
    rounded first, and a learner who has earned exactly the pass mark passes.
    """
    if not total:
        return 0
    return int((100 * points / total).quantize(_HUNDREDTHS, ROUND_HALF_UP))


def is_pass(points: Decimal, total: int, pass_percent: int) -> bool:
    """Tell whether the shown percentage reaches the pass mark: a page never says 80 % and failed at 80."""
    return total > 0 and percent(points, total) >= pass_percent
