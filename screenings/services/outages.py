"""Seats that break and are mended."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from cinema.reasons import given
from screenings.errors import ImpossibleOutage
from screenings.models import Seat, SeatOutage


def take_out(
    seats: Collection[Seat], *, since: datetime, until: datetime | None = None, reason: str, actor: User | None = None
) -> list[SeatOutage]:
    """Nobody is sold these seats for sessions that run between `since` and `until`, or `ImpossibleOutage`.

    The reason says what is broken; without one it is refused with `ReasonNeeded`. Tickets that were sold stay as they
    are: who calls shows them to people first. One query.
    """
    reason = given(reason)
    if not seats:
        raise ImpossibleOutage(_("Say which seats are broken."))
    if until is not None and until <= since:
        raise ImpossibleOutage(_("The seats would be mended before they break. Choose a later end."))
    return SeatOutage.objects.bulk_create(
        [SeatOutage(seat=seat, since=since, until=until, reason=reason, actor=actor) for seat in seats]
    )


def put_back(outage: SeatOutage, *, at: datetime) -> None:
    """The seat is fine from `at` on. An outage that has not begun by then never was one."""
    if outage.since >= at:
        SeatOutage.objects.filter(pk=outage.pk).delete()
    elif outage.until is None or outage.until > at:
        outage.until = at
        outage.save(update_fields=["until"])
