"""The nearest equal seats of another hall."""

from dataclasses import dataclass
from itertools import count

from incidents.seat_plans import plan_seats
from screenings.models import Seat

KINDS = {"s": "STANDARD", "v": "VIP", "l": "LOVE_SEAT", "w": "WHEELCHAIR", "c": "COMPANION"}
_keys = count(1)


@dataclass
class ATicket:
    pk: int
    seat: Seat


def a_plan(*rows, hall=1):
    """The seats of a hall: a letter a seat, an underscore for an aisle."""
    return [
        Seat(pk=next(_keys), hall_id=hall, row=row, number=place, place=place, kind=KINDS[letter])
        for row, letters in enumerate(rows, start=1)
        for place, letter in enumerate(letters, start=1)
        if letter != "_"
    ]


def tickets(seats):
    return [ATicket(next(_keys), seat) for seat in seats]


def where(plan, party):
    """Rows and numbers of the party's new seats."""
    return [(plan.seats[each.pk].row, plan.seats[each.pk].number) for each in party]


def test_a_party_gets_the_nearest_seats_together():
    old, new = a_plan("ssss", "ssss", "ssss"), a_plan("ssssssss", "ssssssss", "ssssssss", hall=2)
    party = tickets(old[8:10])

    plan = plan_seats({1: party}, former=old, free=new)

    assert where(plan, party) == [(3, 1), (3, 2)]
    assert plan.left == []


def test_wheelchair_users_come_first_with_their_companions_beside_them():
    old, new = a_plan("wc", "ssss"), a_plan("ssss", "c_w_c", hall=2)
    big, wheelchair = tickets(old[2:6]), tickets(old[:2])

    plan = plan_seats({1: big, 2: wheelchair}, former=old, free=new)

    assert where(plan, wheelchair) == [(2, 3), (2, 1)]
    assert where(plan, big) == [(1, 1), (1, 2), (1, 3), (1, 4)]


def test_groups_come_before_single_guests_and_those_left_over_are_named():
    old, new = a_plan("ssss", "ss"), a_plan("ssss", hall=2)
    one, group, other = tickets(old[4:5]), tickets(old[:3]), tickets(old[5:6])

    plan = plan_seats({1: one, 2: other, 3: group}, former=old, free=new)

    assert where(plan, group) == [(1, 1), (1, 2), (1, 3)]
    assert (where(plan, one), plan.left) == ([(1, 4)], [2])


def test_a_party_that_fits_no_row_is_split_in_halves_and_one_that_fits_not_at_all_takes_nothing():
    old, new = a_plan("ssss", "ssss"), a_plan("ss", "ss", "s", hall=2)
    four, two = tickets(old[:4]), tickets(old[4:6])

    plan = plan_seats({1: four, 2: two}, former=old, free=new)

    assert {row for row, _number in where(plan, four)} == {1, 2}
    assert plan.left == [2]
    assert len(plan.seats) == 4


def test_a_standard_ticket_may_get_a_better_chair_and_nobody_a_lesser_one():
    old, new = a_plan("sv"), a_plan("vs", hall=2)
    standard, vip = tickets(old[:1]), tickets(old[1:])

    assert where(plan_seats({1: standard}, former=old, free=new[:1]), standard) == [(1, 1)]
    assert plan_seats({1: vip}, former=old, free=new[1:]).left == [1]


def test_love_seats_stay_whole():
    old, new = a_plan("llll"), a_plan("ll_ll", hall=2)
    couple, couples = tickets(old[:2]), tickets(old)

    assert where(plan_seats({1: couple}, former=old, free=new[1:]), couple) == [(1, 4), (1, 5)]
    assert sorted(where(plan_seats({1: couples}, former=old, free=new), couples)) == [(1, 1), (1, 2), (1, 4), (1, 5)]
