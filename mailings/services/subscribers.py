"""Asking for the newsletter, confirming it, leaving it."""

import datetime
import hashlib

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mailings import links
from mailings.addresses import canonical
from mailings.models import Consent, Delivery, Subscriber
from mailings.rendering import render_mail
from mailings.services.queue import queue_mail

ASKS_PER_HOUR = 10
ONE_DAY = datetime.timedelta(hours=24)


def may_ask(*, network: str) -> bool:
    """Count an ask from this network and tell whether it is one of the first ten within an hour."""
    key = f"newsletter-asks:{hashlib.sha256(network.encode()).hexdigest()[:32]}"
    cache.add(key, 0, 3600)
    try:
        return cache.incr(key) <= ASKS_PER_HOUR
    except ValueError:  # the hour ended between the two calls
        return True


@transaction.atomic
def ask_to_subscribe(*, address: str, wording: str, page: str) -> None:
    """Send a mail with a link to confirm, to a normalised address; at most one a mailbox in 24 hours.

    Does the same work, and tells nothing, whether the address is unknown, known, confirmed or suppressed.
    """
    # The same two statements for a known and an unknown address, so that the time tells nothing either.
    Subscriber.objects.bulk_create([Subscriber(address=address)], ignore_conflicts=True)
    subscriber = Subscriber.objects.get(address=address)
    now = timezone.now()
    occasion, earlier = _occasions(subscriber, now)
    consent = Consent.objects.create(
        subscriber=subscriber, event=Consent.Event.ASKED, wording=wording, page=page
    )
    mail = render_mail(
        "confirm",
        {
            "confirm_url": links.confirm_url(subscriber_id=subscriber.pk, consent_id=consent.pk),
            "unsubscribe_url": links.unsubscribe_url(subscriber_id=subscriber.pk),
            "is_confirmed": subscriber.status == Subscriber.Status.CONFIRMED,
            "days": links.CONFIRM_DAYS,
        },
    )
    lately = Delivery.objects.filter(dedupe_key=earlier, created_at__gt=now - ONE_DAY).exists()
    queued = not lately and queue_mail(
        kind=Delivery.Kind.CONFIRM,
        recipient=address,
        occasion=occasion,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        subscriber=subscriber,
        urgent=True,
    )
    if not queued:
        consent.delete()  # the ask of the mail that is under way stands


def _occasions(subscriber: Subscriber, now: datetime.datetime) -> tuple[str, str]:
    """Return today's occasion of a confirmation mail and yesterday's whole key.

    Who has left may ask again on the same day: leaving takes a link from a mail, so it cannot be
    used to bomb anybody.
    """
    mailbox = hashlib.sha256(canonical(subscriber.address).encode()).hexdigest()[:32]
    left = subscriber.consents.filter(event=Consent.Event.WITHDRAWN).count()
    yesterday = (now - ONE_DAY).date()
    return f"{mailbox}:{now.date()}:{left}", f"{Delivery.Kind.CONFIRM}:{mailbox}:{yesterday}:{left}"


def is_current_ask(*, subscriber: Subscriber, consent_id: int) -> bool:
    """Whether the ask behind a confirmation link still stands: nobody has left the list since."""
    return (
        subscriber.consents.filter(pk=consent_id, event=Consent.Event.ASKED).exists()
        and not subscriber.consents.filter(event=Consent.Event.WITHDRAWN, pk__gt=consent_id).exists()
    )


@transaction.atomic
def confirm(*, subscriber: Subscriber, wording: str, page: str) -> bool:
    """Put the address on the list. Returns whether that was new; a repeat changes nothing."""
    now = timezone.now()
    changed = (
        Subscriber.objects.filter(pk=subscriber.pk)
        .exclude(status=Subscriber.Status.CONFIRMED)
        .update(status=Subscriber.Status.CONFIRMED, confirmed_at=now, unsubscribed_at=None)
    )
    if changed:
        Consent.objects.create(
            subscriber=subscriber, event=Consent.Event.CONFIRMED, wording=wording, page=page, at=now
        )
    return bool(changed)


@transaction.atomic
def unsubscribe(*, subscriber: Subscriber, wording: str, page: str) -> bool:
    """Take the address off the list at once. Returns whether it was on it; a repeat changes nothing."""
    now = timezone.now()
    changed = (
        Subscriber.objects.filter(pk=subscriber.pk)
        .exclude(status=Subscriber.Status.UNSUBSCRIBED)
        .update(status=Subscriber.Status.UNSUBSCRIBED, unsubscribed_at=now)
    )
    if changed:
        Consent.objects.create(
            subscriber=subscriber, event=Consent.Event.WITHDRAWN, wording=wording, page=page, at=now
        )
    return bool(changed)


def set_newsletter(*, user: User, wanted: bool, page: str) -> None:
    """Switch the newsletter on or off for the owner of a verified address: nothing needs confirming."""
    address = user.email.lower()
    if wanted:
        subscriber, _created = Subscriber.objects.get_or_create(address=address)
        confirm(subscriber=subscriber, wording=_("Switched on in the account, signed in."), page=page)
        return
    known = Subscriber.objects.filter(address=address).first()
    if known:
        unsubscribe(subscriber=known, wording=_("Switched off in the account, signed in."), page=page)
