from celery import shared_task
from django.core.management import call_command

from accounts import learners


@shared_task(name="accounts.remove_idle_guests")
def remove_idle_guests() -> None:
    learners.remove_idle_guests()


@shared_task(name="accounts.clear_expired_sessions")
def clear_expired_sessions() -> None:
    call_command("clearsessions")
