"""Pure rules for films: where an embedded one lives, its passages, and how much of it has been seen."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

COVERAGE_TO_COMPLETE = 0.9
# Two intervals closer than this are one: players report time in steps of about a quarter second.
JOIN_GAP_SECONDS = 0.5
MAX_INTERVALS = 400

_YOUTUBE_HOSTS = {
    "youtube.com",
    "www.youtube.com",
    "m.youtube.com",
    "music.youtube.com",
    "www.youtube-nocookie.com",
}
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}\Z")
_VIMEO_ID = re.compile(r"[0-9]{5,12}\Z")
_VIMEO_HASH = re.compile(r"[0-9a-f]{6,16}\Z")
_TIMED_LINE = re.compile(r"([0-9]{1,3}):([0-5][0-9]) +(\S.*)\Z")


@dataclass(frozen=True)
class EmbeddedFilm:
    """A film elsewhere. `hash` is Vimeo's key for unlisted films."""

    provider: str
    id: str
    hash: str = ""

    @property
    def embed_url(self) -> str:
        if self.provider == "youtube":
            return f"https://www.youtube-nocookie.com/embed/{self.id}?autoplay=1&rel=0"
        private = f"&h={self.hash}" if self.hash else ""
        return f"https://player.vimeo.com/video/{self.id}?autoplay=1&dnt=1{private}"

    @property
    def page_url(self) -> str:
        if self.provider == "youtube":
            return f"https://www.youtube.com/watch?v={self.id}"
        return f"https://vimeo.com/{self.id}" + (f"/{self.hash}" if self.hash else "")


def parse_film_url(url: str) -> EmbeddedFilm | None:
    """Read the address of a film on YouTube or Vimeo, in any form their pages give; None if it is neither.

    Only the film's id is kept, so nothing else of what was typed can reach a page.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or parts.username or parts.password or port or len(url) > 300:
        return None
    path = [piece for piece in parts.path.split("/") if piece]
    if host == "youtu.be" and len(path) == 1:
        return _youtube(path[0])
    if host in _YOUTUBE_HOSTS:
        if path == ["watch"]:
            return _youtube(parse_qs(parts.query).get("v", [""])[0])
        if len(path) == 2 and path[0] in {"embed", "shorts", "live", "v"}:
            return _youtube(path[1])
    if host in {"vimeo.com", "www.vimeo.com"} and path:
        return _vimeo(path[0], path[1] if len(path) == 2 else "")
    if host == "player.vimeo.com" and len(path) == 2 and path[0] == "video":
        return _vimeo(path[1], parse_qs(parts.query).get("h", [""])[0])
    return None


def _youtube(video_id: str) -> EmbeddedFilm | None:
    return EmbeddedFilm("youtube", video_id) if _YOUTUBE_ID.match(video_id) else None


def _vimeo(video_id: str, video_hash: str) -> EmbeddedFilm | None:
    if not _VIMEO_ID.match(video_id) or (video_hash and not _VIMEO_HASH.match(video_hash)):
        return None
    return EmbeddedFilm("vimeo", video_id, video_hash)


@dataclass(frozen=True)
class Passage:
    """A part of a film, by the second at which it begins: a chapter, or a paragraph of the transcript."""

    start: int
    text: str

    @property
    def clock(self) -> str:
        return f"{self.start // 60}:{self.start % 60:02d}"


def read_passages(text: str, *, duration: int) -> list[Passage]:
    """Read lines such as "0:12 The thigh moves back", in the order of the film; empty lines are skipped.

    `duration`: of the film in seconds; 0 where it is not known. Raises ValueError, with the line that is
    wrong: it has no time, is not later than the one before, or lies behind the film's end.
    """
    passages: list[Passage] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _TIMED_LINE.match(line)
        if match is None:
            raise ValueError(line)
        passage = Passage(int(match[1]) * 60 + int(match[2]), match[3])
        if (passages and passage.start <= passages[-1].start) or (duration and passage.start >= duration):
            raise ValueError(line)
        passages.append(passage)
    return passages


def merge_intervals(*lists: list[list[float]]) -> list[list[float]]:
    """Return the union of intervals [start, end] of media time (s), sorted, without overlap.

    Union, not sum: seeing ten seconds twice is ten seconds seen, at any playing speed.
    """
    merged: list[list[float]] = []
    for start, end in sorted((start, end) for intervals in lists for start, end in intervals if end > start):
        if merged and start <= merged[-1][1] + JOIN_GAP_SECONDS:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def coverage(intervals: list[list[float]], duration: float) -> float:
    """Return the share 0..1 of a film of `duration` seconds that the intervals cover."""
    if duration <= 0:
        return 0.0
    seen = sum(min(end, duration) - min(start, duration) for start, end in merge_intervals(intervals))
    return min(1.0, seen / duration)
