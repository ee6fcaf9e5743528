"""How a mail leaves: kept as a file, or handed to a mail server. settings.EMAIL_URL decides."""

import datetime
import re
import secrets
import smtplib
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from mailings.headers import envelope_sender, one_line, site_host

# Commits that this mail is now handed over. False: it is not to be sent after all.
HandOver = Callable[[], bool]


class ServerAwayError(Exception):
    """The server cannot be asked now; nothing was handed over. `needs_person`: it will not heal by itself."""

    def __init__(self, reason: str, *, needs_person: bool = False) -> None:
        super().__init__(reason)
        self.needs_person = needs_person


class DeferredError(Exception):
    """The server said “later” (4xx) to this mail."""


class RefusedError(Exception):
    """The server refused this mail for good (5xx). `dead_address`: because there is no such mailbox."""

    def __init__(self, answer: str, *, dead_address: bool = False) -> None:
        super().__init__(answer)
        self.dead_address = dead_address


class NotWantedError(Exception):
    """`hand_over` said no: the mail was not sent."""


class UnknownFateError(Exception):
    """The connection broke after the message was handed over and before the answer came."""


class Transport(Protocol):
    @property
    def is_open(self) -> bool:
        """Whether the next message can go over the connection there is."""

    def open(self) -> None:
        """Raises ServerAwayError."""

    def send(self, *, recipient: str, message: bytes, hand_over: HandOver) -> str:
        """Send one message to one recipient and return the server's answer. Raises any of the errors above.

        `hand_over` is called once, just before the point after which the server may have the mail.
        """

    def close(self) -> None:
        """Never raises."""


def make_transport() -> Transport:
    """Return the way out that settings.EMAIL_URL names. Raises ImproperlyConfigured."""
    url = settings.EMAIL_URL
    scheme = url.partition("://")[0]
    if scheme == "file":
        return FileTransport(Path(url.removeprefix("file://")))
    if scheme not in {"smtp", "smtps", "smtp+plain"}:
        raise ImproperlyConfigured(
            f"EMAIL_URL starts with {scheme!r}. It must be smtp://, smtps://, smtp+plain:// or file://."
        )
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured("The port in EMAIL_URL is not a number.") from error
    if not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL names no mail server: smtp://user:password@host:587.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    usual_port = 465 if scheme == "smtps" else 587 if user else 25
    return SmtpTransport(parts.hostname, port or usual_port, user=user, password=password, scheme=scheme)


