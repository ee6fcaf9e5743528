"""What the atlas shows, as its address says it: read forgivingly, written in one way."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anatomy.atlas.geometry import FRONT, VIEWS
from anatomy.atlas.picture import BY_MUSCLE, BY_STRETCH, SHOWABLE
from anatomy.atlas.words import degrees, rounded, view_name
from anatomy.solver import LIMITS, SPEEDS, Pose, solver

ANGLES = tuple(LIMITS)
STRIDE = "stride"
MOVES = (*ANGLES, STRIDE)
COLOURINGS = (BY_MUSCLE, BY_STRETCH)
FIRST_MUSCLES = (
    "psoas-major",
    "iliacus",
    "rectus-femoris",
    "sartorius",
    "tensor-fasciae-latae",
    "pectineus",
)
FIRST_SHOW = SHOWABLE
_MAX_ECHO = 40
_MOST_TOLD = 6  # complaints; who sends more than that reads none of them


@dataclass(frozen=True)
class AtlasState:
    """What to draw. With a `speed` the stride at `at` per cent gives the angles; otherwise the four angles do."""

    view: str = FRONT
    muscles: tuple[str, ...] = FIRST_MUSCLES
    flexion: int = 0
    adduction: int = 0
    rotation: int = 0
    knee: int = 0
    speed: str = ""
    at: int = 0
    colouring: str = BY_MUSCLE
    show: tuple[str, ...] = FIRST_SHOW
    focus: str = ""
    compare: tuple[str, ...] = ()
    sweep: str = ""

    @property
    def pose(self) -> Pose:
        if self.speed:
            return solver().stride_pose(self.speed, self.at).clamped()
        return Pose(self.flexion, self.adduction, self.rotation, self.knee)

    @property
    def swept(self) -> str:
        """What the chart runs over: what was asked for, else the stride while it runs, else the hip's bending."""
        if self.sweep == STRIDE and not self.speed:
            return "flexion"
        return self.sweep or (STRIDE if self.speed else "flexion")

    def angle(self, name: str) -> int:
        value: int = getattr(self, name)
        return value

    def query(self, **changes: object) -> str:
        """Return the state as the query of an address, with `changes`; what is as at first is left out."""
        state = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        first = AtlasState()
        pairs: list[tuple[str, str]] = []
        if state.view != first.view:
            pairs.append(("view", state.view))
        if state.muscles != first.muscles:
            pairs.append(("muscles", ",".join(state.muscles)))
        if state.speed:
            pairs += [("speed", state.speed), ("at", str(state.at))]
        else:
            pairs += [(name, str(state.angle(name))) for name in ANGLES if state.angle(name)]
        if state.colouring != first.colouring:
            pairs.append(("colour", state.colouring))
        if state.show != first.show:
            pairs.append(("show", ",".join(state.show)))
        for name in ("focus", "sweep"):
            if value := getattr(state, name):
                pairs.append((name, value))
        if state.compare:
            pairs.append(("compare", ",".join(state.compare)))
        return urlencode(pairs, safe=",")


def read_state(query: QueryDict, names: Mapping[str, str]) -> tuple[AtlasState, list[str]]:
    """Return the state that an address asks for, and a sentence for each thing that could not be had.

    `names` are the muscles there are, by slug.
    """
    complaints: list[str] = []
    angles = {name: _number(query, name, *LIMITS[name], complaints) for name in ANGLES}
    speed = _choice(query, "speed", SPEEDS, "", complaints)
    state = AtlasState(
        view=_choice(query, "view", VIEWS, FRONT, complaints),
        muscles=_muscles(query, "muscles", names, complaints, FIRST_MUSCLES),
        **angles,
        speed=speed,
        at=_number(query, "at", 0, 100, complaints) if speed else 0,
        colouring=_choice(query, "colour", COLOURINGS, BY_MUSCLE, complaints),
        show=_shown(query, complaints),
        focus=next(iter(_muscles(query, "focus", names, complaints, ())), ""),
        compare=_muscles(query, "compare", names, complaints, ())[:2],
        sweep=_choice(query, "sweep", MOVES, "", complaints),
    )
    nothing_known = not (state.muscles or state.focus) and bool(_texts(query, "muscles"))
    if nothing_known:
        state = replace(state, muscles=tuple(slug for slug in FIRST_MUSCLES if slug in names))
    if state.focus and state.focus not in state.muscles:
        state = replace(state, muscles=(*state.muscles, state.focus))
    if len(query.getlist("compare")) > 1 and len(_texts(query, "compare")) == 1:
        complaints.append(_("Choose two different muscles to compare them."))
    left_out = len(complaints) - _MOST_TOLD
    if left_out > 0:
        complaints[_MOST_TOLD:] = [
            ngettext("%(count)s thing more was left out.", "%(count)s things more were left out.", left_out)
            % {"count": left_out}
        ]
    if nothing_known and state.muscles:
        complaints.append(_("The hip flexors are shown instead."))
    return state, complaints


