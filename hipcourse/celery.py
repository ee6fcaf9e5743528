"""The Celery application. The database is the queue of record; messages only wake it."""

import os
from typing import Any

from celery import Celery
from celery.signals import after_task_publish, beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hipcourse.settings")

app = Celery("hipcourse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def note_each_tick(**kwargs: Any) -> None:
    """Let /healthz see that beat lives: in its process, every task handed over is noted."""
    from hipcourse.health import note_beat  # noqa: PLC0415 -- this module is loaded before the settings are

    after_task_publish.connect(note_beat)
