"""The one page of benchmarks/bare_settings.py."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from lessons.models import Lesson

PARAGRAPH = (
    "<p>{{ user.email }} reads {{ lesson.title }}. " + "Words and more words about the hip. " * 12 + "</p>\n"
)


@cache
def template():
    return engines["django"].from_string("<h1>{{ lesson.title }}</h1>" + PARAGRAPH * 43)


def page(request: HttpRequest) -> HttpResponse:
    lesson = Lesson.objects.filter(slug="muscle-pathways").first()
    return HttpResponse(template().render({"user": request.user, "lesson": lesson}))


urlpatterns = [path("", page)]
