"""What the look must keep: contrast in both schemes, the budget, and templates that the CSP does not break."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories.accounts import UserFactory

ROOT = Path(settings.BASE_DIR)
CSS = [ROOT / "static" / "css" / name for name in ("site.css", "course.css")]
GROUNDS = ("paper", "bone", "card")
TEXTS = ("ink", "ink-soft", "anterior", "posterior", "medial", "lateral", "good", "bad")
PAIRS = [
    *((text, ground, 4.5) for text in TEXTS for ground in GROUNDS),
    *((shape, ground, 3) for shape in ("edge", "focus") for ground in GROUNDS),
    ("on-accent", "anterior", 4.5),
    ("paper", "ink", 4.5),
    ("paper", "good", 4.5),
    ("on-accent", "bad", 4.5),
]


def tokens() -> dict[str, tuple[str, str]]:
    """Read the colour tokens as (light, dark)."""
    found = re.findall(r"--([a-z-]+): light-dark\(#(\w{6}), #(\w{6})\)", CSS[0].read_text())
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    channels = (int(colour[index : index + 2], 16) / 255 for index in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_every_pair_of_colours_has_the_contrast_that_wcag_asks_for(front, ground, least, scheme):
    colours = tokens()

    assert contrast(colours[front][scheme], colours[ground][scheme]) >= least


def test_the_style_sheets_weigh_at_most_14_kb_together():
    assert sum(len(gzip.compress(path.read_bytes())) for path in CSS) <= 14 * 1024


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((ROOT / "templates").rglob("*.html")) if "emails" not in path.parts],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_page_template_has_inline_style_or_script(path):
    text = path.read_text()

    assert (
        re.findall(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*(?:\ssrc=|application/))", text)
        == []
    )


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><script>', ""), ("", "")],
)
def test_the_readers_choice_of_colours_is_written_into_the_page(client, db, cookie, attribute):
    client.cookies["theme"] = cookie

    response = client.get("/no/such/page/")

    assert f'<html lang="en"{attribute}>' in response.text


def test_error_pages_need_no_database_for_someone_signed_in_either(client, db, django_assert_num_queries):
    client.force_login(UserFactory())

    with django_assert_num_queries(0):
        response = client.get("/no/such/page/")

    assert response.status_code == 404
