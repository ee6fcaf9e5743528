import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anatomy.models import Structure
from lessons.glossary import Term, Vocabulary, disclose, needs_help, read_text, term_for

KINDS = Structure.Kind
NAMES = [
    ("psoas-major", KINDS.MUSCLE, ["Psoas major", "Psoas"]),
    ("psoas-minor", KINDS.MUSCLE, ["Psoas minor"]),
    ("tensor-fasciae-latae", KINDS.MUSCLE, ["Tensor fasciae latae", "TFL"]),
    ("sartorius", KINDS.MUSCLE, ["Sartorius", "Tailor's muscle"]),
    ("iliotibial-tract", KINDS.LANDMARK, ["Iliotibial tract", "IT band"]),
    ("ischial-tuberosity", KINDS.LANDMARK, ["Ischial tuberosity"]),
    ("greater-trochanter", KINDS.LANDMARK, ["Greater trochanter"]),
    ("tip-of-greater-trochanter", KINDS.SITE, ["Tip of the greater trochanter"]),
    ("hip-flexors", KINDS.GROUP, ["Hip flexors"]),
    ("hamstrings", KINDS.GROUP, ["Hamstrings"]),
    ("hip-extension", KINDS.MOVEMENT, ["Hip extension"]),
    ("knee-extension", KINDS.MOVEMENT, ["Knee extension"]),
    ("pelvis", KINDS.BONE, ["Pelvis"]),
]


def structure(slug, kind, names):
    return Structure(pk=sum(map(ord, slug)), slug=slug, kind=kind, name=names[0], description="A part.")


VOCABULARY = Vocabulary([term_for(structure(slug, kind, names), names) for slug, kind, names in NAMES])


def mark(term: Term, occurrence: str) -> str:
    return f"«{term.slug}|{occurrence}»"


def marked(html, explained=frozenset()):
    return disclose(html, VOCABULARY, explained, draw=mark).html


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Your psoas pulls.</p>", "<p>Your «psoas-major|psoas» pulls.</p>"),
        ("<p>PSOAS MAJOR</p>", "<p>«psoas-major|PSOAS MAJOR»</p>"),
        ("<p>Psoas minor, then psoas.</p>", "<p>«psoas-minor|Psoas minor», then «psoas-major|psoas».</p>"),
        ("<p>iliopsoas, psoases</p>", "<p>iliopsoas, psoases</p>"),
        ("<p>Psoas. Psoas. Psoas major.</p>", "<p>«psoas-major|Psoas». Psoas. Psoas major.</p>"),
        (
            "<p>the tip of the\n greater trochanter</p>",
            "<p>the «tip-of-greater-trochanter|tip of the\n greater trochanter»</p>",
        ),
        ("<p>tips of the greater trochanter</p>", "<p>«tip-of-greater-trochanter|tips of the greater trochanter»</p>"),
        ("<p>both ischial tuberosities</p>", "<p>both «ischial-tuberosity|ischial tuberosities»</p>"),
        ("<p>two greater&nbsp;trochanters</p>", "<p>two «greater-trochanter|greater&nbsp;trochanters»</p>"),
        ("<p>a hamstring</p>", "<p>a «hamstrings|hamstring»</p>"),
        ("<p>hip-flexor drills</p>", "<p>«hip-flexors|hip-flexor» drills</p>"),
        ("<p>the flexors</p>", "<p>the «hip-flexors|flexors»</p>"),
        ("<p>the knee flexors, knee extension</p>", "<p>the knee flexors, «knee-extension|knee extension»</p>"),
        ("<p>extension of the trunk</p>", "<p>extension of the trunk</p>"),
        ("<p>extension of the lower back</p>", "<p>extension of the lower back</p>"),
        ("<p>into extension</p>", "<p>into «hip-extension|extension»</p>"),
        ("<p>the tailor’s muscle</p>", "<p>the «sartorius|tailor’s muscle»</p>"),
        ("<p>the tailor&#x27;s muscle</p>", "<p>the «sartorius|tailor&#x27;s muscle»</p>"),
        ("<p>the pelvis</p>", "<p>the pelvis</p>"),
        ("<p><strong>Psoas</strong> pulls</p>", "<p><strong>«psoas-major|Psoas»</strong> pulls</p>"),
        ("<p>psoas<em>es</em></p>", "<p>psoas<em>es</em></p>"),
        ("<p>psoas <em>minor</em></p>", "<p>psoas <em>minor</em></p>"),
        ("<p>psoas</p><p>minor</p>", "<p>«psoas-major|psoas»</p><p>minor</p>"),
        ("<h2>Psoas</h2><p>psoas</p>", "<h2>Psoas</h2><p>«psoas-major|psoas»</p>"),
        ('<p><a href="/x">the <em>psoas</em></a></p>', '<p><a href="/x">the <em>psoas</em></a></p>'),
        ("<p><code>psoas</code> <kbd>TFL</kbd></p>", "<p><code>psoas</code> <kbd>TFL</kbd></p>"),
        ("<button>psoas</button><label>TFL</label>", "<button>psoas</button><label>TFL</label>"),
        ("<table><th>psoas</th><td>TFL</td></table>", "<table><th>psoas</th><td>«tensor-fasciae-latae|TFL»</td></table>"),
        ('<p title="psoas > TFL">x</p>', '<p title="psoas > TFL">x</p>'),
        ("<!-- psoas --><p>a < psoas</p>", "<!-- psoas --><p>a < «psoas-major|psoas»</p>"),
        ("<p>a<br>psoas</p><hr/>TFL", "<p>a<br>«psoas-major|psoas»</p><hr/>«tensor-fasciae-latae|TFL»"),
        ("<p>p&ſoas pſoas</p>", "<p>p&ſoas pſoas</p>"),
        ("<a>psoas</p></a>psoas</b>", "<a>psoas</p></a>«psoas-major|psoas»</b>"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_first_time_a_name_is_said_it_is_explained(before, after):
    assert marked(before) == after


def test_what_is_explained_already_is_found_but_left_alone():
    disclosed = disclose("<p>psoas, TFL</p>", VOCABULARY, frozenset({"psoas-major"}), draw=mark)
    assert disclosed.html == "<p>psoas, «tensor-fasciae-latae|TFL»</p>"
    assert disclosed.found == disclosed.explained == {"psoas-major", "tensor-fasciae-latae"}


def test_a_disclosure_is_not_explained_again():
    html = disclose("<p>psoas</p>", VOCABULARY).html
    assert disclose(html, VOCABULARY, draw=mark).html == html


def test_without_terms_nothing_happens():
    assert disclose("<p>psoas</p>", Vocabulary([])).html == "<p>psoas</p>"


def test_a_name_belongs_to_the_structure_that_comes_first():
    both = [term_for(structure(slug, KINDS.BONE, ["Ilium"]), ["Ilium"]) for slug in ("first", "second")]
    assert disclose("<p>ilium</p>", Vocabulary(both), draw=mark).html == "<p>«first|ilium»</p>"


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("Pelvis", False),
        ("Hip joint", False),
        ("Thigh bone", False),
        ("Lower back", False),
        ("Front of the hip", False),
        ("Push-off", False),
        ("Swing", False),
        ("Groin muscles", False),
        ("Iliacus", True),
        ("Hip flexion", True),
        ("Femur", True),
        ("Late stance", True),
        ("IT band", True),
    ],
)
def test_a_name_made_of_everyday_words_needs_no_help(name, needed):
    assert needs_help(name) is needed


