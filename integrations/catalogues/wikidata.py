"""Wikidata: titles, years, lengths, countries and numbers of films. Free (CC0), without a key.

A film is found by a number that both sides know, or by its title and year. https://www.wikidata.org/w/api.php
"""

from typing import Any

from django.conf import settings

from integrations.catalogues import commons
from integrations.catalogues.client import Asked, CatalogueUnavailable, Found, get, only, year_of
from screenings.models import FilmPicture

IMDB, TMDB, KINOPOISK = "P345", "P4947", "P2603"
KIND, RELEASED, LENGTH, COUNTRY, TITLE = "P31", "P577", "P2047", "P495", "P1476"
MINUTE = "Q7727"
PICTURES = {"P18": FilmPicture.Kind.STILL, "P3383": FilmPicture.Kind.POSTER}  # the names of files on Commons
#: Film, feature, animated, animated feature, short, documentary, television, silent, animated short and anime film.
FILMS = {
    *("Q11424", "Q24869", "Q202866", "Q29168811", "Q24862", "Q93204", "Q506240", "Q226730", "Q17517379", "Q20650540"),
}
MOST = 20  # items of a search that are looked at


def look_up(asked: Asked) -> Found | None:
    """The film that is asked for, or None.

    Raises `SeveralFilms`, `CatalogueUnavailable` and `CatalogueRefused`. Up to four requests. Must not be called
    inside a transaction: it talks to a network.
    """
    if asked.wikidata_id:
        item = only(_items([asked.wikidata_id], asked))
    else:
        item = _by_number(asked) or _by_title(asked)
    if item is None:
        return None
    names = {str(value): kind for name, kind in PICTURES.items() for value in _best(item, name)[:1]}
    return Found(f"https://www.wikidata.org/wiki/{item['id']}", _values(item, asked), commons.pictures(names))


def _by_number(asked: Asked) -> Any:
    for number, name in ((asked.imdb_id, IMDB), (asked.tmdb_id, TMDB)):
        if number:
            search = {"list": "search", "srsearch": f"haswbstatement:{name}={number}", "srlimit": 2}
            found = _call("query", search).get("query", {}).get("search", [])
            if found:
                return only(_items([each["title"] for each in found], asked))
    return None


def _by_title(asked: Asked) -> Any:
    search = {"search": asked.title, "language": asked.language, "type": "item", "limit": MOST}
    found = _call("wbsearchentities", search).get("search", [])
    items = _items([each["id"] for each in found], asked) if found else []
    return only(
        [
            item
            for item in items
            if FILMS & {value.get("id") for value in _best(item, KIND)}
            and asked.is_called(_names(item))
            and asked.is_of(_year(item))
        ]
    )


def _items(keys: list[str], asked: Asked) -> list[Any]:
    languages = "|".join(dict.fromkeys([asked.language, "en", "mul"]))
    wanted = {"ids": "|".join(keys), "props": "labels|aliases|claims", "languages": languages}
    found = _call("wbgetentities", wanted).get("entities", {})
    # An item that was merged comes with the number of the one that is left.
    return list({item["id"]: item for item in found.values() if "missing" not in item}.values())


def _names(item: Any) -> list[str]:
    labels = [each["value"] for each in item.get("labels", {}).values()]
    aliases = [each["value"] for group in item.get("aliases", {}).values() for each in group]
    return [*labels, *aliases, *(value.get("text", "") for value in _best(item, TITLE))]


def _values(item: Any, asked: Asked) -> dict[str, str]:
    titles = {value["text"] for value in _best(item, TITLE)}
    lengths = {
        value["amount"].lstrip("+").partition(".")[0]
        for value in _best(item, LENGTH)
        if value["unit"].endswith(f"/{MINUTE}")
    }
    numbers = {
        name: {str(value) for value in _best(item, code)}
        for name, code in (("imdb_id", IMDB), ("tmdb_id", TMDB), ("kinopoisk_id", KINOPOISK))
    }
    # Of several values none is better than the others.
    single = {"original_title": titles, "duration_minutes": lengths, **numbers}
    values = {name: next(iter(each)) for name, each in single.items() if len(each) == 1}
    year = _year(item)
    country = _labels([value["id"] for value in _best(item, COUNTRY)], asked)
    return {
        **values,
        "wikidata_id": item["id"],
        **({"year": str(year)} if year else {}),
        **({"country": country} if country else {}),
    }


def _year(item: Any) -> int | None:
    years = [year_of(value["time"].lstrip("+")) for value in _best(item, RELEASED)]
    return min((year for year in years if year), default=None)


def _labels(keys: list[str], asked: Asked) -> str:
    """The names of these items, in their order, or "" if one has none."""
    if not keys:
        return ""
    found = {item["id"]: item.get("labels", {}) for item in _items(keys, asked)}
    names = [
        (found.get(key, {}).get(asked.language) or found.get(key, {}).get("mul") or {}).get("value", "") for key in keys
    ]
    return ", ".join(names) if all(names) else ""


def _best(item: Any, name: str) -> list[Any]:
    """The values of a statement: the preferred ones if there are any, otherwise the normal ones."""
    known = [each for each in item.get("claims", {}).get(name, []) if each["mainsnak"].get("snaktype") == "value"]
    preferred = [each for each in known if each.get("rank") == "preferred"]
    chosen = preferred or [each for each in known if each.get("rank") == "normal"]
    return [each["mainsnak"]["datavalue"]["value"] for each in chosen]


def _call(action: str, parameters: dict[str, Any]) -> Any:
    answer = get(settings.WIKIDATA_API, {"action": action, "format": "json", **parameters})
    if answer is None or "error" in answer:  # with HTTP 200: busy, or a question that it does not understand
        code = (answer or {}).get("error", {}).get("code", "404")
        raise CatalogueUnavailable(f"Wikidata: {str(code)[:60]}")
    return answer
