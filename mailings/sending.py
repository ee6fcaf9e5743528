"""The slice of sending that a task runs: reap, claim, hand over, settle. Any number may run at once."""

import logging
import time
from collections import deque
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from mailings.headers import BadAddressError, checked_address, sender
from mailings.messages import compose
from mailings.models import Delivery, Issue, Suppression
from mailings.services import gate, ledger
from mailings.services.issues import finish_issues
from mailings.transports import (
    DeferredError,
    NotWantedError,
    RefusedError,
    ServerAwayError,
    Transport,
    UnknownFateError,
    make_transport,
)

logger = logging.getLogger(__name__)

SLICE_SECONDS = 5.0
CHUNK = 100
# An answer that never comes once may be bad luck. Again and again, a person should look before more mails
# get an unknown fate.
MOST_UNKNOWN = 3


def pump(*, seconds: float = SLICE_SECONDS) -> bool:
    """Send what is due for about `seconds`; return whether more is due now.

    Raises ImproperlyConfigured, before it touches a mail, when EMAIL_URL or MAIL_FROM cannot be understood.
    """
    transport = make_transport()
    sender()
    deadline = time.monotonic() + seconds
    ledger.reap(now=timezone.now())
    more = True
    while more and time.monotonic() < deadline:
        more = not gate.is_closed(now=timezone.now()) and _send_chunk(transport, deadline)
    finish_issues(now=timezone.now())
    return more


def _send_chunk(transport: Transport, deadline: float) -> bool:
    """Claim a chunk and send it over one connection. False: there is nothing to do, or the server is away."""
    _token, rows = ledger.claim(limit=CHUNK, now=timezone.now())
    if not rows:
        return False
    issues = Issue.objects.in_bulk({row.issue_id for row in rows if row.issue_id})
    waiting = deque(rows)
    settled = 0
    try:
        while waiting and time.monotonic() < deadline:
            row = waiting[0]
            if not transport.is_open:
                transport.open()
            waiting.popleft()
            issue = issues.get(row.issue_id) if row.issue_id else None
            if not _send_one(transport, row, issue):
                waiting = deque(ledger.weed(waiting, now=timezone.now()))
                continue
            settled += 1
            if settled == 1:
                gate.open_again(now=timezone.now())
    except ServerAwayError as error:
        logger.warning("The mail server cannot be asked: %s", error)
        gate.close(reason=str(error), person_after=1 if error.needs_person else None, now=timezone.now())
        return False
    except UnknownFateError as error:
        logger.warning("The mail server gave no answer: %s", error)
        gate.close(reason=str(error), person_after=MOST_UNKNOWN, now=timezone.now())
        return False
    finally:
        ledger.release(waiting)
        transport.close()
    return True


def _send_one(transport: Transport, row: Delivery, issue: Issue | None) -> bool:
    """Send one claimed mail and record what became of it. False: it was not wanted any more.

    Raises ServerAwayError after giving the mail back, and UnknownFateError after putting it before a person.
    """
    try:
        recipient = checked_address(row.recipient)
        message = compose(row, issue=issue, now=timezone.now())
    except BadAddressError as error:
        ledger.settle_failed(row, answer=str(error), now=timezone.now())
        return True
    except Exception as error:
        # One mail that cannot be made must not keep the others.
        logger.exception("Mail %s cannot be made", row.pk)
        said = _("The mail could not be made: %(error)s") % {"error": error}
        ledger.settle_failed(row, answer=said, now=timezone.now())
        return True

    def hand_over() -> bool:
        return ledger.hand_over(row, now=timezone.now())

    try:
        answer = transport.send(recipient=recipient, message=message, hand_over=hand_over)
    except NotWantedError:
        ledger.drop_unwanted(row, now=timezone.now())
        return False
    except ServerAwayError:
        ledger.take_back(row)
        raise
    except UnknownFateError as error:
        why = str(error)
        _record(lambda: ledger.settle_uncertain(row, why=why, now=timezone.now()))
        raise
    except DeferredError as error:
        said = str(error)
        _record(lambda: ledger.defer(row, answer=said, now=timezone.now()))
    except RefusedError as error:
        said = str(error)
        _record(lambda: ledger.settle_failed(row, answer=said, now=timezone.now()))
        if error.dead_address:
            _suppress(row.recipient, said)
    else:
        _record(lambda: ledger.settle_sent(row, answer=answer, now=timezone.now()))
    return True


def _suppress(address: str, detail: str) -> None:
    Suppression.objects.get_or_create(
        address=address.lower(), defaults={"reason": Suppression.Reason.REFUSED, "detail": detail}
    )


def _record(step: Callable[[], bool]) -> None:
    """Write down what the server answered, also when the database is away for a moment just then."""
    for pause in (0.1, 0.3, 1.0, 2.0, 4.0):
        try:
            step()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(pause)
        else:
            return
    step()
