"""From a row of the ledger to the bytes that go to the mail server."""

import binascii
import datetime
import re

from mailings import links
from mailings.headers import build_headers, encode_header
from mailings.models import Delivery, Issue

# Where a reader's own link stands in the frozen words of an issue. The character is of a private use area:
# it is taken out of whatever an author types, so that only our own templates can place it.
_MARK = "\ue000"
UNSUBSCRIBE_HOLE = f"{_MARK}unsubscribe{_MARK}"
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def without_holes(text: str) -> str:
    """Return an author's text without the character that marks a personal hole."""
    return text.replace(_MARK, "")


def fill_holes(text: str, *, unsubscribe_url: str) -> str:
    return text.replace(UNSUBSCRIBE_HOLE, unsubscribe_url)


def stop_url_of(delivery: Delivery) -> str:
    """Return the link that stops this kind of mail for its recipient, or "" where there is nothing to stop."""
    if delivery.kind == Delivery.Kind.NEWSLETTER and delivery.subscriber_id:
        return links.unsubscribe_url(subscriber_id=delivery.subscriber_id)
    if delivery.kind == Delivery.Kind.WEEKLY and delivery.learner_id:
        return links.stop_url(learner_id=delivery.learner_id, kind=Delivery.Kind.WEEKLY)
    return ""


def compose(delivery: Delivery, *, issue: Issue | None, now: datetime.datetime) -> bytes:
    """Return the complete message of a row. `issue` is given for a newsletter, whose words it holds.

    Raises headers.BadAddressError when the recipient cannot be written to.
    """
    stop_url = stop_url_of(delivery)
    subject, text, html = delivery.subject, delivery.text, delivery.html
    if delivery.kind == Delivery.Kind.NEWSLETTER and issue is not None:
        subject = issue.frozen_subject
        text = fill_holes(issue.frozen_text, unsubscribe_url=stop_url)
        html = fill_holes(issue.frozen_html, unsubscribe_url=stop_url)
    headers = build_headers(
        pk=delivery.pk,
        kind=delivery.kind,
        recipient=delivery.recipient,
        subject=subject,
        date=now,
        stop_url=stop_url,
        issue_id=delivery.issue_id or 0,
    )
    head = b"".join(encode_header(name, value) for name, value in headers) + b"MIME-Version: 1.0\r\n"
    if not html:
        return head + _part("plain", text)
    # "=_" cannot occur in quoted-printable text, so no part can hold the boundary
    boundary = f"=_d{delivery.pk}".encode()
    return (
        head
        + b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n'
        + b"--" + boundary + b"\r\n" + _part("plain", text)
        + b"\r\n--" + boundary + b"\r\n" + _part("html", html)
        + b"\r\n--" + boundary + b"--\r\n"
    )  # fmt: skip


def _part(subtype: str, body: str) -> bytes:
    lines = _LINE_BREAK.sub("\r\n", body).encode("utf-8", "replace")
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + binascii.b2a_qp(lines, istext=True)
    )
