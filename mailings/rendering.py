"""Mails from templates/emails/<name>/: subject.txt, body.txt and body.html, in the look of emails/_base."""

import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import css_inline
from content_editor.contents import contents_for_item
from django.conf import settings
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from mailings import links
from mailings.headers import one_line
from mailings.messages import UNSUBSCRIBE_HOLE, without_holes
from mailings.models import Issue, IssueConcept, IssueDrill, IssueImage, IssueText
from mailings.text import WIDTH, html_to_text

_SIGNATURE = "-- "  # what follows is small print; mail programs know the trailing space
_LIST_MARK = re.compile(r"\s*(?:- |\d+\. |> )?")
MOST_WIDTH = 536  # px: what the sheet of 600 px leaves for a picture
BLOCKS: dict[type[Model], str] = {
    IssueText: "text",
    IssueConcept: "concept",
    IssueDrill: "drill",
    IssueImage: "image",
}


@dataclass(frozen=True)
class RenderedMail:
    subject: str
    text: str
    html: str


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # The rules for dark mode and narrow windows cannot be inlined; they stay in a style element.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def inline_css(html: str) -> str:
    """Return a mail's HTML with its styles written onto the elements, as mail programs need them."""
    return _inliner().inline(html)


def render_mail(name: str, context: dict[str, Any]) -> RenderedMail:
    """Render the mail `name` (a folder of templates/emails)."""
    context = {"SITE_URL": settings.SITE_URL, "postal_address": settings.POSTAL_ADDRESS, **context}
    return RenderedMail(
        subject=one_line(render_to_string(f"emails/{name}/subject.txt", context)),
        text=_tidy(render_to_string(f"emails/{name}/body.txt", context)),
        html=inline_css(render_to_string(f"emails/{name}/body.html", context)),
    )


def render_issue(issue: Issue) -> RenderedMail:
    """Render an issue of the newsletter with holes where each reader's own link goes."""
    blocks = []
    for block in contents_for_item(issue, list(BLOCKS)):
        name = BLOCKS[type(block)]
        context = {"block": block}
        if isinstance(block, IssueImage):
            context["width"] = min(block.width or MOST_WIDTH, MOST_WIDTH)
            context["src"] = (
                links.absolute(block.image.url) if block.image.url.startswith("/") else block.image.url
            )
        html = without_holes(render_to_string(f"emails/issue/_{name}.html", context))
        words = without_holes(render_to_string(f"emails/issue/_{name}.txt", {**context, **_as_text(block)}))
        blocks.append({"html": mark_safe(html), "text": words.strip("\n")})  # noqa: S308 -- from our own templates
    return render_mail(
        "issue",
        {
            "subject": without_holes(issue.subject),
            "preheader": without_holes(issue.preheader),
            "blocks": blocks,
            "unsubscribe_url": UNSUBSCRIBE_HOLE,
        },
    )


def _as_text(block: Any) -> dict[str, str]:
    names = ("body", "set_up", "cues")
    return {f"{name}_text": html_to_text(getattr(block, name)) for name in names if hasattr(block, name)}


def _tidy(text: str) -> str:
    """Return a rendered text part wrapped, with no trailing spaces and never more than one empty line together."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        stripped = line.rstrip()
        if stripped == _SIGNATURE.rstrip():
            lines.append(_SIGNATURE)
        elif stripped:
            lines += _wrapped(stripped)
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines) + "\n"


def _wrapped(line: str) -> list[str]:
    mark = _LIST_MARK.match(line)
    indent = " " * len(mark[0]) if mark else ""
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
