"""The Celery application. The database is the queue of record; messages only wake it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hipcourse.settings")

app = Celery("hipcourse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
