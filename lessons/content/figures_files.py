"""anatomy/figures.yaml: pictures of the workshop, and what their patches are and stand on."""

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from anatomy.agreement import Standing, disagreements_of_regions
from anatomy.changes import knowledge_changed
from anatomy.models import Figure, Region, Structure
from anatomy.neutral import Named, Names
from anatomy.pictures import read_picture
from lessons.content.anatomy_files import AnatomyKind, StructuresKind
from lessons.content.engine import register
from lessons.content.entries import known, read_slug, repeated, row_of, slugs
from lessons.content.facts_files import claims_in
from lessons.content.reading import ContentError, Record

COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


class FiguresKind(AnatomyKind):
    name, order, path = "figures", 35, "anatomy/figures.yaml"

    def parse(self, path: str, text: str) -> Any:
        figures = []
        for item in self._entries(path, text):
            record = Record(path, item, "a figure")
            figures.append(
                known(
                    record.line,
                    slug=read_slug(record),
                    title=record.text("title", max_length=120),
                    file=record.text("file", max_length=120),
                    width=record.number("width", least=1),
                    height=record.number("height", least=1),
                    alt=record.text("alt"),
                    regions=[_read_region(region) for region in record.records("regions", "a region")],
                )
            )
            record.end()
        return figures

    def dump(self, path: str) -> Any | None:
        return [
            known(
                0,
                **{name: getattr(row, name) for name in ("slug", "title", "file", "width", "height", "alt")},
                regions=[
                    known(
                        0,
                        structure=region.structure.slug,
                        kind=region.kind,
                        colour=region.colour,
                        places=sorted(place.slug for place in region.places.all()),
                        description=region.description.replace(Region.UNDESCRIBED, ""),
                    )
                    for region in row.regions.select_related("structure").prefetch_related("places")
                ],
            )
            for row in Figure.objects.order_by("pk")
        ] or None

    def load(self, path: str, data: Any) -> None:
        structures = {row.slug: row for row in Structure.objects.all()}
        for entry in data:
            fields = {name: value for name, value in entry.items() if name not in {"slug", "regions"}}
            figure, _ = Figure.objects.update_or_create(slug=entry["slug"], defaults=fields)
            kept = [
                _load_region(figure, position, region, structures, path)
                for position, region in enumerate(entry.get("regions", []), start=1)
            ]
            figure.regions.exclude(pk__in=kept).delete()
        knowledge_changed()

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        errors = repeated(path, data, "slug")
        structures = slugs(everything, StructuresKind.path)
        names = Names(
            Named(entry["kind"], entry["name"], entry.get("latin", ""), tuple(entry.get("synonyms", [])))
            for entry in everything.get(StructuresKind.path, [])
        )
        for figure in data:
            errors += _check_picture(path, figure) + _check_agreement(path, figure, everything)
            seen: set[tuple[str, str]] = set()
            for region in figure.get("regions", []):
                errors += [
                    ContentError(path, region.line, message)
                    for message in _check_region(region, structures, names, seen)
                ]
        return errors


def _read_region(record: Record) -> Any:
    region = known(
        record.line,
        structure=record.text("structure"),
        kind=record.choice("kind", Region.Kind.values),
        colour=record.text("colour", max_length=7),
        places=sorted(record.texts("places")),
        description=record.text("description", required=False),
    )
    record.end()
    if not COLOUR.match(region["colour"]):
        raise record.error("“colour” must be #rrggbb in lower case", "colour")
    return region


def _load_region(
    figure: Figure, position: int, entry: Any, structures: dict[str, Structure], path: str
) -> int:
    """Write a region in its place, and return its key. It stays the same row: others may refer to it."""
    region, _ = Region.objects.update_or_create(
        figure=figure,
        structure=row_of(structures, entry["structure"], path, entry.line),
        kind=entry["kind"],
        defaults={
            "colour": entry["colour"],
            "description": entry["description"],
            "position": position,
        },
    )
    region.places.set(row_of(structures, place, path, entry.line) for place in entry["places"])
    return region.pk


def _check_region(region: Any, structures: set[str], names: Names, seen: set[tuple[str, str]]) -> list[str]:
    """Return what is wrong with a region on its own, beside the regions of its figure that were `seen`."""
    patch = (region["structure"], region["kind"])
    title, places = "the region “{}” ({})".format(*patch), region.get("places", [])
    found = [
        f"names an unknown structure “{slug}”"
        for slug in dict.fromkeys((region["structure"], *places))
        if slug not in structures
    ]
    if not places:
        found.append(f"{title} says in “places” on nothing that it stands")
    if len(set(places)) < len(places):
        found.append(f"{title} names a place twice")
    if not region.get("description"):
        found.append(f"{title} has no neutral description")
    found += [
        f"the description of {title.removeprefix('the ')} names “{word}”, which a quiz may ask for"
        for word in names.in_text(region.get("description", ""))
    ]
    if patch in seen:
        found.append(f"{title} stands twice")
    seen.add(patch)
    return found


def _check_picture(path: str, figure: Any) -> list[ContentError]:
    """Return how a figure's words differ from its picture. Only drawings can be read; others are just there."""
    file = finders.find(figure["file"])
    if file is None:
        return [ContentError(path, figure.line, f"there is no file static/{figure['file']}")]
    if not figure["file"].endswith(".svg"):
        return []
    picture = read_picture(Path(str(file)).read_text(encoding="utf-8"))
    if picture is None:
        return [
            ContentError(path, figure.line, f"static/{figure['file']} does not say its size in a viewBox")
        ]
    errors = []
    if (figure["width"], figure["height"]) != (picture.width, picture.height):
        errors.append(
            ContentError(path, figure.line, f"the picture is {picture.width} wide and {picture.height} high")
        )
    regions = {(region["structure"], region["kind"]): region for region in figure.get("regions", [])}
    for patch, region in regions.items():
        if patch not in picture.patches:
            errors.append(
                ContentError(path, region.line, "the picture has no patch “{}” ({})".format(*patch))
            )
        elif region["colour"] != picture.patches[patch]:
            errors.append(
                ContentError(
                    path,
                    region.line,
                    f"the picture has “{region['structure']}” ({region['kind']}) in {picture.patches[patch]}, "
                    f"not in {region['colour']}",
                )
            )
    errors += [
        ContentError(path, figure.line, "the picture has a patch “{}” ({}) that is no region".format(*patch))
        for patch in picture.patches
        if patch not in regions
    ]
    return errors


def _check_agreement(path: str, figure: Any, everything: dict[str, Any]) -> list[ContentError]:
    """Return the places of regions that no reviewed fact knows of."""
    standings = {
        Standing(figure["slug"], region["structure"], region["kind"], place): region.line
        for region in figure.get("regions", [])
        for place in region.get("places", [])
    }
    return [
        ContentError(path, standings[Standing(one.figure, one.muscle, one.kind, one.place)], one.words())
        for one in disagreements_of_regions(claims_in(everything), standings)
    ]


register(FiguresKind())
