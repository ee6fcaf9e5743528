"""anatomy/sources.yaml, structures.yaml and figures.yaml: the knowledge base as files, but for its facts."""

import re
from pathlib import PurePosixPath
from typing import Any

from django.contrib.staticfiles import finders

from anatomy.changes import knowledge_changed
from anatomy.models import Figure, Region, Source, Structure, Synonym
from lessons.content.engine import register
from lessons.content.entries import known, plain, read_slug, repeated, row_of, slugs
from lessons.content.reading import ContentError, Record, read_yaml
from lessons.content.writing import to_yaml

COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


class AnatomyKind:
    """One file that holds a whole table of the knowledge base."""

    path: str

    def matches(self, path: PurePosixPath) -> bool:
        return str(path) == self.path

    def paths_in_database(self) -> list[str]:
        return [self.path]

    def identity(self, path: str) -> str:
        return path

    def serialize(self, data: Any) -> str:
        return to_yaml(plain(data))

    def media(self, data: Any) -> list[str]:
        return []

    def _entries(self, path: str, text: str) -> list[Any]:
        entries = read_yaml(path, text)
        if not isinstance(entries, list):
            raise ContentError(path, 1, "must be a list")
        return entries


class SourcesKind(AnatomyKind):
    name, order, path = "sources", 10, "anatomy/sources.yaml"

    def parse(self, path: str, text: str) -> Any:
        entries = []
        for item in self._entries(path, text):
            record = Record(path, item, "a source")
            entries.append(
                known(
                    record.line,
                    slug=read_slug(record),
                    kind=record.choice("kind", Source.Kind.values),
                    citation=record.text("citation"),
                    url=record.text("url", required=False, max_length=200),
                )
            )
            record.end()
        return entries

    def dump(self, path: str) -> Any | None:
        rows = Source.objects.order_by("pk")
        return [
            known(0, slug=row.slug, kind=row.kind, citation=row.citation, url=row.url) for row in rows
        ] or None

    def load(self, path: str, data: Any) -> None:
        for entry in data:
            fields = {name: entry.get(name, "") for name in ("kind", "citation", "url")}
            Source.objects.update_or_create(slug=entry["slug"], defaults=fields)
        Source.objects.exclude(slug__in=[entry["slug"] for entry in data]).filter(
            facts=None, lessons=None
        ).delete()
        knowledge_changed()

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        return repeated(path, data, "slug")


class StructuresKind(AnatomyKind):
    name, order, path = "structures", 20, "anatomy/structures.yaml"

    def parse(self, path: str, text: str) -> Any:
        entries = []
        for item in self._entries(path, text):
            record = Record(path, item, "a structure")
            entries.append(
                known(
                    record.line,
                    slug=read_slug(record),
                    kind=record.choice("kind", Structure.Kind.values),
                    name=record.text("name", max_length=80),
                    latin=record.text("latin", required=False, max_length=120),
                    part_of=record.text("part_of", required=False),
                    synonyms=record.texts("synonyms"),
                    pronunciation=record.text("pronunciation", required=False, max_length=80),
                    description=record.text("description"),
                )
            )
            record.end()
        return entries

    def dump(self, path: str) -> Any | None:
        rows = Structure.objects.order_by("pk").select_related("part_of").prefetch_related("synonyms")
        return [
            known(
                0,
                slug=row.slug,
                kind=row.kind,
                name=row.name,
                latin=row.latin,
                part_of=row.part_of.slug if row.part_of else "",
                synonyms=[synonym.text for synonym in row.synonyms.all()],
                pronunciation=row.pronunciation,
                description=row.description,
            )
            for row in rows
        ] or None

    def load(self, path: str, data: Any) -> None:
        rows: dict[str, Structure] = {}
        for entry in data:
            fields = {
                name: entry.get(name, "")
                for name in ("kind", "name", "latin", "pronunciation", "description")
            }
            rows[entry["slug"]], _ = Structure.objects.update_or_create(slug=entry["slug"], defaults=fields)
        for entry in data:
            row, whole = rows[entry["slug"]], rows.get(entry.get("part_of", ""))
            if row.part_of_id != (whole.pk if whole else None):
                row.part_of = whole
                row.save(update_fields=["part_of"])
            wanted = entry.get("synonyms", [])
            if [synonym.text for synonym in row.synonyms.all()] != wanted:
                row.synonyms.all().delete()
                Synonym.objects.bulk_create(Synonym(structure=row, text=text) for text in wanted)
        gone = Structure.objects.exclude(slug__in=rows)
        gone.filter(facts=None, facts_about=None, parts=None, regions=None).delete()
        knowledge_changed()

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        errors = repeated(path, data, "slug")
        whole = {entry["slug"]: entry.get("part_of", "") for entry in data}
        for entry in data:
            part_of = entry.get("part_of")
            if part_of and part_of not in whole:
                errors.append(
                    ContentError(path, entry.line, f"part_of names an unknown structure “{part_of}”")
                )
                continue
            seen, slug = set(), entry["slug"]
            while slug and slug not in seen:
                seen.add(slug)
                slug = whole.get(slug, "")
            if slug:
                errors.append(ContentError(path, entry.line, f"“{entry['slug']}” is part of itself"))
        return errors


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
                    known(0, structure=region.structure.slug, kind=region.kind, colour=region.colour)
                    for region in row.regions.select_related("structure")
                ],
            )
            for row in Figure.objects.order_by("pk")
        ] or None

    def load(self, path: str, data: Any) -> None:
        structures = {row.slug: row for row in Structure.objects.all()}
        for entry in data:
            fields = {name: value for name, value in entry.items() if name not in {"slug", "regions"}}
            figure, _ = Figure.objects.update_or_create(slug=entry["slug"], defaults=fields)
            figure.regions.all().delete()
            Region.objects.bulk_create(
                Region(
                    figure=figure,
                    structure=row_of(structures, region["structure"], path, region.line),
                    kind=region["kind"],
                    colour=region["colour"],
                    position=position,
                )
                for position, region in enumerate(entry.get("regions", []), start=1)
            )
        knowledge_changed()

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        errors = repeated(path, data, "slug")
        structures = slugs(everything, StructuresKind.path)
        for entry in data:
            if finders.find(entry["file"]) is None:
                errors.append(ContentError(path, entry.line, f"there is no file static/{entry['file']}"))
            errors += [
                ContentError(path, region.line, f"names an unknown structure “{region['structure']}”")
                for region in entry.get("regions", [])
                if region["structure"] not in structures
            ]
        return errors


def _read_region(record: Record) -> Any:
    region = known(
        record.line,
        structure=record.text("structure"),
        kind=record.choice("kind", Region.Kind.values),
        colour=record.text("colour", max_length=7),
    )
    record.end()
    if not COLOUR.match(region["colour"]):
        raise record.error("“colour” must be #rrggbb in lower case", "colour")
    return region


for kind in (SourcesKind(), StructuresKind(), FiguresKind()):
    register(kind)
