"""Seats that are sold together only. In the drawings: s standard, l love seat, w wheelchair space, c companion seat,
_ aisle; a place of a visit is its number, with * for the ticket type of companions."""

import pytest

from screenings.models import Seat, SeatKind, TicketType
from screenings.seat_rules import left_behind, love_seat_halves, unaccompanied

KINDS = {
    "s": SeatKind.STANDARD,
    "l": SeatKind.LOVE_SEAT,
    "w": SeatKind.WHEELCHAIR,
    "c": SeatKind.COMPANION,
}
ADULT = TicketType(name="Adult")
CARER = TicketType(name="Carer", price_percent=0, sold_to=TicketType.SoldTo.COMPANION)


def seats_of(*rows: str) -> list[Seat]:
    return [
        Seat(pk=10 * row + place, row=row, number=place, place=place, kind=KINDS[mark])
        for row, drawing in enumerate(rows)
        for place, mark in enumerate(drawing, start=1)
        if mark != "_"
    ]


def places_of(drawing: str, chosen: str) -> list[tuple[Seat, TicketType | None]]:
    seats = {seat.pk: seat for seat in seats_of(drawing)}
    return [(seats[int(each[0])], CARER if each.endswith("*") else ADULT) for each in chosen.split()]


@pytest.mark.parametrize(
    ("drawing", "pairs"),
    [
        ("ll", "12"),
        ("llll", "12 34"),
        ("lll", "12"),  # the last of an odd number is a seat of its own
        ("l_l", ""),
        ("ll_ll", "12 45"),
        ("sllsll", "23 56"),
        ("lsl", ""),
    ],
)
def test_adjacent_love_seats_are_paired_from_the_left(drawing: str, pairs: str) -> None:
    halves = love_seat_halves(seats_of(drawing))

    assert sorted(f"{key}{other.pk}" for key, other in halves.items() if key < other.pk) == pairs.split()
    assert {other.pk: key for key, other in halves.items()} == {key: other.pk for key, other in halves.items()}


def test_love_seats_of_two_rows_or_halls_are_not_paired() -> None:
    last, first = Seat(pk=1, hall_id=1, row=1, number=1, kind="LOVE_SEAT"), Seat(hall_id=2, row=1, number=2, pk=2)
    first.kind = SeatKind.LOVE_SEAT

    assert love_seat_halves(seats_of("sl", "l")) == {}
    assert love_seat_halves([last, first]) == {}


@pytest.mark.parametrize(
    ("drawing", "chosen", "alone"),
    [
        ("wc", "1 2*", ""),
        ("wc", "2*", "2"),
        ("wc", "2", "2"),  # a companion's seat at the full price, too
        ("cwc", "1* 2 3*", "1"),
        ("wcs", "1 3*", ""),
        ("wcs", "3*", "3"),  # a companion's ticket on another seat
        ("cwc", "1 2 3*", "3"),  # the free one first
        ("llss", "1 2", ""),
        ("llss", "1 3", "1"),
        ("llss", "3 4", ""),
        ("lll", "3", ""),
    ],
)
def test_some_seats_are_not_sold_without_others(drawing: str, chosen: str, alone: str) -> None:
    found = unaccompanied(places_of(drawing, chosen), halves=love_seat_halves(seats_of(drawing)))

    assert " ".join(str(seat.pk) for seat in found) == alone


@pytest.mark.parametrize(
    ("drawing", "before", "left", "behind"),
    [
        ("wcs", "1 2* 3", "2* 3", "2"),
        ("wcs", "1 2* 3", "1 3", ""),
        ("wcwc", "1 2* 3 4*", "1 2* 4*", "4"),
        ("cc", "1* 2*", "2*", ""),  # there was no wheelchair space before either
        ("llll", "1 2 3 4", "1 3 4", "1"),
        ("llll", "1 3 4", "1 3", "3"),  # half of the first was sold alone before
    ],
)
def test_only_what_becomes_unaccompanied_is_left_behind(drawing: str, before: str, left: str, behind: str) -> None:
    halves = love_seat_halves(seats_of(drawing))

    found = left_behind(places_of(drawing, before), places_of(drawing, left), halves=halves)

    assert " ".join(str(seat.pk) for seat in found) == behind
