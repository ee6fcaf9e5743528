"""anatomy/sources.yaml, structures.yaml, facts.yaml and figures.yaml: the knowledge base as files."""

import re
from pathlib import PurePosixPath
from typing import Any

from django.contrib.staticfiles import finders

from anatomy.changes import knowledge_changed
from anatomy.models import Coverage, Fact, Figure, Region, Source, Structure, Synonym
from lessons.content.engine import register
from lessons.content.reading import ContentError, Record, read_yaml
from lessons.content.writing import to_yaml

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


class _Known(dict[str, Any]):
    """Data read from a file, remembering its line for complaints; written out it is a plain mapping."""

    line: int = 0


def known(line: int, **fields: Any) -> _Known:
    """Return `fields` without the empty ones, in the order given."""
    result = _Known({name: value for name, value in fields.items() if value not in ("", [], None)})
    result.line = line
    return result


def plain(data: Any) -> Any:
    """Return `data` as bare dicts and lists, as YAML writes them."""
    if isinstance(data, dict):
        return {name: plain(value) for name, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return data


def read_slug(record: Record, field: str = "slug") -> str:
    slug = record.text(field, max_length=80)
    if not SLUG.match(slug):
        raise record.error(f"“{slug}” is no slug: lower-case words joined by hyphens", field)
    return slug


def repeated(path: str, entries: list[Any], name: str) -> list[ContentError]:
    seen: set[str] = set()
    errors = []
    for entry in entries:
        if entry[name] in seen:
            errors.append(ContentError(path, entry.line, f"“{entry[name]}” stands twice"))
        seen.add(entry[name])
    return errors


def slugs(everything: dict[str, Any], path: str) -> set[str]:
    return {entry["slug"] for entry in everything.get(path, [])}


class _AnatomyKind:
    path: str

    def matches(self, path: PurePosixPath) -> bool:
        return str(path) == self.path

    def paths_in_database(self) -> list[str]:
        return [self.path]

    def serialize(self, data: Any) -> str:
        return to_yaml(plain(data))

    def media(self, data: Any) -> list[str]:
        return []

    def _entries(self, path: str, text: str) -> list[Any]:
        entries = read_yaml(path, text)
        if not isinstance(entries, list):
            raise ContentError(path, 1, "must be a list")
        return entries


class SourcesKind(_AnatomyKind):
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


class StructuresKind(_AnatomyKind):
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
        Structure.objects.exclude(slug__in=rows).filter(facts=None, facts_about=None, parts=None).delete()
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


class FactsKind(_AnatomyKind):
    name, order, path = "facts", 30, "anatomy/facts.yaml"

    def parse(self, path: str, text: str) -> Any:
        top = Record(path, read_yaml(path, text), "the file")
        facts, coverage = [], []
        for record in top.records("facts", "a fact"):
            facts.append(
                known(
                    record.line,
                    subject=record.text("subject"),
                    relation=record.choice("relation", Fact.Relation.values),
                    object=record.text("object"),
                    role=record.choice("role", ["", *Fact.Role.values], default=""),
                    context=record.text("context", required=False).replace(Fact.NEUTRAL, ""),
                    status=record.choice("status", Fact.Status.values),
                    sources=record.texts("sources"),
                    note=record.text("note", required=False),
                )
            )
            record.end()
        for record in top.records("coverage", "a complete list", required=False):
            entry = known(
                record.line,
                subject=record.text("subject"),
                relation=record.choice("relation", Fact.Relation.values),
            )
            if not record.flag("complete"):
                raise record.error("coverage lists only what is complete: true", "complete")
            entry["complete"] = True
            coverage.append(entry)
            record.end()
        top.end()
        return {
            "facts": facts,
            "coverage": sorted(coverage, key=lambda entry: (entry["subject"], entry["relation"])),
        }

    def dump(self, path: str) -> Any | None:
        rows = Fact.objects.select_related("subject", "object").prefetch_related("sources")
        facts = [
            known(
                0,
                subject=row.subject.slug,
                relation=row.relation,
                object=row.object.slug,
                role=row.role,
                context="" if row.context == Fact.NEUTRAL else row.context,
                status=row.status,
                sources=sorted(source.slug for source in row.sources.all()),
                note=row.note,
            )
            for row in rows
        ]
        if not facts:
            return None
        complete = Coverage.objects.order_by("subject__slug", "relation").values_list(
            "subject__slug", "relation"
        )
        coverage = [
            known(0, subject=subject, relation=relation, complete=True) for subject, relation in complete
        ]
        return {"facts": facts, "coverage": coverage}

    def serialize(self, data: Any) -> str:
        ordered = {
            "facts": [
                {**fact, **({"sources": sorted(fact["sources"])} if "sources" in fact else {})}
                for fact in data["facts"]
            ],
            "coverage": data["coverage"],
        }
        return to_yaml(plain(ordered))

    def load(self, path: str, data: Any) -> None:
        structures = {row.slug: row for row in Structure.objects.all()}
        sources = {row.slug: row for row in Source.objects.all()}
        existing = {row.slug: row for row in Fact.objects.prefetch_related("sources")}
        slugs = []
        for position, entry in enumerate(data["facts"], start=1):
            slug = fact_slug(entry)
            slugs.append(slug)
            fact = existing.get(slug) or Fact(
                slug=slug,
                subject=structures[entry["subject"]],
                relation=entry["relation"],
                object=structures[entry["object"]],
                context=entry.get("context", Fact.NEUTRAL),
            )
            fact.role, fact.note = entry.get("role", ""), entry.get("note", "")
            fact.status, fact.position = entry["status"], position
            fact.save()
            wanted = {sources[source].pk for source in entry.get("sources", [])}
            if {source.pk for source in fact.sources.all()} != wanted:
                fact.sources.set(wanted)
        gone = Fact.objects.exclude(slug__in=slugs)
        # Retired, not deleted: questions and the memory of learners may rest on them.
        gone.exclude(status=Fact.Status.RETIRED).update(status=Fact.Status.RETIRED)
        Coverage.objects.all().delete()
        Coverage.objects.bulk_create(
            Coverage(subject=structures[entry["subject"]], relation=entry["relation"])
            for entry in data["coverage"]
        )
        knowledge_changed()

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        errors = []
        structures = slugs(everything, StructuresKind.path)
        sources = slugs(everything, SourcesKind.path)
        seen: set[str] = set()
        for entry in data["facts"]:
            slug = fact_slug(entry)
            problems = [
                f"{field} names an unknown structure “{entry[field]}”"
                for field in ("subject", "object")
                if entry[field] not in structures
            ]
            problems += [
                f"names an unknown source “{name}”"
                for name in entry.get("sources", [])
                if name not in sources
            ]
            if slug in seen:
                problems.append(f"the fact “{slug}” stands twice")
            if entry["status"] == Fact.Status.REVIEWED and not entry.get("sources"):
                problems.append(f"the fact “{slug}” is reviewed but has no source")
            if entry.get("role") == Fact.Role.DISPUTED and not entry.get("note"):
                problems.append(f"the fact “{slug}” is disputed, so its note must say who says what")
            seen.add(slug)
            errors += [ContentError(path, entry.line, problem) for problem in problems]
        errors += [
            ContentError(path, entry.line, f"subject names an unknown structure “{entry['subject']}”")
            for entry in data["coverage"]
            if entry["subject"] not in structures
        ]
        return errors


class FiguresKind(_AnatomyKind):
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
                    structure=structures[region["structure"]],
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


def fact_slug(entry: dict[str, Any]) -> str:
    return Fact.slug_for(
        entry["subject"], entry["relation"], entry["object"], entry.get("context", Fact.NEUTRAL)
    )


for kind in (SourcesKind(), StructuresKind(), FactsKind(), FiguresKind()):
    register(kind)
