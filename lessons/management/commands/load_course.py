from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lessons.content import load_course


class Command(BaseCommand):
    help = "Bring the content files into the database; what an author has edited here is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.CONTENT_DIR)
        parser.add_argument(
            "--overwrite", action="store_true", help="let the files win over what was edited in the admin"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = load_course(options["folder"], overwrite=options["overwrite"])
        if report.errors:
            for error in report.errors:
                self.stderr.write(str(error))
            raise CommandError(f"Nothing was loaded: {len(report.errors)} things are not right in the files.")
        for path, outcome in report.outcomes.items():
            if outcome != "unchanged" or options["verbosity"] > 1:
                self.stdout.write(f"{outcome:10} {path}")
        for hindrance in report.hindrances:
            self.stdout.write(str(hindrance))
        counts = report.counts()
        self.stdout.write(
            "Course content: " + (", ".join(f"{counts[word]} {word}" for word in sorted(counts)) or "none")
        )
        if counts["kept"] or counts["conflict"]:
            self.stdout.write(
                "Kept: edited, retired or deleted in the admin since it was loaded. "
                "Conflict: changed both here and in the file. "
                "`dump_course` writes the admin's version to the files; `load_course --overwrite` takes the files'."
            )
