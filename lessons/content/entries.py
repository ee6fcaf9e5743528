"""Entries of content files: mappings that remember their line, named by slugs."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from lessons.content.reading import ContentError, Record

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")

_Row = TypeVar("_Row")


class _Known(dict[str, Any]):
    """Data read from a file, remembering its line for complaints; written out it is a plain mapping."""

    line: int = 0


def known(line: int, **fields: Any) -> _Known:
    """Return `fields` without the empty ones, in the order given."""
    result = _Known({name: value for name, value in fields.items() if value not in ("", [], None)})
    result.line = line
    return result


def plain(data: Any) -> Any:
    """Return `data` as bare dicts and lists, as YAML writes them."""
    if isinstance(data, dict):
        return {name: plain(value) for name, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return data


def read_slug(record: Record, field: str = "slug") -> str:
    slug = record.text(field, max_length=80)
    if not SLUG.match(slug):
        raise record.error(f"“{slug}” is no slug: lower-case words joined by hyphens", field)
    return slug


def repeated(path: str, entries: list[Any], name: str) -> list[ContentError]:
    seen: set[str] = set()
    errors = []
    for entry in entries:
        if entry[name] in seen:
            errors.append(ContentError(path, entry.line, f"“{entry[name]}” stands twice"))
        seen.add(entry[name])
    return errors


def slugs(everything: dict[str, Any], path: str) -> set[str]:
    return {entry["slug"] for entry in everything.get(path, [])}


def row_of(rows: Mapping[str, _Row], slug: str, path: str, line: int) -> _Row:
    """Return the row that an entry rests on; ContentError if it is not here: an author may have deleted it."""
    if slug not in rows:
        raise ContentError(path, line, f"rests on “{slug}”, which is not in the database")
    return rows[slug]
