"""anatomy/facts.yaml: what the knowledge base says, and which of its lists are complete."""

from typing import Any

from anatomy.agreement import INSERTION, ORIGIN, Claim, disagreements_of_facts
from anatomy.changes import knowledge_changed
from anatomy.ground import ground
from anatomy.models import Coverage, Fact, Source, Structure
from lessons.content.anatomy_files import AnatomyKind, SourcesKind, StructuresKind
from lessons.content.engine import register
from lessons.content.entries import known, plain, row_of, slugs
from lessons.content.reading import ContentError, Record, read_yaml
from lessons.content.writing import to_yaml


class FactsKind(AnatomyKind):
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
                    context=_context(record),
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
                subject=row_of(structures, entry["subject"], path, entry.line),
                relation=entry["relation"],
                object=row_of(structures, entry["object"], path, entry.line),
                context=entry.get("context", Fact.NEUTRAL),
            )
            fact.role, fact.note = entry.get("role", ""), entry.get("note", "")
            fact.status, fact.position = entry["status"], position
            fact.save()
            wanted = {row_of(sources, source, path, entry.line).pk for source in entry.get("sources", [])}
            if {source.pk for source in fact.sources.all()} != wanted:
                fact.sources.set(wanted)
        gone = Fact.objects.exclude(slug__in=slugs)
        # Retired, not deleted: questions and the memory of learners may rest on them.
        gone.exclude(status=Fact.Status.RETIRED).update(status=Fact.Status.RETIRED)
        Coverage.objects.all().delete()
        Coverage.objects.bulk_create(
            Coverage(
                subject=row_of(structures, entry["subject"], path, entry.line), relation=entry["relation"]
            )
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
        lists: set[tuple[str, str]] = set()
        for entry in data["coverage"]:
            subject, relation = entry["subject"], entry["relation"]
            if subject not in structures:
                errors.append(
                    ContentError(path, entry.line, f"subject names an unknown structure “{subject}”")
                )
            if (subject, relation) in lists:
                errors.append(ContentError(path, entry.line, f"“{subject}”, {relation}: stands twice"))
            lists.add((subject, relation))
        return errors + _check_agreement(path, everything)


def _check_agreement(path: str, everything: dict[str, Any]) -> list[ContentError]:
    """Return where reviewed facts contradict what the model paints and draws, at the fact that is to blame.

    What lies away from all the places of an end is told at the first fact of that end.
    """
    claims = claims_in(everything)
    lines: dict[tuple[str, str, str], int] = {}
    for claim, line in claims.items():
        lines.setdefault((claim.muscle, claim.kind, claim.place), line)
        lines.setdefault((claim.muscle, claim.kind, ""), line)
    part_of = {entry["slug"]: entry.get("part_of", "") for entry in everything.get(StructuresKind.path, [])}
    return [
        ContentError(path, lines[one.muscle, one.kind, one.place], one.words())
        for one in disagreements_of_facts(claims, ground().with_parts(part_of))
    ]


def claims_in(everything: dict[str, Any]) -> dict[Claim, int]:
    """Return where muscles start and end by the reviewed facts of the files, and the line of each."""
    return {
        Claim(
            entry["subject"], entry["relation"], entry["object"], entry.get("role") == Fact.Role.DISPUTED
        ): (entry.line)
        for entry in everything.get(FactsKind.path, {"facts": []})["facts"]
        if entry["relation"] in {ORIGIN, INSERTION}
        and entry["status"] == Fact.Status.REVIEWED
        and entry.get("role") != Fact.Role.NONE
    }


def _context(record: Record) -> str:
    context = record.choice("context", Fact.Context.values, default=Fact.NEUTRAL)
    return "" if context == Fact.NEUTRAL else context


def fact_slug(entry: dict[str, Any]) -> str:
    return Fact.slug_for(
        entry["subject"], entry["relation"], entry["object"], entry.get("context", Fact.NEUTRAL)
    )


register(FactsKind())
