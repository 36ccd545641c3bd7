"""What's on: by day, by cinema, by film."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cinema import clock
from cinema.ids import valid_ids
from screenings.announcements import announcements
from screenings.calendars import CalendarEvent, calendar, event_uid, place_of
from screenings.listings import next_day
from screenings.models import Cinema, Film, Session
from storefront.request_identity import customer
from storefront.services import film_page, programme
from storefront.services.filters import Filters, choices
from storefront.services.lists import watching
from storefront.services.title_card import title_card
from storefront.services.week import IN_FULL, weeks_of_films
from storefront.structured_data import film_and_events, image_of
from storefront.views.finding import MINE

MARKUP_DAYS = 14  # how far ahead the structured data of a film looks: each session of it weighs a kilobyte


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All cinemas or one; one day, the week, or what is on sale beyond it; all of it or what is looked for."""
    at = clock.now()
    cinemas = list(Cinema.objects.order_by("city", "name"))
    mine = _mine(cinemas, request)
    chosen = _chosen(cinemas, request.GET.get("cinema", ""), mine)
    today, tonight = programme.first_day(cinema=chosen, at=at)
    tabs = [today + timedelta(days=number) for number in range(programme.WEEK)]
    span = request.GET.get("day", "")
    week, later = span == "week", span == "later"
    day = today if week or later else _day(span, today=today)
    beyond = today + timedelta(days=programme.WEEK)
    on_sale = programme.films_on_sale(beyond=beyond, cinema=chosen, at=at)
    films = {each.film.pk: each.film for each in on_sale}
    filters = Filters.of(request.GET.dict())
    in_brief = week and chosen is None and len(cinemas) > IN_FULL
    found, weeks = [], []
    if in_brief:
        weeks = weeks_of_films(first=today, cinemas={each.pk: each for each in cinemas}, films=films, at=at)
    elif not later:
        found = programme.showings(first=day, days=programme.WEEK if week else 1, cinema=chosen, films=films, at=at)
        prefetch_related_objects(list(films.values()), "genres")
    fitting = filters.keep(found) if filters else found
    ahead = programme.ahead(on_sale, beyond=beyond)
    place = {} if chosen == mine else {"cinema": chosen.pk if chosen else "all"}
    premieres = programme.featured(on_sale) if not span and not filters else []
    return render(
        request,
        "storefront/programme.html",
        {
            "cinemas": cinemas,
            "cinema": chosen,
            "mine": mine,
            "all_cinemas": chosen is None,
            "day": day,
            "week": week,
            "later": later,
            "shown": span if week or later else day.isoformat(),
            "today": today,
            "tonight": tonight,
            "tabs": tabs,
            "beyond": day > tabs[-1],
            "days": programme.by_day(fitting, mine=mine),
            "weeks": weeks,
            "filters": filters,
            "choices": choices(found, filters),
            "kept": urlencode({**place, **filters.asked}),  # of the address, when another day is chosen
            "place": place,
            "address": settings.SITE_URL + reverse("shop:home") + (f"?cinema={chosen.pk}" if chosen else ""),
            "premieres": premieres,
            "image": image_of(premieres[0].film) if premieres else "",
            "ahead": ahead,
            "coming": [each for each in ahead if each.coming],
            "next_day": None if found or weeks or later else next_day(cinema=chosen, at=at),
            "zones": _zones(cinemas, at),
        },
    )


@require_safe
def film(request: HttpRequest, key: int) -> HttpResponse:
    """A film and its showings, all or those of a day. A film has a page once it has a session or was announced."""
    at = clock.now()
    day = _date(request.GET.get("day", ""))
    shown = get_object_or_404(announced_films().prefetch_related("genres"), pk=key)
    stills = film_page.with_all_pictures(shown)
    found = programme.showings(first=day, film=shown, at=at)
    soon = [each for each in found if each.session.start_datetime <= at + timedelta(days=MARKUP_DAYS)]
    cinemas = {showing.session.hall.cinema for showing in found}
    mine = _my_cinema(request)
    return render(
        request,
        "storefront/film.html",
        {
            "film": shown,
            "day": day,
            "facts": film_page.facts(shown, found),
            "stills": stills,
            "credits": film_page.credits_of(shown, stills),
            "days": programme.by_day(found, mine=mine),
            "watching": None if day else watching(customer(request), shown, cinema=mine, sold_at=cinemas),
            "markup": film_and_events(shown, soon or found[:1]),
            "address": settings.SITE_URL + reverse("shop:film", args=[shown.pk]),
            "image": image_of(shown),
            "cinemas": sorted(cinemas, key=lambda cinema: (cinema.city, cinema.name)),
            "zones": _zones(cinemas, at),
        },
    )


def announced_films() -> QuerySet[Film]:
    has_session = Exists(Session.objects.filter(film=OuterRef("pk"), is_private=False))
    return Film.objects.filter(has_session | Q(is_announced=True)).exclude(age_rating="")


@require_safe
@cache_control(public=True, max_age=86_400)
def film_card(request: HttpRequest, key: int) -> HttpResponse:
    """The title card of a film as a picture, which structured data names."""
    card = title_card(get_object_or_404(announced_films(), pk=key))
    return render(request, "storefront/title_card.svg", {"card": card}, content_type="image/svg+xml")


@require_safe
def session_calendar(request: HttpRequest, key: int) -> HttpResponse:
    """A calendar file of the session, without any customer's data. If it is cancelled, the file removes it."""
    at = clock.now()
    shown = Session.objects.filter(is_private=False).exclude(film__age_rating="")
    session = get_object_or_404(shown.select_related("film", "hall__cinema"), pk=key)
    cancelled = session.status == Session.Status.CANCELLED
    event = CalendarEvent(
        uid=event_uid(f"session-{session.pk}"),
        sequence=announcements([session])[session.pk].changes + cancelled,
        cancelled=cancelled,
        starts=session.start_datetime,
        ends=session.end_datetime,
        title=f"{session.film.shown.title} ({session.film.age_rating})",
        place=place_of(session),
        link=settings.SITE_URL + reverse("shop:session", args=[session.pk]),
    )
    return calendar_file(calendar([event], at=at), name=f"session-{session.pk}")


def calendar_file(text: str, *, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def _mine(cinemas: Iterable[Cinema], request: HttpRequest) -> Cinema | None:
    """The visitor's cinema, which a cookie keeps."""
    return next((cinema for cinema in cinemas if str(cinema.pk) == request.COOKIES.get(MINE)), None)


def _my_cinema(request: HttpRequest) -> Cinema | None:
    """The same, where the cinemas were not read. One query, none without a cookie."""
    keys = valid_ids([request.COOKIES.get(MINE, "")])
    return Cinema.objects.filter(pk__in=keys).first() if keys else None


def _chosen(cinemas: list[Cinema], key: str, mine: Cinema | None) -> Cinema | None:
    if not key:
        return mine
    if key == "all":
        return None
    for cinema in cinemas:
        if str(cinema.pk) == key:
            return cinema
    raise Http404


def _day(text: str, *, today: date) -> date:
    """The requested day; today if there is none, or if it is invalid or too far away."""
    day = _date(text)
    return today if day is None or abs(day - today) > timedelta(days=366) else day


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _zones(cinemas: set[Cinema] | list[Cinema], at: datetime) -> dict[int, str]:
    return {cinema.pk: note for cinema in cinemas if (note := programme.time_zone_note(cinema, at))}
