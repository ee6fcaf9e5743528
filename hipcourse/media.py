"""Uploads, served by Django itself while one tries things out. In production the front server does that."""

import re
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.static import serve
from whitenoise.responders import SlicedFile

_RANGE = re.compile(
    r"bytes=([0-9]{0,15})-([0-9]{0,15})\Z"
)  # no film is longer, and Python reads no endless number


def serve_media(request: HttpRequest, path: str, document_root: str | Path) -> HttpResponseBase:
    """Answer with an upload, or with the part that a player asks for: without parts nobody can seek in a film."""
    answer = serve(request, path, document_root=str(document_root))
    if not isinstance(answer, FileResponse):
        return answer
    answer["Accept-Ranges"] = "bytes"
    film, size = answer.file_to_stream, int(answer["Content-Length"])
    match = _RANGE.match(request.headers.get("Range", ""))
    if film is None or match is None or not any(match.groups()):
        return answer
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        film.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = FileResponse(SlicedFile(film, start, end), status=206, content_type=answer["Content-Type"])
    for name in ("Accept-Ranges", "Last-Modified"):
        part[name] = answer[name]
    part["Content-Length"] = str(end - start + 1)
    part["Content-Range"] = f"bytes {start}-{end}/{size}"
    return part
