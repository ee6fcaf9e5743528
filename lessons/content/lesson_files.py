"""part-N/part.yaml and part-N/NN-<slug>.yaml: the series as files."""

import datetime
import re
from pathlib import PurePosixPath
from typing import Any

from content_editor.contents import contents_for_item
from django.core.exceptions import ValidationError

from anatomy.models import Fact, Figure, Source, Structure
from lessons.content.anatomy_files import SourcesKind, StructuresKind
from lessons.content.atlas_entries import dump_atlas, read_atlas
from lessons.content.engine import register
from lessons.content.entries import known, plain, read_slug, row_of, slugs
from lessons.content.figures_files import FiguresKind
from lessons.content.reading import ContentError, Record, read_yaml
from lessons.content.writing import pretty_html, to_yaml
from lessons.models import (
    BLOCK_MODELS,
    AtlasBlock,
    DrillBlock,
    DrillContent,
    FactsBlock,
    FigureBlock,
    FilmBlock,
    ImageBlock,
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

    def identity(self, path: str) -> str:
        return PurePosixPath(path).parent.name

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
        number, slug = data["number"], data["slug"]
        part = Part.objects.filter(number=number).first() or Part.objects.filter(slug=slug).first() or Part()
        if other := Part.objects.filter(slug=slug).exclude(pk=part.pk).first():
            raise ContentError(path, data.line, f"the part “{slug}” has the number {other.number} here")
        for name, value in {"summary": "", **data}.items():
            setattr(part, name, value)
        part.save()

    def media(self, data: Any) -> list[str]:
        return []

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        return [
            ContentError(path, data.line, f"the part “{data['slug']}” stands in {other} too")
            for other, part in everything.items()
            if other < path and self.matches(PurePosixPath(other)) and part["slug"] == data["slug"]
        ]


class LessonKind:
    name, order = "lesson", 50

    def matches(self, path: PurePosixPath) -> bool:
        return bool(_LESSON_PATH.match(str(path)))

    def paths_in_database(self) -> list[str]:
        lessons = Lesson.objects.in_order().select_related("part")
        return [f"part-{lesson.part.number}/{lesson.position:02d}-{lesson.slug}.yaml" for lesson in lessons]

    def identity(self, path: str) -> str:
        return _LESSON_PATH.match(path).group(3)  # type: ignore[union-attr]

    def parse(self, path: str, text: str) -> Any:
        record = Record(path, read_yaml(path, text), "a lesson")
        data = known(
            record.line,
            slug=read_slug(record),
            title=record.text("title", max_length=120),
            summary=record.text("summary"),
            status=record.choice("status", Lesson.Status.values),
            publish_at=_read_moment(record, "publish_at"),
            sources=sorted(record.texts("sources")),
            blocks=[_read_block(block) for block in record.records("blocks", "a block")],
        )
        record.end()
        if (data["status"] == Lesson.Status.SCHEDULED) != ("publish_at" in data):
            raise record.error("“publish_at” goes with the status “scheduled”, and with no other", "status")
        if data["slug"] != self.identity(path):
            raise record.error(f"the file's name does not fit the slug “{data['slug']}”", "slug")
        return data

    def serialize(self, data: Any) -> str:
        return to_yaml(plain(data))

    def dump(self, path: str) -> Any | None:
        lesson = Lesson.objects.filter(slug=self.identity(path)).first()
        if lesson is None:
            return None
        blocks = contents_for_item(lesson, BLOCK_MODELS)
        return known(
            0,
            slug=lesson.slug,
            title=lesson.title,
            summary=lesson.summary,
            status=lesson.status,
            publish_at=lesson.publish_at.isoformat() if lesson.status == Lesson.Status.SCHEDULED else "",  # type: ignore[union-attr]
            sources=sorted(lesson.sources.values_list("slug", flat=True)),
            blocks=[_dump_block(block) for block in blocks],
        )

    def load(self, path: str, data: Any) -> None:
        number, position, slug = _LESSON_PATH.match(path).groups()  # type: ignore[union-attr]
        part = Part.objects.filter(number=number).first()
        if part is None:
            raise ContentError(path, 0, f"rests on part {number}, which is not in the database")
        lesson = Lesson.objects.filter(slug=slug).first() or Lesson(slug=slug, version=0)
        lesson.part, lesson.position = part, int(position)
        lesson.title, lesson.summary, lesson.status = data["title"], data["summary"], data["status"]
        lesson.publish_at = (
            datetime.datetime.fromisoformat(data["publish_at"]) if "publish_at" in data else None
        )
        lesson.version += 1
        lesson.save()
        lesson.sources.set(Source.objects.filter(slug__in=data.get("sources", [])))
        for model in BLOCK_MODELS:
            model._default_manager.filter(parent=lesson).delete()
        for ordering, block in enumerate(data["blocks"], start=1):
            _load_block(path, lesson, ordering * 10, block)
        render_lesson(lesson)

    def media(self, data: Any) -> list[str]:
        return [block[field] for block in data["blocks"] for field in _UPLOADS if field in block]

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        errors = []
        if f"{PurePosixPath(path).parent}/part.yaml" not in everything:
            errors.append(ContentError(path, 0, "its folder has no part.yaml"))
        known_sources = slugs(everything, SourcesKind.path)
        known_structures = slugs(everything, StructuresKind.path)
        known_figures = slugs(everything, FiguresKind.path)
        errors += [
            ContentError(path, data.line, f"names an unknown source “{slug}”")
            for slug in data.get("sources", [])
            if slug not in known_sources
        ]
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
                for slug in (*block.get("subjects", []), *block.get("muscles", []))
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
    "atlas": AtlasBlock,
    "drill": DrillBlock,
    "takeaways": TakeawaysBlock,
    "film": FilmBlock,
    "image": ImageBlock,
}
_KINDS = {model: kind for kind, model in _BLOCKS.items()}
_UPLOADS = ("image", "webm", "mp4", "poster", "captions")
_UPLOAD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)+\Z")
_FILM_TEXTS = ("summary", "chapters", "transcript")
_DRILL_TEXTS = ("dose", "easier", "harder", "stop_rule")


