"""Writing mails into the ledger, and waking the worker that sends them."""

import logging
import threading
import time

from django.db import IntegrityError, transaction

from accounts.models import Learner
from hipcourse.celery import app
from mailings.models import Delivery, Subscriber

logger = logging.getLogger(__name__)

PUMP = "mailings.pump"
# A request never waits longer than this for the broker; the beat finds the mail in any case.
WAIT_SECONDS = 0.2
REST_SECONDS = 5.0

_publishing = threading.Lock()
_rest_until = 0.0


def queue_mail(
    *,
    kind: str,
    recipient: str,
    occasion: str,
    subject: str,
    text: str,
    html: str,
    learner: Learner | None = None,
    subscriber: Subscriber | None = None,
    urgent: bool = False,
) -> Delivery | None:
    """Write one mail into the ledger, in the caller's transaction, and wake the worker after the commit.

    `occasion` says for what, and for whom, this may happen only once: with `kind` it is the dedupe
    key. Returns None when that mail is in the ledger already.
    """
    delivery = Delivery(
        dedupe_key=f"{kind}:{occasion}",
        kind=kind,
        recipient=recipient,
        subject=subject[:200],
        text=text,
        html=html,
        learner=learner,
        subscriber=subscriber,
        urgent=urgent,
    )
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError:
        if Delivery.objects.filter(dedupe_key=delivery.dedupe_key).exists():
            return None
        raise
    transaction.on_commit(wake, robust=True)
    return delivery


def wake() -> None:
    """Tell a worker that there is mail. Never raises; waits 0.2 s for the broker at most.

    After a failure the broker is left alone for some seconds: the beat's next tick sends the mail then.
    """
    global _rest_until
    if time.monotonic() < _rest_until or not _publishing.acquire(blocking=False):
        return
    done = threading.Event()
    threading.Thread(target=_publish, args=(done,), name="wake-mail-worker", daemon=True).start()
    if not done.wait(WAIT_SECONDS):
        _rest_until = time.monotonic() + REST_SECONDS


def _publish(done: threading.Event) -> None:
    global _rest_until
    try:
        app.send_task(PUMP, ignore_result=True)
    except Exception as error:  # noqa: BLE001 -- whatever the broker does, the mail is safe in the ledger
        _rest_until = time.monotonic() + REST_SECONDS
        logger.warning("The broker cannot be reached; the mail waits for the next tick: %s", error)
    finally:
        done.set()
        _publishing.release()
