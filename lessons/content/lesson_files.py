"""part-N/part.yaml and part-N/NN-<slug>.yaml: the series as files."""

import re
from pathlib import PurePosixPath
from typing import Any

from content_editor.contents import contents_for_item
from django.db.models import Q

from anatomy.models import Fact, Figure, Source, Structure
from lessons.content.anatomy_files import FiguresKind, SourcesKind, StructuresKind, known, plain, read_slug, slugs
from lessons.content.engine import register
from lessons.content.reading import ContentError, Record, read_yaml
from lessons.content.writing import pretty_html, to_yaml
from lessons.models import (
    BLOCK_MODELS,
    DrillBlock,
    DrillContent,
    FactsBlock,
    FigureBlock,
    KeyConceptBlock,
    Lesson,
    LessonBlock,
    Part,
    TakeawaysBlock,
    TextBlock,
)
from lessons.rendering import render_lesson

_PART_PATH = re.compile(r"part-([0-9]+)/part\.yaml\Z")
_LESSON_PATH = re.compile(r"part-([0-9]+)/([0-9]+)-([a-z0-9-]+)\.yaml\Z")


class PartKind:
    name, order = "part", 40

    def matches(self, path: PurePosixPath) -> bool:
        return bool(_PART_PATH.match(str(path)))

    def paths_in_database(self) -> list[str]:
        return [f"part-{number}/part.yaml" for number in Part.objects.values_list("number", flat=True)]

    def parse(self, path: str, text: str) -> Any:
        record = Record(path, read_yaml(path, text), "a part")
        data = known(
            record.line,
            slug=read_slug(record),
            number=record.number("number", least=1, most=99),
            title=record.text("title", max_length=120),
            summary=record.text("summary", required=False),
            status=record.choice("status", Part.Status.values),
            sequence=record.choice("sequence", Part.Sequence.values, default=Part.Sequence.SOFT),
        )
        record.end()
        if path != f"part-{data['number']}/part.yaml":
            raise record.error(f"the folder's name does not fit number {data['number']}", "number")
        return data

    def serialize(self, data: Any) -> str:
        return to_yaml(plain(data))

    def dump(self, path: str) -> Any | None:
        part = Part.objects.filter(number=_PART_PATH.match(path).group(1)).first()  # type: ignore[union-attr]
        if part is None:
            return None
        names = ("slug", "number", "title", "summary", "status", "sequence")
        return known(0, **{name: getattr(part, name) for name in names})

    def load(self, path: str, data: Any) -> None:
        Part.objects.update_or_create(number=data["number"], defaults={"summary": "", **data})

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        return []


class LessonKind:
    name, order = "lesson", 50

    def matches(self, path: PurePosixPath) -> bool:
        return bool(_LESSON_PATH.match(str(path)))

    def paths_in_database(self) -> list[str]:
        lessons = Lesson.objects.in_order().select_related("part")
        return [f"part-{lesson.part.number}/{lesson.position:02d}-{lesson.slug}.yaml" for lesson in lessons]

    def parse(self, path: str, text: str) -> Any:
        record = Record(path, read_yaml(path, text), "a lesson")
        data = known(
            record.line,
            slug=read_slug(record),
            title=record.text("title", max_length=120),
            summary=record.text("summary"),
            status=record.choice("status", [Lesson.Status.DRAFT, Lesson.Status.PUBLISHED, Lesson.Status.RETIRED]),
            sources=sorted(record.texts("sources")),
            blocks=[_read_block(block) for block in record.records("blocks", "a block")],
        )
        record.end()
        if data["slug"] != _LESSON_PATH.match(path).group(3):  # type: ignore[union-attr]
            raise record.error(f"the file's name does not fit the slug “{data['slug']}”", "slug")
        return data

    def serialize(self, data: Any) -> str:
        return to_yaml(plain(data))

    def dump(self, path: str) -> Any | None:
        slug = _LESSON_PATH.match(path).group(3)  # type: ignore[union-attr]
        lesson = Lesson.objects.filter(slug=slug).first()
        if lesson is None:
            return None
        blocks = contents_for_item(lesson, BLOCK_MODELS)
        return known(
            0,
            slug=lesson.slug,
            title=lesson.title,
            summary=lesson.summary,
            status=lesson.status,
            publish_at=lesson.publish_at.isoformat() if lesson.publish_at else "",
            sources=sorted(lesson.sources.values_list("slug", flat=True)),
            blocks=[_dump_block(block) for block in blocks],
        )

    def load(self, path: str, data: Any) -> None:
        number, position, slug = _LESSON_PATH.match(path).groups()  # type: ignore[union-attr]
        part = Part.objects.get(number=number)
        lesson = Lesson.objects.filter(slug=slug).first() or Lesson(slug=slug, version=0)
        lesson.part, lesson.position = part, int(position)
        lesson.title, lesson.summary, lesson.status = data["title"], data["summary"], data["status"]
        lesson.version += 1
        lesson.save()
        lesson.sources.set(Source.objects.filter(slug__in=data.get("sources", [])))
        for model in BLOCK_MODELS:
            model.objects.filter(parent=lesson).delete()
        for ordering, block in enumerate(data["blocks"], start=1):
            _load_block(lesson, ordering * 10, block)
        render_lesson(lesson)

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        errors = []
        if f"{PurePosixPath(path).parent}/part.yaml" not in everything:
            errors.append(ContentError(path, 0, "its folder has no part.yaml"))
        known_sources = slugs(everything, SourcesKind.path)
        known_structures = slugs(everything, StructuresKind.path)
        known_figures = slugs(everything, FiguresKind.path)
        for slug in data.get("sources", []):
            if slug not in known_sources:
                errors.append(ContentError(path, data.line, f"names an unknown source “{slug}”"))
        if data["status"] == Lesson.Status.PUBLISHED:
            kinds = {block["kind"] for block in data["blocks"]}
            if "takeaways" not in kinds:
                errors.append(ContentError(path, data.line, "a published lesson needs takeaways"))
            if not data.get("sources"):
                errors.append(ContentError(path, data.line, "a published lesson needs sources"))
        seen: set[str] = set()
        for block in data["blocks"]:
            if block["key"] in seen:
                errors.append(ContentError(path, block.line, f"the key “{block['key']}” stands twice"))
            seen.add(block["key"])
            errors += [
                ContentError(path, block.line, f"names an unknown structure “{slug}”")
                for slug in block.get("subjects", [])
                if slug not in known_structures
            ]
            if block["kind"] == "figure" and block["figure"] not in known_figures:
                errors.append(ContentError(path, block.line, f"names an unknown figure “{block['figure']}”"))
        return errors


