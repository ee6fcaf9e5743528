from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from lessons.content import dump_course


class Command(BaseCommand):
    help = "Write the course as it is in the database into content files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.CONTENT_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = dump_course(options["folder"])
        for path, outcome in outcomes.items():
            if outcome != "unchanged" or options["verbosity"] > 1:
                self.stdout.write(f"{outcome:10} {path}")
        self.stdout.write(f"{len(outcomes)} files in {options['folder']}")
