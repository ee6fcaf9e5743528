"""Sending an issue of the newsletter: start, pause, resume, cancel."""

import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import BooleanField, CharField, DateTimeField, Exists, F, IntegerField, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mailings import links
from mailings.headers import one_line
from mailings.messages import fill_holes
from mailings.models import Delivery, Issue, Subscriber
from mailings.rendering import BLOCKS, render_issue
from mailings.services import ledger
from mailings.services.queue import queue_mail, wake

Status = Issue.Status


def start_issue(*, issue: Issue) -> int:
    """Freeze the issue's words, write one mail for each confirmed subscriber, and return how many.

    Only the first of any number of calls does it; the others return 0. Raises ValidationError for an
    issue that cannot be sent.
    """
    if not issue.subject.strip():
        raise ValidationError(_("The issue has no subject."))
    if not _has_blocks(issue):
        raise ValidationError(_("The issue is empty. Write something first."))
    if not Subscriber.objects.reachable().exists():
        raise ValidationError(
            _("Nobody has confirmed a subscription yet, so there is nobody to send this to.")
        )
    mail = render_issue(issue)
    now = timezone.now()
    with transaction.atomic():
        started = Issue.objects.filter(pk=issue.pk, status=Status.DRAFT).update(
            status=Status.SENDING,
            started_at=now,
            frozen_subject=mail.subject,
            frozen_html=mail.html,
            frozen_text=mail.text,
        )
        if not started:
            return 0
        count = _write_audience(issue_id=issue.pk, now=now)
        transaction.on_commit(wake, robust=True)
    issue.refresh_from_db()
    return count


def _has_blocks(issue: Issue) -> bool:
    return any(model._default_manager.filter(parent=issue).exists() for model in BLOCKS)


def _write_audience(*, issue_id: int, now: datetime.datetime) -> int:
    """Write the issue's mails in one statement, however many there are. A mail that exists is left alone."""
    columns = {
        "dedupe_key": Concat(
            Value(f"issue:{issue_id}:sub:"), Cast("pk", CharField()), output_field=CharField()
        ),
        "kind": Value(Delivery.Kind.NEWSLETTER.value, CharField()),
        "recipient": F("address"),
        "subscriber_id": F("pk"),
        "issue_id": Value(issue_id, IntegerField()),
        "subject": Value("", CharField()),
        "text": Value("", CharField()),
        "html": Value("", CharField()),
        "status": Value(Delivery.Status.QUEUED.value, CharField()),
        "urgent": Value(False, BooleanField()),
        "token": Value("", CharField()),
        "attempts": Value(0, IntegerField()),
        "next_at": Value(now, DateTimeField()),
        "created_at": Value(now, DateTimeField()),
        "outcome": Value("", CharField()),
    }
    audience = (
        Subscriber.objects.reachable()
        .order_by()
        .annotate(**{f"row_{name}": expression for name, expression in columns.items()})
        .values_list(*(f"row_{name}" for name in columns))
    )
    select, params = audience.query.sql_with_params()
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Delivery._meta.db_table}" ({names}) {select} ON CONFLICT ("dedupe_key") DO NOTHING',
            params,
        )
        return int(cursor.rowcount)


def finish_issues(*, now: datetime.datetime) -> int:
    """Mark the issues as sent of which no mail waits or is in a worker's hands."""
    unsettled = Delivery.objects.unsettled().filter(issue=OuterRef("pk"), kind=Delivery.Kind.NEWSLETTER)
    done = Issue.objects.filter(~Exists(unsettled), status=Status.SENDING)
    if not done.exists():
        return 0
    with transaction.atomic():
        # Under the locks of the issues, and in a statement after them: a mail that is put back into the queue
        # meanwhile (ledger.send_again) is seen.
        locked = Issue.objects.select_for_update().filter(status=Status.SENDING).order_by("pk")
        return done.filter(pk__in=list(locked.values_list("pk", flat=True))).update(
            status=Status.SENT, finished_at=now
        )


def pause_issue(*, issue: Issue, reason: str = "") -> bool:
    """Stop handing mails over, within one slice. Returns whether the issue was being sent."""
    return bool(
        Issue.objects.filter(pk=issue.pk, status=Status.SENDING).update(
            status=Status.PAUSED, pause_reason=reason[:300]
        )
    )


def resume_issue(*, issue: Issue) -> bool:
    """Go on with the mails that still wait. Returns whether the issue was paused."""
    with transaction.atomic():
        resumed = Issue.objects.filter(pk=issue.pk, status=Status.PAUSED).update(
            status=Status.SENDING, pause_reason=""
        )
        if resumed:
            transaction.on_commit(wake, robust=True)
    return bool(resumed)


@transaction.atomic
def cancel_issue(*, issue: Issue) -> int:
    """Send no more of it, for good. Returns how many mails were not sent; a mail in a worker's hands may still go."""
    now = timezone.now()
    cancelled = Issue.objects.filter(pk=issue.pk, status__in=[Status.SENDING, Status.PAUSED]).update(
        status=Status.CANCELLED, finished_at=now
    )
    if not cancelled:
        return 0
    return ledger.cancel_waiting(issues=Issue.objects.filter(pk=issue.pk), now=now)


def send_test(*, issue: Issue, user: User) -> Delivery:
    """Send the issue as it is now to the person who asks, and to nobody else. No list changes by it."""
    mail = render_issue(issue)
    now = timezone.now()
    landing = links.absolute("/")
    with transaction.atomic():
        delivery = queue_mail(
            kind=Delivery.Kind.TEST,
            recipient=user.email,
            occasion=f"{issue.pk}:user:{user.pk}:{now.timestamp():.6f}",
            subject=one_line(f"[{_('Test')}] {mail.subject}"),
            text=fill_holes(mail.text, unsubscribe_url=landing),
            html=fill_holes(mail.html, unsubscribe_url=landing),
            urgent=True,
        )
    assert delivery is not None, "the occasion names this very microsecond"
    return delivery
