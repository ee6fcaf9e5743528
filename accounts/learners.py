"""From a request to its Learner, and from a guest to an account."""

import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Learner, User
from accounts.signals import learner_merged

SESSION_KEY = "guest"
IDLE_GUEST_DAYS = 90
# Writing "last seen" on every request would make every page a write.
SEEN_AGAIN_AFTER = timedelta(hours=1)


def current_learner(request: HttpRequest) -> Learner | None:
    """Return who learns here, or None when nothing worth keeping has happened yet. Never writes.

    From then on the request's pages tell times in the learner's own time zone.
    """
    if not hasattr(request, "_learner"):
        learner = _find_learner(request)
        if learner is not None:
            timezone.activate(learner.zone)
        request._learner = learner  # type: ignore[attr-defined]
    found: Learner | None = request._learner  # type: ignore[attr-defined]
    return found


def ensure_learner(request: HttpRequest) -> Learner:
    """Return who learns here, and make the row at the first thing worth keeping.

    Call it only from requests that keep something (POST), never from one that just reads.
    """
    learner = current_learner(request) or _create_learner(request)
    request._learner = learner  # type: ignore[attr-defined]
    now = timezone.now()
    if now - learner.last_seen_at > SEEN_AGAIN_AFTER:
        learner.last_seen_at = now
        learner.save(update_fields=["last_seen_at"])
    return learner


def _find_learner(request: HttpRequest) -> Learner | None:
    if request.user.is_authenticated:
        return Learner.objects.filter(user_id=request.user.pk).first()
    key = _guest_key(request)
    return Learner.objects.filter(guest_key=key).first() if key else None


def _create_learner(request: HttpRequest) -> Learner:
    if request.user.is_authenticated:
        return Learner.objects.get_or_create(user_id=request.user.pk)[0]
    key = Learner.new_guest_key()
    request.session[SESSION_KEY] = str(key)
    return Learner.objects.create(guest_key=key)


def _guest_key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.session.get(SESSION_KEY, ""))
    except (ValueError, AttributeError, TypeError):
        return None


def adopt_guest(*, request: HttpRequest, user: User) -> Learner | None:
    """Give the guest's progress in this browser to `user`, who has just signed in.

    An account without a learner takes the guest's row as it is. One that has its own gets the
    union of both. Safe to call again: the second time there is no guest left.
    """
    key = _guest_key(request)
    with transaction.atomic():
        # One statement and one order for both rows, so that two sign-ins cannot wait for each other.
        either = Learner.objects.filter(Q(user=user) | Q(guest_key=key, guest_key__isnull=False))
        rows = list(either.select_for_update().order_by("pk"))
        guest = next((row for row in rows if row.is_guest), None)
        own = next((row for row in rows if not row.is_guest), None)
        if guest and not own:
            try:
                with transaction.atomic():
                    guest.user, guest.guest_key = user, None
                    guest.save(update_fields=["user", "guest_key"])
                own = guest
            except IntegrityError:  # a second browser attached its guest in the same instant
                guest.user, guest.guest_key = None, key
                own = Learner.objects.select_for_update().get(user=user)
        if guest and own and guest.pk != own.pk:
            merge_learners(source=guest, target=own)
    request.session.pop(SESSION_KEY, None)
    request._learner = own  # type: ignore[attr-defined]
    return own


class LearnerGoneError(Exception):
    """The learner of this request was merged into an account, or removed, while the request was under way."""


def hold(learner: Learner) -> None:
    """Keep `learner` from being merged away until the transaction ends. Whoever adds facts to a learner calls it first.

    Raises LearnerGoneError when that has happened already; accounts.middleware answers it.
    """
    if not Learner.objects.select_for_update().filter(pk=learner.pk).exists():
        raise LearnerGoneError(learner.pk)


@transaction.atomic
def merge_learners(*, source: Learner, target: Learner) -> None:
    """Move all that `source` did to `target`, by union and maximum, and remove `source`."""
    list(Learner.objects.select_for_update().filter(pk__in=[source.pk, target.pk]).order_by("pk"))
    learner_merged.send(sender=Learner, source=source, target=target)
    if source.created_at < target.created_at:
        target.created_at = source.created_at
        target.save(update_fields=["created_at"])
    source.delete()


def remove_idle_guests() -> int:
    """Delete guests not seen for 90 days, with all that hangs on them; return how many."""
    before = timezone.now() - timedelta(days=IDLE_GUEST_DAYS)
    idle = Learner.objects.filter(user__isnull=True, last_seen_at__lt=before)
    # The list is read whole first: on SQLite a read left open makes every write after another process's fail.
    return sum(_remove_if_still(idle, pk) for pk in list(idle.values_list("pk", flat=True)))


@transaction.atomic
def _remove_if_still(idle: QuerySet[Learner], pk: int) -> bool:
    """Delete a guest unless it has come back, or found an account, since the list was read."""
    guest = idle.select_for_update().filter(pk=pk).first()
    if guest is None:
        return False
    guest.delete()
    return True
