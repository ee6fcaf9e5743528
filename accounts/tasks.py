from celery import shared_task

from accounts import learners


@shared_task(name="accounts.remove_idle_guests")
def remove_idle_guests() -> None:
    learners.remove_idle_guests()
