"""load_course, dump_course and check_course over whatever kinds of content the apps have registered.

A file meets the database in four texts: what the file says, what the database says now, and what
either said when the file was last loaded. From them follows whether an author has edited here.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile as Upload
from django.core.files.storage import default_storage
from django.db import transaction

from lessons.content.reading import ContentError
from lessons.models import ContentFile


class ContentKind(Protocol):
    """A kind of content file. Paths are relative to the content folder, with slashes."""

    name: str
    order: int

    def matches(self, path: PurePosixPath) -> bool: ...

    def paths_in_database(self) -> list[str]: ...

    def identity(self, path: str) -> str:
        """Name the thing, whatever its place in the order: part-1/03-bone.yaml and part-2/01-bone.yaml are one."""

    def parse(self, path: str, text: str) -> Any:
        """Return the file's data in canonical form; raises ContentError."""

    def serialize(self, data: Any) -> str:
        """Return the one text for `data`."""

    def dump(self, path: str) -> Any | None:
        """Return what the database says of this path's slug, in the form `parse` gives, or None."""

    def load(self, path: str, data: Any) -> None:
        """Make the database say what `data` says.

        Raises ContentError when something it rests on is not here: an author may have deleted it.
        """

    def media(self, data: Any) -> list[str]:
        """Return the names of the uploads that `data` speaks of: content/media/<name> in files."""

    def check(self, path: str, data: Any, everything: dict[str, Any]) -> list[ContentError]:
        """Return what is wrong with `data`, seen beside `everything` (data by path)."""


MEDIA = "media"

_kinds: list[ContentKind] = []


def register(kind: ContentKind) -> None:
    """Add a kind of content; called once, when its app is ready."""
    if all(known.name != kind.name for known in _kinds):
        _kinds.append(kind)
        _kinds.sort(key=lambda known: known.order)


@dataclass
class Report:
    """What became of each file, by path: created, updated, unchanged, kept, conflict or missing.

    `errors`: why nothing was loaded. `hindrances`: why a file without a mistake is in conflict all the same.
    """

    outcomes: dict[str, str] = field(default_factory=dict)
    errors: list[ContentError] = field(default_factory=list)
    hindrances: list[ContentError] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        return Counter(self.outcomes.values())


@dataclass(frozen=True)
class _File:
    kind: ContentKind
    path: str
    data: Any
    text: str

    @property
    def identity(self) -> str:
        return _identity(self.kind, self.path)

    @property
    def digest(self) -> str:
        return _digest(self.path, self.text)


def _identity(kind: ContentKind, path: str) -> str:
    return f"{kind.name}:{kind.identity(path)}"


def _digest(path: str, text: str) -> str:
    return hashlib.sha256(f"{path}\n{text}".encode()).hexdigest()


def _read_files(folder: Path) -> tuple[list[_File], list[ContentError]]:
    files: list[_File] = []
    errors: list[ContentError] = []
    if not folder.is_dir():
        return [], [ContentError(str(folder), 0, "there is no such folder")]
    paths = sorted(path for path in folder.rglob("*.yaml") if path.is_file())
    for path in paths:
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        kind = next((kind for kind in _kinds if kind.matches(relative)), None)
        if kind is None:
            errors.append(ContentError(str(relative), 0, "is no kind of content file that is known"))
            continue
        try:
            data = kind.parse(str(relative), path.read_text(encoding="utf-8"))
        except ContentError as error:
            errors.append(error)
        except UnicodeDecodeError:
            errors.append(ContentError(str(relative), 0, "is not UTF-8 text"))
        else:
            files.append(_File(kind, str(relative), data, kind.serialize(data)))
    seen: dict[str, str] = {}
    for file in files:
        if file.identity in seen:
            errors.append(ContentError(file.path, 0, f"says the same thing as {seen[file.identity]}"))
        seen[file.identity] = file.path
    return sorted(files, key=lambda file: (file.kind.order, file.path)), errors


def check_course(folder: Path) -> list[ContentError]:
    """Return all that is wrong in the content files, with file and line. The database is not asked."""
    return _checked_files(folder)[1]


def _checked_files(folder: Path) -> tuple[list[_File], list[ContentError]]:
    files, errors = _read_files(folder)
    everything = {file.path: file.data for file in files}
    for file in files:
        errors += file.kind.check(file.path, file.data, everything)
        errors += [
            ContentError(file.path, 0, f"there is no file {MEDIA}/{name}")
            for name in file.kind.media(file.data)
            if not _media_file(folder, name).is_file()
        ]
    return files, sorted(errors)


