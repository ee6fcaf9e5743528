"""Neutral words: whether a description of a patch gives away what a quiz may ask about it."""

import re
from collections.abc import Iterable
from itertools import takewhile
from typing import NamedTuple

from anatomy.models import Structure

# A question may ask for any of these by showing their place. Bones may be named: the picture shows them anyway.
ASKED_FOR = {
    Structure.Kind.MUSCLE,
    Structure.Kind.GROUP,
    Structure.Kind.LANDMARK,
    Structure.Kind.SITE,
    Structure.Kind.NERVE,
}
DIRECTIONS = {
    "anterior",
    "posterior",
    "superior",
    "inferior",
    "medial",
    "lateral",
    "internal",
    "external",
    "inner",
    "outer",
}
STEM = 5  # letters that two words share at least if one is made from the other, as “gluteal” is from “glutea”


class Named(NamedTuple):
    """A structure by its kind and all its names."""

    kind: str
    name: str
    latin: str = ""
    synonyms: tuple[str, ...] = ()


class Names:
    """The names that a neutral description must not use."""

    def __init__(self, structures: Iterable[Named]) -> None:
        structures = list(structures)
        asked = [structure for structure in structures if structure.kind in ASKED_FOR]
        bones = [structure for structure in structures if structure.kind == Structure.Kind.BONE]
        names = {name for structure in asked for name in (structure.name, *structure.synonyms)}
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        self._names = re.compile(
            r"\b(" + "|".join(re.escape(name) for name in longest_first) + r")s?\b", re.IGNORECASE
        )
        self._allowed = DIRECTIONS | {
            word
            for bone in bones
            for name in (bone.name, bone.latin, *bone.synonyms)
            for word in _words(name)
        }
        self._latin = {word for structure in asked for word in _words(structure.latin)} - self._allowed

    def in_text(self, text: str) -> list[str]:
        """Return the words of `text` that name a muscle or a place on a bone, in full or by a word of its Latin name."""
        found = [match.group() for match in self._names.finditer(text)]
        rest = self._names.sub(" ", text)
        found += [word for word in _words(rest) if word not in self._allowed and self._is_from_latin(word)]
        return list(dict.fromkeys(found))

    def _is_from_latin(self, word: str) -> bool:
        return any(_akin(word, latin) for latin in self._latin)


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) >= STEM]


def _akin(one: str, other: str) -> bool:
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return shared >= STEM and 2 * shared >= max(len(one), len(other))


def names_in_database() -> Names:
    """Return the names of all structures, in two queries."""
    rows = Structure.objects.prefetch_related("synonyms")
    return Names(
        Named(row.kind, row.name, row.latin, tuple(synonym.text for synonym in row.synonyms.all()))
        for row in rows
    )
