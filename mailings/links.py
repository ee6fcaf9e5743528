"""Links in mails: signed, bound to one purpose, and acting on POST only.

A token names rows by id and holds no address, so that a link that leaks tells nothing.
"""

from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

CONFIRM: Final = "confirm"
UNSUBSCRIBE: Final = "unsubscribe"
STOP: Final = "stop"
CONFIRM_DAYS: Final = 7


class BadLinkError(Exception):
    """The token was not made by us for this purpose, or it is too old."""


def make_token(purpose: str, *values: Any) -> str:
    return signing.dumps(list(values), salt=f"mailings.{purpose}")


def read_token(purpose: str, token: str, *, kinds: tuple[type, ...]) -> list[Any]:
    """Return the values of a token made for `purpose`, whose types are `kinds`. Raises BadLinkError."""
    max_age = CONFIRM_DAYS * 24 * 3600 if purpose == CONFIRM else None
    try:
        values = signing.loads(token, salt=f"mailings.{purpose}", max_age=max_age)
    except signing.BadSignature as error:
        raise BadLinkError from error
    if not isinstance(values, list) or tuple(type(value) for value in values) != kinds:
        raise BadLinkError
    return values


def absolute(path: str) -> str:
    """Return the address of a path of this site: from SITE_URL, never from a request."""
    return f"{settings.SITE_URL}{path}"


def confirm_url(*, subscriber_id: int, consent_id: int) -> str:
    return absolute(reverse("mailings:confirm", args=[make_token(CONFIRM, subscriber_id, consent_id)]))


def unsubscribe_url(*, subscriber_id: int) -> str:
    return absolute(reverse("mailings:unsubscribe", args=[make_token(UNSUBSCRIBE, subscriber_id)]))


def stop_url(*, learner_id: int, kind: str) -> str:
    return absolute(reverse("mailings:stop", args=[make_token(STOP, learner_id, kind)]))
