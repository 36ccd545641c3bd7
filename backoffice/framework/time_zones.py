"""The time zones in which pages of the admin show times."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from accounts.scope import cinemas_of, within


def cinema_of(page: Any, row: Any) -> Any:
    """The cinema that the page's `cinema_path` leads to from the row; None if its rows belong to the whole chain."""
    if page.cinema_path is None or row is None:
        return None
    if page.cinema_path == "pk":
        return row
    for step in page.cinema_path.split("__"):
        row = getattr(row, step)
    return row


def zone_of(page: Any, row: Any) -> ZoneInfo | None:
    """The time zone of the row's cinema; None, the server's, if it has no cinema."""
    cinema = cinema_of(page, row)
    return None if cinema is None else cinema.zone


def zone_of_user(request: HttpRequest) -> ZoneInfo | None:
    """The time zone that all cinemas of the user share; None, the server's, if they differ. One query."""
    user: Any = request.user
    cinemas = within(user.cinemas.model._default_manager.order_by(), "pk", cinemas_of(request))
    zones = list(cinemas.values_list("time_zone", flat=True).distinct()[:2])
    return ZoneInfo(zones[0]) if len(zones) == 1 else None
