"""Django's way to send mail, led through the ledger."""

import uuid
from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from mailings.headers import one_line
from mailings.models import Delivery
from mailings.rendering import inline_css
from mailings.services.queue import queue_mail
from mailings.text import html_to_text


class LedgerBackend(BaseEmailBackend):
    """Write each recipient's mail into the ledger; the worker sends it.

    Codes, resets and notices come this way, so they are urgent. The sender is the site's and
    attachments are not carried: nothing of Django's or allauth's has any.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        count = 0
        with transaction.atomic():
            for message in email_messages:
                text, html = _parts(message)
                for recipient in dict.fromkeys(message.recipients()):
                    queue_mail(
                        kind=Delivery.Kind.ACCOUNT,
                        recipient=parseaddr(recipient)[1],
                        occasion=str(uuid.uuid4()),
                        subject=one_line(str(message.subject)),
                        text=text,
                        html=html,
                        urgent=True,
                    )
                count += bool(message.recipients())
        return count


def _parts(message: EmailMessage) -> tuple[str, str]:
    body = str(message.body)
    if message.content_subtype == "html":
        return html_to_text(body), inline_css(body)
    if isinstance(message, EmailMultiAlternatives):
        for content, mimetype in message.alternatives:
            if mimetype == "text/html":
                return body, inline_css(str(content))
    return body, ""
