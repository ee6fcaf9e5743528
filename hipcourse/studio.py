"""The Studio: Django's admin with one door, a table of contents in the author's order, and groups to start from."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

from allauth.account.decorators import secure_admin_login
from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import DataError, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.mfa import may_enter_studio, second_factor_url

logger = logging.getLogger(__name__)


class Entry(NamedTuple):
    """A list in the Studio and what an author does there."""

    model: str
    does: Any


class Chapter(NamedTuple):
    key: str
    title: Any
    entries: list[Entry]


CONTENTS = [
    Chapter(
        "course",
        _("Course"),
        [
            Entry("lessons.Lesson", _("Write, preview and publish lessons.")),
            Entry("lessons.Part", _("The parts of the series, and in which order lessons open.")),
            Entry("quizzes.Quiz", _("The quiz at the end of each lesson.")),
            Entry("quizzes.Question", _("Find any question, whichever quiz it is in.")),
        ],
    ),
    Chapter(
        "knowledge",
        _("Knowledge"),
        [
            Entry("anatomy.Structure", _("Muscles, bones, movements: everything that has a name.")),
            Entry("anatomy.Fact", _("What attaches where and does what. Tables and questions draw on it.")),
            Entry("anatomy.Figure", _("Pictures drawn by the workshop, and what they show in words.")),
            Entry(
                "anatomy.Region", _("The coloured patches of a picture: what each shows, and on which bone.")
            ),
            Entry("anatomy.Source", _("Books and papers that vouch for facts.")),
            Entry(
                "anatomy.Coverage",
                _("Lists known to be complete, so that a quiz may ask what is not on them."),
            ),
        ],
    ),
    Chapter(
        "mail",
        _("Mail"),
        [
            Entry("mailings.Issue", _("Write the newsletter, try it on yourself, send it.")),
            Entry("mailings.Subscriber", _("Who asked for the newsletter, and the proof.")),
            Entry("mailings.Delivery", _("Every mail and what became of it.")),
            Entry("mailings.Suppression", _("Addresses that are never written to.")),
        ],
    ),
    Chapter(
        "learning",
        _("Learning"),
        [
            Entry("accounts.Learner", _("How far guests and account owners have come.")),
            Entry("lessons.Completion", _("Which lessons were completed, and when.")),
            Entry("lessons.LessonVisit", _("Who has worked on which lesson.")),
            Entry("quizzes.Attempt", _("Each go at a quiz, and how it ended.")),
            Entry("quizzes.Response", _("What was answered, word for word.")),
            Entry("quizzes.Grade", _("What each answer was worth.")),
        ],
    ),
    Chapter(
        "people",
        _("People"),
        [
            Entry("accounts.User", _("Accounts, and who may enter the Studio.")),
            Entry("auth.Group", _("What the people of a group may do here.")),
            Entry("account.EmailAddress", _("Addresses of accounts, confirmed or not.")),
            Entry("mfa.Authenticator", _("Second proofs at sign-in: apps, passkeys, codes.")),
        ],
    ),
]


@dataclass(frozen=True)
class Glance:
    """Something that may wait for a person: rows of `model` with these values, shown while there are any."""

    model: str
    where: dict[str, str]
    one: Any
    many: Any

    def count(self) -> int:
        rows: int = installed.get_model(self.model)._default_manager.filter(**self.where).count()
        return rows

    def url(self) -> str:
        opts = installed.get_model(self.model)._meta
        filters = "&".join(f"{field}__exact={value}" for field, value in self.where.items())
        return f"{reverse(f'admin:{opts.app_label}_{opts.model_name}_changelist')}?{filters}"


GLANCES = [
    Glance(
        "mailings.Delivery", {"status": "uncertain"}, _("mail of unknown fate"), _("mails of unknown fate")
    ),
    Glance("lessons.Lesson", {"status": "draft"}, _("lesson in draft"), _("lessons in draft")),
    Glance("lessons.Lesson", {"status": "scheduled"}, _("lesson scheduled"), _("lessons scheduled")),
    Glance("anatomy.Fact", {"status": "draft"}, _("fact to review"), _("facts to review")),
    Glance("mailings.Issue", {"status": "draft"}, _("issue in draft"), _("issues in draft")),
    Glance(
        "mailings.Subscriber",
        {"status": "pending"},
        _("subscriber yet to confirm"),
        _("subscribers yet to confirm"),
    ),
]

# Groups a new site starts with, and what they may do. Whoever runs the site changes them as they like.
GROUPS: dict[str, Q] = {
    "Authors": Q(content_type__app_label__in=["anatomy", "quizzes"])
    & ~Q(content_type__model__in=["attempt", "attemptitem", "response", "grade", "serveditem"])
    | Q(content_type__app_label="lessons", content_type__model__endswith="block")
    | Q(content_type__app_label="lessons", content_type__model__in=["part", "lesson"])
    | Q(content_type__app_label="mailings", content_type__model__startswith="issue"),
    "Support": Q(
        codename__in=[
            "view_user",
            "view_learner",
            "view_completion",
            "view_lessonvisit",
            "view_subscriber",
            "view_delivery",
            "view_suppression",
            "add_suppression",
        ]
    ),
}


_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def _forgiving(changelist_view: _View) -> _View:
    """Show the whole list where its address asks for what no database can look up, such as the year 99999."""

    @wraps(changelist_view)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "GET" or not request.GET or ERROR_FLAG in request.GET:
            return changelist_view(request, *args, **kwargs)
        try:
            # A savepoint, for PostgreSQL refuses every further query after one that failed.
            with transaction.atomic():
                response = changelist_view(request, *args, **kwargs)
                # Some values are looked up only when the page is drawn.
                return response.render() if isinstance(response, TemplateResponse) else response
        except (ValueError, OverflowError, DataError):
            logger.warning(
                "A list was asked for what cannot be looked up: %s", request.get_full_path(), exc_info=True
            )
            return redirect(f"{request.path}?{ERROR_FLAG}=1")

    return cast("_View", view)


class Studio(AdminSite):
    site_header = _("HipCourse Studio")
    site_title = _("HipCourse Studio")
    index_title = _("What would you like to work on?")
    enable_nav_sidebar = True

    def admin_view(self, view: _View, cacheable: bool = False) -> _View:
        if getattr(view, "__name__", "") == "changelist_view":
            view = _forgiving(view)
        return super().admin_view(view, cacheable)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and may_enter_studio(request)

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead on whoever is signed in and staff: everybody else has been sent to the site's own sign-in or away."""
        if self.has_permission(request):
            return redirect("admin:index")
        messages.warning(
            request,
            _(
                "The Studio needs a second proof of who you are, besides your password or a mailed code. "
                "Give it here, then open the Studio again."
            ),
        )
        return redirect(second_factor_url(request))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_logout")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return the lists this person may see, by chapters; a list that has no chapter comes last."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {model["model"]._meta.label: model for app in apps for model in app["models"]}
        return list(self._chapters(models))

    def _chapters(self, models: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
        chapters = [
            (
                chapter.key,
                chapter.title,
                [
                    models.pop(entry.model) | {"does": entry.does}
                    for entry in chapter.entries
                    if entry.model in models
                ],
            )
            for chapter in CONTENTS
        ]
        chapters.append(("more", _("More"), list(models.values())))
        for key, title, entries in chapters:
            if entries:
                yield {
                    "name": title,
                    "app_label": key,
                    "app_url": f"{reverse('admin:index', current_app=self.name)}#{key}",
                    "has_module_perms": True,
                    "models": entries,
                }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), "glances": self._glances(request)})

    def _glances(self, request: HttpRequest) -> list[dict[str, Any]]:
        shown = []
        for glance in GLANCES:
            app_label, model_name = glance.model.lower().split(".")
            if not request.user.has_perm(f"{app_label}.view_{model_name}"):
                continue
            try:
                url = glance.url()
            except NoReverseMatch:  # the list is not in the Studio
                continue
            if count := glance.count():
                shown.append({"count": count, "words": glance.one if count == 1 else glance.many, "url": url})
        return shown


def make_groups(apps: Apps = installed, using: str = "default", **kwargs: Any) -> None:
    """Make the groups that a new site starts with. A group that exists is left as it is."""
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
        for label in ("anatomy", "lessons", "mailings", "quizzes"):
            apps.get_app_config(label)
    except LookupError:  # only a part of the apps has been migrated
        return
    for name, permissions in GROUPS.items():
        group, made = group_model._default_manager.using(using).get_or_create(name=name)
        if made:
            group.permissions.set(permission_model._default_manager.using(using).filter(permissions))
