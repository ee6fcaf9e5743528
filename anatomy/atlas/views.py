from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from anatomy.atlas.chart import MOST_LINES
from anatomy.atlas.compare import comparison
from anatomy.atlas.picture import INSERTIONS, LABELS, ORIGINS
from anatomy.atlas.plate import plate
from anatomy.atlas.selectors import ATTACHMENTS, Company, company, traits_of
from anatomy.atlas.state import AtlasState, read_state
from anatomy.atlas.string import Board, described, read_string, string_page, strung


@dataclass(frozen=True)
class Preset:
    """A set of muscles to see at once."""

    name: str
    query: str
    is_current: bool


@require_safe
@cache_control(private=True, no_cache=True)
def atlas(request: HttpRequest) -> HttpResponse:
    everybody = company()
    state, complaints = read_state(request.GET, everybody.cast.names)
    drawn = plate(state, key="atlas", everybody=everybody, with_charts=True)
    context = {
        "plate": drawn,
        "complaints": complaints,
        "presets": _presets(everybody, state),
        "comparison": comparison(everybody, state.compare, state.muscles, state.pose),
        "charts_left_out": max(0, len(drawn.panels) - MOST_LINES),
        "permalink": f"{reverse('anatomy:atlas')}?{state.query()}".rstrip("?"),
    }
    return render(request, "anatomy/atlas/atlas.html", context)


def _presets(everybody: Company, state: AtlasState) -> list[Preset]:
    """Offer each team with its lines, each side, and all muscles as patches alone, which is as much as can be read."""
    calm = replace(state, focus="", compare=())
    sets = [(team.name, replace(calm, muscles=tuple(team.muscles))) for team in everybody.teams]
    sets += [
        (shelf.name, replace(calm, muscles=tuple(muscle.slug for muscle in shelf.muscles)))
        for shelf in everybody.shelves
        if shelf.name
    ]
    everyone = replace(
        calm, muscles=tuple(everybody.muscles), show=(ORIGINS, INSERTIONS, LABELS), speed="", at=0
    )
    sets.append((_("All muscles"), everyone))
    return [Preset(name, wanted.query(), set(wanted.muscles) == set(state.muscles)) for name, wanted in sets]


@require_safe
@cache_control(private=True, no_cache=True)
def string(request: HttpRequest) -> HttpResponse:
    everybody = company()
    traits = traits_of(list(everybody.muscles.values()), ATTACHMENTS, settled=True)
    board = Board(everybody, traits)
    muscles = strung(everybody, traits, board)
    if not muscles:
        return render(request, "anatomy/atlas/string.html", {"page": None})
    state, complaints = read_string(request.GET, muscles)
    page = string_page(state, muscles, board, everybody, described())
    return render(request, "anatomy/atlas/string.html", {"page": page, "complaints": complaints})
