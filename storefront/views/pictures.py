"""Files of pictures. Their names have a hash of their content, so browsers and proxies may keep them for ever."""

from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from screenings.models import FilmPicture


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def film_picture(request: HttpRequest, digest: str, width: str, extension: str) -> FileResponse:
    """A file of a film's picture, for everybody. No query: the storage alone is asked."""
    try:
        content = storages["pictures"].open(f"{digest}-{width}.{extension}")
    except OSError as error:
        raise Http404 from error
    return FileResponse(content, content_type=FilmPicture.FORMATS[extension])
