"""TMDB (themoviedb.org): lengths, titles, numbers, release dates and age ratings of films.

Needs a key of the cinema's own. It is free for non-commercial use only: a cinema that sells tickets needs an agreement
with TMDB, has to say that TMDB does not endorse the product, and may keep answers for six months. It gives no licence
for pictures, so none are read.
"""

from typing import Any

from django.conf import settings

from integrations.catalogues.client import Asked, Found, get, only, year_of
from screenings.models import AgeRating

THEATRICAL, LIMITED = 3, 2  # kinds of release


def look_up(asked: Asked) -> Found | None:
    """The film that is asked for, or None.

    Raises `SeveralFilms`, `CatalogueUnavailable` and `CatalogueRefused`. Up to two requests. Must not be called inside
    a transaction: it talks to a network.
    """
    key = asked.tmdb_id or _by_imdb(asked) or _by_title(asked)
    film = key and _call(
        f"movie/{key}", {"language": asked.language, "append_to_response": "release_dates,external_ids"}
    )
    if not film:  # also a film that was merged into another: its number is gone
        return None
    values = {
        "tmdb_id": film.get("id"),
        "imdb_id": film.get("imdb_id"),
        "wikidata_id": (film.get("external_ids") or {}).get("wikidata_id"),
        "original_title": film.get("original_title"),
        "duration_minutes": film.get("runtime"),
        "year": year_of(film.get("release_date")),
        "country": ", ".join(each.get("name", "") for each in film.get("production_countries") or []),
        **_release(film, asked.country),
    }
    return Found(
        f"https://www.themoviedb.org/movie/{film['id']}", {name: str(each) for name, each in values.items() if each}
    )


def _by_imdb(asked: Asked) -> str:
    if not asked.imdb_id:
        return ""
    found = _call(f"find/{asked.imdb_id}", {"external_source": "imdb_id"}) or {}
    film = only(found.get("movie_results") or [])
    return str(film["id"]) if film else ""


def _by_title(asked: Asked) -> str:
    search: dict[str, Any] = {"query": asked.title, "language": asked.language}
    found = (_call("search/movie", search) or {}).get("results") or []
    film = only(
        [
            each
            for each in found
            if asked.is_called([each.get("title"), each.get("original_title")])
            and asked.is_of(year_of(each.get("release_date")))
        ]
    )
    return str(film["id"]) if film else ""


def _release(film: Any, country: str) -> dict[str, str]:
    """The first release in the cinemas of the country, with its age rating if that is one of ours."""
    results = (film.get("release_dates") or {}).get("results") or []
    dates = [each for result in results if result.get("iso_3166_1") == country for each in result["release_dates"]]
    shown = [each for each in dates if each.get("type") == THEATRICAL] or [
        each for each in dates if each.get("type") == LIMITED
    ]
    if not shown:
        return {}
    first = min(shown, key=lambda each: each["release_date"])
    rating = first.get("certification") or ""  # empty is unknown, not 0+
    return {
        "release_date": first["release_date"][:10],
        **({"age_rating": rating} if rating in AgeRating.values else {}),
    }


def _call(path: str, parameters: dict[str, Any]) -> Any:
    return get(f"{settings.TMDB_API}/{path}", parameters, headers={"Authorization": f"Bearer {settings.TMDB_TOKEN}"})
