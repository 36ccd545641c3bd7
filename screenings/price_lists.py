"""Finds the row of a cinema's price list that a session falls under."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Min, Q

from screenings.models import Holiday, PriceList, PriceRow, Session


def rows_for(sessions: Sequence[Session], *, draft: PriceList | None = None) -> list[PriceRow | None]:
    """For each session, saved or not, the first row that fits of the version that is valid on its business day.

    `hall__cinema` must be loaded. `draft` counts as published. One query without a published list, otherwise four.
    """
    lists = _versions({session.hall.cinema_id for session in sessions}, draft)
    if not lists:
        return [None] * len(sessions)
    rows: dict[int, list[PriceRow]] = {}
    versions = [each.pk for versions in lists.values() for each in versions]
    for row in PriceRow.objects.filter(price_list__in=versions).order_by("position", "pk"):
        rows.setdefault(row.price_list_id, []).append(row)
    holidays = set(Holiday.objects.values_list("day", flat=True))
    first_days = _first_days(sessions)
    found: list[PriceRow | None] = []
    for session in sessions:
        cinema = session.hall.cinema
        local = cinema.local(session.start_datetime)
        day = cinema.business_date(session.start_datetime)
        version = next((each for each in lists.get(cinema.pk, []) if each.valid_from <= day), None)
        first = min(first_days.get((session.film_id, cinema.pk), day), day)
        facts: dict[str, Any] = {
            "day": day,
            "start": local.time().replace(tzinfo=None),
            "is_holiday": day in holidays,
            "week": (day - first).days // 7 + 1,
            "session": session,
        }
        fitting = (row for row in rows.get(version.pk, []) if row.fits(**facts)) if version else iter(())
        found.append(next(fitting, None))
    return found


def _versions(cinemas: Iterable[int], draft: PriceList | None) -> dict[int, list[PriceList]]:
    """The published versions of each cinema, the latest first."""
    found: dict[int, list[PriceList]] = {}
    valid = Q(published_at__isnull=False) | Q(pk=draft and draft.pk)
    for each in PriceList.objects.filter(valid, cinema__in=cinemas).order_by("-valid_from"):
        found.setdefault(each.cinema_id, []).append(each)
    return found


def _first_days(sessions: Sequence[Session]) -> dict[tuple[int, int], date]:
    """The business day on which each film was first shown in each cinema."""
    cinemas = {session.hall.cinema_id: session.hall.cinema for session in sessions}
    shown = Session.objects.filter(film__in={each.film_id for each in sessions}, hall__cinema__in=cinemas)
    starts = shown.exclude(status=Session.Status.CANCELLED).order_by().values_list("film", "hall__cinema")
    return {
        (film, cinema): cinemas[cinema].business_date(start)
        for film, cinema, start in starts.annotate(Min("start_datetime"))
    }
