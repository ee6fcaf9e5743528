"""The course as it is shipped: loaded from its files once a process, put back from memory after that."""

import shutil
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from lessons.content import load_course
from lessons.content.engine import MEDIA

_rows: dict[type[models.Model], list[models.Model]] = {}


def put_course() -> None:
    """Fill an empty database, and the storage of uploads, with the course."""
    if not _rows:
        assert load_course(settings.CONTENT_DIR).errors == []
        _rows.update({model: list(model._base_manager.all()) for model in _models()})
        return
    with transaction.atomic():
        for model, rows in _rows.items():
            model._base_manager.bulk_create(rows)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(_rows)):
                cursor.execute(statement)
    shutil.copytree(settings.CONTENT_DIR / MEDIA, settings.MEDIA_ROOT, dirs_exist_ok=True)


def _models() -> list[Any]:
    labels = ("anatomy", "lessons", "quizzes")
    return [
        model
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
