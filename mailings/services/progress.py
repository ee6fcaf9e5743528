"""Mails to learners: the welcome, the weekly progress mail, and switching them off."""

import datetime
import logging

from django.db import transaction

from accounts.models import Learner, User
from lessons.selectors import course_state
from mailings import links
from mailings.models import Delivery, MailOptOut
from mailings.rendering import render_mail
from mailings.selectors import learners_due_for_weekly, week_of_work
from mailings.services.queue import queue_mail

logger = logging.getLogger(__name__)

# Hours, on the learner's own clock, in which a weekly mail may be written. Out of them it waits for the morning.
BY_DAY = range(8, 20)


@transaction.atomic
def queue_welcome(*, user: User, learner: Learner) -> Delivery | None:
    """Welcome the owner of an account whose address has been verified: once, whatever happens later."""
    mail = render_mail(
        "welcome",
        {
            "name": user.name,
            "next": course_state(learner).next,
            "stop_url": links.stop_url(learner_id=learner.pk, kind=Delivery.Kind.WEEKLY),
        },
    )
    return queue_mail(
        kind=Delivery.Kind.WELCOME,
        recipient=user.email,
        occasion=f"user:{user.pk}",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        learner=learner,
    )


def queue_progress_mail(*, now: datetime.datetime) -> int:
    """Write a weekly mail for each learner who is due; return how many. Safe to run at any time and twice at once."""
    # Read to the end before the first write. On SQLite a connection with an open query sees the state from
    # before it, and may not write any more once another process has.
    due = list(learners_due_for_weekly(now=now).values_list("pk", flat=True))
    count = 0
    for learner_id in due:
        try:
            count += _queue_weekly(learner_id, now=now) is not None
        except Exception:
            # One learner's mail that cannot be made must not keep the others'.
            logger.exception("The weekly mail for learner %s cannot be made", learner_id)
    return count


@transaction.atomic
def _queue_weekly(learner_id: int, *, now: datetime.datetime) -> Delivery | None:
    """Write the mail of a learner who is still due: much may have changed since the list was made."""
    learner = learners_due_for_weekly(now=now).filter(pk=learner_id).first()
    if learner is None or now.astimezone(learner.zone).hour not in BY_DAY:
        return None
    assert learner.user is not None
    since: datetime.datetime = learner.since  # type: ignore[attr-defined]  # the selector annotates it
    year, week, _day = now.isocalendar()
    mail = render_mail(
        "weekly",
        {
            "name": learner.user.name,
            "week": week_of_work(learner, since=since, now=now),
            "stop_url": links.stop_url(learner_id=learner.pk, kind=Delivery.Kind.WEEKLY),
        },
    )
    return queue_mail(
        kind=Delivery.Kind.WEEKLY,
        recipient=learner.user.email,
        occasion=f"{learner.pk}:{year}-W{week:02}",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        learner=learner,
    )


def set_mail(*, learner: Learner, kind: str, wanted: bool) -> None:
    """Switch one kind of mail to a learner on or off. A repeat changes nothing."""
    if wanted:
        MailOptOut.objects.filter(learner=learner, kind=kind).delete()
    else:
        MailOptOut.objects.get_or_create(learner=learner, kind=kind)
