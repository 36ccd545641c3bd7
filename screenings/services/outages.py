"""Seats that break and are mended."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.validators import clean_reason
from screenings.errors import ImpossibleOutage, OutageAlreadyEnded, SeatAlreadyOut
from screenings.models import Seat, SeatOutage

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def start_outage(
    seats: Collection[Seat], *, since: datetime, until: datetime | None = None, reason: str, actor: User | None = None
) -> list[SeatOutage]:
    """Take seats out of use: they are not sold for sessions that run between `since` and `until` (None: for good).

    Tickets that were sold stay as they are; the caller shows them to staff first. Raises `ReasonNeeded`,
    `ImpossibleOutage`, or `SeatAlreadyOut` where a seat is out of use for as long already. Three queries. Owns its
    transaction.
    """
    reason = clean_reason(reason)
    if not seats:
        raise ImpossibleOutage(_("Choose the seats to take off sale."))
    if until is not None and until <= since:
        raise ImpossibleOutage(_("The end is before the start. Choose a later end."))
    with transaction.atomic():
        locked = Seat.objects.select_for_update(of=("self",), no_key=True)  # or two would look at once
        list(locked.filter(pk__in=[seat.pk for seat in seats]).order_by("pk"))
        as_long = Q(until=None) if until is None else Q(until=None) | Q(until__gte=until)
        out = SeatOutage.objects.during(since, until or FOREVER).filter(as_long, seat__in=seats)
        if known := list(out.select_related("seat__hall__cinema").order_by("seat__row", "seat__number")):
            raise SeatAlreadyOut(known)
        return SeatOutage.objects.bulk_create(
            [SeatOutage(seat=seat, since=since, until=until, reason=reason, actor=actor) for seat in seats]
        )


def end_outage(outage: SeatOutage, *, at: datetime) -> None:
    """Put a seat back into use from `at` on; an outage that has not begun by then is deleted.

    Raises `OutageAlreadyEnded` if the outage is over. Owns its transaction.
    """
    with transaction.atomic():
        row = SeatOutage.objects.select_for_update(of=("self",)).filter(pk=outage.pk).first()
        if row is None or (row.until is not None and row.until <= at):
            raise OutageAlreadyEnded(outage)
        if row.since >= at:
            row.delete()
        else:
            row.until = outage.until = at
            row.save(update_fields=["until"])
