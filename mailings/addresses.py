"""Addresses as people type them, and the one form in which they are stored and compared."""

import ipaddress
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _

MAX_LENGTH = 254
_GMAIL = {"gmail.com", "googlemail.com"}
# Control, format, surrogate, unassigned, line and paragraph separators: none belongs in an address.
_UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def normalise(typed: str) -> str:
    """Return the address as it is stored: compatible forms folded, lower case, its domain in ASCII.

    Raises ValidationError, with words for the person who typed it, for anything that is not one
    plain address.
    """
    if len(typed) > 4 * MAX_LENGTH:
        raise ValidationError(_("That is too long for an email address."), code="too-long")
    address = unicodedata.normalize("NFKC", typed.strip(" \t\r\n"))
    if any(unicodedata.category(character) in _UNWANTED for character in address):
        raise ValidationError(
            _("The address has characters in it that cannot be seen. Type it anew."), code="unseen"
        )
    local, _at, domain = address.lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    address = f"{local}@{domain}"
    if len(address) > MAX_LENGTH:
        raise ValidationError(_("That is too long for an email address."), code="too-long")
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(
            _("That does not look like an email address. It should read like name@example.org."),
            code="invalid",
        ) from None
    return address


def canonical(address: str) -> str:
    """Return the mailbox behind a stored address: without its +tag, and without Gmail's dots.

    Only for counting: mail always goes to the address as it was given.
    """
    local, _at, domain = address.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def client_network(request: HttpRequest) -> str:
    """Return the network that a request came from: one IPv4 address, or the /64 of an IPv6 one.

    X-Forwarded-For is believed only as far as our own proxies (settings.TRUSTED_PROXIES) wrote it:
    whatever stands further left was typed by the client.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        forwarded = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
        ]
        if len(forwarded) >= settings.TRUSTED_PROXIES:
            address = forwarded[-settings.TRUSTED_PROXIES]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
