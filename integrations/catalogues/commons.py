"""Wikimedia Commons: the pictures that Wikidata names, with their authors and licences, and the files themselves.

Commons takes free pictures only, and says for each under which licence. https://commons.wikimedia.org/w/api.php
"""

from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.html import strip_tags

from integrations.catalogues.client import AGENT, TIMEOUT, CatalogueRefused, CatalogueUnavailable, FoundPicture, get

FILES = "upload.wikimedia.org"
WIDTH = 1920  # pixels; one of the widths that Commons makes
SAID = "Artist|LicenseShortName|LicenseUrl|AttributionRequired"


def pictures(kinds: Mapping[str, str]) -> tuple[FoundPicture, ...]:
    """The pictures whose licence is said, of files given as name: kind; and whose author is, if it has to be named.

    Raises `CatalogueUnavailable` and `CatalogueRefused`. Must not be called inside a transaction: it talks to a
    network.
    """
    if not kinds:
        return ()
    asked = {"titles": "|".join(f"File:{name}" for name in kinds), "prop": "imageinfo", "iiurlwidth": WIDTH}
    about = {"iiprop": "url|mime|extmetadata", "iiextmetadatafilter": SAID}
    answer = get(settings.COMMONS_API, {"action": "query", "format": "json", "formatversion": 2, **asked, **about})
    pages = (answer or {}).get("query", {}).get("pages", [])
    found = {page["title"].removeprefix("File:"): page["imageinfo"][0] for page in pages if page.get("imageinfo")}
    # Commons writes titles with spaces and a capital letter, as Wikidata does.
    made = (_picture(kind, found[name]) for name, kind in kinds.items() if name in found)
    return tuple(each for each in made if each is not None)


def _picture(kind: str, about: Any) -> FoundPicture | None:
    said = {name: _plain(each.get("value")) for name, each in (about.get("extmetadata") or {}).items()}
    licence, author = said.get("LicenseShortName", ""), said.get("Artist", "")
    is_free_of_names = said.get("AttributionRequired") == "false"
    if not licence or not (author or is_free_of_names) or not str(about.get("mime")).startswith("image/"):
        return None
    link = said.get("LicenseUrl", "")
    return FoundPicture(
        kind=kind,
        url=about.get("thumburl") or about["url"],
        source_link=about["descriptionurl"],
        author=author[:200],
        licence=licence[:80],
        licence_link=link if link.startswith(("https://", "http://")) else "",
    )


def _plain(html: Any) -> str:
    return " ".join(unescape(strip_tags(str(html or ""))).split())


def download(url: str, *, most: int) -> bytes:
    """The file, of at most so many bytes. Raises `CatalogueUnavailable` and `CatalogueRefused`.

    Must not be called inside a transaction: it talks to a network.
    """
    if urlsplit(url).netloc not in (FILES, urlsplit(settings.COMMONS_API).netloc):
        raise CatalogueRefused("not a file of Commons")
    agent = {"User-Agent": AGENT.format(settings.SITE_URL)}
    try:
        with requests.get(url, headers=agent, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.status_code == 429 or answer.status_code >= 500:
                raise CatalogueUnavailable(f"HTTP {answer.status_code}")
            if answer.status_code != 200:
                raise CatalogueRefused(f"HTTP {answer.status_code}")
            content = bytearray()
            for part in answer.iter_content(64 * 1024):
                content += part
                if len(content) > most:
                    raise CatalogueRefused("too large")
    except requests.RequestException as error:
        raise CatalogueUnavailable(type(error).__name__) from None
    return bytes(content)
