"""part-N/NN-<lesson>.quiz.yaml: quizzes as files."""

import re
from pathlib import PurePosixPath
from typing import Any

from anatomy.models import Fact
from lessons.content import ContentError, Record, read_yaml, to_yaml
from lessons.content.entries import known, plain, read_slug
from lessons.content.facts_files import FactsKind, fact_slug
from lessons.models import Lesson
from quizzes.kinds import KINDS, ChoiceText, QuestionText
from quizzes.models import Choice, Question, Quiz, Response

_QUIZ_PATH = re.compile(r"part-([0-9]+)/([0-9]+)-([a-z0-9-]+)\.quiz\.yaml\Z")


class QuizFiles:
    name, order = "quiz", 60

    def matches(self, path: PurePosixPath) -> bool:
        return bool(_QUIZ_PATH.match(str(path)))

    def paths_in_database(self) -> list[str]:
        return [
            f"part-{quiz.lesson.part.number}/{quiz.lesson.position:02d}-{quiz.lesson.slug}.quiz.yaml"
            for quiz in Quiz.objects.select_related("lesson__part")
        ]

    def identity(self, path: str) -> str:
        return _lesson_slug(path)

    def parse(self, path: str, text: str) -> Any:
        record = Record(path, read_yaml(path, text), "a quiz")
        data = known(
            record.line,
            lesson=read_slug(record, "lesson"),
            title=record.text("title", max_length=120),
            intro=record.text("intro", required=False),
            pass_percent=record.number("pass_percent", default=80, least=1, most=100),
            status=_unless_published(record.choice("status", Quiz.Status.values, default="published")),
            questions=[_read_question(question) for question in record.records("questions", "a question")],
        )
        record.end()
        if data["lesson"] != _lesson_slug(path):
            raise record.error(f"the file's name does not fit the lesson “{data['lesson']}”", "lesson")
        return data

    def serialize(self, data: Any) -> str:
        return to_yaml(plain(data))

    def dump(self, path: str) -> Any | None:
        quiz = Quiz.objects.filter(lesson__slug=_lesson_slug(path)).select_related("lesson").first()
        if quiz is None:
            return None
        questions = quiz.questions.prefetch_related("choices__fact", "facts").order_by("position", "pk")
        return known(
            0,
            lesson=quiz.lesson.slug,
            title=quiz.title,
            intro=_lines(quiz.intro),
            pass_percent=quiz.pass_percent,
            status=_unless_published(quiz.status),
            questions=[_dump_question(question) for question in questions],
        )

    def load(self, path: str, data: Any) -> None:
        lesson = Lesson.objects.filter(slug=data["lesson"]).first()
        if lesson is None:
            raise ContentError(path, 0, f"rests on “{data['lesson']}”, which is not in the database")
        quiz, _ = Quiz.objects.update_or_create(
            lesson=lesson,
            defaults={
                "title": data["title"],
                "intro": data.get("intro", ""),
                "pass_percent": data["pass_percent"],
                "status": data.get("status", Quiz.Status.PUBLISHED),
            },
        )
        facts = {fact.slug: fact for fact in Fact.objects.all()}
        entries = data.get("questions", [])
        for position, entry in enumerate(entries, start=1):
            unknown = [slug for slug in _facts_of(entry) if slug not in facts]
            if unknown:
                raise ContentError(path, entry.line, f"names an unknown fact “{unknown[0]}”")
            _load_question(quiz, position, entry, facts)
        _remove(quiz, keep=[entry["slug"] for entry in entries])

    def media(self, data: Any) -> list[str]:
        return []

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        errors = []
        lessons = {
            other.removesuffix(".yaml") for other in everything if not self.matches(PurePosixPath(other))
        }
        if path.removesuffix(".quiz.yaml") not in lessons:
            errors.append(ContentError(path, 0, "there is no lesson file beside it with the same name"))
        entries = data.get("questions", [])
        if not entries:
            errors.append(ContentError(path, data.line, "has no questions"))
        settled, disputed = _facts_in_files(everything)
        taken = {
            entry["slug"]: other
            for other, quiz in everything.items()
            if other < path and self.matches(PurePosixPath(other))
            for entry in quiz.get("questions", [])
        }
        for entry in entries:
            if entry["slug"] in taken:
                errors.append(
                    ContentError(
                        path,
                        entry.line,
                        f"the question “{entry['slug']}” stands in {taken[entry['slug']]} too",
                    )
                )
            taken[entry["slug"]] = "this file"
            # What is retired is asked no more, perhaps just because of its facts.
            for slug in [] if entry.get("status") == Question.Status.RETIRED else _facts_of(entry):
                if slug in disputed:
                    errors.append(
                        ContentError(path, entry.line, f"asks “{slug}” as if settled, but sources dispute it")
                    )
                elif slug not in settled:
                    errors.append(ContentError(path, entry.line, f"“{slug}” is no reviewed fact"))
            errors += _problems(path, entry)
        return errors


def question_text(entry: Any) -> QuestionText:
    """Return the question that an entry of a file writes down."""
    options = [
        ChoiceText(
            text=option["text"],
            is_correct=option.get("correct", False),
            why=option.get("why", ""),
            fact=option.get("fact", ""),
        )
        for option in entry.get("options", [])
    ]
    pairs = [
        ChoiceText(
            text=pair["answer"],
            prompt=pair["prompt"],
            is_correct=True,
            why=pair.get("why", ""),
            fact=pair.get("fact", ""),
        )
        for pair in entry.get("pairs", [])
    ]
    decoys = [ChoiceText(text=decoy["text"], why=decoy.get("why", "")) for decoy in entry.get("decoys", [])]
    return QuestionText(
        slug=entry["slug"],
        kind=entry["kind"],
        stem=entry["stem"],
        explanation=entry.get("explanation", ""),
        facts=tuple(entry.get("facts", [])),
        choices=(*options, *pairs, *decoys),
        status=entry.get("status", Question.Status.PUBLISHED),
    )


