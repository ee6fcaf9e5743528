"""A view of the hip atlas as content: what an author sets, shared by whatever may hold one."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anatomy.atlas.picture import INSERTIONS, LABELS, LINES, ORIGINS, SHOWABLE
from anatomy.atlas.state import ANGLES, MOVES, STRIDE, AtlasState
from anatomy.models import Structure
from anatomy.solver import LIMITS, solver


def drawable_muscles() -> Q:
    """Return what the atlas can draw: the muscles of its model."""
    return Q(kind=Structure.Kind.MUSCLE, slug__in=list(solver().muscles))


def everything_shown() -> list[str]:
    return list(SHOWABLE)


def _angle(name: str, label: Any, help_text: Any) -> models.SmallIntegerField:
    least, most = (int(limit) for limit in LIMITS[name])
    validators = [MinValueValidator(least), MaxValueValidator(most)]
    return models.SmallIntegerField(label, default=0, validators=validators, help_text=help_text)


class AtlasContent(models.Model):
    """A view of the hip atlas: muscles at a pose or at a point of the stride, and what a reader may move."""

    class View(models.TextChoices):
        FRONT = "front", _("Front")
        SIDE = "side", _("Side")
        BACK = "back", _("Back")

    class Speed(models.TextChoices):
        NONE = "", _("No stride: the angles")
        SLOW = "slow", _("Running at 2.5 m/s")
        FAST = "fast", _("Running at 4.0 m/s")

    class Colouring(models.TextChoices):
        MUSCLE = "muscle", _("By muscle")
        STRETCH = "stretch", _("By stretch: shorter or longer than in standing")

    MOVES = {
        "flexion": _("Bending the hip"),
        "adduction": _("Thigh across and out"),
        "rotation": _("Turning the thigh"),
        "knee": _("Bending the knee"),
        STRIDE: _("The running stride"),
    }
    SHOWN = {
        ORIGINS: _("Origins"),
        INSERTIONS: _("Insertions"),
        LINES: _("Lines of pull"),
        LABELS: _("Names"),
    }

    muscles = models.ManyToManyField(
        Structure,
        related_name="+",
        limit_choices_to=drawable_muscles,
        verbose_name=_("muscles"),
        help_text=_("In the order in which the list beside the picture names them. Up to six read well."),
    )
    view = models.CharField(_("seen from"), max_length=5, choices=View, default=View.FRONT)
    flexion = _angle("flexion", _("hip bent (°)"), _("−30 (thigh behind) to 120 (knee to the chest)."))
    adduction = _angle(
        "adduction", _("thigh across (°)"), _("−40 (out to the side) to 30 (across the other).")
    )
    rotation = _angle("rotation", _("thigh turned in (°)"), _("−40 (turned out) to 40 (turned in)."))
    knee = _angle("knee", _("knee bent (°)"), _("0 (straight) to 120."))
    speed = models.CharField(
        _("stride"),
        max_length=4,
        choices=Speed,
        blank=True,
        help_text=_("With a stride the angles above do not count: the point of the stride gives them."),
    )
    at = models.PositiveSmallIntegerField(
        _("point of the stride (%)"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("0 is when the right foot lands; at 4.0 m/s it leaves the ground at about 35."),
    )
    moves = models.JSONField(
        _("a reader may move"),
        default=list,
        blank=True,
        help_text=_("Nothing ticked: the picture stands still and is cut to what it shows."),
    )
    colouring = models.CharField(
        _("lines coloured"), max_length=7, choices=Colouring, default=Colouring.MUSCLE
    )
    show = models.JSONField(_("shown"), default=everything_shown)
    caption = models.CharField(
        _("caption"), max_length=300, help_text=_("What to look at, in a sentence or two.")
    )

    class Meta:
        abstract = True
        verbose_name = _("atlas")
        verbose_name_plural = _("atlas views")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    **{f"{name}__range": (int(least), int(most)) for name, (least, most) in LIMITS.items()}
                )
                & Q(at__lte=100),
                name="%(class)s_pose_within_limits",
                violation_error_message=_("The pose is beyond what the model of the hip covers."),
            ),
            models.CheckConstraint(
                condition=Q(view__in=["front", "side", "back"])
                & Q(speed__in=["", "slow", "fast"])
                & Q(colouring__in=["muscle", "stretch"]),
                name="%(class)s_choices_are_known",
            ),
        ]

    def __str__(self) -> str:
        return self.caption

    def clean(self) -> None:
        super().clean()
        for field, allowed in (("moves", MOVES), ("show", SHOWABLE)):
            chosen = getattr(self, field)
            if not isinstance(chosen, list) or not set(chosen) <= set(allowed):
                raise ValidationError({field: _("Choose from the list.")})
            setattr(self, field, [name for name in allowed if name in chosen])
        if not set(self.show) & {ORIGINS, INSERTIONS, LINES}:
            raise ValidationError({"show": _("Show origins, insertions or lines: there is nothing to see.")})

    def rows(self) -> list[Structure]:
        """Return the muscles in the order in which the author picked them."""
        field: Any = self._meta.get_field("muscles")
        links: Any = self.muscles.through._default_manager.filter(**{field.m2m_field_name(): self})
        return [link.structure for link in links.order_by("pk").select_related("structure")]

    def add_rows(self, structures: Iterable[Structure]) -> None:
        """Add muscles at the end, in the order given; those that are there already stay where they are."""
        for structure in structures:
            self.muscles.add(structure)  # added together, they would come in any order

    def state(self, muscles: Iterable[str]) -> AtlasState:
        """Return what to draw, for the slugs of its muscles."""
        angles = {} if self.speed else {name: getattr(self, name) for name in ANGLES}
        return AtlasState(
            view=self.view,
            muscles=tuple(muscles),
            **angles,
            speed=self.speed,
            at=self.at if self.speed else 0,
            colouring=self.colouring,
            show=tuple(self.show),
        )