class FileTransport:
    """Keep each mail as a file of its own, for trying things out: /dev/mail/ shows them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_open = False

    def open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.is_open = True
        except OSError as error:
            raise ServerAwayError(
                _("%(folder)s cannot be made: %(error)s") % {"folder": self.folder, "error": error.strerror}
            ) from error

    def send(self, *, recipient: str, message: bytes, hand_over: HandOver) -> str:
        if not hand_over():
            raise NotWantedError
        now = datetime.datetime.now(datetime.UTC)
        path = self.folder / f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
        unfinished = path.with_suffix(".part")
        try:
            unfinished.write_bytes(message)
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise ServerAwayError(
                _("%(folder)s cannot be written to: %(error)s")
                % {"folder": self.folder, "error": error.strerror}
            ) from error
        return _("kept as %(name)s") % {"name": path.name}

    def close(self) -> None:
        self.is_open = False


# 5.1.1 and its kin mean the address; 5.7.1 and others mean our message or our reputation.
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DEAD_CODES = {550, 551, 553}
_DEAD_ENHANCED = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10)}
_LEADING_DOT = re.compile(rb"(?m)^\.")


class SmtpTransport:
    """One connection to a mail server, kept for many messages, each with one recipient."""

    def __init__(self, host: str, port: int, *, user: str, password: str, scheme: str) -> None:
        self.host, self.port = host, port
        self.user, self.password = user, password
        self.scheme = scheme
        self._server: smtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        return self._server is not None

    def open(self) -> None:
        try:
            self._server = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise ServerAwayError(
                _say(error.smtp_code, error.smtp_error), needs_person=error.smtp_code >= 500
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ServerAwayError(str(error), needs_person=True) from error
        except ssl.SSLCertVerificationError as error:
            raise ServerAwayError(
                _("No safe connection: %(error)s") % {"error": error}, needs_person=True
            ) from error
        except OSError as error:  # every error of smtplib is one
            raise ServerAwayError(f"{self.host}:{self.port}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        timeout = settings.EMAIL_TIMEOUT
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=site_host(), timeout=timeout, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, local_hostname=site_host(), timeout=timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if self.scheme == "smtp":
                if server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                elif self.user:
                    raise smtplib.SMTPNotSupportedError(
                        _("The server offers no STARTTLS, and a password is never sent in the clear.")
                    )
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def send(self, *, recipient: str, message: bytes, hand_over: HandOver) -> str:
        server = self._server
        if server is None:
            raise ServerAwayError(_("The connection was closed."))
        self._say_sender(server)
        try:
            self._say_recipient(server, recipient)
        except OSError as error:
            # This recipient may be why: another gets the next connection, and this one waits.
            self.close()
            raise DeferredError(
                _("The connection broke before the message: %(error)s") % {"error": error}
            ) from error
        if not hand_over():
            # The server waits for a body now; leaving is the only way not to send one.
            self.close()
            raise NotWantedError
        try:
            body = _LEADING_DOT.sub(b"..", message)
            server.send(body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"))
            code, answer = server.getreply()
        except OSError as error:
            self.close()
            raise UnknownFateError(_("No answer after the message: %(error)s") % {"error": error}) from error
        if code == 421:
            self.close()
        if code >= 500:
            raise RefusedError(_say(code, answer))
        if code >= 400:
            raise DeferredError(_say(code, answer))
        return _say(code, answer)

    def _say_sender(self, server: smtplib.SMTP) -> None:
        try:
            code, answer = server.mail(envelope_sender())
        except OSError as error:
            self.close()
            raise ServerAwayError(f"{self.host}: {error}") from error
        if code != 250:
            # The server's opinion of us, not of this recipient: no mail may suffer for it.
            self._quit(server)
            raise ServerAwayError(_say(code, answer), needs_person=code >= 500)

    def _say_recipient(self, server: smtplib.SMTP, recipient: str) -> None:
        """Name the recipient and go on to the server's “go ahead” for the body."""
        code, answer = server.rcpt(recipient)
        if code not in {250, 251}:
            self._turn_down(server, code, answer, recipient_refused=True)
        code, answer = server.docmd("DATA")
        if code != 354:
            self._turn_down(server, code, answer, recipient_refused=False)

    def _turn_down(self, server: smtplib.SMTP, code: int, answer: bytes, *, recipient_refused: bool) -> None:
        said = _say(code, answer)
        if code == 421:
            self._quit(server)
            raise ServerAwayError(said)
        if server.docmd("RSET")[0] != 250:
            self.close()
        if 400 <= code < 500:
            raise DeferredError(said)
        raise RefusedError(said, dead_address=recipient_refused and _is_dead(code, said))

    def _quit(self, server: smtplib.SMTP) -> None:
        self._server = None
        try:
            server.quit()
        except OSError:
            server.close()

    def close(self) -> None:
        """Hang up at once. A QUIT would cost a round trip, or a time-out where the server has gone mute."""
        server, self._server = self._server, None
        if server is not None:
            server.close()


def _is_dead(code: int, answer: str) -> bool:
    enhanced = _ENHANCED.search(answer)
    if enhanced:
        return enhanced[1] == "5" and (int(enhanced[2]), int(enhanced[3])) in _DEAD_ENHANCED
    return code in _DEAD_CODES


def _say(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {one_line(text)}"[:500]
