"""What a film's page says of it besides its showings."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from house_rules.languages import language_names, month_day
from screenings.models import Film, FilmPicture
from storefront.services.programme import Showing


def facts(film: Film, showings: Iterable[Showing]) -> list[tuple[str, str]]:
    """Names and values of what is known of the film; `showings` tell its languages. Reads only."""
    sessions = [showing.session for showing in showings]
    found = [
        (_("Original title"), film.original_title if film.original_title != film.shown.title else ""),
        (_("Director"), film.shown.director),
        (_("Cast"), film.shown.starring),
        (_("Country"), film.shown.country),
        (_("Year"), str(film.year or "")),
        (_("Premiere"), f"{month_day(film.release_date)} {film.release_date.year}" if film.release_date else ""),
        (_("Languages"), language_names(session.language for session in sessions)),
        (_("Subtitles"), language_names(session.subtitles for session in sessions)),
        (_("Certificate"), film.certificate_number),
    ]
    return [(name, value) for name, value in found if value]


def credits_of(film: Film, stills: Iterable[FilmPicture]) -> list[FilmPicture]:
    """The pictures of the page whose licence asks that it is shown with the author. Reads only."""
    return [each for each in (film.poster, *stills) if each is not None and each.licence]


def with_all_pictures(film: Film) -> list[FilmPicture]:
    """The film's stills; the film then has its `poster` and its first `still`. One query. Reads only."""
    pictures = list(film.pictures.order_by("pk"))
    stills = [each for each in pictures if each.kind == FilmPicture.Kind.STILL]
    film.poster = next((each for each in pictures if each.kind == FilmPicture.Kind.POSTER), None)
    film.still = stills[0] if stills else None
    return stills
