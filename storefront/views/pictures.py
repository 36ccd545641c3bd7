"""Files of pictures and trailers. Their names have a hash of their content, so browsers and proxies may keep them for
ever.
"""

import re
from collections.abc import Iterator

from django.core.files import File
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from screenings.models import FilmPicture

PART = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")  # other kinds of ranges are answered with the whole file
CHUNK = 65_536  # bytes


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def film_picture(request: HttpRequest, digest: str, width: str, extension: str) -> FileResponse:
    """A file of a film's picture, for everybody. No query: the storage alone is asked."""
    return FileResponse(_opened(f"{digest}-{width}.{extension}"), content_type=FilmPicture.FORMATS[extension])


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def trailer(request: HttpRequest, name: str) -> HttpResponseBase:
    """A film's trailer, or the part of it that a player asks for: some play nothing without."""
    content = _opened(name)
    kind, size = f"video/{name.rpartition('.')[2]}", content.size
    asked = PART.fullmatch(request.headers.get("Range", ""))
    first, last = (int(asked[1]), min(int(asked[2] or size), size - 1)) if asked else (0, -1)
    if first > last:
        return FileResponse(content, content_type=kind, headers={"Accept-Ranges": "bytes"})
    headers = {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)}
    return StreamingHttpResponse(_part(content, first, last), status=206, content_type=kind, headers=headers)


def _part(content: File, first: int, last: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        left = last - first + 1
        while left and (chunk := content.read(min(left, CHUNK))):
            left -= len(chunk)
            yield chunk


def _opened(name: str) -> File:
    try:
        return storages["pictures"].open(name)
    except OSError as error:
        raise Http404 from error