_BLOCKS: dict[str, type[LessonBlock]] = {
    "text": TextBlock,
    "concept": KeyConceptBlock,
    "facts": FactsBlock,
    "figure": FigureBlock,
    "drill": DrillBlock,
    "takeaways": TakeawaysBlock,
}
_KINDS = {model: kind for kind, model in _BLOCKS.items()}
_DRILL_TEXTS = ("dose", "easier", "harder", "stop_rule")


def _html(record: Record, model: type[LessonBlock], field: str) -> str:
    """Read HTML as the editor would keep it: what its field does not allow is gone."""
    typed = record.text(field)
    return pretty_html(model._meta.get_field(field).clean(typed, None))


def _read_block(record: Record) -> Any:
    kind = record.choice("kind", _BLOCKS)
    model = _BLOCKS[kind]
    fields: dict[str, Any] = {"kind": kind, "key": read_slug(record, "key")}
    if kind in {"concept", "facts", "drill"}:
        fields["title"] = record.text("title", max_length=120)
    if kind in {"text", "concept", "takeaways"}:
        fields["body"] = _html(record, model, "body")
    if kind == "facts":
        fields["caption"] = record.text("caption", required=False, max_length=300)
        fields["subjects"] = record.texts("subjects", required=True)
        fields["relations"] = record.texts("relations", required=True)
        for relation in fields["relations"]:
            if relation not in Fact.Relation.values:
                raise record.error(f"there is no relation “{relation}”", "relations")
    if kind == "figure":
        fields["figure"] = read_slug(record, "figure")
        fields["caption"] = record.text("caption", max_length=300)
    if kind == "drill":
        fields["side"] = record.choice("side", DrillContent.Side.values)
        fields["purpose"] = record.text("purpose", max_length=300)
        fields["set_up"] = _html(record, model, "set_up")
        fields["cues"] = _html(record, model, "cues")
        fields |= {name: record.text(name, max_length=300) for name in _DRILL_TEXTS}
    record.end()
    return known(record.line, **fields)


def _dump_block(block: LessonBlock) -> Any:
    kind = _KINDS.get(type(block))
    if kind is None:
        # Films and pictures live with their uploads; the file names the block so that its place is kept.
        return known(0, kind=block._meta.model_name, key=block.key)
    fields: dict[str, Any] = {"kind": kind, "key": block.key}
    if isinstance(block, KeyConceptBlock | FactsBlock | DrillBlock):
        fields["title"] = block.title
    if isinstance(block, TextBlock | KeyConceptBlock | TakeawaysBlock):
        fields["body"] = pretty_html(block.body)
    if isinstance(block, FactsBlock):
        fields["caption"] = block.caption
        fields["subjects"] = list(block.subjects.through.objects.filter(factsblock=block).order_by("pk").values_list("structure__slug", flat=True))
        fields["relations"] = block.relations
    if isinstance(block, FigureBlock):
        fields |= {"figure": block.figure.slug, "caption": block.caption}
    if isinstance(block, DrillBlock):
        fields |= {"side": block.side, "purpose": block.purpose}
        fields |= {"set_up": pretty_html(block.set_up), "cues": pretty_html(block.cues)}
        fields |= {name: getattr(block, name) for name in _DRILL_TEXTS}
    return known(0, **fields)


def _load_block(lesson: Lesson, ordering: int, data: Any) -> None:
    fields = {name: value for name, value in data.items() if name not in {"kind", "subjects"}}
    if "figure" in fields:
        fields["figure"] = Figure.objects.get(slug=fields["figure"])
    block = _BLOCKS[data["kind"]](parent=lesson, region="main", ordering=ordering, **fields)
    block.save()
    if isinstance(block, FactsBlock):
        rows = {row.slug: row for row in Structure.objects.filter(Q(slug__in=data["subjects"]))}
        for slug in data["subjects"]:
            block.subjects.add(rows[slug])


register(PartKind())
register(LessonKind())
