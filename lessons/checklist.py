"""What it takes to complete a lesson, as its own visible checklist.

Reading and films belong to lessons; an upper app adds its own point (the quiz) by registering a Requirement.
"""

from dataclasses import dataclass
from typing import Protocol

from accounts.models import Learner
from lessons.models import Lesson


class Requirement(Protocol):
    """A point of the checklist that another app answers for."""

    key: str

    def is_met(self, lesson: Lesson, learner: Learner | None) -> bool | None:
        """Tell whether the learner has done it; None where the lesson does not ask for it. One query at most."""

    def label(self) -> str: ...

    def url(self, lesson: Lesson) -> str: ...


_requirements: list[Requirement] = []


def register(requirement: Requirement) -> None:
    """Add a point to every lesson's checklist; called once, when the app is ready."""
    if all(known.key != requirement.key for known in _requirements):
        _requirements.append(requirement)


def requirements() -> tuple[Requirement, ...]:
    return tuple(_requirements)


@dataclass(frozen=True)
class Point:
    """A line of the checklist. `detail` says how far it is, in words.

    `declare_url`: where learners can post that they have done it, if they are believed.
    """

    key: str
    label: str
    done: bool
    detail: str = ""
    url: str = ""
    declare_url: str = ""


@dataclass(frozen=True)
class Checklist:
    """The points of one lesson for one learner.

    A requirement that is met (a passed quiz) vouches for reading and watching: whoever passes knows
    what the lesson teaches, so the other points count as shown.
    """

    points: tuple[Point, ...]
    vouched: bool

    @property
    def is_complete(self) -> bool:
        return bool(self.points) and all(point.done for point in self.points)
