"""The time zones in which pages of the admin show and read times."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

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


def add_time_zone_hint(field: Any) -> None:
    """Add the current time zone, in which the form field reads times, to its help text."""
    hint = gettext("Time zone: %(zone)s.") % {"zone": timezone.get_current_timezone()}
    field.help_text = f"{field.help_text} {hint}".strip()


def zone_as_offset(shown: str) -> str:
    """`5 November 2026 09:30 +05`, as Django shows an instant, in the form of `cinema.local_time`: `… 09:30 UTC+5`.

    The zone is left out if it is that of the server. Any other text is returned unchanged.
    """
    words, _space, name = shown.rpartition(" ")
    here, usual = timezone.get_current_timezone(), timezone.get_default_timezone()
    if not words or not (name.isupper() or name[0] in "+-"):
        return shown
    if str(here) == str(usual):
        return words
    return f"{words} UTC{int(name[:3]):+d}" if name[0] in "+-" and len(name) == 3 else shown