# The property: the text stays, links and headings stay, each term is explained once.

WORDS = st.sampled_from(
    ["psoas", "psoas major", "Psoas minor", "TFL", "IT-band", "hip flexors", "flexor", "knee extension", "extension",
     "pelvis", "greater trochanters", "tip of the greater trochanter", "tailor's muscle", "tailor&#39;s muscle", "and",
     " ", "&amp;", "&nbsp;", "é", "&lt;b&gt;", ">", "ſ", "-", "knee ", ". "]
)  # fmt: skip
TEXT = st.lists(WORDS, max_size=6).map(" ".join)


def element(content):
    inline = st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["strong", "em", "sup", "sub"]), content)
    closed = st.builds(
        "<{0}>{1}</{0}>".format, st.sampled_from(["h2", "h3", "a", "button", "code", "th"]), content
    )
    block = st.builds(
        "<{0}>{1}</{0}>".format, st.sampled_from(["p", "li", "ul", "td", "blockquote"]), content
    )
    link = st.builds('<a href="https://example.org/?a=1&amp;b=>">{}</a>'.format, content)
    return st.one_of(inline, closed, block, link, st.lists(content, max_size=3).map("".join), st.just("<br>"))


HTML = st.recursive(TEXT, element, max_leaves=12)
CLOSED_ELEMENT = re.compile(r"<(h2|h3|a|button|code|th)\b.*?</\1>", re.DOTALL)
ADDED = re.compile(r"«[a-z-]+\|(.*?)»", re.DOTALL)


@settings(max_examples=300, deadline=None)
@given(HTML)
def test_disclosures_add_and_never_change(html):
    drawn = disclose(html, VOCABULARY, draw=mark)
    assert ADDED.sub(r"\1", drawn.html) == html
    added = re.findall(r"«([a-z-]+)\|", drawn.html)
    assert len(added) == len(set(added))
    assert drawn.explained == drawn.found == set(added)
    assert all(
        "«" not in match[0] for match in re.finditer(r"<(h2|h3|a|button|code|th)\b[^«]*?</\1>", drawn.html)
    )
    assert disclose(html, VOCABULARY, drawn.explained, draw=mark).html == html
    assert not any("<" in occurrence for occurrence in ADDED.findall(drawn.html))
    closed = [read_text(match[0]).characters for match in CLOSED_ELEMENT.finditer(html)]
    assert closed == [
        read_text(ADDED.sub(r"\1", match[0])).characters for match in CLOSED_ELEMENT.finditer(html)
    ]
