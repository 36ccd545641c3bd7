import pytest
from model_bakery import baker

from screenings.errors import ImpossibleHall
from screenings.models import Cinema, Hall, Seat, SeatKind
from screenings.services import build_hall, redraw_hall
from screenings.services.halls import plan_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cinema():
    return baker.make(Cinema, name="Aurora")


def test_a_plan_becomes_numbered_seats_with_positions(cinema):
    small = build_hall(cinema=cinema, name="Small", rows=["wc__s", "_vvl_"], cleaning_minutes=20)

    assert small.cleaning_minutes == 20
    assert list(small.seats.values_list("row", "number", "place", "kind")) == [
        (1, 1, 1, SeatKind.WHEELCHAIR),
        (1, 2, 2, SeatKind.COMPANION),
        (1, 3, 5, SeatKind.STANDARD),
        (2, 1, 2, SeatKind.VIP),
        (2, 2, 3, SeatKind.VIP),
        (2, 3, 4, SeatKind.LOVE_SEAT),
    ]


def test_a_cross_aisle_counts_as_a_row(cinema):
    small = build_hall(cinema=cinema, name="Small", rows=["ss", "__", "ss"])

    assert list(small.seats.values_list("row", "number")) == [(1, 1), (1, 2), (3, 1), (3, 2)]


@pytest.mark.parametrize("rows", [["ss"], ["s" * 30] * 20])
def test_the_query_count_of_a_hall_does_not_depend_on_its_size(cinema, rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):  # SQLite splits a large insert
        build_hall(cinema=cinema, name="Hall", rows=rows)


@pytest.mark.parametrize(
    "given",
    [
        {"rows": ["ssx"]},
        {"rows": ["s s"]},
        {"rows": ["___"]},
        {"rows": []},
        {"name": "  "},
        {"name": "\u200b\u3164"},
        {"name": "Big"},
        {"name": "x" * 81},
        {"cleaning_minutes": 241},
        {"cleaning_minutes": -1},
    ],
)
def test_an_invalid_hall_is_refused_and_nothing_is_stored(cinema, given):
    build_hall(cinema=cinema, name="Big", rows=["s"])

    with pytest.raises(ImpossibleHall):
        build_hall(**{"cinema": cinema, "name": "Small", "rows": ["ss"], **given})

    assert [one.name for one in Hall.objects.all()] == ["Big"]
    assert Seat.objects.count() == 1


def test_a_plan_with_stairs_and_curved_rows_is_read_back_as_it_was_drawn(cinema):
    rows = ["wc=s", "_vv_", "____", "=ll="]

    hall = build_hall(cinema=cinema, name="Big", rows=rows, curve=2)

    hall.refresh_from_db()
    assert (hall.curve, hall.stairs) == (2, [[1, 3], [4, 1], [4, 4]])
    assert plan_of(hall) == rows


def test_the_seats_of_a_hall_move_and_stay_who_they_are(cinema):
    hall = build_hall(cinema=cinema, name="Big", rows=["ssss", "vvll"])
    before = list(hall.seats.order_by("row", "number").values_list("pk", "row", "number", "kind"))

    redraw_hall(hall, rows=["_ss=ss", "vv_=_ll"], curve=1)

    assert list(hall.seats.order_by("row", "number").values_list("pk", "row", "number", "kind")) == before
    hall.refresh_from_db()
    assert plan_of(hall) == ["_ss=ss_", "vv_=_ll"]
    assert (hall.curve, hall.history.first().stairs) == (1, [[1, 4], [2, 4]])


@pytest.mark.parametrize(
    ("rows", "curve", "why"),
    [
        (["sss", "vv"], 0, "Row 1 has 2 seats, and 3 in this plan."),
        (["ss"], 0, "Row 2 has 2 seats, and 0 in this plan."),
        (["ss", "sv"], 0, "Seats keep their type here."),
        (["ss", "vv"], 6, "less than or equal to 5"),
    ],
)
def test_a_plan_with_other_seats_is_refused_and_nothing_moves(cinema, rows, curve, why):
    hall = build_hall(cinema=cinema, name="Big", rows=["s_s", "vv"])

    with pytest.raises(ImpossibleHall, match=why):
        redraw_hall(hall, rows=rows, curve=curve)

    hall.refresh_from_db()
    assert (plan_of(hall), hall.curve) == (["s_s", "vv_"], 0)
