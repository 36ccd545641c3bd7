"""Seats that break and are mended."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.validators import clean_reason
from screenings.errors import BackAlready, ImpossibleOutage, OutAlready
from screenings.models import Seat, SeatOutage

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def take_out(
    seats: Collection[Seat], *, since: datetime, until: datetime | None = None, reason: str, actor: User | None = None
) -> list[SeatOutage]:
    """Nobody is sold these seats for sessions that run between `since` and `until`, or `ImpossibleOutage`.

    The reason says what is broken; without one it is refused with `ReasonNeeded`. A seat that is out of use then, and
    for as long, is refused with `OutAlready`: a colleague has seen it too. Tickets that were sold stay as they are:
    who calls shows them to people first. Three queries.
    """
    reason = clean_reason(reason)
    if not seats:
        raise ImpossibleOutage(_("Say which seats are broken."))
    if until is not None and until <= since:
        raise ImpossibleOutage(_("The seats would be mended before they break. Choose a later end."))
    with transaction.atomic():
        locked = Seat.objects.select_for_update(of=("self",), no_key=True)  # or two would look at once
        list(locked.filter(pk__in=[seat.pk for seat in seats]).order_by("pk"))
        as_long = Q(until=None) if until is None else Q(until=None) | Q(until__gte=until)
        out = SeatOutage.objects.during(since, until or FOREVER).filter(as_long, seat__in=seats)
        if known := list(out.select_related("seat__hall__cinema").order_by("seat__row", "seat__number")):
            raise OutAlready(known)
        return SeatOutage.objects.bulk_create(
            [SeatOutage(seat=seat, since=since, until=until, reason=reason, actor=actor) for seat in seats]
        )


def put_back(outage: SeatOutage, *, at: datetime) -> None:
    """The seat is fine from `at` on. An outage that has not begun by then never was one; `BackAlready` for one that is
    over."""
    with transaction.atomic():
        row = SeatOutage.objects.select_for_update(of=("self",)).filter(pk=outage.pk).first()
        if row is None or (row.until is not None and row.until <= at):
            raise BackAlready(outage)
        if row.since >= at:
            row.delete()
        else:
            row.until = outage.until = at
            row.save(update_fields=["until"])
