from typing import Any

from django import template

from accounts.learners import current_learner
from lessons.models import Lesson
from quizzes import selectors

register = template.Library()


@register.inclusion_tag("quizzes/_card.html", takes_context=True)
def quiz_card(context: dict[str, Any], lesson: Lesson) -> dict[str, Any]:
    """Show the lesson's quiz: how long it is, this learner's best result, and the button that fits."""
    request = context.get("request")
    learner = current_learner(request) if request else None
    return {"lesson": lesson, "card": selectors.quiz_card(lesson, learner)}
