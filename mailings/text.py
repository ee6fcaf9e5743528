"""From the HTML that authors can type to plain text that reads as if it had been written.

It knows the tags that the editor allows and nothing else: the input is our own sanitised HTML.
"""

import textwrap
from dataclasses import dataclass, field
from html.parser import HTMLParser

WIDTH = 72
_UNDERLINES = {"h1": "=", "h2": "=", "h3": "-"}
_BLOCKS = {"p", "h1", "h2", "h3"}
_ITEM = "\0"  # marks a part that the next item of the same list joins; no text holds it


@dataclass
class _List:
    ordered: bool
    number: int = 0


@dataclass
class _Row:
    cells: list[str] = field(default_factory=list)
    is_head: bool = False


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []  # finished blocks
        self.words: list[str] = []  # the block being read
        self.lists: list[_List] = []
        self.quotes = 0
        self.href = ""
        self.link_start = 0
        self.rows: list[_Row] | None = None
        self.item_open = False

    # Reading

    def close(self) -> None:
        super().close()
        self._end_block()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"ul", "ol"}:
            self._end_block()
            self.lists.append(_List(ordered=tag == "ol"))
        elif tag == "li":
            self._end_block()
            if self.lists:
                self.lists[-1].number += 1
            self.item_open = True
        elif tag == "blockquote":
            self._end_block()
            self.quotes += 1
        elif tag == "table":
            self._end_block()
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append(_Row())
        elif tag == "br":
            self.words.append("\n")
        elif tag == "a":
            self.href = dict(attrs).get("href") or ""
            self.link_start = len(self.words)
        elif tag in _BLOCKS and self.rows is None:
            self._end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in {"th", "td"} and self.rows:
            self.rows[-1].cells.append(self._take())
            self.rows[-1].is_head = self.rows[-1].is_head or tag == "th"
        elif tag == "table":
            self._end_table()
        elif tag in _UNDERLINES:
            title = self._take()
            if title:
                lines = textwrap.wrap(title, WIDTH)
                rule = _UNDERLINES[tag] * max(len(line) for line in lines)
                self.parts.append("\n".join([*lines, rule]))
        elif tag == "blockquote":
            self._end_block()
            self.quotes = max(0, self.quotes - 1)
        elif tag in {"ul", "ol"}:
            self._end_block()
            if self.lists:
                self.lists.pop()
            if self.parts and not self.lists:
                self.parts[-1] = self.parts[-1].removeprefix(_ITEM)
        elif tag in {"p", "li"} and self.rows is None:
            self._end_block()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    # Writing

    def _take(self) -> str:
        """Return the words read so far with their spaces folded, line breaks kept."""
        lines = "".join("\n" if word == "\n" else word.replace("\n", " ") for word in self.words).split("\n")
        self.words = []
        return "\n".join(" ".join(line.split()) for line in lines).strip()

    def _end_link(self) -> None:
        label = " ".join("".join(self.words[self.link_start :]).split())
        target = self.href.removeprefix("mailto:")
        if target and label and target not in (label, f"https://{label}"):
            self.words.append(f" ({target})")
        elif target and not label:
            self.words.append(target)
        self.href = ""

    def _end_block(self) -> None:
        text = self._take()
        if not text:
            return
        first = rest = ""
        depth = len(self.lists)
        if depth:
            mark = f"{self.lists[-1].number}. " if self.lists[-1].ordered else "- "
            indent = "  " * (depth - 1)
            first, rest = indent + (mark if self.item_open else " " * len(mark)), indent + " " * len(mark)
        if self.quotes:
            first, rest = "> " + first, "> " + rest
        block = "\n".join(
            textwrap.fill(
                line,
                WIDTH,
                initial_indent=first if number == 0 else rest,
                subsequent_indent=rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
            for number, line in enumerate(text.split("\n"))
        )
        # Items of a list stand close together; everything else is set apart by an empty line.
        if depth and self.item_open and self.parts and self.parts[-1].startswith(_ITEM):
            self.parts[-1] += "\n" + block
        else:
            self.parts.append(_ITEM + block if depth else block)
        self.item_open = False

    def _end_table(self) -> None:
        rows, self.rows = self.rows or [], None
        heads = rows[0].cells if rows and rows[0].is_head and len(rows) > 1 else []
        lines = []
        for row in rows[1:] if heads else rows:
            cells = [cell.replace("\n", " ") for cell in row.cells]
            if heads and len(cells) > 1:
                named = [
                    f"{head}: {cell}" if head else cell
                    for head, cell in zip(heads[1:], cells[1:], strict=False)
                ]
                line = f"{cells[0]} · {'; '.join(named)}"
            else:
                line = " · ".join(cells)
            lines.append(textwrap.fill(line, WIDTH, subsequent_indent="  ", break_long_words=False))
        if lines:
            self.parts.append("\n".join(lines))


def html_to_text(html: str) -> str:
    """Return `html` (of the tags that our editor allows) as plain text of at most 72 columns.

    Headings are underlined, lists have dashes or numbers, a link is followed by its address, and each row of
    a table becomes a line that names its columns. Long addresses are never broken.
    """
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return "\n\n".join(part.removeprefix(_ITEM) for part in writer.parts)
