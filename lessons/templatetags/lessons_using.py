from typing import Any

from django import template

from anatomy.models import Structure
from lessons import selectors

register = template.Library()


@register.inclusion_tag("lessons/_using.html")
def lessons_using(structure: Structure, side: str = "") -> dict[str, Any]:
    """List the live lessons that speak of `structure`, the drills that name it, and the drills of its `side`."""
    return {"structure": structure, "using": selectors.lessons_using(structure, side=side)}
