"""Leaving the mail server alone for a while when the trouble is the server's, not a mail's."""

import datetime

from django.db import transaction

from mailings.models import Issue, MailGate

LONGEST = datetime.timedelta(minutes=5)


def is_closed(*, now: datetime.datetime) -> bool:
    return MailGate.objects.filter(closed_until__gt=now).exists()


@transaction.atomic
def close(*, reason: str, person_after: int | None, now: datetime.datetime) -> MailGate:
    """Leave the server alone: 2 s, then twice as long after each failure, 5 min at most.

    From the `person_after`th failure in a row on it takes a person (from the first one for a refused
    password, say): issues being sent are paused and tell the reason. None: it may heal by itself for ever.
    """
    MailGate.objects.get_or_create(pk=MailGate.ONLY, defaults={"closed_until": now, "changed_at": now})
    gate = MailGate.objects.select_for_update().get(pk=MailGate.ONLY)
    gate.failures += 1
    gate.closed_until = now + min(datetime.timedelta(seconds=2 ** min(gate.failures, 10)), LONGEST)
    gate.reason = reason[:300]
    gate.changed_at = now
    gate.save()
    if person_after is not None and gate.failures >= person_after:
        Issue.objects.filter(status=Issue.Status.SENDING).update(
            status=Issue.Status.PAUSED, pause_reason=reason[:300]
        )
    return gate


def open_again(*, now: datetime.datetime) -> None:
    """The server has taken a mail: forget its failures."""
    MailGate.objects.filter(failures__gt=0).update(failures=0, reason="", closed_until=now, changed_at=now)
