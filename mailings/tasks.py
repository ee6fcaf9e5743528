"""Doors for Celery. The ledger is the queue of record; a message only says “look”."""

from celery import shared_task
from django.utils import timezone

from mailings import sending
from mailings.services.progress import queue_progress_mail as queue_progress
from mailings.services.queue import wake


# The limits stand above the slowest dialogue with a mail server; the message is acknowledged early, for the
# next tick of the beat looks again anyhow.
@shared_task(name="mailings.pump", acks_late=False, soft_time_limit=270, time_limit=300)
def pump() -> None:
    if sending.pump():
        wake()


@shared_task(name="mailings.queue_progress_mail")
def queue_progress_mail() -> None:
    queue_progress(now=timezone.now())
