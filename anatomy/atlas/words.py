"""What a pose does, in words. static/js/atlas says the same while the pose changes; the two must stay alike.

Numbers are rounded half up, as in JavaScript. Placeholders are named and take text.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anatomy.solver import MuscleState, Pose

AXES = ("flexion", "adduction", "rotation")
LEAST_LEVER_MM = 3  # a shorter lever hardly turns the hip
LEAST_CHANGE_MM = 1
MOST_NAMED = 3  # muscles in one sentence

MINUS = "−"


def rounded(value: float) -> int:
    """Round half up."""
    return math.floor(value + 0.5)


def signed(value: int) -> str:
    """Return a number with its sign: “+12”, “−3”, “0”."""
    if value == 0:
        return "0"
    return f"+{value}" if value > 0 else f"{MINUS}{-value}"


def degrees(value: float) -> str:
    """Return a number with a real minus sign."""
    whole = rounded(value)
    return f"{MINUS}{-whole}" if whole < 0 else str(whole)


def view_name(view: str) -> str:
    return {"front": _("front"), "side": _("side"), "back": _("back")}[view]


def speed_name(speed: str) -> str:
    return {"slow": _("2.5 m/s"), "fast": _("4.0 m/s")}[speed]


def phase_name(percent: float, stance_percent: float) -> str:
    """Return the phase of the stride at `percent`, with the foot on the ground until `stance_percent`.

    Stance is told in thirds, swing in halves.
    """
    share = percent % 100
    if share < stance_percent:
        third = share / stance_percent
        return (
            _("early stance")
            if third < 1 / 3
            else _("middle of stance")
            if third < 2 / 3
            else _("late stance")
        )
    return _("early swing") if share < (stance_percent + 100) / 2 else _("late swing")


@dataclass(frozen=True)
class Numbers:
    """A muscle at a pose in whole millimetres: its change of length against standing, and its levers."""

    change_mm: int
    change_percent: int
    flexion_mm: int
    adduction_mm: int
    rotation_mm: int
    relative: float

    def lever(self, axis: str) -> int:
        value: int = getattr(self, f"{axis}_mm")
        return value

    @property
    def main_axis(self) -> str:
        """The axis with the longest lever; the first of equals."""
        return max(AXES, key=lambda axis: abs(self.lever(axis)))


def numbers_of(state: MuscleState) -> Numbers:
    """Return a solver's metres as whole millimetres."""
    standing = state.length / (1 + state.relative)
    return Numbers(
        change_mm=rounded((state.length - standing) * 1000),
        change_percent=rounded(state.relative * 100),
        flexion_mm=rounded(state.flexion * 1000),
        adduction_mm=rounded(state.adduction * 1000),
        rotation_mm=rounded(state.rotation * 1000),
        relative=state.relative,
    )


def deed(axis: str, lever_mm: int) -> str:
    """Return what a lever does: “flexes”, “extends”, …"""
    positive = lever_mm > 0
    if axis == "flexion":
        return _("flexes") if positive else _("extends")
    if axis == "adduction":
        return _("adducts") if positive else _("abducts")
    return _("turns in") if positive else _("turns out")


def lever_words(axis: str, lever_mm: int) -> str:
    """Return a lever for a list of numbers: “flexes, lever 42 mm”."""
    if abs(lever_mm) < LEAST_LEVER_MM:
        return {
            "flexion": _("hardly flexes or extends (%(mm)s mm)"),
            "adduction": _("hardly adducts or abducts (%(mm)s mm)"),
            "rotation": _("hardly turns in or out (%(mm)s mm)"),
        }[axis] % {"mm": abs(lever_mm)}
    return _("%(does)s, lever %(mm)s mm") % {"does": deed(axis, lever_mm), "mm": abs(lever_mm)}


def length_words(numbers: Numbers) -> str:
    """Return a length against standing: “38 mm shorter than in standing (−14 %)”."""
    if abs(numbers.change_mm) < LEAST_CHANGE_MM:
        return _("as long as in standing")
    words = (
        _("%(mm)s mm shorter than in standing (%(percent)s %%)")
        if numbers.change_mm < 0
        else _("%(mm)s mm longer than in standing (%(percent)s %%)")
    )
    return words % {"mm": abs(numbers.change_mm), "percent": signed(numbers.change_percent)}


