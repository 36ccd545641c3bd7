"""The timeline on the page of an order."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.services import check_in, refund
from tests.helpers.factories import a_paid_order, an_item
from tests.helpers.order_rows import upcoming_session
from tests.helpers.pages.admin_pages import admin_url, query_count
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_the_timeline_lists_the_events_of_an_order(cinema, sold):
    manager = someone("floor_manager", cinema)
    used, returned = sold.tickets.order_by("pk")
    check_in(used, at=used.session.start_datetime, actor=manager)
    refund(sold, lines=[returned], reason="Fell ill", at=timezone.now(), actor=manager)

    page = browser(manager).get(reverse("admin:orders_order_change", args=[sold.pk]))

    happened = [(entry.what, entry.who, entry.why) for entry in page.context_data["timeline"].entries]
    assert ("Awaiting payment → Paid", "", "") in happened
    times = re.findall('<time[^>]* datetime="([^"]*)"', page.content.decode())
    assert [time for time in times if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)] == []
    assert len(times) > 5
    assert ("Payment of 846\N{NO-BREAK SPACE}₽: Cash", "", "") in happened
    assert ("Points -94: Spent", "", "") in happened
    assert ("Refund of 315\N{NO-BREAK SPACE}₽: To be sent", str(manager), "Fell ill") in happened
    assert (f"Checked in: {used.seat}", str(manager), "") in happened
    assert ("Message: Order refunded", "", "") in happened
    assert [line.paid for line in page.context_data["timeline"].lines] == [
        "315\N{NO-BREAK SPACE}₽",
        "315\N{NO-BREAK SPACE}₽",
        "216\N{NO-BREAK SPACE}₽",
    ]


def test_the_timeline_hides_points_and_refunds_without_permission(cinema, sold):
    refund(sold, lines=[sold.tickets.first()], reason="Fell ill", at=timezone.now())

    page = browser(someone("cashier", cinema)).get(reverse("admin:orders_order_change", args=[sold.pk]))

    assert "Fell ill" not in page.content.decode()
    assert "Points -94" not in page.content.decode()


def test_the_page_runs_the_same_number_of_queries_for_few_lines_and_for_many(cinema):
    client = browser(someone("owner", cinema))
    session, item = upcoming_session(cinema), an_item(cinema)

    def cost(order: Order) -> int:
        return query_count(client, admin_url(order))

    few = a_paid_order(session, seats=2, snacks=[(item, 1)])
    many = a_paid_order(session, seats=15, snacks=[(item, 1), (an_item(cinema), 1), (an_item(cinema), 2)])

    assert cost(many) == cost(few)
