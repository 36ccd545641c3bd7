"""Takes seats out of use, for example for repair, and puts them back."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import BigIntegerField, Case, Count, F, FilteredRelation, Q, When
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.validators import clean_reason
from screenings.errors import ImpossibleOutage, OutageAlreadyEnded, SeatAlreadyOut, SeatBroken
from screenings.models import Seat, SeatOutage, Session
from screenings.seat_choice import FOR_SOME

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def start_outage(
    seats: Collection[Seat], *, since: datetime, until: datetime | None = None, reason: str, actor: User | None = None
) -> list[SeatOutage]:
    """Take seats out of use: they are not sold for sessions that overlap `since` to `until` (None: no end).

    Tickets that are already sold are not changed; the caller should show them to staff first. Raises `ReasonNeeded`,
    `ImpossibleOutage`, or `SeatAlreadyOut` if a seat is out of use for at least this long. Three queries. Owns its
    transaction.
    """
    reason = clean_reason(reason)
    if not seats:
        raise ImpossibleOutage(_("Choose the seats to take off sale."))
    if until is not None and until <= since:
        raise ImpossibleOutage(_("The end is before the start. Choose a later end."))
    with transaction.atomic():
        # Locked, so that two users cannot pass the check below at once.
        locked = Seat.objects.select_for_update(of=("self",), no_key=True)
        list(locked.filter(pk__in=[seat.pk for seat in seats]).order_by("pk"))
        as_long = Q(until=None) if until is None else Q(until=None) | Q(until__gte=until)
        out = SeatOutage.objects.during(since, until or FOREVER).filter(as_long, seat__in=seats)
        if known := list(out.select_related("seat__hall__cinema").order_by("seat__row", "seat__number")):
            raise SeatAlreadyOut(known)
        return SeatOutage.objects.bulk_create(
            [SeatOutage(seat=seat, since=since, until=until, reason=reason, actor=actor) for seat in seats]
        )


def end_outage(outage: SeatOutage, *, at: datetime) -> None:
    """End an outage at `at`, so that the seat is on sale again; one that has not begun by then is deleted.

    Raises `OutageAlreadyEnded` if it has already ended. Owns its transaction.
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


class SeatsOf(NamedTuple):
    """By hall the number of its seats; by session those of them that are out of use while it runs; by hall those of
    kinds that are for some guests only, with the kind. Seats are primary keys.
    """

    numbers: dict[int, int]
    broken: dict[int, set[int]]
    for_some: dict[int, dict[int, str]]


def broken_seats(sessions: Collection[Session]) -> dict[int, set[int]]:
    """The seats that are out of use while each session runs, both by primary key. One query. Reads only."""
    return seats_of(sessions).broken


def seats_of(sessions: Collection[Session]) -> SeatsOf:
    """One query. Reads only."""
    if not sessions:
        return SeatsOf({}, {}, {})
    start, end = min(each.start_datetime for each in sessions), max(each.end_datetime for each in sessions)
    during = Q(outages__since__lt=end) & (Q(outages__until__isnull=True) | Q(outages__until__gt=start))
    halls = {session.hall_id for session in sessions}
    seats = Seat.objects.filter(hall__in=halls).annotate(broken=FilteredRelation("outages", condition=during))
    numbers: Counter[int] = Counter()
    outages: defaultdict[int, list[SeatOutage]] = defaultdict(list)
    for_some: defaultdict[int, dict[int, str]] = defaultdict(dict)
    one_by_one = Case(When(kind__in=FOR_SOME, then=F("pk")), output_field=BigIntegerField())
    apart = seats.order_by().annotate(alone=one_by_one)
    rows = apart.values_list("hall", "kind", "alone", "broken__seat", "broken__since", "broken__until")
    for hall, kind, alone, seat, since, until, number in rows.annotate(Count("pk")):
        if alone is not None:
            for_some[hall][alone] = kind
        if seat is None:
            numbers[hall] += number
        else:
            outages[hall].append(SeatOutage(seat_id=seat, since=since, until=until))
    for hall, found in outages.items():
        numbers[hall] += len({each.seat_id for each in found})
    broken = {
        session.pk: {
            each.seat_id
            for each in outages[session.hall_id]
            if each.covers(session.start_datetime, session.end_datetime)
        }
        for session in sessions
    }
    return SeatsOf(numbers, broken, for_some)


def refuse_out_of_use(places: Iterable[tuple[Session, Seat]]) -> None:
    """Raise `SeatBroken` if one of the seats is out of use while its session runs. One query. Reads only."""
    places = list(places)
    if not places:
        return
    outages = list(
        SeatOutage.objects.filter(seat__in=[seat.pk for _session, seat in places]).during(
            min(session.start_datetime for session, _seat in places),
            max(session.end_datetime for session, _seat in places),
        )
    )
    broken = [
        str(seat)
        for session, seat in places
        for outage in outages
        if outage.seat_id == seat.pk and outage.covers(session.start_datetime, session.end_datetime)
    ]
    if broken:
        raise SeatBroken(
            _("Not available for this screening: %(seats)s. Choose other seats.") % {"seats": "; ".join(broken)}
        )
