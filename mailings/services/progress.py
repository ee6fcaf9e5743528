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
    count = 0
    for learner in learners_due_for_weekly(now=now).iterator(chunk_size=200):
        since: datetime.datetime = learner.since  # type: ignore[attr-defined]  # the selector annotates it
        try:
            count += _queue_weekly(learner, since=since, now=now) is not None
        except Exception:
            # One learner's mail that cannot be made must not keep the others'.
            logger.exception("The weekly mail for learner %s cannot be made", learner.pk)
    return count


@transaction.atomic
def _queue_weekly(learner: Learner, *, since: datetime.datetime, now: datetime.datetime) -> Delivery | None:
    assert learner.user is not None
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
