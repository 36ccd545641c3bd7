from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from allocations.errors import HeadcountRefused, ReservedForGroup
from allocations.services import Agreed, book
from boxoffice.errors import CardUnclear, GivenTooLittle, PartTaken
from boxoffice.services import sales
from boxoffice.services.groups import orders_ahead, pay_for_some, shown_of
from orders.models import Order, Ticket
from payments.models import Gateway
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SCHOOL = Agreed("Anna Petrova", Decimal(200), one_free_per=10)


@pytest.fixture
def order() -> Order:
    """Reserved for 22 people, two of them free."""
    session = a_session(a_hall(rows=["ssssssssss"] * 3), start=NOON + DAY)
    book(session, SCHOOL, people=22, until=NOON + DAY / 2, at=NOON, actor=someone("floor_manager", session.hall.cinema))
    return Order.objects.select_related("cinema").get()


def test_some_of_a_group_pay_cash_and_get_an_order_of_their_own(order: Order) -> None:
    shift = a_shift(order.cinema)
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}

    paid, change = pay_for_some(order, people=11, gateway=Gateway.CASH, given=Decimal(2500), release_rest=False, **work)

    rest = Order.objects.get(status=Order.Status.PENDING_PAYMENT)
    assert (paid.status, paid.final_amount, change) == ("PAID", 2000, 500)
    assert cash_of(order.cinema)["DRAWER"] == 2000
    assert [(each.pk, each.people) for each in orders_ahead(order.cinema, at=NOON)] == [(paid.pk, 11), (rest.pk, 11)]
    assert invariant_violations() == []


def test_the_page_of_an_order_shows_what_some_of_the_people_pay(order: Order) -> None:
    assert shown_of(order, typed="11")["part"] == 2000
    for typed in ("", "0", "22", "-1", "1e3", "٣"):
        assert "part" not in shown_of(order, typed=typed)
    assert shown_of(a_paid_order(), typed="1") == {}


def test_the_seats_of_the_others_are_released_if_whoever_books_groups_wants_it(order: Order) -> None:
    shift = a_shift(order.cinema, cashier=User.objects.get())

    pay_for_some(
        order, people=20, gateway=Gateway.CARD_TERMINAL, release_rest=True, shift=shift, at=NOON, actor=shift.cashier
    )

    assert Ticket.objects.live().count() == 20


def test_whoever_books_no_groups_releases_none_of_their_seats(order: Order) -> None:
    shift = a_shift(order.cinema, cashier=someone("cashier", order.cinema))
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}

    with raises_unchanged(ReservedForGroup):
        pay_for_some(order, people=1, gateway=Gateway.CASH, release_rest=True, **work)
    with raises_unchanged(ReservedForGroup):
        sales.undo(order, **work)

    pay_for_some(order, people=1, gateway=Gateway.CASH, release_rest=False, **work)
    assert Ticket.objects.live().count() == 22


def test_groups_are_listed_until_their_screening_is_over_and_only_in_their_cinema(order: Order) -> None:
    a_paid_order(a_session(order.tickets.all()[0].session.hall, start=NOON + 2 * DAY))

    assert [each.group_order.booking.contact for each in orders_ahead(order.cinema, at=NOON)] == ["Anna Petrova"]
    assert not orders_ahead(order.cinema, at=NOON + 2 * DAY)
    assert not orders_ahead(a_cinema(), at=NOON)


def test_what_is_not_a_clean_part_is_refused(order: Order) -> None:
    shift = a_shift(order.cinema)
    work = {"shift": shift, "at": NOON, "actor": shift.cashier}
    cash = {"gateway": Gateway.CASH, "release_rest": False, **work}

    with raises_unchanged(GivenTooLittle):
        pay_for_some(order, people=11, given=Decimal(1999), **cash)
    for people in (0, 23):
        with raises_unchanged(HeadcountRefused):
            pay_for_some(order, people=people, **cash)
    sales.card_unclear(order, amount=Decimal(100), **work)
    with raises_unchanged(CardUnclear):
        pay_for_some(order, people=11, **cash)
    sales.card_declined(order, at=NOON, actor=shift.cashier)
    sales.pay_cash(order, given=None, amount=Decimal(100), **work)
    with raises_unchanged(PartTaken):
        pay_for_some(order, people=11, **cash)
