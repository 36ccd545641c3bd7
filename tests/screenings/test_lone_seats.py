"""Examples of the rule against lone seats. In the drawings: o free, x taken, * chosen, _ aisle, w wheelchair space."""

import pytest

from screenings.lone_seats import find_lone_seats
from screenings.models import Seat, SeatKind


def lone_seats(drawing: str) -> str:
    """The numbers of the lone seats, by their position in the drawing."""
    seats = [
        Seat(pk=place, row=1, number=place, place=place, kind=SeatKind.WHEELCHAIR if sign == "w" else SeatKind.STANDARD)
        for place, sign in enumerate(drawing, start=1)
        if sign != "_"
    ]
    taken = {place for place, sign in enumerate(drawing, start=1) if sign == "x"}
    wanted = {place for place, sign in enumerate(drawing, start=1) if sign == "*"}
    return ",".join(str(seat.number) for seat in find_lone_seats(seats, taken=taken, wanted=wanted))


@pytest.mark.parametrize(
    ("drawing", "alone"),
    [
        ("oo**oo", ""),  # two free seats on each side
        ("**oooo", ""),
        ("o**ooo", ""),  # a seat at the wall is never alone
        ("xo**oo", "2"),  # between a taken and a chosen seat
        ("x**ooo", ""),
        ("*o*ooo", "2"),  # between two chosen seats
        ("xoo**x", ""),
        ("xo*oox", "2"),  # another choice would leave no seat alone
        ("xo**x", ""),  # two of three: every choice leaves one alone
        ("x*ox", ""),  # one of two: every choice leaves one alone
        ("xo*ox", "2,4"),  # the middle one of three
        ("x*oox", ""),
        ("xo***ox", "2,6"),
        ("xx_o**oo", ""),  # a seat at an aisle is never alone
        ("xo*_ooo", "2"),  # the seats beyond the aisle are not affected
        ("wo**ox", "5"),  # a wheelchair space ends a block as an aisle does
        ("xoxo**ox", "4,7"),  # seat 2 was alone before this choice
        ("oooooo", ""),
    ],
)
def test_a_choice_is_refused_if_it_leaves_a_lone_seat_that_another_choice_would_avoid(drawing: str, alone: str) -> None:
    assert lone_seats(drawing) == alone


def test_seats_in_different_rows_are_not_adjacent() -> None:
    seats = [Seat(pk=row * 10 + number, row=row, number=number, place=number) for row in (1, 2) for number in (1, 2, 3)]

    assert find_lone_seats(seats, taken={13}, wanted={21}) == []
