"""Two people record one bank transfer at once. Not on SQLite, where only one transaction writes at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections

from allocations.errors import TransferBooked
from allocations.services.groups import Agreed, book, pay
from allocations.services.transfers import check_recorded, named_transfer, recorded_once
from orders.models import Order
from orders.services import mark_paid
from payments.models import Gateway, Payment
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_session
from tests.helpers.users import someone

TRANSFER = Gateway.BANK_TRANSFER
DAY = timedelta(days=1)


def two_groups() -> list[Order]:
    session, manager = a_session(start=NOON + DAY), someone()
    for name in ("Anna", "Boris"):
        book(session, Agreed(name, Decimal(200)), people=2, until=NOON + DAY / 2, at=NOON, actor=manager)
    return list(Order.objects.order_by("pk"))


def pay_by_117(order: Order) -> None:
    pay(
        order,
        gateway=TRANSFER,
        reference="117",
        transferred_on=NOON.date(),
        at=NOON,
        actor=someone(email=f"{order}@x.org"),
    )


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_record_one_transfer_at_once_one_is_refused() -> None:
    first, second = two_groups()

    def end(order: Order) -> str:
        try:
            pay_by_117(order)
        except TransferBooked:
            return "refused"
        finally:
            connections.close_all()
        return "paid"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(end, (first, second))) == ["paid", "refused"]

    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_a_transfer_that_was_recorded_while_another_group_was_looked_up_is_refused() -> None:
    first, second = two_groups()
    reference = named_transfer(second.group_order.booking, number="117", on=NOON.date(), at=NOON)
    pay_by_117(first)

    with raises_unchanged(TransferBooked), recorded_once(reference):
        check_recorded(
            mark_paid(second, gateway=TRANSFER, amount=second.final_amount, external_id=reference, at=NOON), reference
        )
