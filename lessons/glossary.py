"""Names that a lesson explains where it first says them: a word of the text becomes a disclosure.

Done once, when a lesson is drawn. What is new is put between the bytes of the HTML, which stay as they are.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

from django.template.loader import render_to_string

from anatomy.models import Structure
from anatomy.pages import structure_url

# Words that a runner needs no help with. A name made of these alone is not explained: pelvis, hip joint, thigh bone.
EVERYDAY = frozenset(
    """
    a above an and at back ball below body bone border calf foot front groin heel hip inner inside joint knee kneecap
    leg lower muscle muscles neck of off on one outer outside part pelvis push shin socket spine strike surface swing
    tail tendon the thigh toe trunk upper
    """.split()  # noqa: SIM905 -- words read best as a text
)
# “Keeping the pelvis level on one leg” is plain as it stands.
PLAIN_KINDS = frozenset({Structure.Kind.ROLE})
# A course about the hip says “flexion” and means the hip's, unless it names another part before or after.
HIP = "hip "
BARE_KINDS = frozenset({Structure.Kind.MOVEMENT, Structure.Kind.GROUP})
OTHER_PARTS = r"(?:knee|shin|trunk|ankle|foot|toe|back|spine|lumbar|spinal|pelvic|pelvis|shoulder|neck)s?"
OTHER_PART_BEFORE = re.compile(rf"\b{OTHER_PARTS}[\s-]+\Z", re.IGNORECASE)
OTHER_PART_AFTER = re.compile(
    rf"\s+(?:of|at|in)\s+(?:(?:the|your|a)\s+)?(?:\w+\s+)?{OTHER_PARTS}\b", re.IGNORECASE
)
LATIN_ENDINGS = ("us", "is", "as", "ps")  # psoas, pubis, longus and quadriceps are no plurals

# The text of these leads elsewhere, names something, or is code.
CLOSED = frozenset(
    """
    a button caption code h1 h2 h3 h4 h5 h6 kbd label legend math option pre samp script select style summary svg
    template textarea th title var
    """.split()  # noqa: SIM905 -- words read best as a text
)
VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905 -- as above
)
# A word may go on behind one of these.
INLINE = frozenset(
    "a abbr b bdi bdo cite code em i kbd mark q s samp small span strong sub sup u var".split()  # noqa: SIM905 -- as above
)
BREAK = "\0"  # stands for a tag that ends a line: no part of a word, and no space between two
REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);?")


@dataclass(frozen=True)
class Term:
    """A structure that is worth a word of help, and how texts name it: `bare` without the word hip."""

    structure: Structure
    forms: frozenset[str]
    bare: frozenset[str] = frozenset()

    @property
    def slug(self) -> str:
        return self.structure.slug


@dataclass(frozen=True)
class Disclosed:
    """HTML with its disclosures, the slugs of all explained so far, and of all that this HTML speaks of."""

    html: str
    explained: frozenset[str]
    found: frozenset[str]


def terms() -> list[Term]:
    """Return every structure with a name or synonym that needs help, in two queries."""
    rows = Structure.objects.exclude(kind__in=PLAIN_KINDS).exclude(description="").order_by("pk")
    found = [
        term_for(structure, [structure.name, *(synonym.text for synonym in structure.synonyms.all())])
        for structure in rows.prefetch_related("synonyms")
    ]
    return [term for term in found if term.forms]


def term_for(structure: Structure, names: Iterable[str]) -> Term:
    """Return the term with the forms of those `names` that need help."""
    plain = [_plain(name) for name in names]
    forms = [_numbers(name) for name in plain if needs_help(name)]
    bare = [
        _numbers(name.removeprefix(HIP))
        for name in plain
        if structure.kind in BARE_KINDS and name.startswith(HIP) and needs_help(name)
    ]
    return Term(structure, frozenset().union(*forms), frozenset().union(*bare))


def needs_help(name: str) -> bool:
    """Say whether a name has a word that a runner may not know."""
    return any(word not in EVERYDAY for word in re.findall(r"[^\W_]+", name.lower()))


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").replace("-", " ").split())


def _numbers(name: str) -> frozenset[str]:
    """Return the name in singular and plural: the noun before “of” counts, else the last word."""
    noun, of, rest = name.partition(" of ")
    nouns = {noun}
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        nouns.add(f"{noun[:-1]}ies")
    elif not noun.endswith("s"):
        nouns.add(f"{noun}s")
    elif not noun.endswith(LATIN_ENDINGS):
        nouns.add(noun[:-1])
    return frozenset(f"{noun}{of}{rest}" for noun in nouns)


class Vocabulary:
    """Terms, ready to be found in texts. Of two with the same form the one given first has it."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.known: dict[str, Term] = {}
        bare: dict[str, Term] = {}
        for term in terms:
            for form in term.forms:
                self.known.setdefault(form, term)
            for form in term.bare:
                bare.setdefault(form, term)
        self.bare = bare.keys() - self.known.keys()
        self.known = bare | self.known
        self.pattern = _pattern(tuple(sorted(self.known, key=lambda form: (-len(form), form))))


