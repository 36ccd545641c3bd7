"""The rule that no seat is left alone, by example: a row is drawn with o free, x taken, * chosen, _ an aisle, w a
wheelchair place."""

import pytest

from screenings.lone_seats import find_lone_seats
from screenings.models import Seat, SeatKind


def judge(drawing: str) -> str:
    """The seats left alone, by the place in the drawing."""
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
        ("oo**oo", ""),  # two free at either side
        ("**oooo", ""),
        ("o**ooo", ""),  # by the wall nobody is alone: it is not mid-row
        ("xo**oo", "2"),  # between somebody and the choice
        ("x**ooo", ""),
        ("*o*ooo", "2"),  # a gap of one's own making
        ("xoo**x", ""),
        ("xo*oox", "2"),  # moving by one would leave nobody alone
        ("xo**x", ""),  # two of three: one is left alone whatever is chosen
        ("x*ox", ""),  # one of two: the same
        ("xo*ox", "2,4"),  # one of three, from the middle
        ("x*oox", ""),
        ("xo***ox", "2,6"),
        ("xx_o**oo", ""),  # beside an aisle nobody is alone
        ("xo*_ooo", "2"),  # an aisle ends the stretch: to the other side of it nothing is wrong
        ("wo**ox", "5"),  # a wheelchair place ends a block as an aisle does
        ("xoxo**ox", "4,7"),  # seat 2 was alone before, which is nobody's fault now
        ("oooooo", ""),
    ],
)
def test_a_choice_is_refused_if_it_leaves_a_lone_seat_that_another_choice_would_avoid(drawing: str, alone: str) -> None:
    assert judge(drawing) == alone


def test_seats_in_different_rows_are_not_adjacent() -> None:
    seats = [Seat(pk=row * 10 + number, row=row, number=number, place=number) for row in (1, 2) for number in (1, 2, 3)]

    assert find_lone_seats(seats, taken={13}, wanted={21}) == []
