"""Reads of the knowledge base, shaped for pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from anatomy.models import Fact, Figure, Source, Structure


@dataclass(frozen=True)
class FactCell:
    """What one subject has under one column."""

    column: str
    facts: list[Fact]


@dataclass(frozen=True)
class FactRow:
    """A subject and, for each column, its facts."""

    subject: Structure
    cells: list[FactCell]


@dataclass(frozen=True)
class FactTable:
    """What the knowledge base says of `subjects`, one column a relation."""

    columns: list[str]
    rows: list[FactRow]
    sources: list[Source]


def fact_table(*, subjects: Sequence[Structure], relations: Sequence[str]) -> FactTable:
    """Return the reviewed facts of `subjects` under `relations`, in two queries; disputed ones are marked, not hidden."""
    facts = (
        Fact.objects.shown()
        .filter(subject__in=subjects, relation__in=relations)
        .exclude(role=Fact.Role.NONE)
        .select_related("object")
        .prefetch_related("sources")
    )
    by_cell: dict[tuple[int, str], list[Fact]] = {}
    sources: dict[int, Source] = {}
    for fact in facts:
        by_cell.setdefault((fact.subject_id, fact.relation), []).append(fact)
        sources.update({source.pk: source for source in fact.sources.all()})
    labels = {relation: str(Fact.Relation(relation).label) for relation in relations}
    return FactTable(
        columns=list(labels.values()),
        rows=[
            FactRow(
                subject,
                [
                    FactCell(label, by_cell.get((subject.pk, relation), []))
                    for relation, label in labels.items()
                ],
            )
            for subject in subjects
        ],
        sources=sorted(sources.values(), key=lambda source: source.citation),
    )


@dataclass(frozen=True)
class LegendEntry:
    """A colour of a figure, the structure it stands for, and which of its ends the figure shows."""

    structure: Structure
    colour: str
    kinds: list[str]


def legend(figure: Figure) -> list[LegendEntry]:
    """Return the colours of `figure` in its order, one entry a structure."""
    entries: dict[int, LegendEntry] = {}
    for region in figure.regions.select_related("structure"):
        entry = entries.setdefault(region.structure_id, LegendEntry(region.structure, region.colour, []))
        entry.kinds.append(region.get_kind_display())
    return list(entries.values())