def _cut(typed: str) -> str:
    return typed if len(typed) <= _MAX_ECHO else f"{typed[:_MAX_ECHO]}…"


def _texts(query: QueryDict, name: str) -> list[str]:
    """The values of a field that may be given more than once, or with commas; each once."""
    texts = (text.strip() for value in query.getlist(name) for text in value.split(","))
    return list(dict.fromkeys(text for text in texts if text))


def _number(query: QueryDict, name: str, least: float, most: float, complaints: list[str]) -> int:
    typed = (query.get(name) or "").strip()
    if not typed:
        return 0
    try:
        value = float(typed.replace("−", "-").replace(",", "."))
    except ValueError:
        value = math.nan
    label = _FIELDS[name]()
    if math.isnan(value):
        complaints.append(
            _("“%(typed)s” is no number, so “%(field)s” is 0.") % {"typed": _cut(typed), "field": label}
        )
        return 0
    near = rounded(min(most, max(least, value)))
    if not least <= value <= most:
        complaints.append(
            _("“%(field)s” goes from %(least)s to %(most)s, so %(typed)s became %(value)s.")
            % {
                "field": label,
                "least": degrees(least),
                "most": degrees(most),
                "typed": _cut(typed),
                "value": degrees(near),
            }
        )
    return near


_FIELDS = {
    "flexion": lambda: _("Hip: bend"),
    "adduction": lambda: _("Hip: across"),
    "rotation": lambda: _("Hip: turn in"),
    "knee": lambda: _("Knee: bend"),
    "at": lambda: _("Point of the stride"),
}


def field_name(name: str) -> str:
    """Return what an angle, or the point of the stride, is called beside its control."""
    return _FIELDS[name]()


def _choice(query: QueryDict, name: str, allowed: Iterable[str], default: str, complaints: list[str]) -> str:
    typed = (query.get(name) or "").strip()
    if typed in allowed:
        return typed
    if typed and name == "view":
        complaints.append(
            _("There is no view “%(typed)s”; this is the %(view)s.")
            % {"typed": _cut(typed), "view": view_name(default)}
        )
    elif typed:
        complaints.append(_("“%(typed)s” is not known here and was left out.") % {"typed": _cut(typed)})
    return default


def _muscles(
    query: QueryDict, name: str, names: Mapping[str, str], complaints: list[str], default: Sequence[str]
) -> tuple[str, ...]:
    if name not in query:
        return tuple(slug for slug in default if slug in names)
    found = []
    for slug in _texts(query, name):
        if slug in names:
            found.append(slug)
        else:
            complaints.append(
                _("There is no muscle “%(typed)s” in the atlas.") % {"typed": _cut(slug.replace("-", " "))}
            )
    return tuple(found)


def _shown(query: QueryDict, complaints: list[str]) -> tuple[str, ...]:
    if "show" not in query:
        return FIRST_SHOW
    typed = _texts(query, "show")
    complaints += [
        _("“%(typed)s” is not known here and was left out.") % {"typed": _cut(text)}
        for text in typed
        if text not in SHOWABLE
    ]
    return tuple(name for name in SHOWABLE if name in typed)
