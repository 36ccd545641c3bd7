"""Lists cost the same in a large table as in a small one."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from backoffice.framework import pagination
from orders.models import OrderEvent
from screenings.models import Cinema
from tests.bench.measuring import counted
from tests.helpers.factories import a_cinema, a_hall, a_session, an_order
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

#: The lists that grow with every sale, and those of seats.
GROWING = [
    "bonuses.bonustransaction",
    "concessions.concessionpreorder",
    "concessions.stockmovement",
    "jobs.jobrun",
    "notifications.notification",
    "orders.order",
    "orders.orderevent",
    "orders.refundline",
    "orders.scan",
    "orders.ticket",
    "payments.dispute",
    "payments.gatewayevent",
    "payments.payment",
    "payments.receipt",
    "payments.receiptline",
    "payments.refund",
    "screenings.seat",
    "screenings.seatoutage",
]


@pytest.fixture
def cinemas() -> list[Cinema]:
    return [a_cinema(), a_cinema()]


@pytest.fixture
def events(cinemas: list[Cinema]) -> dict[int, list[int]]:
    """The keys of three events for each cinema, the newest first."""
    for place in cinemas:
        session = a_session(hall=a_hall(place))
        for _number in range(3):
            an_order(session)
    return {
        place.pk: list(OrderEvent.objects.filter(order__cinema=place).order_by("-pk").values_list("pk", flat=True))
        for place in cinemas
    }


def changelist(model: str, **fields: Any) -> Any:
    page = {each.opts.label_lower: each for each in admin.site._registry.values()}[model]
    request = RequestFactory().get(page.change_url.__name__)
    request.user = someone("owner", email=f"{model}@example.org", **fields)
    return page.get_changelist_instance(request)


def shown(response: Any) -> list[int]:
    return [row.pk for row in response.context_data["cl"].result_list]


@pytest.mark.postgres
@pytest.mark.parametrize("model", GROWING)
def test_an_index_has_the_order_of_each_list_that_grows(model: str) -> None:
    sql, params = changelist(model, all_cinemas=True).queryset[:25].query.sql_with_params()

    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
        )
        cursor.execute(
            "SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off; SET LOCAL enable_bitmapscan = off"
        )
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for [line] in cursor.fetchall())

    assert "Sort" not in plan, plan


def test_no_more_rows_are_counted_than_anybody_pages_through(
    events: dict[int, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "COUNTED", 4)
    monkeypatch.setattr(admin.site._registry[OrderEvent], "list_per_page", 2)
    client, address = browser(someone("owner", all_cinemas=True)), reverse("admin:orders_orderevent_changelist")
    newest = sorted((pk for pks in events.values() for pk in pks), reverse=True)

    with counted() as queries:
        first, last = client.get(address), client.get(address, {"p": 2})
    beyond = client.get(address, {"p": 3})

    assert [sql for sql in queries if "COUNT(*)" in sql and not re.search(r"LIMIT 5\)? ", sql)] == []
    assert (shown(first), shown(last)) == (newest[:2], newest[2:4])
    assert "More than 4" in first.content.decode()
    assert beyond.status_code == 302  # there is no such page


def test_the_rows_of_some_cinemas_are_read_by_key_and_not_by_going_through_the_table(
    cinemas: list[Cinema], events: dict[int, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = cinemas[0]
    monkeypatch.setattr(admin.site._registry[OrderEvent], "list_per_page", 2)
    client, address = browser(someone("cinema_manager", own)), reverse("admin:orders_orderevent_changelist")

    with counted() as queries:
        pages = [client.get(address, {"p": number}) for number in (1, 2)]

    assert [shown(page) for page in pages] == [events[own.pk][:2], events[own.pk][2:]]
    assert "Total: 3" in pages[0].content.decode()
    in_order = [sql for sql in queries if 'FROM "orders_orderevent"' in sql and "ORDER BY" in sql]
    assert len(in_order) == 2
    assert all('"orders_orderevent"."id" IN (' in sql for sql in in_order)
