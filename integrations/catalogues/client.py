"""What the clients of film catalogues share: what is asked, what may come back, and one GET with its three outcomes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from django.conf import settings

TIMEOUT = (3.05, 10.0)  # seconds to connect, and to wait for an answer
AGENT = "cinema-catalogue/1 ({})"
LONGEST_WAIT = timedelta(days=1)  # that a catalogue may ask for


@dataclass(frozen=True)
class Asked:
    """What is known of a film. `language` is that of texts, `country` (ISO 3166) that of releases and age ratings."""

    title: str
    original_title: str = ""
    year: int | None = None
    imdb_id: str = ""
    tmdb_id: str = ""
    wikidata_id: str = ""
    language: str = "en"
    country: str = ""

    def is_called(self, names: Iterable[str | None]) -> bool:
        ours = {self.title.casefold(), self.original_title.casefold()} - {""}
        return any(name and name.casefold() in ours for name in names)

    def is_of(self, year: int | None) -> bool:
        """Whether the year fits: catalogues give that of the release, which may be the one after the production."""
        return self.year is None or year is None or abs(self.year - year) <= 1


@dataclass(frozen=True)
class FoundPicture:
    """A picture whose licence is said: the file, its page for people, and what has to be shown beside it."""

    kind: str
    url: str
    source_link: str
    author: str
    licence: str
    licence_link: str


@dataclass(frozen=True)
class Found:
    """A film in a catalogue: its page for people, and values by the fields of `Film`, written as text."""

    link: str
    values: dict[str, str] = field(default_factory=dict)
    pictures: tuple[FoundPicture, ...] = ()


class CatalogueUnavailable(Exception):
    """No usable answer: ask again later, after `wait` if the catalogue said so."""

    def __init__(self, text: str, wait: timedelta | None = None) -> None:
        self.wait = wait
        super().__init__(text)


class CatalogueRefused(Exception):
    """The catalogue refuses the question, for example because of its key: to ask again is no use."""


class SeveralFilms(Exception):
    """Several films fit, so that somebody has to say which."""


def get(url: str, parameters: dict[str, Any], *, headers: dict[str, str] | None = None) -> Any:
    """The JSON at the address, or None if there is nothing (404).

    Raises `CatalogueUnavailable` and `CatalogueRefused`. Must not be called inside a transaction: it talks to a
    network.
    """
    agent = {"User-Agent": AGENT.format(settings.SITE_URL), "Accept": "application/json"}
    try:
        answer = requests.get(
            url, params=parameters, headers={**agent, **(headers or {})}, timeout=TIMEOUT, allow_redirects=False
        )
        if answer.status_code == 404:
            return None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise CatalogueUnavailable(f"HTTP {answer.status_code}", _wait(answer.headers.get("Retry-After", "")))
        if answer.status_code != 200:
            raise CatalogueRefused(f"HTTP {answer.status_code}")
        content = answer.json()
    except (requests.RequestException, ValueError) as error:
        # Their texts may hold the address with its parameters, so only the kind of error is kept.
        raise CatalogueUnavailable(type(error).__name__) from None
    if not isinstance(content, dict):
        raise CatalogueUnavailable("no object")
    return content


def only(fitting: list[Any]) -> Any:
    """The only one of these, or None if there is none. Raises `SeveralFilms`."""
    if len(fitting) > 1:
        raise SeveralFilms
    return fitting[0] if fitting else None


def year_of(text: Any) -> int | None:
    """The year at the beginning of a date such as `1994-09-10`."""
    digits = str(text or "")[:4]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) == 4 else None


def _wait(text: str) -> timedelta | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    return min(timedelta(seconds=int(text)), LONGEST_WAIT)
