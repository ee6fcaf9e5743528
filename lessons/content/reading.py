"""Reading YAML so that every complaint can name the file and the line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True, order=True)
class ContentError(Exception):
    """Something in a content file that is not right. `line` counts from 1; 0: the file as a whole."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class Located(dict[str, Any]):
    """A mapping that knows where it and its values stand."""

    line: int
    lines: dict[str, int]


class _Loader(yaml.SafeLoader):
    pass


# libyaml, where the wheel of PyYAML has it: ten times as fast, and every line is still known.
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _FastLoader(_Fast):
    pass


def _construct_mapping(loader: Any, node: yaml.MappingNode) -> Located:
    located = Located()
    located.line = node.start_mark.line + 1
    located.lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is no name", key_node.start_mark)
        if key in located:
            raise yaml.constructor.ConstructorError(None, None, f"“{key}” stands twice", key_node.start_mark)
        located[key] = loader.construct_object(value_node, deep=True)
        located.lines[key] = key_node.start_mark.line + 1
    return located


for _loader in (_Loader, _FastLoader):
    _loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def read_yaml(path: str, text: str) -> Any:
    """Return what a YAML file says, with mappings that know their lines.

    Raises ContentError when it is no YAML.
    """
    try:
        try:
            return yaml.load(text, Loader=_FastLoader)  # noqa: S506 -- a subclass of SafeLoader
        except yaml.YAMLError:
            # The slow one says more plainly, and the same everywhere, what is wrong and where.
            return yaml.load(text, Loader=_Loader)  # noqa: S506 -- a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ContentError(path, mark.line + 1 if mark else 0, error.problem or "is no valid YAML") from error
    except yaml.YAMLError as error:
        raise ContentError(path, 0, f"is no valid YAML: {error}") from error


class Record:
    """A mapping of a content file, read field by field; what is left unread at the end is unknown.

    Each reader raises ContentError with the field's line.
    """

    def __init__(self, path: str, data: Any, what: str) -> None:
        if not isinstance(data, Located):
            raise ContentError(path, 0, f"{what} must be a mapping of fields")
        self.path, self.data, self.what = path, data, what
        self.line = data.line
        self._unread = set(data)

    def error(self, message: str, field: str = "") -> ContentError:
        return ContentError(self.path, self.data.lines.get(field, self.line), message)

    def _take(self, field: str) -> Any:
        self._unread.discard(field)
        return self.data.get(field)

    def text(self, field: str, *, required: bool = True, max_length: int | None = None) -> str:
        value = self._take(field)
        if value is None or value == "":
            if required:
                raise self.error(f"{self.what} needs “{field}”", field)
            return ""
        if not isinstance(value, str):
            raise self.error(f"“{field}” must be text", field)
        value = value.strip()
        if max_length and len(value) > max_length:
            raise self.error(f"“{field}” has {len(value)} characters, {max_length} are allowed", field)
        return value

    def choice(self, field: str, allowed: Iterable[str], *, default: str | None = None) -> str:
        value = self._take(field)
        if value is None and default is not None:
            return default
        allowed = list(allowed)
        if value not in allowed:
            raise self.error(f"“{field}” must be one of {', '.join(allowed)}, not {value!r}", field)
        return str(value)

    def number(self, field: str, *, default: int | None = None, least: int = 0, most: int = 10_000) -> int:
        value = self._take(field)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(f"“{field}” must be a whole number from {least} to {most}", field)
        return value

    def flag(self, field: str) -> bool:
        value = self._take(field)
        if value not in (None, True, False):
            raise self.error(f"“{field}” must be true or false", field)
        return bool(value)

    def texts(self, field: str, *, required: bool = False) -> list[str]:
        value = self._take(field)
        if value is None and not required:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"“{field}” must be a list of texts", field)
        if required and not value:
            raise self.error(f"{self.what} needs at least one entry in “{field}”", field)
        return [item.strip() for item in value]

    def record(self, field: str, what: str) -> "Record | None":
        """Return the fields of a mapping within this one, None without it."""
        value = self._take(field)
        if value is None:
            return None
        if not isinstance(value, Located):
            raise self.error(f"{what} must be a mapping of fields", field)
        return Record(self.path, value, what)

    def records(self, field: str, what: str, *, required: bool = True) -> list["Record"]:
        value = self._take(field)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            raise self.error(f"“{field}” must be a list", field)
        return [Record(self.path, item, what) for item in value]

    def end(self) -> None:
        """Complain about fields that nobody asked for: most are misspelt."""
        for field in self.data:
            if field in self._unread:
                raise self.error(f"{self.what} has no field “{field}”", field)
