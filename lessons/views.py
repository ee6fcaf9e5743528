import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.learners import current_learner, ensure_learner
from lessons import services
from lessons.access import can_open
from lessons.models import Completion, Lesson
from lessons.rendering import draw_lesson, rendered_lesson
from lessons.selectors import LessonState, checklist_for, course_state, lesson_progress, minutes_to_read

MAX_KEYS_AT_ONCE = 200
MAX_INTERVALS_AT_ONCE = 100
MAX_REPORT_LENGTH = 10_000


@require_safe
@cache_control(private=True, no_cache=True)
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "lessons/home.html", {"state": course_state(current_learner(request))})


@require_safe
@cache_control(private=True, no_cache=True)
def lesson_map(request: HttpRequest) -> HttpResponse:
    state = course_state(current_learner(request), with_percent=True)
    return render(request, "lessons/map.html", {"state": state})


@require_safe
@cache_control(private=True, no_cache=True)
def lesson_detail(request: HttpRequest, slug: str) -> HttpResponse:
    learner = current_learner(request)
    state = course_state(learner)
    here = next((item for item in state.lessons() if item.lesson.slug == slug), None)
    if here is None:
        here = _retired_lesson(request, slug)
    lesson = here.lesson
    if not here.access.allowed:
        return render(
            request, "lessons/lesson_locked.html", {"lesson": lesson, "access": here.access}, status=403
        )
    rendered = rendered_lesson(lesson)
    progress = lesson_progress(learner, lesson, has_films=bool(rendered.films), marked_read=here.marked_read)
    checklist = checklist_for(lesson=lesson, rendered=rendered, learner=learner, progress=progress)
    previous, following = state.neighbours(lesson.pk)
    context = {
        "lesson": lesson,
        "rendered": rendered,
        "state": state,
        "here": here,
        "previous": previous,
        "next": following,
        "checklist": checklist,
        "outline": render_to_string("lessons/_outline.html", {"state": state, "here": here}),
        "read_done": any(point.key == "read" and point.done for point in checklist.points),
        "film_positions": {key: film.position for key, film in progress.films.items()},
    }
    return render(request, "lessons/lesson_detail.html", context)


def _retired_lesson(request: HttpRequest, slug: str) -> LessonState:
    """A lesson that has left the map stays readable to those who worked on it; for all others there is none."""
    lesson = get_object_or_404(Lesson.objects.select_related("part"), slug=slug)
    learner = current_learner(request)
    access = can_open(lesson, learner)
    if not access.allowed:
        raise Http404
    completed_at = (
        Completion.objects.filter(learner=learner, lesson=lesson)
        .values_list("completed_at", flat=True)
        .first()
    )
    return LessonState(lesson, 0, access, completed_at, None, "", minutes_to_read(rendered_lesson(lesson)))


@require_safe
@admin.site.admin_view
@permission_required("lessons.change_lesson", raise_exception=True)
def lesson_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a lesson as learners will see it, to whoever may enter the Studio and change lessons there."""
    lesson = get_object_or_404(Lesson.objects.select_related("part"), slug=slug)
    rendered = draw_lesson(lesson)
    context = {"lesson": lesson, "rendered": rendered, "minutes": minutes_to_read(rendered)}
    return render(request, "lessons/lesson_preview.html", context)


def _open_lesson(request: HttpRequest, slug: str) -> Lesson:
    """Return the lesson that a request wants to add facts to; 404 for whoever may not open it."""
    lesson = get_object_or_404(Lesson.objects.select_related("part"), slug=slug)
    if not can_open(lesson, current_learner(request)).allowed:
        raise Http404
    return lesson


def _progress_answer(request: HttpRequest, lesson: Lesson) -> JsonResponse:
    learner = current_learner(request)
    rendered = rendered_lesson(lesson)
    progress = lesson_progress(learner, lesson, has_films=bool(rendered.films))
    checklist = checklist_for(lesson=lesson, rendered=rendered, learner=learner, progress=progress)
    points = [{"key": point.key, "done": point.done, "detail": point.detail} for point in checklist.points]
    return JsonResponse({"points": points, "complete": checklist.is_complete})


@require_POST
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep which blocks have been read (`block`, repeated) and the one on screen (`at`)."""
    lesson = _open_lesson(request, slug)
    keys = request.POST.getlist("block")[:MAX_KEYS_AT_ONCE]
    at = request.POST.get("at", "")[:60]
    services.record_reading(learner=ensure_learner(request), lesson=lesson, block_keys=keys, last_block=at)
    return _progress_answer(request, lesson)


@require_POST
def mark_read(request: HttpRequest, slug: str) -> HttpResponse:
    lesson = _open_lesson(request, slug)
    if services.mark_read(learner=ensure_learner(request), lesson=lesson):
        messages.success(request, _("Lesson complete."))
    elif rendered_lesson(lesson).films:
        messages.success(request, _("Marked as read. The list at the end says what is left to do."))
    else:
        messages.success(request, _("Marked as read. The quiz is what is left to do."))
    return redirect(lesson)


@require_POST
def film(request: HttpRequest, slug: str, block_key: str) -> HttpResponse:
    """Keep seconds seen (`report`: JSON {"intervals": [[start, end], …], "position": s}), or that the learner
    says that they have watched the film (`declared`): the way for embedded films, and without JavaScript.
    """
    lesson = _open_lesson(request, slug)
    if "declared" in request.POST:
        return _declare_film(request, lesson, block_key)
    seen = _film_report(request)
    if seen is None:
        return JsonResponse({"error": _("The report of what was seen cannot be read.")}, status=400)
    try:
        services.record_film(learner=ensure_learner(request), lesson=lesson, block_key=block_key, **seen)
    except KeyError as error:
        raise Http404 from error
    return _progress_answer(request, lesson)


def _declare_film(request: HttpRequest, lesson: Lesson, block_key: str) -> HttpResponse:
    if block_key not in rendered_lesson(lesson).films:
        raise Http404
    completion = services.record_film(
        learner=ensure_learner(request), lesson=lesson, block_key=block_key, intervals=[], declared=True
    )
    messages.success(request, _("Lesson complete.") if completion else _("Marked as watched."))
    return redirect(lesson)


def _film_report(request: HttpRequest) -> dict[str, Any] | None:
    report = request.POST.get("report", "")
    if len(report) > MAX_REPORT_LENGTH:
        return None
    try:
        data = json.loads(report)
        intervals = [[float(start), float(end)] for start, end in data.get("intervals", [])]
        position = float(data.get("position", 0))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    numbers = [position, *(value for pair in intervals for value in pair)]
    if len(intervals) > MAX_INTERVALS_AT_ONCE or not all(0 <= number < 86_400 for number in numbers):
        return None
    return {"intervals": intervals, "position": position}
