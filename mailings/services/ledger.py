"""The steps of a mail through the ledger. Each is one conditional UPDATE that tells whether it happened.

A worker holds rows by a token. A step on a row that was taken away from it (its lease was over)
finds nothing to update, and the worker must then leave that mail alone.
"""

import datetime
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Learner
from mailings.models import Delivery, Issue, MailOptOut, Subscriber, Suppression

Status = Delivery.Status

CLAIM_LEASE = datetime.timedelta(seconds=30)
BACK_OFF = tuple(datetime.timedelta(minutes=minutes) for minutes in (5, 15, 60, 4 * 60, 12 * 60))
# A mail that was in a worker's hands this often when the worker died is likely what killed it.
MOST_CLAIMS = 20


def handing_lease() -> datetime.timedelta:
    """Longer than the slowest dialogue from DATA to the last answer can take."""
    return datetime.timedelta(seconds=4 * settings.EMAIL_TIMEOUT + 30)


def claim(*, limit: int, now: datetime.datetime) -> tuple[str, list[Delivery]]:
    """Take up to `limit` due mails, urgent ones first, and return the token that holds them with the rows."""
    token = uuid.uuid4().hex
    with transaction.atomic():
        due = Delivery.objects.due(now).order_by("-urgent", "next_at", "pk")
        # The join to the issue must not spread the lock to it. SQLite has neither; its transactions are alone.
        lock_only: tuple[str, ...] = ("self",) if connection.features.has_select_for_update_of else ()
        ids = list(due.select_for_update(skip_locked=True, of=lock_only).values_list("pk", flat=True)[:limit])
        if not ids:
            return token, []
        Delivery.objects.filter(pk__in=ids, status=Status.QUEUED).update(
            status=Status.CLAIMED, token=token, lease_until=now + CLAIM_LEASE, attempts=F("attempts") + 1
        )
    rows = Delivery.objects.filter(token=token, status=Status.CLAIMED).order_by("-urgent", "next_at", "pk")
    return token, list(rows)


def hand_over(delivery: Delivery, *, now: datetime.datetime) -> bool:
    """Commit that this mail is about to be handed to the server, if it is still wanted and still ours.

    Consent, suppression and whether the issue is still being sent are part of the same UPDATE. False: do not send.
    """
    wanted = _wanted(_held(delivery, Status.CLAIMED), delivery.kind)
    return wanted.update(status=Status.HANDING, lease_until=now + handing_lease()) == 1


def drop_unwanted(delivery: Delivery, *, now: datetime.datetime) -> None:
    """Settle a mail that `hand_over` refused: cancelled, or back in the queue while its issue is paused."""
    if delivery.kind == Delivery.Kind.NEWSLETTER:
        paused = Issue.objects.filter(deliveries=delivery, status=Issue.Status.PAUSED)
        if paused.exists():
            release([delivery])
            return
    _held(delivery, Status.CLAIMED).update(
        status=Status.CANCELLED, settled_at=now, token="", lease_until=None, text="", html="",
        outcome=_("Not wanted any more: switched off, unsubscribed, suppressed or cancelled."),
    )  # fmt: skip


def settle_sent(delivery: Delivery, *, answer: str, now: datetime.datetime) -> bool:
    """The server has taken the mail. A late answer also settles a row that has become uncertain meanwhile."""
    return bool(
        _held(delivery, Status.HANDING, Status.UNCERTAIN).update(
            status=Status.SENT, settled_at=now, token="", lease_until=None, text="", html="", outcome=answer
        )
    )


def settle_failed(delivery: Delivery, *, answer: str, now: datetime.datetime) -> bool:
    """The mail was refused for good."""
    return bool(
        _held(delivery, Status.CLAIMED, Status.HANDING, Status.UNCERTAIN).update(
            status=Status.FAILED, settled_at=now, token="", lease_until=None, text="", html="", outcome=answer
        )
    )


def settle_uncertain(delivery: Delivery, *, why: str, now: datetime.datetime) -> bool:
    """Nobody knows whether the mail arrived. It waits for a person, and keeps its words for a second sending."""
    return bool(
        _held(delivery, Status.HANDING).update(
            status=Status.UNCERTAIN, settled_at=now, lease_until=None, outcome=why
        )
    )


def defer(delivery: Delivery, *, answer: str, now: datetime.datetime) -> bool:
    """The server said “later”: try again after 5 min, 15 min, 1 h, 4 h and 12 h, then give up."""
    if delivery.attempts > len(BACK_OFF):
        return settle_failed(delivery, answer=answer, now=now)
    with transaction.atomic():
        issue_status = _lock_issue(delivery)
        deferred = _held(delivery, Status.CLAIMED, Status.HANDING, Status.UNCERTAIN).update(
            status=Status.QUEUED, settled_at=None, token="", lease_until=None, outcome=answer,
            next_at=now + BACK_OFF[delivery.attempts - 1],
        )  # fmt: skip
        if deferred and issue_status == Issue.Status.SENT:
            _reopen_issue(delivery)
    return bool(deferred)


def release(deliveries: Iterable[Delivery]) -> int:
    """Give claims back untried: no attempt is lost. All are held by one token."""
    rows = list(deliveries)
    if not rows:
        return 0
    held = Delivery.objects.filter(
        pk__in=[row.pk for row in rows], token=rows[0].token, status=Status.CLAIMED
    )
    return held.update(status=Status.QUEUED, token="", lease_until=None, attempts=F("attempts") - 1)


