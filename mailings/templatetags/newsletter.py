from typing import Any

from django import template

from mailings.forms import SubscribeForm

register = template.Library()


@register.inclusion_tag("mailings/_subscribe_form.html", takes_context=True)
def subscribe_form(context: dict[str, Any]) -> dict[str, Any]:
    """The newsletter's small form, for the foot of any page."""
    return {"form": SubscribeForm()}
