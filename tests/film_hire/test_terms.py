from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from film_hire.terms import Base, Method, Rule, Step, Terms, Tickets, base_of, hire_of

D = Decimal
DOC = Path(__file__).resolve().parents[2] / "docs" / "film-hire.md"


def a_base(base: str, *, admissions: int = 0, comps: int = 0) -> Base:
    return Base(base=D(base), box_office=D(base), admissions=admissions, comps=comps)


def test_the_example_of_the_manual() -> None:
    terms = Terms(
        percents=(D(50), D(45)),
        minimum_head=D("150.00"),
        guarantee=D("16000.00"),
        levy_percent=D("2.5"),
        lowest_price=D("200.00"),
        points_count=False,
    )
    full = D("350.00")
    thursday = base_of(
        [
            Tickets(35, full),
            Tickets(5, full, points=D("100.00")),
            Tickets(10, full, discount=D("35.00")),
            Tickets(4, D("175.00")),
            Tickets(3, D("0.00")),
            Tickets(2, full, is_refunded=True),
            Tickets(1, full, is_refunded=True, is_goodwill=True),
        ],
        terms,
        vat_percent=20,
    )
    friday = base_of([Tickets(20, D("400.00"))], terms, vat_percent=20)
    later = base_of([Tickets(30, full)], terms, vat_percent=20)

    first = hire_of([thursday, friday], terms, week=1, weeks=2)
    second = hire_of([later], terms, week=2, weeks=2, earlier=first.amount)

    assert thursday == Base(
        admissions=55, comps=3, box_office=D("17850.00"), goodwill=D("350.00"), raised=D("100.00"),
        points=D("500.00"), vat=D("2966.67"), levy=D("370.83"), base=D("14462.50"),
    )  # fmt: skip
    assert (friday.vat, friday.levy, friday.base) == (D("1333.33"), D("166.67"), D("6500.00"))
    assert [step.amount for step in first.steps] == [D("10481.25"), D("11250.00")]
    assert [step.amount for step in second.steps] == [D("3839.06"), D("4500.00"), D("250.00")]
    assert (first.amount, second.amount) == (D("11250.00"), D("4750.00"))
    said = DOC.read_text()
    amounts = [thursday.box_office, thursday.vat, thursday.levy, thursday.base, friday.vat, friday.base, later.base]
    amounts += [step.amount for step in (*first.steps, *second.steps)] + [first.amount, second.amount]
    assert [each for each in amounts if f"| {each:,.2f} |" not in said] == []


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms(percents=(D("52.5"),)), "1050.00"),
        (Terms(percents=(D(10),), house_cost=D(1500), house_percent=D(90)), "450.00"),
        (Terms(percents=(D(50),), house_cost=D(1500), house_percent=D(90)), "1000.00"),
        (Terms(Method.FIXED_WEEK, amount=D(700)), "700.00"),
        (Terms(Method.FIXED_SESSION, amount=D(300)), "600.00"),
        (Terms(Method.PER_HEAD, amount=D("1.5")), "30.00"),
        (Terms(Method.PER_HEAD, amount=D("1.5"), comps_count=True), "37.50"),
        (Terms(Method.HOUSE_WEEK, amount=D(800)), "1200.00"),
        (Terms(Method.HOUSE_SESSION, amount=D(800)), "700.00"),  # 1,500 less 800, and nothing of 500
        (Terms(percents=(D(1),), minimum_week=D(90)), "90.00"),
    ],
)
def test_each_calculation(terms: Terms, expected: str) -> None:
    sessions = [a_base("1500.00", admissions=12, comps=5), a_base("500.00", admissions=8)]

    assert hire_of(sessions, terms, week=1).amount == D(expected)


def test_the_last_percentage_holds_for_later_weeks() -> None:
    terms = Terms(percents=(D(50), D(40)))

    assert [hire_of([a_base("100.00")], terms, week=week).amount for week in (1, 2, 9)] == [50, 40, 40]


def test_the_weeks_of_a_fixed_amount_add_up_to_it() -> None:
    terms = Terms(Method.FIXED, amount=D("100.00"))

    parts = [hire_of([], terms, week=week, weeks=3).amount for week in (1, 2, 3)]

    assert parts == [D("33.33"), D("33.34"), D("33.33")]


def test_a_guarantee_that_is_earned_adds_nothing() -> None:
    terms = Terms(percents=(D(50),), guarantee=D(100))

    hire = hire_of([a_base("300.00")], terms, week=2, weeks=2, earlier=D(40))

    assert hire.amount == 150
    assert hire.steps[-1].rule == Rule.GUARANTEE
    assert hire.steps[-1].amount == 0


def test_an_advance_covers_the_hire_of_the_first_weeks_until_it_is_used_up() -> None:
    """The weeks of the example in docs/film-hire.md."""
    terms = Terms(Method.FIXED_WEEK, amount=D(11250), advance=D(12000), guarantee=D(16000))

    first = hire_of([a_base("1.00")], terms, week=1, weeks=3)
    second = hire_of([a_base("1.00")], replace(terms, amount=D(4750)), week=2, weeks=3, earlier=first.amount)
    third = hire_of([a_base("1.00")], terms, week=3, weeks=3, earlier=first.amount + second.amount)

    assert [(each.amount, each.advance) for each in (first, second, third)] == [(11250, 11250), (4750, 750), (11250, 0)]
    assert second.steps[-1] == Step(Rule.ADVANCE, D(750), (D(12000), D(4000)))


def test_a_surcharge_outside_hire_is_never_more_than_the_ticket() -> None:
    one = base_of([Tickets(2, D("30.00")), Tickets(1, D("80.00"))], Terms(surcharge=D(50)), vat_percent=0)

    assert (one.box_office, one.surcharges, one.base) == (140, 110, 30)


@pytest.mark.parametrize("points_count", [True, False])
@pytest.mark.parametrize("discounts_reduce", [True, False])
@pytest.mark.parametrize("goodwill_reduces", [True, False])
@pytest.mark.parametrize("without_vat", [True, False])
def test_the_base_is_the_box_office_with_what_is_listed(
    points_count: bool, discounts_reduce: bool, goodwill_reduces: bool, without_vat: bool
) -> None:
    terms = Terms(
        points_count=points_count, discounts_reduce=discounts_reduce, goodwill_reduces=goodwill_reduces,
        without_vat=without_vat, levy_percent=D("1.7"), share_percent=D("33.3"), lowest_price=D(300), surcharge=D(50),
    )  # fmt: skip
    tickets = [
        Tickets(7, D("350.00"), D("35.01"), D("20.00")),
        Tickets(3, D("117.33"), D("117.33")),
        Tickets(2, D("350.00"), D("35.01"), is_refunded=True, is_goodwill=True),
        Tickets(2, D("0.00")),
    ]

    one = base_of(tickets, terms, vat_percent=22)

    added = one.box_office + one.goodwill + one.discounts + one.raised
    assert one.base == added - one.points - one.surcharges - one.other_share - one.vat - one.levy
    assert (one.goodwill == 0) == goodwill_reduces
    assert (one.vat == 0) == (not without_vat)
