"""The layout of a hall, as drawn by the shop and the admin."""

from decimal import Decimal

from screenings.hall_layout import broken, chosen, free, lay_out, taken
from screenings.models import Hall, Seat, SeatKind


def seat(row: int, number: int, place: int = 0, kind: str = SeatKind.STANDARD) -> Seat:
    return Seat(pk=100 * row + number, row=row, number=number, place=place, kind=kind)


def test_seats_are_sorted_into_their_rows():
    layout = lay_out([seat(3, 1), seat(1, 2), seat(1, 1)])

    assert [(row.number, [each.seat.number for each in row.seats]) for row in layout.rows] == [(1, [1, 2]), (3, [1])]
    assert [row.first.y for row in layout.rows] == [76, 156]  # row 2 is a cross aisle
    assert (layout.across, layout.width, layout.height) == (2, 176, 186)


def test_an_aisle_is_a_gap():
    [row] = lay_out([seat(1, 1, place=2), seat(1, 2, place=3), seat(1, 3, place=6)]).rows

    assert [len(each.before) for each in row.seats] == [1, 0, 2]
    assert [each.x for each in row.seats] == [108, 148, 268]


def test_a_seat_without_a_place_is_positioned_by_its_number():
    [row] = lay_out([seat(1, 2), seat(1, 5)]).rows

    assert [(len(each.before), each.x) for each in row.seats] == [(1, 108), (2, 228)]


def test_stairs_are_drawn_between_seats_and_behind_the_last_one():
    hall = Hall(stairs=[[1, 2], [1, 4]])

    layout = lay_out([seat(1, 1, place=1), seat(1, 2, place=3)], hall=hall)

    [row] = layout.rows
    assert ([each.before for each in row.seats], row.after) == ([(), (True,)], (True,))
    assert (layout.across, layout.stairs) == (4, ((108, 76), (188, 76)))


def test_the_middle_of_a_curved_row_is_farther_from_the_screen_than_its_ends():
    layout = lay_out([seat(1, number) for number in range(1, 6)], hall=Hall(curve=2))

    assert [each.y - 76 for each in layout.seats] == [29, 67, 80, 67, 29]
    assert layout.height == lay_out([seat(1, 1)]).height + 80


def test_a_row_behind_a_cross_aisle_says_so():
    rows = lay_out([seat(2, 1), seat(3, 1), seat(5, 1)]).rows

    assert [row.aisle for row in rows] == [False, False, True]


def test_how_long_a_hall_is_counts_its_rows_aisles_and_curve():
    seats = [seat(2, 1), seat(3, 1), seat(5, 1)]

    assert (lay_out(seats).down, lay_out(seats, hall=Hall(curve=2)).down) == (4, 6)


def test_a_seat_has_a_label_with_its_letter_and_a_description():
    [placed] = lay_out([seat(1, 7, kind=SeatKind.VIP)], {107: broken("Wet")}).seats

    assert (placed.label, placed.shape, placed.title) == ("V7", "vip", "row 1, seat 7, VIP, off sale: Wet")


def test_a_row_counts_the_seats_that_can_be_chosen():
    seats = [seat(1, number) for number in range(1, 5)]

    [row] = lay_out(seats, {101: taken(), 102: chosen(), 103: broken("Wet")}).rows

    assert [each.mark.is_taken for each in row.seats] == [True, False, True, False]
    assert row.free == 2


def test_the_legend_names_each_kind_once_with_its_price():
    vip, standard = Decimal("450.00"), Decimal("350.00")
    seats = [seat(1, 1, kind=SeatKind.VIP), seat(1, 2), seat(1, 3)]

    kinds = lay_out(seats, {101: taken(vip), 102: free(standard), 103: free(standard)}).kinds

    assert [(each.kind, each.letter, each.count, each.price) for each in kinds] == [
        ("STANDARD", "", 2, standard),
        ("VIP", "V", 1, vip),
    ]


def test_a_hall_without_seats_is_drawn():
    layout = lay_out([])

    assert (layout.rows, layout.kinds, layout.width) == ([], [], 96)
