"""anatomy/figures.yaml: figures, and what their patches are. Here facts meet patches and lines of pull."""

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from anatomy.agreement import Claim, Disagreement, Stand, disagreements, geometry
from anatomy.changes import knowledge_changed
from anatomy.models import Fact, Figure, Region, Structure
from anatomy.neutral import Named, Names
from anatomy.pictures import read_picture
from lessons.content.anatomy_files import AnatomyKind, StructuresKind
from lessons.content.engine import register
from lessons.content.entries import known, read_slug, repeated, row_of, slugs
from lessons.content.facts_files import FactsKind, fact_slug
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
                        place=sorted(place.slug for place in region.place.all()),
                        description=region.description,
                    )
                    for region in row.regions.select_related("structure").prefetch_related("place")
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
            errors += _check_picture(path, figure)
            seen: set[tuple[str, str]] = set()
            for region in figure.get("regions", []):
                errors += [
                    ContentError(path, region.line, message)
                    for message in _check_region(region, structures, names, seen)
                ]
        return errors + _check_agreement(path, data, everything)


def _read_region(record: Record) -> Any:
    region = known(
        record.line,
        structure=record.text("structure"),
        kind=record.choice("kind", Region.Kind.values),
        colour=record.text("colour", max_length=7),
        place=sorted(record.texts("place", required=True)),
        description=record.text("description"),
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
    region.place.set(row_of(structures, place, path, entry.line) for place in entry["place"])
    return region.pk


def _check_region(region: Any, structures: set[str], names: Names, seen: set[tuple[str, str]]) -> list[str]:
    """Return what is wrong with a region on its own, beside the regions of its figure that were `seen`."""
    found = [
        f"names an unknown structure “{slug}”"
        for slug in (region["structure"], *region["place"])
        if slug not in structures
    ]
    found += [
        f"“{place}” stands twice in “place”"
        for place in sorted(set(region["place"]))
        if region["place"].count(place) > 1
    ]
    found += [
        f"the description names “{word}”, which a quiz may ask for: say where the patch lies in plain words"
        for word in names.in_text(region["description"])
    ]
    patch = (region["structure"], region["kind"])
    if patch in seen:
        found.append("the region “{}” ({}) stands twice".format(*patch))
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


def _check_agreement(path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
    """Return where facts, patches, lines of pull and regions do not agree, and what they name that is unknown."""
    entries = {entry["slug"]: entry for entry in everything.get(StructuresKind.path, [])}
    facts = [
        fact
        for fact in everything.get(FactsKind.path, {}).get("facts", [])
        if fact["relation"] in Region.Kind.values and fact["status"] != Fact.Status.RETIRED
    ]
    claims = {
        Claim(
            fact["subject"],
            fact["relation"],
            fact["object"],
            fact.get("role") == Fact.Role.DISPUTED,
            fact_slug(fact),
        ): fact.line
        for fact in facts
    }
    stands = {
        Stand(figure["slug"], region["structure"], region["kind"], place): region.line
        for figure in data
        for region in figure.get("regions", [])
        for place in region["place"]
        if place in entries and region["structure"] in entries
    }
    shape = geometry()
    errors = [
        ContentError(StructuresKind.path, 1, f"{file} speaks of “{slug}”, which is no structure")
        for file, slug in dict.fromkeys(shape.structures)
        if slug not in entries
    ]
    part_of = {slug: entry.get("part_of", "") for slug, entry in entries.items()}

    def place_of(found: Disagreement) -> tuple[str, int]:
        if found.stand:
            return path, stands[found.stand]
        if found.claim:
            return FactsKind.path, claims[found.claim]
        # A patch or a line of pull: whoever mends it begins with what facts say of that end, or of the muscle.
        near = sorted(
            (claim.kind != found.kind, line) for claim, line in claims.items() if claim.muscle == found.muscle
        )
        return (FactsKind.path, near[0][1]) if near else (StructuresKind.path, entries[found.muscle].line)

    return errors + [
        ContentError(*place_of(found), found.message)
        for found in disagreements(shape, claims, stands, part_of)
        if found.muscle in entries
    ]


register(FiguresKind())
