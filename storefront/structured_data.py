"""Structured data of sessions for search engines: schema.org as JSON-LD, which browsers do not execute."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from screenings.models import Film
from storefront.services.programme import ListedShowing

# Prevents any text from closing the <script> element; JSON parsers decode the escapes.
ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


def screening_events(showings: Iterable[ListedShowing]) -> SafeString:
    events = [_event(showing) for showing in showings]
    text = json.dumps({"@context": "https://schema.org", "@graph": events}, ensure_ascii=False)
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 (escaped above)


def _event(showing: ListedShowing) -> dict[str, Any]:
    session = showing.session
    cinema, link = session.hall.cinema, settings.SITE_URL + reverse("shop:session", args=[session.pk])
    event = {
        "@type": "ScreeningEvent",
        "name": session.film.title,
        "startDate": showing.starts.isoformat(),
        "endDate": cinema.local(session.end_datetime).isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "inLanguage": session.language,
        "videoFormat": session.format,
        "url": link,
        "location": {
            "@type": "MovieTheater",
            "name": f"{cinema.name}, {session.hall.name}",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": cinema.city,
                "streetAddress": cinema.address,
            },
        },
        "workPresented": _movie(session.film),
        "offers": {
            "@type": "Offer",
            "price": str(showing.price),
            "priceCurrency": settings.CURRENCY,
            "availability": "https://schema.org/" + ("SoldOut" if showing.sold_out else "InStock"),
            "url": link,
        },
    }
    if session.subtitles:
        event["subtitleLanguage"] = session.subtitles
    return event


def _movie(film: Film) -> dict[str, Any]:
    return {
        "@type": "Movie",
        "name": film.title,
        "duration": f"PT{film.duration_minutes}M",
        "contentRating": film.age_rating,
    }
