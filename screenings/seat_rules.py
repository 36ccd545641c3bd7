"""Which seats are sold together only: a companion's with a wheelchair space, and both halves of a love seat."""

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from screenings.errors import ChoiceRefused
from screenings.models import Seat, SeatKind, SeatOutage, Session, TicketType

Place = tuple[Seat, TicketType | None]  # None while no ticket type is chosen


def love_seat_halves(seats: Iterable[Seat]) -> dict[int, Seat]:
    """The other half of each love seat, by primary key. `seats` are all of one hall, or of several.

    Adjacent love seats of a row are paired from the left; one without a neighbour is sold by itself. No query.
    """
    halves: dict[int, Seat] = {}
    single: Seat | None = None
    love_seats = (seat for seat in seats if seat.kind == SeatKind.LOVE_SEAT)
    for seat in sorted(love_seats, key=lambda seat: (seat.hall_id, seat.row, seat.across)):
        where = (seat.hall_id, seat.row, seat.across - 1)
        if single is not None and (single.hall_id, single.row, single.across) == where:
            halves[single.pk], halves[seat.pk] = seat, single
            single = None
        else:
            single = seat
    return halves


def halves_around(seats: Iterable[Seat]) -> dict[int, Seat]:
    """`love_seat_halves` of the halls of these seats; one query if there is a love seat among them."""
    halls = {seat.hall_id for seat in seats if seat.kind == SeatKind.LOVE_SEAT}
    return love_seat_halves(Seat.objects.filter(hall__in=halls, kind=SeatKind.LOVE_SEAT)) if halls else {}


def unaccompanied(places: Collection[Place], *, halves: Mapping[int, Seat]) -> list[Seat]:
    """The seats of one visit that are not sold without others: companions beyond the number of wheelchair spaces
    (free ones first, then those further away), and halves of love seats without the other half. No query.
    """
    seats = {seat.pk for seat, _type in places}
    wheelchairs = [seat for seat, _type in places if seat.kind == SeatKind.WHEELCHAIR]
    companions = sorted(
        (place for place in places if _is_companion(*place)),
        key=lambda place: (not _is_carer(place[1]), -_distance(place[0], wheelchairs)),
    )
    alone = [seat for seat, _type in companions[: max(0, len(companions) - len(wheelchairs))]]
    return alone + [seat for seat, _type in places if seat.pk in halves and halves[seat.pk].pk not in seats]


def left_behind(before: Collection[Place], left: Collection[Place], *, halves: Mapping[int, Seat]) -> list[Seat]:
    """The seats that are unaccompanied once only `left` of the places are kept, and were not before. No query."""
    earlier = {seat.pk for seat in unaccompanied(before, halves=halves)}
    return [seat for seat in unaccompanied(left, halves=halves) if seat.pk not in earlier]


def check_seats(
    seats: Collection[Seat], *, session: Session, halves: Mapping[int, Seat], taken: Collection[int]
) -> None:
    """Raise `ChoiceRefused` if some of the seats are not sold without others.

    `taken` are the primary keys of the seats that cannot be chosen. Half a love seat is sold alone only if the other
    half is out of use; one query for each whose other half is taken.
    """
    for seat in unaccompanied([(seat, None) for seat in seats], halves=halves):
        if seat.kind != SeatKind.LOVE_SEAT:
            raise ChoiceRefused(
                _("Companion seats are for people coming with a wheelchair user. Select the wheelchair space too.")
            )
        other = halves[seat.pk]
        if other.pk not in taken:
            raise ChoiceRefused(_("Love seats are sold in pairs. Select this seat too: %(seat)s.") % {"seat": other})
        if not SeatOutage.objects.of_session(session).filter(seat=other).exists():
            raise ChoiceRefused(
                _("Love seats are sold in pairs, and this one is taken: %(seat)s. Choose other seats.")
                % {"seat": other}
            )


def check_ticket_types(places: Collection[tuple[Seat, TicketType]], *, offered: Iterable[TicketType]) -> None:
    """Raise `ChoiceRefused` for a ticket type that a seat is not sold with, or companions without a wheelchair space.

    `offered` are the ticket types on sale. No query.
    """
    offered = list(offered)
    for seat, ticket_type in places:
        if ticket_type not in ticket_types_for(seat, offered=offered):
            raise ChoiceRefused.of_type(seat, ticket_type)
    carers = [place for place in places if _is_carer(place[1])]
    if len(carers) > sum(seat.kind == SeatKind.WHEELCHAIR for seat, _type in places):
        raise ChoiceRefused.of_type(*carers[-1])


def ticket_types_for(seat: Seat, *, offered: Iterable[TicketType]) -> list[TicketType]:
    """The ticket types that this seat is sold with; a companion’s own come first. No query."""
    at_companion = seat.kind == SeatKind.COMPANION
    fit = [each for each in offered if at_companion or not _is_carer(each)]
    return sorted(fit, key=lambda each: not _is_carer(each))


def _distance(seat: Seat, others: Collection[Seat]) -> int:
    """To the nearest of the others; a row counts more than any number of seats."""
    return min((1000 * abs(seat.row - other.row) + abs(seat.across - other.across) for other in others), default=0)


def _is_companion(seat: Seat, ticket_type: TicketType | None) -> bool:
    return seat.kind == SeatKind.COMPANION or _is_carer(ticket_type)


def _is_carer(ticket_type: TicketType | None) -> bool:
    return ticket_type is not None and ticket_type.sold_to == TicketType.SoldTo.COMPANION
