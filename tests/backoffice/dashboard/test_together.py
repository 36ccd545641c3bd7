"""Rows of several tables from two queries."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from backoffice.dashboard.together import First, Together
from concessions.models import ConcessionItem
from orders.models import Order
from payments.models import Refund
from screenings.models import Session
from tests.helpers.factories import a_paid_order, a_session, an_item
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def together(rf: Any) -> Together:
    assert connection.features.supports_json_field  # asked here, since SQLite is asked once for it
    request = rf.get("/")
    request.user = someone("owner")
    return Together(request)


def test_all_answers_come_from_two_queries(together: Together, django_assert_num_queries: Any) -> None:
    session = a_session()
    orders = [a_paid_order(session) for _number in range(5)]
    an_item(session.hall.cinema, price=250)
    asked = together.add_first(First(Order.objects.order_by("-pk"), ["number", "final_amount", "cinema__time_zone"]))
    dear = together.add_first(First(ConcessionItem.objects.order_by(F("price").desc(nulls_last=True)), ["price"]))
    starts = together.add_first(First(Session.objects.order_by("pk"), ["start_datetime", "film__texts"], most=None))
    none = together.add_first(First(Refund.objects.order_by("pk"), ["amount"]))
    there, missing = together.add(Order.objects.all()), together.add(Refund.objects.all())

    with django_assert_num_queries(2):
        number, rows = together.first(asked)

        assert (number, [row.number for row in rows]) == (5, [order.number for order in orders[:1:-1]])
        assert {(row.final_amount, str(row.cinema.zone)) for row in rows} == {
            (orders[0].final_amount, session.hall.cinema.time_zone)
        }
        assert [item.price for item in together.first(dear)[1]] == [250]
        assert [(row.start_datetime, row.film.texts) for row in together.first(starts)[1]] == [
            (session.start_datetime, {})
        ]
        assert together.first(none) == (0, [])
        assert (together.exists(there), together.exists(missing)) == (True, False)


def test_a_row_that_refers_to_none_says_so(together: Together) -> None:
    a_paid_order(a_session())
    key = together.add_first(First(Order.objects.order_by("pk"), ["user__email", "promocode__code"]))

    [order] = together.first(key)[1]

    assert (order.user, order.promocode) == (None, None)
