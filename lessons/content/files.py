"""Importing this registers the kinds of content that anatomy and lessons keep in files."""

from lessons.content import anatomy_files, facts_files, figures_files, lesson_files

__all__ = ["anatomy_files", "facts_files", "figures_files", "lesson_files"]
