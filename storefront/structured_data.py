"""Structured data of sessions for search engines: schema.org as JSON-LD, which browsers do not execute.

The properties are those of https://developers.google.com/search/docs/appearance/structured-data/event.
"""

import json
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

import pytz
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from house_rules.face import face
from screenings.announcements import Announcement, announcements
from screenings.models import Cinema, Film, Session
from storefront.services.programme import Showing, duration

SCHEMA = "https://schema.org"
# Prevents any text from closing the <script> element; JSON parsers decode the escapes.
ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


def screening_events(showings: Collection[Showing]) -> SafeString:
    """The showings of films whose genres and pictures are loaded. One query."""
    return _graph(_events(showings))


def film_and_events(film: Film, showings: Collection[Showing]) -> SafeString:
    """The showings and their film, whose genres and pictures are loaded. One query."""
    return _graph([*_events(showings), _movie_in_full(film)])


def image_of(film: Film) -> str:
    """The address of the largest picture that tells what film it is: its still, its poster, else its title card."""
    shown = film.still or film.poster
    return settings.SITE_URL + (shown.url(shown.width) if shown else reverse("shop:title_card", args=[film.pk]))


def _graph(things: list[dict[str, Any]]) -> SafeString:
    text = json.dumps({"@context": SCHEMA, "@graph": things}, ensure_ascii=False)
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 (escaped above)


def _events(showings: Collection[Showing]) -> list[dict[str, Any]]:
    announced = announcements([showing.session for showing in showings])
    return [_event(showing, announced[showing.session.pk]) for showing in showings]


def _event(showing: Showing, announced: Announcement) -> dict[str, Any]:
    session, film = showing.session, showing.session.film
    cinema, link = session.hall.cinema, settings.SITE_URL + reverse("shop:session", args=[session.pk])
    event = {
        "@type": "ScreeningEvent",
        "name": film.shown.title,
        "description": _description(showing),
        "image": [image_of(film)],
        "startDate": _local(session.start_datetime, cinema),
        "endDate": _local(session.end_datetime, cinema),
        "eventStatus": f"{SCHEMA}/EventScheduled",
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "inLanguage": session.language,
        "videoFormat": session.format,
        "url": link,
        "location": {
            "@type": "MovieTheater",
            "name": f"{cinema.shown.name}, {session.hall.shown.name}",
            "address": _address(cinema),
        },
        "organizer": {
            "@type": "Organization",
            "name": face().own_name or settings.SITE_NAME or cinema.shown.name,
            "url": settings.SITE_URL + reverse("shop:home"),
        },
        "workPresented": _movie(film),
    }
    if session.subtitles:
        event["subtitleLanguage"] = session.subtitles
    if announced.previous_starts:
        event["eventStatus"] = f"{SCHEMA}/EventRescheduled"
        event["previousStartDate"] = [_local(start, cinema) for start in announced.previous_starts]
    if session.status == Session.Status.CANCELLED:
        event["eventStatus"] = f"{SCHEMA}/EventCancelled"
    else:
        event["offers"] = _offer(showing, link, since=announced.since)
    return event


def _offer(showing: Showing, link: str, *, since: datetime | None) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "price": str(showing.price),
        "priceCurrency": settings.CURRENCY,
        # The price is that of a standard seat: a space for a wheelchair that is left is not this offer.
        "availability": f"{SCHEMA}/" + ("InStock" if showing.seats.free else "SoldOut"),
        "url": link,
    }
    if since is not None:
        offer["validFrom"] = _local(since, showing.session.hall.cinema)
    return offer


def _description(showing: Showing) -> str:
    film, cinema = showing.session.film, showing.session.hall.cinema
    facts = [film.age_rating, duration(film.duration_minutes), *(genre.shown.name for genre in film.genres.all())]
    place = ", ".join(filter(None, [cinema.shown.name, cinema.shown.city]))
    return _("“%(film)s” (%(facts)s) at %(cinema)s. %(hall)s. Tickets online, with a choice of seats.") % {
        "film": film.shown.title,
        "facts": ", ".join(facts),
        "cinema": place,
        "hall": showing.facts,
    }


def _address(cinema: Cinema) -> dict[str, str]:
    parts = {
        "streetAddress": cinema.shown.address,
        "addressLocality": cinema.shown.city,
        "postalCode": cinema.postal_code,
        "addressCountry": _countries().get(cinema.time_zone, ""),
    }
    return {"@type": "PostalAddress"} | {name: part for name, part in parts.items() if part}


@cache
def _countries() -> dict[str, str]:
    """The country of each time zone: where a cinema is needs no field of its own."""
    return {name: country for country, names in pytz.country_timezones.items() for name in names}


def _movie(film: Film) -> dict[str, Any]:
    return {
        "@type": "Movie",
        "name": film.shown.title,
        "duration": f"PT{film.duration_minutes}M",
        "contentRating": film.age_rating,
    } | ({"dateCreated": str(film.year)} if film.year else {})


def _movie_in_full(film: Film) -> dict[str, Any]:
    pictures = [settings.SITE_URL + each.url(each.width) for each in (film.poster, film.still) if each]
    facts: dict[str, Any] = {
        "url": settings.SITE_URL + reverse("shop:film", args=[film.pk]),
        "image": pictures or [image_of(film)],
        "description": film.shown.description,
        "genre": [genre.shown.name for genre in film.genres.all()],
        "director": _people(film.shown.director),
        "actor": _people(film.shown.starring),
        "countryOfOrigin": [{"@type": "Country", "name": each} for each in _listed(film.shown.country)],
        "datePublished": film.release_date.isoformat() if film.release_date else "",
        "alternateName": film.original_title,
    }
    return _movie(film) | {name: fact for name, fact in facts.items() if fact}


def _people(names: str) -> list[dict[str, str]]:
    return [{"@type": "Person", "name": name} for name in _listed(names)]


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _local(instant: datetime, cinema: Cinema) -> str:
    return cinema.local(instant).isoformat(timespec="seconds")
