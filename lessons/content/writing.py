"""Writing content so that the same course is always the same bytes."""

import re
from html import escape
from html.parser import HTMLParser
from typing import Any

import yaml

_CONTAINERS = {"ul", "ol", "table", "thead", "tbody", "tr", "blockquote"}
_LEAVES = {"p", "h2", "h3", "li", "td", "th"}
_VOID = {"br", "hr", "img"}


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def to_yaml(data: Any) -> str:
    """Return the one YAML text for `data`: fields in the order given, long text as literal blocks."""
    return yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
        default_flow_style=False,
    )


class _Tree(HTMLParser):
    """Nested [tag, attributes, children]; text is a str."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Any] = ["", "", []]
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs)
        node: list[Any] = [tag, written, []]
        self.open[-1][2].append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1][2].append(re.sub(r"[ \t\r\n]+", " ", data))


def pretty_html(html: str) -> str:
    """Return sanitised HTML with one block element a line, lists and tables indented by two spaces.

    Whatever white space came in, the same text goes out, so files and editor agree.
    """
    tree = _Tree()
    tree.feed(html)
    tree.close()
    lines = _lines(tree.root[2], 0)
    return "".join(f"{line}\n" for line in lines)


def _is_block(node: Any) -> bool:
    return not isinstance(node, str) and node[0] in _CONTAINERS | _LEAVES


def _lines(nodes: list[Any], depth: int) -> list[str]:
    lines: list[str] = []
    run: list[Any] = []

    def flush() -> None:
        text = _inline(run).strip()
        if text:
            lines.append("  " * depth + text)
        run.clear()

    for node in nodes:
        if not _is_block(node):
            run.append(node)
            continue
        flush()
        tag, attributes, children = node
        pad = "  " * depth
        if any(_is_block(child) for child in children):
            lines += [f"{pad}<{tag}{attributes}>", *_lines(children, depth + 1), f"{pad}</{tag}>"]
        else:
            lines.append(f"{pad}<{tag}{attributes}>{_inline(children).strip()}</{tag}>")
    flush()
    return lines


def _inline(nodes: list[Any]) -> str:
    parts = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(escape(node, quote=False).replace("\u00a0", "&nbsp;"))
        elif node[0] in _VOID:
            parts.append(f"<{node[0]}{node[1]}>")
        else:
            parts.append(f"<{node[0]}{node[1]}>{_inline(node[2])}</{node[0]}>")
    return "".join(parts)
