"""The one place where headers of a mail are made. Nothing else writes one.

Values never carry a line break, addresses are checked, and what a header means for its kind of
mail is decided here.
"""

import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from mailings.models import Delivery

_LINE = 76


class BadAddressError(ValueError):
    """The address cannot stand in a header or an envelope."""


def site_host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def one_line(text: str) -> str:
    """Return `text` with every run of white space and control characters made one space."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())


def checked_address(address: str) -> str:
    """Return the address as it may be written to a server. Raises BadAddressError.

    The domain goes out in ASCII. A local part beyond ASCII needs a server that speaks SMTPUTF8, which few do.
    """
    local, _at, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
        validate_email(plain)
        plain.encode("ascii")
    except (ValidationError, UnicodeError) as error:
        raise BadAddressError(
            _("“%(address)s” is not an address that mail can be sent to.") % {"address": one_line(address)}
        ) from error
    return plain


def sender() -> tuple[str, str]:
    """Return the name, which may be empty, and the bare address of MAIL_FROM. Raises ImproperlyConfigured.

    A bad one is the site's trouble and never a mail's: it must not be taken for a recipient's BadAddressError.
    """
    name, address = parseaddr(settings.MAIL_FROM)
    try:
        return one_line(name), checked_address(address)
    except BadAddressError as error:
        raise ImproperlyConfigured(
            f"MAIL_FROM is {settings.MAIL_FROM!r}. It must be one address, with or without a name: "
            "HipCourse <course@example.org>."
        ) from error


def envelope_sender() -> str:
    """Return the address that bounces go to: the bare address of MAIL_FROM."""
    return sender()[1]


def message_id(*, pk: int, kind: str) -> str:
    """Return the Message-ID of a row: the same at every attempt, so that a repeat can be recognised."""
    return f"<d{pk}.{kind}@{site_host()}>"


def build_headers(
    *,
    pk: int,
    kind: str,
    recipient: str,
    subject: str,
    date: datetime.datetime,
    stop_url: str = "",
    issue_id: int = 0,
) -> list[tuple[str, str]]:
    """Return the headers of one mail, names and unencoded values, in the order in which they are sent.

    `stop_url` is the address that takes one POST to stop this kind of mail; `issue_id` names the
    issue of a newsletter. Raises BadAddressError for the recipient.
    """
    headers = [
        ("From", formataddr(sender())),
        ("To", checked_address(recipient)),
        ("Subject", one_line(subject)),
        ("Date", format_datetime(date)),
        ("Message-ID", message_id(pk=pk, kind=kind)),
    ]
    if kind == Delivery.Kind.NEWSLETTER:
        headers.append(("List-Id", f"HipCourse newsletter <newsletter.{site_host()}>"))
        # campaign : segment : kind : sender, as large receivers count complaints
        headers.append(("Feedback-ID", f"issue-{issue_id}:all:newsletter:hipcourse"))
    else:
        headers.append(("Auto-Submitted", "auto-generated"))
    if stop_url and kind in {Delivery.Kind.NEWSLETTER, Delivery.Kind.WEEKLY}:
        headers.append(("List-Unsubscribe", f"<{one_line(stop_url)}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def encode_header(name: str, value: str) -> bytes:
    """Return one header as the bytes to send: folded, with words beyond ASCII encoded (RFC 2047)."""
    if value.isascii():
        return f"{_folded(f'{name}:', value)}\r\n".encode()
    encoded = Header(value, "utf-8", header_name=name, maxlinelen=_LINE).encode(linesep="\r\n")
    return f"{name}: {encoded}\r\n".encode("ascii")


def _folded(line: str, value: str) -> str:
    """Fold at spaces, and never right after the name: an address or a token is not broken."""
    lines = []
    for number, word in enumerate(value.split(" ")):
        if number and len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])