def _lesson_slug(path: str) -> str:
    found = _QUIZ_PATH.match(path)
    return found.group(3) if found else ""


def _lines(text: str) -> str:
    """Return text as a file keeps it: browsers send forms with CR LF."""
    return text.replace("\r\n", "\n").strip()


def _unless_published(status: str) -> str:
    return "" if status == "published" else status


def _read_question(record: Record) -> Any:
    kind = record.choice("kind", KINDS)
    fields: dict[str, Any] = {
        "slug": read_slug(record),
        "kind": kind,
        "stem": record.text("stem"),
        "status": _unless_published(record.choice("status", Question.Status.values, default="published")),
        "facts": sorted(record.texts("facts")),
        "explanation": record.text("explanation", required=False),
    }
    if kind == "match":
        fields["pairs"] = [_read_row(row, "prompt", "answer") for row in record.records("pairs", "a pair")]
        fields["decoys"] = [
            _read_row(row, "text") for row in record.records("decoys", "a decoy", required=False)
        ]
    else:
        fields["options"] = [_read_row(row, "text") for row in record.records("options", "an option")]
    record.end()
    return known(record.line, **fields)


def _read_row(record: Record, *texts: str) -> Any:
    fields: dict[str, Any] = {text: record.text(text) for text in texts}
    if record.what == "an option":
        fields["correct"] = record.flag("correct") or None
    fields["why"] = record.text("why", required=False)
    if record.what != "a decoy":
        fields["fact"] = record.text("fact", required=False)
    record.end()
    return known(record.line, **fields)


def _dump_question(question: Question) -> Any:
    fields: dict[str, Any] = {
        "slug": question.slug,
        "kind": question.kind,
        "stem": _lines(question.stem),
        "status": _unless_published(question.status),
        "facts": sorted(fact.slug for fact in question.facts.all()),
        "explanation": _lines(question.explanation),
    }
    choices = list(question.choices.all())
    if question.kind == Question.Kind.MATCH:
        fields["pairs"] = [
            known(
                0, prompt=choice.prompt, answer=choice.text, why=_lines(choice.why), fact=_fact_slug(choice)
            )
            for choice in choices
            if choice.prompt
        ]
        fields["decoys"] = [
            known(0, text=choice.text, why=_lines(choice.why)) for choice in choices if not choice.prompt
        ]
    else:
        fields["options"] = [
            known(
                0,
                text=choice.text,
                correct=choice.is_correct or None,
                why=_lines(choice.why),
                fact=_fact_slug(choice),
            )
            for choice in choices
        ]
    return known(0, **fields)


def _fact_slug(choice: Choice) -> str:
    return choice.fact.slug if choice.fact else ""


def _facts_of(entry: Any) -> list[str]:
    rows = [*entry.get("options", []), *entry.get("pairs", [])]
    return [*entry.get("facts", []), *(row["fact"] for row in rows if "fact" in row)]


def _load_question(quiz: Quiz, position: int, entry: Any, facts: dict[str, Fact]) -> None:
    written = question_text(entry)
    question, _ = Question.objects.update_or_create(
        slug=written.slug,
        defaults={
            "quiz": quiz,
            "position": position,
            "kind": written.kind,
            "stem": written.stem,
            "explanation": written.explanation,
            "status": written.status,
        },
    )
    question.facts.set([facts[slug] for slug in written.facts])
    question.choices.all().delete()
    Choice.objects.bulk_create(
        Choice(
            question=question,
            position=place,
            prompt=choice.prompt,
            text=choice.text,
            is_correct=choice.is_correct,
            why=choice.why,
            fact=facts[choice.fact] if choice.fact else None,
        )
        for place, choice in enumerate(written.choices, start=1)
    )


def _remove(quiz: Quiz, *, keep: list[str]) -> None:
    """Retire the quiz's other questions that somebody has answered, and delete those that nobody has."""
    gone = quiz.questions.exclude(slug__in=keep)
    answered = set(
        Response.objects.filter(item__served__question__in=gone).values_list(
            "item__served__question_id", flat=True
        )
    )
    gone.filter(pk__in=answered).update(status=Question.Status.RETIRED)
    gone.exclude(pk__in=answered).delete()


def _facts_in_files(everything: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Return the slugs of the facts that may be asked, and of those that sources dispute."""
    facts = everything.get(FactsKind.path, {}).get("facts", [])
    reviewed = [fact for fact in facts if fact["status"] == Fact.Status.REVIEWED]
    disputed = {fact_slug(fact) for fact in reviewed if fact.get("role") == Fact.Role.DISPUTED}
    return {fact_slug(fact) for fact in reviewed} - disputed, disputed


def _problems(path: str, entry: Any) -> list[ContentError]:
    written = question_text(entry)
    if written.status != Question.Status.PUBLISHED:
        return []
    rows = [*entry.get("options", []), *entry.get("pairs", []), *entry.get("decoys", [])]
    return [
        ContentError(path, entry.line if problem.row is None else rows[problem.row].line, problem.message)
        for problem in KINDS[written.kind].problems(written)
    ]
