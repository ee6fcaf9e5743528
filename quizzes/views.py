"""Taking a quiz: one page a question, one POST an answer; a GET never writes."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.learners import current_learner, ensure_learner
from lessons.access import Access, can_open
from lessons.models import Lesson
from lessons.selectors import course_state
from quizzes import selectors
from quizzes.kinds import QuestionForm
from quizzes.models import Attempt, AttemptItem, Quiz
from quizzes.services import AttemptClosedError, start_attempt, submit_answer
from quizzes.serving import item_form, kind_of

# What somebody answers is theirs alone, and "back" must not show a question as if it were still open.
private = cache_control(private=True, no_store=True)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, slug: str) -> HttpResponse:
    """The quiz of a lesson: its cover, the question at hand, or (`?item=3`) what was right in one just answered."""
    quiz = selectors.quiz_of(slug)
    if quiz is None:
        raise Http404
    learner = current_learner(request)
    access = can_open(quiz.lesson, learner)
    if not access.allowed:
        return _locked(request, quiz.lesson, access)
    if request.method == "POST":
        return _start(request, quiz) if request.POST.get("action") == "start" else _answer(request, quiz)
    position = selectors.read_position(request.GET.get("item", ""))
    if position is not None:
        return _feedback(request, quiz, position)
    attempt = selectors.open_attempt(learner, quiz)
    return _cover(request, quiz) if attempt is None else _question(request, quiz, attempt)


@private
@require_safe
def result(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What a finished attempt gave: the score, and for every question what was right and why the others tempt."""
    learner = current_learner(request)
    if learner is None:
        raise Http404
    attempts = Attempt.objects.select_related("quiz__lesson__part").with_points()
    attempt = get_object_or_404(attempts, public_id=public_id, learner=learner)
    if attempt.finished_at is None:
        return redirect(attempt.quiz)
    lesson = attempt.quiz.lesson
    context = {
        "quiz": attempt.quiz,
        "lesson": lesson,
        "result": selectors.result_of(attempt),
        "next_lesson": course_state(learner).neighbours(lesson.pk)[1] if attempt.passed else None,
        "can_retry": attempt.quiz.status == Quiz.Status.PUBLISHED,
    }
    return render(request, "quizzes/result.html", context)


def _locked(request: HttpRequest, lesson: Lesson, access: Access) -> HttpResponse:
    if access.missing is None:
        # Drafts and lessons that are yet to come: nobody needs to know that they exist.
        raise Http404
    return render(request, "lessons/lesson_locked.html", {"lesson": lesson, "access": access}, status=403)


def _cover(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    questions = selectors.question_count(quiz)
    if quiz.status != Quiz.Status.PUBLISHED or not questions:
        raise Http404
    context = {
        "quiz": quiz,
        "lesson": quiz.lesson,
        "questions": questions,
        "history": selectors.history(current_learner(request), quiz),
    }
    return render(request, "quizzes/cover.html", context)


def _start(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    if not Quiz.objects.ready().filter(pk=quiz.pk).exists():
        raise Http404
    start_attempt(learner=ensure_learner(request), quiz=quiz)
    return redirect(quiz)


def _question(request: HttpRequest, quiz: Quiz, attempt: Attempt) -> HttpResponse:
    progress = selectors.progress_of(attempt)
    if progress.current is None:
        return redirect(attempt)  # another request of this learner's has just answered the last one
    item = selectors.item_to_answer(attempt, progress.current)
    form = item_form(item, initial={"submit_key": uuid.uuid4()})
    return _render_question(request, quiz, item, progress, form)


def _render_question(
    request: HttpRequest,
    quiz: Quiz,
    item: AttemptItem,
    progress: selectors.Progress,
    form: QuestionForm,
    problem: str = "",
) -> HttpResponse:
    context = {
        "quiz": quiz,
        "lesson": quiz.lesson,
        "item": item,
        "progress": progress,
        "form": form,
        "stem": item.served.public["stem"],
        "form_template": kind_of(item).form_template,
        "problem": problem,
    }
    return render(request, "quizzes/question.html", context, status=422 if problem else 200)


def _answer(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    item = _item_named(request, quiz)
    if item is None:
        messages.info(
            request, _("That page was no longer up to date, so nothing was recorded. Here is where you are.")
        )
        return redirect(quiz)
    if not item.answered:  # type: ignore[attr-defined]
        form = item_form(item, data=request.POST)
        if not form.is_valid():
            return _ask_again(request, quiz, item, form)
        answer = kind_of(item).parse(form.cleaned_data)
        try:
            submit_answer(item=item, submit_key=form.cleaned_data["submit_key"], answer=answer)
        except AttemptClosedError:
            return redirect(item.attempt)
    elif not selectors.is_repeat(item, request.POST.get("submit_key", "")):
        messages.info(
            request, _("You had answered this question in another window already. That first answer counts.")
        )
    latest = selectors.latest_attempt(item.attempt.learner, quiz)
    if latest is None or latest.pk != item.attempt_id:
        return redirect(item.attempt)
    return HttpResponseRedirect(f"{quiz.get_absolute_url()}?item={item.position}#feedback")


def _item_named(request: HttpRequest, quiz: Quiz) -> AttemptItem | None:
    """Return the learner's item that a form says it answers; None when it says nothing that exists."""
    position = selectors.read_position(request.POST.get("item", ""))
    try:
        attempt = uuid.UUID(request.POST.get("attempt", ""))
    except ValueError:
        return None
    if position is None or current_learner(request) is None:
        return None
    return selectors.item_of(learner=ensure_learner(request), quiz=quiz, attempt=attempt, position=position)


def _ask_again(request: HttpRequest, quiz: Quiz, item: AttemptItem, form: QuestionForm) -> HttpResponse:
    """Show the question with what was chosen and what is missing. Nothing has been recorded."""
    problem = form.problem()
    if form.has_error("submit_key"):
        data = request.POST.copy()
        data["submit_key"] = str(uuid.uuid4())
        form = item_form(item, data=data)
        problem = form.problem() or _("Nothing has been recorded yet. Please confirm your answer once more.")
    return _render_question(request, quiz, item, selectors.progress_of(item.attempt), form, problem)


def _feedback(request: HttpRequest, quiz: Quiz, position: int) -> HttpResponse:
    """Show what was right in a question that is answered; the quiz itself for any other."""
    attempt = selectors.latest_attempt(current_learner(request), quiz)
    answered = selectors.answered_items(attempt, position) if attempt else []
    if attempt is None or not answered:
        return redirect(quiz)
    context = {
        "quiz": quiz,
        "lesson": quiz.lesson,
        "attempt": attempt,
        "position": position,
        "progress": selectors.progress_of(attempt),
        "feedback": answered[0].feedback,
    }
    return render(request, "quizzes/feedback.html", context)
