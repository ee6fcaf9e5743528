"""The least that a signed-in Django page costs: session, user, one SELECT and a template of 20 kB.

The yardstick of benchmarks/lesson_page.py, served by the same gunicorn from the same database.
"""

import os

from hipcourse.settings import *  # noqa: F403 -- the same machine room, another house

ROOT_URLCONF = "benchmarks.bare_site"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # its app insists
]
WSGI_APPLICATION = "benchmarks.bare_site.application"
PARAGRAPH = (
    "<p>{{ user.email }} reads {{ lesson.title }}. " + "Words and more words about the hip. " * 12 + "</p>\n"
)


def page(request):
    from django.http import HttpResponse
    from django.template import engines

    from lessons.models import Lesson

    global _template
    try:
        template = _template
    except NameError:
        template = _template = engines["django"].from_string("<h1>{{ lesson.title }}</h1>" + PARAGRAPH * 43)
    lesson = Lesson.objects.filter(slug="muscle-pathways").first()
    return HttpResponse(template.render({"user": request.user, "lesson": lesson}))


def __getattr__(name):
    if name == "urlpatterns":
        from django.urls import path

        return [path("", page)]
    if name == "application":
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.bare_site"
        from django.core.wsgi import get_wsgi_application

        return get_wsgi_application()
    raise AttributeError(name)