def _html(record: Record, model: type[LessonBlock], field: str) -> str:
    """Read HTML as the editor would keep it: what its field does not allow is gone."""
    typed = record.text(field)
    prose: Any = model._meta.get_field(field)
    return pretty_html(prose.clean(typed, None))


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
    if kind == "atlas":
        fields |= read_atlas(record)
    if kind == "film":
        fields |= _read_film(record)
    if kind == "image":
        fields |= {"image": _read_upload(record, "image"), "alt": record.text("alt", max_length=300)}
        fields["caption"] = record.text("caption", required=False, max_length=300)
    if kind == "drill":
        fields["side"] = record.choice("side", DrillContent.Side.values)
        fields["purpose"] = record.text("purpose", max_length=300)
        fields["set_up"] = _html(record, model, "set_up")
        fields["cues"] = _html(record, model, "cues")
        fields |= {name: record.text(name, max_length=300) for name in _DRILL_TEXTS}
    record.end()
    return known(record.line, **fields)


def _read_moment(record: Record, field: str) -> str:
    """Read an aware time, such as 2027-03-01T06:00:00+00:00."""
    typed = record.text(field, required=False)
    if not typed:
        return ""
    try:
        moment = datetime.datetime.fromisoformat(typed)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise record.error(f"“{typed}” is no time with its offset, such as 2027-03-01T06:00:00+00:00", field)
    return moment.astimezone(datetime.UTC).isoformat()


def _read_upload(record: Record, field: str, *, required: bool = True) -> str:
    name = record.text(field, required=required, max_length=100)
    if name and not _UPLOAD_NAME.match(name):
        raise record.error(f"“{name}” is no path of an upload, such as films/stride.webm", field)
    return name


def _read_film(record: Record) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": record.text("title", max_length=120),
        "provider": record.choice("provider", FilmBlock.Provider.values),
        "url": record.text("url", required=False, max_length=300),
    }
    for name in ("webm", "mp4", "poster", "captions"):
        fields[name] = _read_upload(record, name, required=False)
    fields["duration"] = record.number("duration", default=0, most=36_000)
    for name in _FILM_TEXTS:
        fields[name] = record.text(name, required=False)
    try:
        FilmBlock(**fields).clean()
    except ValidationError as error:
        raise record.error(" ".join(error.messages)) from error
    return fields


def _dump_block(block: LessonBlock) -> Any:
    fields: dict[str, Any] = {"kind": _KINDS[type(block)], "key": block.key}
    if isinstance(block, FilmBlock):
        fields |= {"title": block.title, "provider": block.provider, "url": block.url}
        fields |= {name: getattr(block, name).name for name in ("webm", "mp4", "poster", "captions")}
        fields["duration"] = block.duration
        fields |= {name: getattr(block, name) for name in _FILM_TEXTS}
    if isinstance(block, AtlasBlock):
        fields |= dump_atlas(block)
    if isinstance(block, ImageBlock):
        fields |= {"image": block.image.name, "alt": block.alt, "caption": block.caption}
    if isinstance(block, KeyConceptBlock | FactsBlock | DrillBlock):
        fields["title"] = block.title
    if isinstance(block, TextBlock | KeyConceptBlock | TakeawaysBlock):
        fields["body"] = pretty_html(block.body)
    if isinstance(block, FactsBlock):
        fields["caption"] = block.caption
        fields["subjects"] = [structure.slug for structure in block.rows()]
        fields["relations"] = block.relations
    if isinstance(block, FigureBlock):
        fields |= {"figure": block.figure.slug, "caption": block.caption}
    if isinstance(block, DrillBlock):
        fields |= {"side": block.side, "purpose": block.purpose}
        fields |= {"set_up": pretty_html(block.set_up), "cues": pretty_html(block.cues)}
        fields |= {name: getattr(block, name) for name in _DRILL_TEXTS}
    return known(0, **fields)


def _load_block(path: str, lesson: Lesson, ordering: int, data: Any) -> None:
    fields = {name: value for name, value in data.items() if name not in {"kind", "subjects", "muscles"}}
    # A pose is angles, and a stride its speed and point: both are fields of the block itself.
    fields |= {**fields.pop("pose", {}), **fields.pop("stride", {})}
    if "figure" in fields:
        figures = {row.slug: row for row in Figure.objects.filter(slug=fields["figure"])}
        fields["figure"] = row_of(figures, fields["figure"], path, data.line)
    block = _BLOCKS[data["kind"]](parent=lesson, region="main", ordering=ordering, **fields)
    if isinstance(block, FilmBlock):
        block.clean()  # reads the film's id from its address
    block.save()
    if isinstance(block, FactsBlock | AtlasBlock):
        slugs_ = data["subjects"] if isinstance(block, FactsBlock) else data["muscles"]
        rows = {row.slug: row for row in Structure.objects.filter(slug__in=slugs_)}
        block.add_rows(row_of(rows, slug, path, data.line) for slug in slugs_)


register(PartKind())
register(LessonKind())
