"""The mails kept on this machine, for trying things out. These pages exist with DEBUG only."""

import datetime
import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from mailings.framing import frameable_html

NEWEST = 200


@dataclass(frozen=True)
class KeptMail:
    name: str
    at: datetime.datetime
    message: EmailMessage

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    def part(self, subtype: str) -> str:
        found = self.message.get_body(preferencelist=(subtype,))
        return str(found.get_content()) if found is not None else ""


def _folder() -> Path | None:
    url = settings.EMAIL_URL
    return Path(url.removeprefix("file://")) if url.startswith("file://") else None


def _read(path: Path) -> KeptMail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    at = datetime.datetime.fromtimestamp(path.stat().st_mtime, tz=datetime.UTC)
    return KeptMail(path.name, at, message)


def _paths() -> list[Path]:
    folder = _folder()
    return sorted(folder.glob("*.eml"), reverse=True) if folder and folder.is_dir() else []


def _find(name: str) -> KeptMail:
    """Return the mail of this name. Only a name that the folder lists is ever opened."""
    for path in _paths():
        if path.name == name:
            return _read(path)
    raise Http404


@require_safe
def kept_mails(request: HttpRequest) -> HttpResponse:
    paths = _paths()
    context = {
        "mails": [_read(path) for path in paths[:NEWEST]],
        "count": len(paths),
        "email_url": _shown_url(),
    }
    return render(request, "mailings/dev/list.html", context)


def _shown_url() -> str:
    """Return where mail goes, without the password that may be in the address."""
    scheme, _sep, rest = settings.EMAIL_URL.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


@require_safe
def kept_mail(request: HttpRequest, name: str) -> HttpResponse:
    mail = _find(name)
    context = {"mail": mail, "text": mail.part("plain"), "has_html": bool(mail.part("html"))}
    return render(request, "mailings/dev/detail.html", context)


@require_safe
@xframe_options_sameorigin
def kept_html(request: HttpRequest, name: str) -> HttpResponse:
    return frameable_html(_find(name).part("html"))


@require_POST
def delete_all(request: HttpRequest) -> HttpResponse:
    for path in _paths():
        path.unlink(missing_ok=True)
    messages.success(request, _("The kept mails are deleted."))
    return redirect("dev-mail:list")
