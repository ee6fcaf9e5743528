"""Two muscles side by side, with what only one of them has marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anatomy.atlas.plate import Lever
from anatomy.atlas.selectors import ALL_TRAITS, Company, Matter, traits_of
from anatomy.atlas.words import AXES, Numbers, length_words, lever_words, numbers_of
from anatomy.models import Structure
from anatomy.solver import Pose, solver


@dataclass(frozen=True)
class Row:
    """What facts of one relation are about; each says whether no fact of the other muscle is about it."""

    name: str
    matters: Sequence[tuple[Matter, bool]]


@dataclass(frozen=True)
class Side:
    muscle: Structure
    side: str
    rows: Sequence[Row]
    numbers: Numbers

    @property
    def length(self) -> str:
        return length_words(self.numbers)

    @property
    def levers(self) -> list[Lever]:
        return [Lever(axis, lever_words(axis, self.numbers.lever(axis))) for axis in AXES]


@dataclass(frozen=True)
class Comparison:
    """`choices` are (number, label, slug) of the two fields, none where there are no muscles; `sides` is empty until two muscles are chosen."""

    choices: Sequence[tuple[int, str, str]]
    sides: Sequence[Side]


def comparison(everybody: Company, chosen: Sequence[str], offered: Sequence[str], pose: Pose) -> Comparison:
    """Return the two `chosen` muscles side by side at a pose, in one query; without two, only the fields."""
    likely = dict.fromkeys(
        [*chosen, *(slug for slug in offered if slug in everybody.muscles), *everybody.muscles]
    )
    labels = (_("One muscle"), _("The other"))
    choices = [(number, *pair) for number, pair in enumerate(zip(labels, likely, strict=False), start=1)]
    if len(chosen) < 2:
        return Comparison(choices, [])
    muscles = [everybody.muscles[slug] for slug in chosen]
    traits = traits_of(muscles)
    matters = {
        slug: {trait.relation: trait.matters for trait in of_muscle} for slug, of_muscle in traits.items()
    }
    sides = []
    for muscle, other in zip(muscles, reversed(muscles), strict=True):
        rows = []
        for relation in ALL_TRAITS:
            theirs = {one.about.pk for one in matters[other.slug].get(relation, ())}
            own = matters[muscle.slug].get(relation, ())
            if own or theirs:
                rows.append(Row(str(relation.label), [(one, one.about.pk not in theirs) for one in own]))
        numbers = numbers_of(solver().muscle(muscle.slug, pose))
        sides.append(Side(muscle, everybody.cast.groups.get(muscle.slug, ""), rows, numbers))
    return Comparison(choices, sides)
