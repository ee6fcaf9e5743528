from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.translation import get_language

from mailings.forms import SubscribeForm

register = template.Library()


@register.inclusion_tag("mailings/_subscribe_form.html", takes_context=True)
def subscribe_form(context: dict[str, Any]) -> dict[str, Any]:
    """The newsletter's small form, for the foot of any page."""
    return {"fields": _fields(get_language() or "")}


@lru_cache(maxsize=16)
def _fields(language: str) -> str:
    """Draw the empty form once a language: it stands on every page and is the same on all."""
    return render_to_string("mailings/_subscribe_fields.html", {"form": SubscribeForm()})