def short_length(numbers: Numbers) -> str:
    """Return a change of length for a heading: “−38 mm”."""
    return _("%(mm)s mm") % {"mm": signed(numbers.change_mm)}


def pose_words(pose: Pose) -> str:
    """Return the pose: “Hip bent 60°, knee bent 90°”; “Standing” without any angle."""
    parts = []
    for value, more, less in (
        (pose.flexion, _("hip bent %(angle)s°"), _("thigh back %(angle)s°")),
        (pose.adduction, _("thigh across %(angle)s°"), _("thigh out to the side %(angle)s°")),
        (pose.rotation, _("thigh turned in %(angle)s°"), _("thigh turned out %(angle)s°")),
        (pose.knee, _("knee bent %(angle)s°"), ""),
    ):
        whole = rounded(abs(value))
        if whole:
            parts.append((more if value > 0 else less) % {"angle": whole})
    words = ", ".join(parts) or _("standing")
    return words[0].upper() + words[1:]


def muscle_words(name: str, numbers: Numbers, *, standing: bool, axis: str = "") -> str:
    """Return what a muscle does at a pose, as a part of a sentence: about `axis`, else where its lever is longest."""
    values = {"muscle": name, "mm": abs(numbers.change_mm), "does": _does(numbers, axis)}
    if standing:
        return _("%(muscle)s %(does)s") % values
    if abs(numbers.change_mm) < LEAST_CHANGE_MM:
        return _("%(muscle)s is as long as in standing and %(does)s") % values
    if numbers.change_mm < 0:
        return _("%(muscle)s is %(mm)s mm shorter than in standing and %(does)s") % values
    return _("%(muscle)s is %(mm)s mm longer than in standing and %(does)s") % values


def _does(numbers: Numbers, axis: str) -> str:
    lever = numbers.lever(axis or numbers.main_axis)
    if abs(lever) >= LEAST_LEVER_MM:
        return _("%(does)s with a lever of %(lever)s mm") % {
            "does": deed(axis or numbers.main_axis, lever),
            "lever": abs(lever),
        }
    return {
        "": _("has hardly any lever"),
        "flexion": _("hardly flexes or extends"),
        "adduction": _("hardly adducts or abducts"),
        "rotation": _("hardly turns in or out"),
    }[axis]


def told_axis(moved: str, pose: Pose) -> str:
    """Return the axis that a sentence is about: that of the movement `moved` once it is begun; "" for none."""
    return moved if moved in AXES and rounded(abs(getattr(pose, moved))) else ""


def sentence(
    pose: Pose,
    muscles: Sequence[tuple[str, Numbers]] | None,
    *,
    stride: tuple[str, int] | None = None,
    moved: str = "",
) -> str:
    """Return what the picture shows: the pose, and what it does to the first muscles.

    `muscles` is None where they are not to be spoken of at all; an empty choice is told.
    `stride` is the speed and the point of the stride when the pose is one of it; else `moved` is the angle that
    is being moved: once it is not 0, the sentence is about its axis.
    """
    standing = is_standing(pose)
    start = pose_words(pose)
    if stride:
        speed, percent = stride
        start = _("Running at %(speed)s, %(percent)s %% of the stride: %(pose)s") % {
            "speed": speed_name(speed),
            "percent": percent,
            "pose": start[0].lower() + start[1:],
        }
    if muscles is None:
        return f"{start}."
    if not muscles:
        return _("%(pose)s. No muscle is chosen.") % {"pose": start}
    named = MOST_NAMED if len(muscles) > MOST_NAMED + 1 else len(muscles)  # one more is as short as its count
    axis = "" if stride else told_axis(moved, pose)
    told = [muscle_words(name, numbers, standing=standing, axis=axis) for name, numbers in muscles[:named]]
    told[0] = told[0][0].upper() + told[0][1:]
    more = len(muscles) - len(told)
    if more:
        told.append(_("the other %(count)s are in the list") % {"count": more})
    return f"{start}. {'; '.join(told)}."


def is_standing(pose: Pose) -> bool:
    """Is every angle zero in whole degrees?"""
    return all(rounded(abs(angle)) == 0 for angle in (pose.flexion, pose.adduction, pose.rotation, pose.knee))
