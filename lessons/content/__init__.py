"""The course as files: content/ is loaded, dumped and checked by kinds of content that apps register."""

from lessons.content.engine import ContentKind, Report, check_course, dump_course, load_course, register
from lessons.content.reading import ContentError, Record, read_yaml
from lessons.content.writing import pretty_html, to_yaml

__all__ = [
    "ContentError",
    "ContentKind",
    "Record",
    "Report",
    "check_course",
    "dump_course",
    "load_course",
    "pretty_html",
    "read_yaml",
    "register",
    "to_yaml",
]