def take_back(delivery: Delivery) -> bool:
    """Give one mail back untried that is known not to have reached the server, whatever was committed before."""
    return bool(
        _held(delivery, Status.CLAIMED, Status.HANDING).update(
            status=Status.QUEUED, token="", lease_until=None, attempts=F("attempts") - 1
        )
    )


def weed(deliveries: Iterable[Delivery], *, now: datetime.datetime) -> list[Delivery]:
    """Return those of the claimed rows that are still wanted, and settle the others."""
    rows = list(deliveries)
    wanted: set[int] = set()
    for kind in {row.kind for row in rows}:
        held = Delivery.objects.filter(
            pk__in=[row.pk for row in rows if row.kind == kind], token=rows[0].token, status=Status.CLAIMED
        )
        wanted.update(_wanted(held, kind).values_list("pk", flat=True))
    for row in rows:
        if row.pk not in wanted:
            drop_unwanted(row, now=now)
    return [row for row in rows if row.pk in wanted]


def cancel_waiting(*, issues: QuerySet[Issue], now: datetime.datetime) -> int:
    """Settle the mails of cancelled issues that wait, and return how many. What a worker holds is left to it."""
    waiting = Delivery.objects.filter(
        issue__in=issues.filter(status=Issue.Status.CANCELLED),
        kind=Delivery.Kind.NEWSLETTER,
        status=Status.QUEUED,
    )
    return waiting.update(status=Status.CANCELLED, settled_at=now, outcome=_("The issue was cancelled."))


def reap(*, now: datetime.datetime) -> int:
    """Free what dead workers held: claimed goes back to the queue, handing becomes uncertain. Return how many.

    Also settles what a worker gave back, or lost, after its issue was cancelled: nobody claims it any more.
    """
    over = Delivery.objects.filter(lease_until__lt=now)
    back = over.filter(status=Status.CLAIMED, attempts__lt=MOST_CLAIMS).update(
        status=Status.QUEUED, token="", lease_until=None
    )
    hopeless = over.filter(status=Status.CLAIMED, attempts__gte=MOST_CLAIMS).update(
        status=Status.FAILED, settled_at=now, token="", lease_until=None,
        outcome=_("Workers died again and again with this mail in hand."),
    )  # fmt: skip
    unknown = over.filter(status=Status.HANDING).update(
        status=Status.UNCERTAIN, settled_at=now, lease_until=None,
        outcome=_("The worker died, or the server never answered, while the mail was handed over."),
    )  # fmt: skip
    cancel_waiting(issues=Issue.objects.all(), now=now)
    return back + hopeless + unknown


@transaction.atomic
def send_again(*, delivery: Delivery) -> bool:
    """A person has decided that an uncertain mail is to be sent once more. Not if its issue was cancelled."""
    issue_status = _lock_issue(delivery)
    if issue_status == Issue.Status.CANCELLED:
        return False
    again = Delivery.objects.filter(pk=delivery.pk, status=Status.UNCERTAIN).update(
        status=Status.QUEUED, settled_at=None, token="", next_at=timezone.now(), attempts=0, outcome=""
    )
    if again and issue_status == Issue.Status.SENT:
        _reopen_issue(delivery)
    return bool(again)


def _lock_issue(delivery: Delivery) -> str | None:
    """Return the state of the issue that this is a mail of, if of any, and keep it until the transaction ends.

    An issue may count as sent already when a mail of unknown fate goes back to the queue. Whoever puts one
    there takes this lock before it touches the mail, and `finish_issues` takes it before it looks.
    """
    if delivery.issue_id is None:
        return None
    return Issue.objects.select_for_update().values_list("status", flat=True).get(pk=delivery.issue_id)


def _reopen_issue(delivery: Delivery) -> None:
    Issue.objects.filter(deliveries=delivery).update(status=Issue.Status.SENDING, finished_at=None)


def resolve_as_sent(*, delivery: Delivery) -> bool:
    """A person has found out that an uncertain mail did arrive."""
    return bool(
        Delivery.objects.filter(pk=delivery.pk, status=Status.UNCERTAIN).update(
            status=Status.SENT, token="", text="", html="", outcome=_("Settled by hand: it had arrived.")
        )
    )


def _held(delivery: Delivery, *statuses: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=delivery.pk, token=delivery.token, status__in=statuses)


def _wanted(rows: QuerySet[Delivery], kind: str) -> QuerySet[Delivery]:
    """Narrow rows of one kind to those that may be sent at this moment."""
    rows = rows.filter(~Exists(Suppression.objects.filter(address=Lower(OuterRef("recipient")))))
    if kind == Delivery.Kind.NEWSLETTER:
        return rows.filter(
            Exists(
                Subscriber.objects.filter(
                    pk=OuterRef("subscriber_id"),
                    address=OuterRef("recipient"),
                    status=Subscriber.Status.CONFIRMED,
                )
            ),
            Exists(Issue.objects.filter(pk=OuterRef("issue_id"), status=Issue.Status.SENDING)),
        )
    if kind in {Delivery.Kind.WEEKLY, Delivery.Kind.WELCOME}:
        owner = Q(user__is_active=True, user__email__iexact=OuterRef("recipient"))
        return rows.filter(
            Exists(Learner.objects.filter(owner, pk=OuterRef("learner_id"))),
            ~Exists(MailOptOut.objects.filter(learner_id=OuterRef("learner_id"), kind=kind)),
        )
    return rows
