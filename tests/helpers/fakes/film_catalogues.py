"""Doubles of Wikidata and TMDB: they know films of their own, and can be down, slow down callers, refuse keys, merge
films, and answer in shapes that nobody documented."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integrations.models import Catalogue, FilmLookup, FilmProposal, PictureProposal
from screenings.models import Film
from tests.helpers.factories import NOON
from tests.helpers.fakes import loopback

KEY = "the cinema's own"
RUSSIA = {"id": "Q159", "labels": {"ru": {"value": "Россия"}, "en": {"value": "Russia"}}}


def a_claim(value: Any, rank: str = "normal") -> dict[str, Any]:
    return {"rank": rank, "mainsnak": {"snaktype": "value", "datavalue": {"value": value}}}


def an_item(key: str, title: str, *, year: int, kind: str = "Q11424", **claims: Any) -> dict[str, Any]:
    """An item of Wikidata as `wbgetentities` gives it; `claims` by property: P345="tt1", or a list of values."""
    own = {"P31": {"id": kind}, "P577": {"time": f"+{year}-09-01T00:00:00Z", "precision": 11}, **claims}
    lists = {name: value if isinstance(value, list) else [value] for name, value in own.items()}
    return {
        "id": key,
        "labels": {"en": {"language": "en", "value": title}},
        "aliases": {},
        "claims": {name: [each if "rank" in each else a_claim(each) for each in values] if all(
            isinstance(each, dict) for each in values) else [a_claim(each) for each in values]
            for name, values in lists.items()},
    }  # fmt: skip


@dataclass
class Catalogues:
    """`next_answers` are status codes, in order: 0 closes the line without an answer. Then what it knows."""

    url: str = ""
    items: dict[str, dict[str, Any]] = field(default_factory=lambda: {"Q159": RUSSIA})
    merged: dict[str, str] = field(default_factory=dict)
    films: dict[str, dict[str, Any]] = field(default_factory=dict)
    next_answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None  # instead of the answer
    calls: list[str] = field(default_factory=list)
    licences: dict[str, dict[str, str]] = field(default_factory=dict)  # of the pictures on Commons, by their names
    picture: bytes = b""

    def commons(self, asked: dict[str, str]) -> Any:
        names = [each.removeprefix("File:") for each in asked["titles"].split("|")]
        return {"query": {"pages": [self._about_picture(name) for name in names]}}

    def _about_picture(self, name: str) -> dict[str, Any]:
        if name not in self.licences:
            return {"title": f"File:{name}", "missing": True}
        said = {key: {"value": value, "source": "commons-desc-page"} for key, value in self.licences[name].items()}
        page = f"https://commons.wikimedia.org/wiki/File:{name.replace(' ', '_')}"
        about = {"mime": "image/jpeg", "url": f"{self.url}/files/original", "thumburl": f"{self.url}/files/1920"}
        return {"title": f"File:{name}", "imageinfo": [{**about, "descriptionurl": page, "extmetadata": said}]}

    def wikidata(self, asked: dict[str, str]) -> Any:
        match asked["action"]:
            case "query":
                name, _equals, value = asked["srsearch"].removeprefix("haswbstatement:").partition("=")
                fitting = [
                    {"title": key}
                    for key, item in self.items.items()
                    if any(
                        each["mainsnak"]["datavalue"]["value"] == value for each in item.get("claims", {}).get(name, [])
                    )
                ]
                return {"query": {"search": fitting}}
            case "wbsearchentities":
                names = {key: [each["value"] for each in item["labels"].values()] for key, item in self.items.items()}
                begin = asked["search"].casefold()
                return {
                    "search": [
                        {"id": key} for key, own in names.items() if any(n.casefold().startswith(begin) for n in own)
                    ]
                }
        keys = [(key, self.merged.get(key, key)) for key in asked["ids"].split("|")]
        return {"entities": {key: self.items.get(own, {"id": own, "missing": ""}) for key, own in keys}}

    def tmdb(self, path: str, asked: dict[str, str]) -> Any:
        place, _slash, key = path.partition("/")
        if path == "search/movie":
            begin = asked["query"].casefold()
            found = [film for film in self.films.values() if film["title"].casefold().startswith(begin)]
            wanted = ("id", "title", "original_title", "release_date")
            return {"results": [{name: film.get(name) for name in wanted} for film in found]}
        if place == "find":
            return {"movie_results": [film for film in self.films.values() if film.get("imdb_id") == key]}
        return self.films.get(key)


@contextmanager
def film_catalogues(settings: Any) -> Iterator[Catalogues]:
    here = Catalogues()

    class Requests(loopback.Handler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            here.calls.append(self.path)
            status = here.next_answers.pop(0) if here.next_answers else 200
            if not status:
                self.close_connection = True
                return
            content: Any = {}
            if parts.path.startswith("/files/"):
                self.send(status, here.picture, {"Content-Type": "image/jpeg"})
                return
            if parts.path == "/commons/api.php":
                content = here.commons(asked)
            elif parts.path == "/w/api.php":
                content = here.wikidata(asked)
            elif self.headers["Authorization"] != f"Bearer {KEY}":
                status = 401
            else:
                content = here.tmdb(parts.path.removeprefix("/3/"), asked)
                status = 404 if content is None else status
            body = json.dumps(content).encode() if here.body is None else here.body
            self.send(status, body, here.headers)

    with loopback.serving(Requests) as url:
        here.url = url
        settings.WIKIDATA_API, settings.TMDB_API, settings.TMDB_TOKEN = f"{here.url}/w/api.php", f"{here.url}/3", KEY
        settings.COMMONS_API = f"{here.url}/commons/api.php"
        yield here


def a_lookup(film: Film | None = None, *, at: datetime = NOON, **fields: Any) -> FilmLookup:
    film = film or Film.objects.create(title="Stalker", duration_minutes=161, year=1979)
    values = {"source": Catalogue.WIKIDATA, "requested_at": at, "next_attempt_at": at, **fields}
    return FilmLookup.objects.create(film=film, **values)


def a_proposal(film: Film, *, at: datetime = NOON, **fields: Any) -> FilmProposal:
    values = {"field": "original_title", "value": "Stalker", "link": "https://www.wikidata.org/wiki/Q220741", **fields}
    return FilmProposal.objects.create(film=film, source=Catalogue.WIKIDATA, found_at=at, **values)


def a_picture_proposal(film: Film, *, at: datetime = NOON, **fields: Any) -> PictureProposal:
    """A still of Commons, whose double nobody runs."""
    values = {
        "kind": "STILL",
        "url": "http://127.0.0.1:9/files/1920",
        "source_link": f"https://commons.wikimedia.org/wiki/File:{film.pk}.jpg",
        "author": "Anna Bell",
        "licence": "CC BY-SA 4.0",
        "licence_link": "https://creativecommons.org/licenses/by-sa/4.0",
        **fields,
    }
    return PictureProposal.objects.create(film=film, source=Catalogue.WIKIDATA, found_at=at, **values)
