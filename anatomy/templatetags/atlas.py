from typing import Any

from django import template
from django.utils.translation import gettext as _

from anatomy.atlas.geometry import view
from anatomy.atlas.picture import LABELS, SHOWABLE, draw
from anatomy.atlas.plate import best_view, picture_title
from anatomy.atlas.selectors import company
from anatomy.atlas.state import AtlasState
from anatomy.models import Structure

register = template.Library()


@register.inclusion_tag("anatomy/atlas/_still.html")
def muscle_still(muscle: Structure) -> dict[str, Any]:
    """Draw a muscle alone, standing, from where most of it is seen; nothing for what the model does not know."""
    everybody = company()
    if muscle.slug not in everybody.muscles:
        return {}
    state = AtlasState(
        view=best_view(muscle.slug, everybody.cast),
        muscles=(muscle.slug,),
        show=tuple(name for name in SHOWABLE if name != LABELS),
    )
    picture = draw(
        view(state.view), state.pose, state.muscles, cast=everybody.cast, show=state.show, cropped=True
    )
    return {
        "picture": picture,
        "title": picture_title(picture, [muscle.name]),
        "caption": _("%(muscle)s: its patches, its fibres and its line of pull.") % {"muscle": muscle.name},
        "query": state.query(show=SHOWABLE),
    }
