"""Which seats are sold together only: a companion's with a wheelchair space, and both halves of a love seat."""

from collections.abc import Collection, Iterable, Mapping

from screenings.models import Seat, SeatKind, TicketType

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


def _distance(seat: Seat, others: Collection[Seat]) -> int:
    """To the nearest of the others; a row counts more than any number of seats."""
    return min((1000 * abs(seat.row - other.row) + abs(seat.across - other.across) for other in others), default=0)


def _is_companion(seat: Seat, ticket_type: TicketType | None) -> bool:
    return seat.kind == SeatKind.COMPANION or _is_carer(ticket_type)


def _is_carer(ticket_type: TicketType | None) -> bool:
    return ticket_type is not None and ticket_type.sold_to == TicketType.SoldTo.COMPANION
