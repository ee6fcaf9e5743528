"""anatomy/sources.yaml and structures.yaml: what facts speak of, and where they come from."""

from pathlib import PurePosixPath
from typing import Any

from anatomy.changes import knowledge_changed
from anatomy.models import Source, Structure, Synonym
from lessons.content.engine import register
from lessons.content.entries import known, plain, read_slug, repeated
from lessons.content.reading import ContentError, Record, read_yaml
from lessons.content.writing import to_yaml


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
        gone.filter(facts=None, facts_about=None, parts=None, regions=None, patches_here=None).delete()
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


for kind in (SourcesKind(), StructuresKind()):
    register(kind)
