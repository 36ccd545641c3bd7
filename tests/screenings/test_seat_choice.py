"""Examples of the rule against single seats, and of best seats. In the drawings: o free, x taken, * chosen, _ aisle,
w wheelchair space, v VIP, l love seat."""

import pytest

from screenings.errors import SeatLeftAlone
from screenings.models import Seat, SeatKind
from screenings.seat_choice import best_seats, check_single_seats, seats_for_group

KINDS = {"w": SeatKind.WHEELCHAIR, "v": SeatKind.VIP, "l": SeatKind.LOVE_SEAT}


def hall(*rows: str) -> list[Seat]:
    return [
        Seat(pk=100 * row + place, row=row, number=place, place=place, kind=KINDS.get(sign, SeatKind.STANDARD))
        for row, drawing in enumerate(rows, start=1)
        for place, sign in enumerate(drawing, start=1)
        if sign != "_"
    ]


def marked(sign: str, *rows: str) -> set[int]:
    return {
        100 * row + place
        for row, drawing in enumerate(rows, start=1)
        for place, each in enumerate(drawing, start=1)
        if each == sign
    }


def left_alone(*rows: str) -> str:
    """The numbers of the seats that the refusal names; empty if the choice is allowed."""
    try:
        check_single_seats(hall(*rows), taken=marked("x", *rows), wanted=marked("*", *rows))
    except SeatLeftAlone as refusal:
        return ",".join(str(seat.number) for seat in refusal.seats)
    return ""


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
    assert left_alone(drawing) == alone


def test_seats_in_different_rows_are_not_adjacent() -> None:
    assert left_alone("oox", "*oo") == ""


def test_another_row_may_offer_the_choice_that_leaves_nothing_alone() -> None:
    assert left_alone("xo**x", "xxxxx") == ""
    assert left_alone("xo**x", "xoooo") == "2"


def test_a_refusal_names_seats_to_take_instead() -> None:
    seats = hall("xoooooo")

    with pytest.raises(SeatLeftAlone) as refusal:
        check_single_seats(seats, taken={101}, wanted={103, 104})

    assert [[seat.number for seat in choice] for choice in refusal.value.instead] == [[2, 3], [4, 5], [5, 6]]
    assert str(refusal.value) == " ".join(
        [
            refusal.value.why,
            "You can take these instead: row 1, seat 2; row 1, seat 3.",
            "You can take these instead: row 1, seat 4; row 1, seat 5.",
            "You can take these instead: row 1, seat 5; row 1, seat 6.",
        ]
    )


def test_the_best_seats_are_in_the_middle_and_two_thirds_back() -> None:
    rows = ["oooo_oooooo_oooo"] * 9

    assert best_seats(hall(*rows), taken=set(), party=2) == [608, 609]


def test_best_seats_are_free_side_by_side_and_for_anyone() -> None:
    rows = ["oowxll", "oxooxo"]

    assert best_seats(hall(*rows), taken=marked("x", *rows), party=2) == [203, 204]
    assert best_seats(hall(*rows), taken=marked("x", *rows), party=3) == []
    assert best_seats([], taken=set(), party=1) == []


def test_a_screening_that_will_sell_out_is_filled_without_odd_remainders() -> None:
    rows = ["oooo_oooooooooooo_oooo"] * 10
    quiet, full = (best_seats(hall(*rows), taken=set(), party=4, occupancy=share) for share in (0.3, 1.0))

    assert quiet == best_seats(hall(*rows), taken=set(), party=4)
    assert full != quiet


def test_vip_seats_are_best_only_where_no_standard_seats_have_room() -> None:
    rows = ["oox", "vvv"]

    assert best_seats(hall(*rows), taken=marked("x", *rows), party=2) == [101, 102]
    assert best_seats(hall(*rows), taken=marked("x", *rows), party=3) == [201, 202, 203]


@pytest.mark.parametrize(
    ("party", "found"),
    [
        (4, {101, 102, 201, 202}),
        (5, {301, 302, 303, 304, 305}),  # one kind, if it has room
        (6, {101, 102, 201, 202, 301, 302}),
        (11, {101, 102, 201, 202, 301, 302, 303, 304, 305, 401, 402}),
        (12, set()),  # of the wheelchair spaces none
    ],
)
def test_a_large_group_takes_seats_of_several_kinds_where_one_has_too_few(party: int, found: set[int]) -> None:
    rows = ["oo", "oow", "vvvvv", "ll"]

    assert set(seats_for_group(hall(*rows), taken=set(), party=party)) == found


@pytest.mark.parametrize("drawing", ["oooxoo", "ooo", "xooox_oo", "oxoxoox"])
@pytest.mark.parametrize("party", [1, 2, 3])
def test_the_best_seats_leave_no_single_seat_that_the_shop_would_refuse(drawing: str, party: int) -> None:
    seats, taken = hall(drawing), marked("x", drawing)

    if wanted := best_seats(seats, taken=taken, party=party):
        check_single_seats(seats, taken=taken, wanted=wanted)
