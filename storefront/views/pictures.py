"""Files of pictures and trailers. Their names have a hash of their content, so browsers and proxies may keep them for
ever.
"""

import re

from django.core.files import File
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from screenings.models import FilmPicture

RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")  # of the ranges that HTTP knows, the one that players ask for
#: Bytes of a trailer in one answer. What a socket takes at once: a worker is free again, however slowly somebody reads.
PART = 2**20


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def film_picture(request: HttpRequest, digest: str, width: str, extension: str) -> FileResponse:
    """A file of a film's picture, for everybody. No query: the storage alone is asked."""
    return FileResponse(_opened(f"{digest}-{width}.{extension}"), content_type=FilmPicture.FORMATS[extension])


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def trailer(request: HttpRequest, name: str) -> HttpResponse:
    """The part of a film's trailer that a player asks for, of a megabyte at most; it asks for the next one then."""
    with _opened(name) as content:
        kind, last = f"video/{name.rpartition('.')[2]}", content.size - 1
        asked = RANGE.fullmatch(request.headers.get("Range", ""))
        if asked is None and last >= PART:
            return HttpResponseBadRequest("Ask for a part of this file, as with Range: bytes=0-", "text/plain")
        if asked is None:
            return HttpResponse(content.read(), content_type=kind, headers={"Accept-Ranges": "bytes"})
        first = int(asked[1])
        end = min(last, first + PART - 1, int(asked[2] or last))
        if first > end:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{last + 1}"})
        content.seek(first)
        part, headers = content.read(end - first + 1), {"Content-Range": f"bytes {first}-{end}/{last + 1}"}
        return HttpResponse(part, status=206, content_type=kind, headers=headers)


def _opened(name: str) -> File:
    try:
        return storages["pictures"].open(name)
    except OSError as error:
        raise Http404 from error
