"""What a film's page says of it besides its showings."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from screenings.models import Film, FilmPicture
from storefront.services.programme import Showing


def facts(film: Film, showings: Iterable[Showing]) -> list[tuple[str, str]]:
    """Names and values of what is known of the film; `showings` tell its languages. Reads only."""
    sessions = [showing.session for showing in showings]
    found = [
        (_("Original title"), film.original_title if film.original_title != film.title else ""),
        (_("Director"), film.director),
        (_("Cast"), film.starring),
        (_("Country"), film.country),
        (_("Year"), str(film.year or "")),
        (_("Premiere"), date_format(film.release_date, "j E Y") if film.release_date else ""),
        (_("Languages"), _languages(session.language for session in sessions)),
        (_("Subtitles"), _languages(session.subtitles for session in sessions)),
        (_("Certificate"), film.certificate_number),
    ]
    return [(name, value) for name, value in found if value]


def stills(film: Film) -> list[FilmPicture]:
    """One query. Reads only."""
    return list(film.pictures.filter(kind=FilmPicture.Kind.STILL).order_by("pk"))


def _languages(codes: Iterable[str]) -> str:
    return ", ".join(sorted({_language(code) for code in codes if code}))


def _language(code: str) -> str:
    """The language's name in that of the page, for its code; the code itself where Django does not know it."""
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        return code.upper()
    return name.lower() if get_language() == "ru" else name  # Russian writes them small within a list
