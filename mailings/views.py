"""Pages of the newsletter and of mail switches. A link in a mail asks by GET and acts by POST only."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.learners import current_learner, ensure_learner
from accounts.models import Learner, User
from mailings import links
from mailings.addresses import client_network
from mailings.forms import WORDING, MailSwitchesForm, SubscribeForm
from mailings.models import Delivery, Subscriber
from mailings.selectors import mail_switches
from mailings.services import progress, subscribers

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])


@asks_then_acts
def subscribe(request: HttpRequest) -> HttpResponse:
    """Take an address. The answer is the same whether it is unknown, known, confirmed or suppressed."""
    if request.method != "POST":
        return render(request, "mailings/subscribe.html", {"form": SubscribeForm()})
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return render(request, "mailings/subscribe.html", {"form": form}, status=400)
    if form.cleaned_data["website"]:
        return redirect("mailings:check-inbox")
    if not subscribers.may_ask(network=client_network(request)):
        form.add_error(
            None, _("There were many sign-ups from your network just now. Please try again in an hour.")
        )
        return render(request, "mailings/subscribe.html", {"form": form}, status=429)
    subscribers.ask_to_subscribe(
        address=form.cleaned_data["email"], wording=str(WORDING), page=_page_of(request)
    )
    return redirect("mailings:check-inbox")


def _page_of(request: HttpRequest) -> str:
    """Return the path of our page that the form was on, for the consent record, or "" where none is told."""
    try:
        return urlsplit(request.headers.get("Referer", "")).path[:200]
    except ValueError:
        return ""


@require_safe
def check_inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "mailings/check_inbox.html", {"days": links.CONFIRM_DAYS})


@dataclass(frozen=True)
class Ask:
    """A page with one question and one button."""

    title: str
    text: str
    button: str


@dataclass(frozen=True)
class Done:
    """What such a button has done."""

    title: str
    text: str
    show_newsletter_form: bool = False


# The signed token is the permission, so these three need no cookie: RFC 8058 forbids to ask for one.


@csrf_exempt
@never_cache
@asks_then_acts
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        subscriber_id, consent_id = links.read_token(links.CONFIRM, token, kinds=(int, int))
    except links.BadLinkError:
        return _bad_link(request)
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber is None or not subscribers.is_current_ask(subscriber=subscriber, consent_id=consent_id):
        return _bad_link(request)
    if request.method != "POST":
        ask = Ask(
            _("One click and you are on the list"),
            _(
                "Press the button to get the HipCourse newsletter: one mail a month or so, and one click to leave."
            ),
            _("Yes, send me the newsletter"),
        )
        return _token_page(request, "mailings/ask.html", {"ask": ask})
    subscribers.confirm(
        subscriber=subscriber, wording=str(WORDING), page=_("The link in the confirmation mail")
    )
    done = Done(
        _("You are on the list"), _("The next issue comes to your inbox. Every issue has a link to leave.")
    )
    return _token_page(request, "mailings/done.html", {"done": done})


@csrf_exempt
@never_cache
@asks_then_acts
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave the newsletter; also takes the POST that mail programs send (List-Unsubscribe=One-Click)."""
    try:
        (subscriber_id,) = links.read_token(links.UNSUBSCRIBE, token, kinds=(int,))
    except links.BadLinkError:
        return _bad_link(request)
    if request.method != "POST":
        ask = Ask(
            _("Leave the newsletter?"),
            _(
                "Press the button and no further issue comes. Mails about your account and progress are not touched."
            ),
            _("Unsubscribe"),
        )
        return _token_page(request, "mailings/ask.html", {"ask": ask})
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber is not None:
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        page = _("The mail program's unsubscribe button") if one_click else _("The link in a mail")
        subscribers.unsubscribe(subscriber=subscriber, wording=_("Unsubscribe"), page=page)
    done = Done(
        _("You are off the list"),
        _(
            "No further issue will come. If that was a mistake, ask for the newsletter again at the foot of this page."
        ),
        show_newsletter_form=True,
    )
    return _token_page(request, "mailings/done.html", {"done": done})


@csrf_exempt
@never_cache
@asks_then_acts
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Switch off one kind of mail to a learner, without signing in."""
    try:
        learner_id, kind = links.read_token(links.STOP, token, kinds=(int, str))
    except links.BadLinkError:
        return _bad_link(request)
    learner = Learner.objects.filter(pk=learner_id, user__isnull=False).first()
    if learner is None or kind != Delivery.Kind.WEEKLY:
        return _bad_link(request)
    if request.method != "POST":
        ask = Ask(
            _("Stop the weekly progress mail?"),
            _(
                "Press the button and it comes no more. Your progress stays as it is, and so does the newsletter."
            ),
            _("Stop the weekly mail"),
        )
        return _token_page(request, "mailings/ask.html", {"ask": ask})
    progress.set_mail(learner=learner, kind=kind, wanted=False)
    done = Done(
        _("The weekly mail is switched off"),
        _("You can switch it on again at any time on the page “Mail” of your account."),
    )
    return _token_page(request, "mailings/done.html", {"done": done})


@login_required
@never_cache
@asks_then_acts
def preferences(request: HttpRequest) -> HttpResponse:
    """The mail switches of somebody with an account."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        form = MailSwitchesForm(request.POST)
        if form.is_valid():
            learner = ensure_learner(request)
            progress.set_mail(learner=learner, kind=Delivery.Kind.WEEKLY, wanted=form.cleaned_data["weekly"])
            subscribers.set_newsletter(user=user, wanted=form.cleaned_data["newsletter"], page=request.path)
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("mailings:preferences")
    switches = mail_switches(learner=current_learner(request), address=user.email)
    form = MailSwitchesForm(initial={"newsletter": switches.newsletter, "weekly": switches.weekly})
    return render(request, "mailings/preferences.html", {"form": form, "address": user.email})


def _token_page(
    request: HttpRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    """Render a page whose address is a secret: it must not travel on in a Referer header.

    Not "no-referrer": browsers then send `Origin: null`, and the form at the foot of the page would be refused.
    """
    response = render(request, template, context, status=status)
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _bad_link(request: HttpRequest) -> HttpResponse:
    return _token_page(request, "mailings/bad_link.html", {"days": links.CONFIRM_DAYS}, status=404)
