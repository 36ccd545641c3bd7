"""Which time zone a page of the admin shows its rows' times in."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from accounts.scope import cinemas_of, within


def cinema_of(page: Any, row: Any) -> Any:
    """The cinema of a page's row, by the page's `cinema_path`; None where rows are the whole chain's."""
    if page.cinema_path is None or row is None:
        return None
    if page.cinema_path == "pk":
        return row
    for step in page.cinema_path.split("__"):
        row = getattr(row, step)
    return row


def zone_of(page: Any, row: Any) -> ZoneInfo | None:
    """The zone in which to show the row's times; None: the server's."""
    cinema = cinema_of(page, row)
    return None if cinema is None else cinema.zone


def zone_of_person(request: HttpRequest) -> ZoneInfo | None:
    """The one zone of all cinemas that the person works for; None, the server's, where these differ."""
    person: Any = request.user
    cinemas = within(person.cinemas.model._default_manager.order_by(), "pk", cinemas_of(request))
    zones = list(cinemas.values_list("time_zone", flat=True).distinct()[:2])
    return ZoneInfo(zones[0]) if len(zones) == 1 else None