@lru_cache(maxsize=4)
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds whole words, the first of `forms` that fits at each place; nothing if there are none."""
    words = "|".join(re.escape(form).replace(r"\ ", r"[\s-]+").replace("'", "['’]") for form in forms)
    return re.compile(rf"(?<![\w-])(?:{words or '(?!)'})(?![\w-])", re.IGNORECASE)


def disclose(
    html: str,
    vocabulary: Vocabulary,
    explained: frozenset[str] = frozenset(),
    *,
    draw: Callable[[Term, str], str] | None = None,
) -> Disclosed:
    """Make the first occurrence of each term in `html` a disclosure, but for those in `explained`.

    Longest names first, whole words, any case; never inside links, headings, buttons or code, nor inside another
    disclosure. `draw` makes the disclosure from the term and the HTML of its occurrence.
    """
    draw = draw or draw_disclosure
    text = read_text(html)
    pieces: list[str] = []
    done, found, at = set(explained), set(), 0
    for match in vocabulary.pattern.finditer(text.characters):
        form = _plain(match[0])
        term = vocabulary.known.get(form)
        place = text.place_of(*match.span())
        if term is None or place is None or (form in vocabulary.bare and _is_of_another_part(match)):
            continue
        found.add(term.slug)
        if term.slug not in done:
            done.add(term.slug)
            start, end = place
            pieces += [html[at:start], draw(term, html[start:end])]
            at = end
    return Disclosed("".join([*pieces, html[at:]]), frozenset(done), frozenset(found))


def draw_disclosure(term: Term, occurrence: str) -> str:
    context = {"structure": term.structure, "url": structure_url(term.structure), "occurrence": occurrence}
    return render_to_string("lessons/blocks/_term.html", context).strip()


def _is_of_another_part(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 20) : match.start()]
    return bool(OTHER_PART_BEFORE.search(before) or OTHER_PART_AFTER.match(match.string, match.end()))


class _Stretch(NamedTuple):
    """Some characters of the text, where they stand in the HTML, and the run of text that they belong to."""

    at: int
    raw_start: int
    raw_end: int
    run: int
    is_open: bool
    is_literal: bool = True  # one character stands for one; not so in a reference such as &rsquo;


class Text:
    """The text of some HTML, with the way back from its characters to the HTML."""

    def __init__(self, characters: str, stretches: list[_Stretch]) -> None:
        self.characters = characters
        self._stretches = stretches
        self._starts = [stretch.at for stretch in stretches]

    def place_of(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where characters `start` to `end` stand in the HTML; None where nothing may be put round them."""
        first = self._stretches[bisect_right(self._starts, start) - 1]
        last = self._stretches[bisect_right(self._starts, end - 1) - 1]
        if not first.is_open or first.run != last.run:
            return None
        raw_end = last.raw_start + end - last.at if last.is_literal else last.raw_end
        return first.raw_start + start - first.at, raw_end


def read_text(html: str) -> Text:
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return Text("".join(reader.parts), reader.stretches)


class _Reader(HTMLParser):
    """Collects text. Inline tags leave no trace in it, so that a word's end is seen; others leave BREAK."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.html = html
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", html))]
        self.parts: list[str] = []
        self.stretches: list[_Stretch] = []
        self.length = self.run = 0
        self.path: list[
            tuple[str, bool]
        ] = []  # the elements round this place, and whether each is open to change

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._pass(tag)
        if tag not in VOID:
            is_open = self._is_open() and tag not in CLOSED and "popover" not in dict(attrs)
            self.path.append((tag, is_open))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # in HTML the slash means nothing

    def handle_endtag(self, tag: str) -> None:
        self._pass(tag)
        for index in range(len(self.path) - 1, -1, -1):
            if self.path[index][0] == tag:
                del self.path[index:]
                break

    def handle_data(self, data: str) -> None:
        self._add(data, self._offset(), len(data), is_literal=True)

    def handle_entityref(self, name: str) -> None:
        self._add_reference()

    def handle_charref(self, name: str) -> None:
        self._add_reference()

    def handle_comment(self, data: str) -> None:
        self.run += 1

    def handle_decl(self, decl: str) -> None:
        self.run += 1

    def handle_pi(self, data: str) -> None:
        self.run += 1

    def unknown_decl(self, data: str) -> None:
        self.run += 1

    def _add_reference(self) -> None:
        start = self._offset()
        match = REFERENCE.match(self.html, start)
        reference = match[0] if match else self.html[start]
        self._add(unescape(reference), start, len(reference), is_literal=False)

    def _add(self, characters: str, start: int, raw_length: int, *, is_literal: bool) -> None:
        stretch = _Stretch(self.length, start, start + raw_length, self.run, self._is_open(), is_literal)
        self.stretches.append(stretch)
        self.parts.append(characters)
        self.length += len(characters)

    def _pass(self, tag: str) -> None:
        self.run += 1
        if tag not in INLINE:
            start = self._offset()
            self.stretches.append(_Stretch(self.length, start, start, self.run, is_open=False))
            self.parts.append(BREAK)
            self.length += 1
            self.run += 1

    def _is_open(self) -> bool:
        return not self.path or self.path[-1][1]

    def _offset(self) -> int:
        line, column = self.getpos()
        return self.line_starts[line - 1] + column