def load_course(folder: Path, *, overwrite: bool = False) -> Report:
    """Bring the content files into the database.

    Nothing is loaded unless every file passes `check_course`. What an author has edited, retired or
    deleted here stays so: `kept` when the file is as it was, `conflict` when both have changed;
    `overwrite` lets the file win.
    """
    files, errors = _checked_files(folder)
    report = Report(errors=errors)
    if errors:
        return report
    known = {row.identity: row for row in ContentFile.objects.all()}
    here = _texts_in_database()
    with transaction.atomic():
        for file in files:
            outcome = _outcome(file, known.get(file.identity), _digest_of(here, file.identity), overwrite)
            if outcome in {"created", "updated"}:
                try:
                    _load(folder, file)
                except ContentError as error:
                    outcome = "conflict"
                    report.hindrances.append(error)
            elif outcome == "unchanged":
                # A film may have been made anew under its name.
                _take_media(folder, file.kind.media(file.data))
            report.outcomes[file.path] = outcome
        if report.counts().keys() & {"created", "updated"}:
            here = _texts_in_database()
        for file in files:
            if report.outcomes[file.path] not in {"kept", "conflict"}:
                digests = {"digest": file.digest, "here_digest": _digest_of(here, file.identity)}
                ContentFile.objects.update_or_create(identity=file.identity, defaults=digests)
    identities = {file.identity for file in files}
    for identity, (path, _text) in here.items():
        if identity in known and identity not in identities:
            report.outcomes[path] = "missing"
    return report


def _texts_in_database() -> dict[str, tuple[str, str]]:
    texts = {}
    for kind in _kinds:
        for path in kind.paths_in_database():
            data = kind.dump(path)
            if data is not None:
                texts[_identity(kind, path)] = (path, kind.serialize(data))
    return texts


def _digest_of(texts: dict[str, tuple[str, str]], identity: str) -> str:
    """Return the digest of what the database says of a thing; empty if it says nothing."""
    return _digest(*texts[identity]) if identity in texts else ""


def _outcome(file: _File, loaded: ContentFile | None, here: str, overwrite: bool) -> str:
    if here == file.digest:
        return "unchanged"
    if overwrite or (loaded is None and not here):
        return "updated" if here else "created"
    if loaded is None:
        return "conflict"
    same_file = loaded.digest == file.digest
    if here == loaded.here_digest:
        return "unchanged" if same_file else "updated"
    return "kept" if same_file else "conflict"


@transaction.atomic
def _load(folder: Path, file: _File) -> None:
    _take_media(folder, file.kind.media(file.data))
    file.kind.load(file.path, file.data)


def _media_file(folder: Path, name: str) -> Path:
    path = (folder / MEDIA / name).resolve()
    if not path.is_relative_to((folder / MEDIA).resolve()):
        raise SuspiciousFileOperation(name)
    return path


def _take_media(folder: Path, names: list[str]) -> None:
    """Bring uploads from the files into the storage."""
    for name in names:
        content = _media_file(folder, name).read_bytes()
        if default_storage.exists(name):
            with default_storage.open(name) as kept:
                if kept.read() == content:
                    continue
            default_storage.delete(name)
        default_storage.save(name, Upload(content))


def _give_media(folder: Path, names: list[str]) -> None:
    """Write uploads from the storage beside the files."""
    for name in names:
        target = _media_file(folder, name)
        with default_storage.open(name) as kept:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(kept.read())


def dump_course(folder: Path) -> dict[str, str]:
    """Write what the database says into `folder`; return what became of each file, by path.

    A file whose lesson has moved in the order is written under its new name and the old one removed.
    """
    outcomes: dict[str, str] = {}
    identities: dict[str, str] = {}
    for kind in _kinds:
        for path in kind.paths_in_database():
            data = kind.dump(path)
            if data is None:
                continue
            identities[_identity(kind, path)] = path
            target = folder / path
            text = kind.serialize(data)
            if target.exists() and target.read_text(encoding="utf-8") == text:
                outcomes[path] = "unchanged"
                continue
            outcomes[path] = "updated" if target.exists() else "created"
            _give_media(folder, kind.media(data))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    for file in sorted(folder.rglob("*.yaml")):
        relative = PurePosixPath(file.relative_to(folder).as_posix())
        known = next((kind for kind in _kinds if kind.matches(relative)), None)
        if known and identities.get(_identity(known, str(relative)), str(relative)) != str(relative):
            file.unlink()
            outcomes[str(relative)] = "renamed"
    return outcomes
