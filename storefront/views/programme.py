"""What's on: by day, by cinema, by film."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cinema import clock
from orders.availability.showings import advertised, next_day
from screenings.models import Cinema, Film, Session
from storefront.services import programme
from storefront.services.calendar import CalendarEvent, calendar
from storefront.structured_data import screening_events

FILM_DAYS = 14  # how far ahead the page of a film looks


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All cinemas or one; one day or the week."""
    at = clock.now()
    cinemas = list(Cinema.objects.order_by("city", "name"))
    chosen = _chosen(cinemas, request.GET.get("cinema", ""))
    today = (chosen.local(at) if chosen else timezone.localtime(at)).date()
    week = request.GET.get("day") == "week"
    day = today if week else _day(request.GET.get("day", ""), today=today)
    found = programme.showings(first=day, days=programme.WEEK if week else 1, cinema=chosen, at=at)
    return render(
        request,
        "storefront/programme.html",
        {
            "cinemas": cinemas,
            "cinema": chosen,
            "all_cinemas": chosen is None,
            "day": day,
            "week": week,
            "today": today,
            "tabs": [today + timedelta(days=ahead) for ahead in range(programme.WEEK)],
            "days": programme.by_day(found),
            "next_day": None if found else next_day(cinema=chosen, at=at),
            "zones": _zones(cinemas, at),
        },
    )


@require_safe
def film(request: HttpRequest, key: int) -> HttpResponse:
    """A film and all its showings. A film is announced by its first session; before that it has no page."""
    at = clock.now()
    announced = Film.objects.filter(Exists(Session.objects.filter(film=OuterRef("pk")))).exclude(age_rating="")
    shown = get_object_or_404(announced.prefetch_related("genres"), pk=key)
    today = timezone.localtime(at).date()
    found = programme.showings(first=today - timedelta(days=1), days=FILM_DAYS + 1, film=shown, at=at)
    cinemas = {showing.session.hall.cinema for showing in found}
    return render(
        request,
        "storefront/film.html",
        {
            "film": shown,
            "days": programme.by_day(found),
            "markup": screening_events(found) if found else "",
            "cinemas": sorted(cinemas, key=lambda cinema: (cinema.city, cinema.name)),
            "zones": _zones(cinemas, at),
        },
    )


@require_safe
def session_calendar(request: HttpRequest, key: int) -> HttpResponse:
    """A calendar file of the session, without any customer's data."""
    at = clock.now()
    session = get_object_or_404(
        Session.objects.select_related("film", "hall__cinema")
        .exclude(status=Session.Status.CANCELLED)
        .exclude(film__age_rating=""),
        pk=key,
    )
    cinema = session.hall.cinema
    event = CalendarEvent(
        uid=f"session-{session.pk}@{settings.SITE_URL.partition('//')[2]}",
        starts=session.start_datetime,
        ends=session.end_datetime,
        title=f"{session.film.title} ({session.film.age_rating})",
        place=", ".join(filter(None, [cinema.name, session.hall.name, cinema.full_address])),
        link=settings.SITE_URL + reverse("shop:session", args=[session.pk]),
    )
    return calendar_file(calendar([event], at=at), name=f"session-{session.pk}")


def calendar_file(text: str, *, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    private = [
        reverse("admin:index"),
        reverse("shop:account"),
        reverse("shop:order", args=["token"]).removesuffix("token/"),
        reverse("shop:find"),
        reverse("shop:checkout", args=[0]).replace("/0/", "/*/"),
    ]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('shop:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The start page and every film that is still showing."""
    films = advertised(clock.now()).order_by("film").values_list("film", flat=True).distinct()
    paths = [reverse("shop:home"), *(reverse("shop:film", args=[key]) for key in films)]
    return render(
        request,
        "storefront/sitemap.xml",
        {"links": [settings.SITE_URL + path for path in paths]},
        content_type="application/xml",
    )


def _chosen(cinemas: list[Cinema], key: str) -> Cinema | None:
    if not key:
        return None
    for cinema in cinemas:
        if str(cinema.pk) == key:
            return cinema
    raise Http404


def _day(text: str, *, today: date) -> date:
    """The requested day; today if there is none, or if it is invalid or too far away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= timedelta(days=366) else today


def _zones(cinemas: set[Cinema] | list[Cinema], at: datetime) -> dict[int, str]:
    return {cinema.pk: note for cinema in cinemas if (note := programme.time_zone_note(cinema, at))}
