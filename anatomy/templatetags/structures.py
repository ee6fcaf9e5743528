from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from anatomy.models import Structure
from anatomy.pages import structure_url

register = template.Library()

register.filter("structure_url", structure_url)


@register.simple_tag
def structure_links(structures: Iterable[Structure]) -> SafeString:
    """Name structures in a row, each as a link to where it is explained."""
    return format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        ((structure_url(structure), structure.name) for structure in structures),
    )
