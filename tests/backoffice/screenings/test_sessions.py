"""The page of a session: who sits where, and cancellation."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from orders.services import check_in
from screenings.models import Hall, Session
from screenings.services import start_outage
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pages.admin_pages import query_count
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_the_page_describes_each_seat_in_words(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session, seats=2)
    used = order.tickets.order_by("pk")[0]
    check_in(used, at=session.start_datetime)
    start_outage([factories.free_seats(session)[0]], since=NOON, reason="Wet")

    page = browser(someone("owner", hall.cinema)).get(reverse("admin:screenings_session_change", args=[session.pk]))

    titles = re.findall(r"<title>(.*?)</title>", page.text)
    assert f"row 1, seat 1, Standard, Used, order {order.number}, Adult" in titles
    assert f"row 1, seat 2, Standard, Paid, order {order.number}, Adult" in titles
    assert "row 1, seat 3, VIP, off sale: Wet" in titles
    assert "row 3, seat 4, Companion seat" in titles
    assert reverse("admin:orders_order_change", args=[order.pk]) in page.text
    counts = {each.label: each.number for each in page.context_data["occupancy"].counts}
    assert counts == {
        "Free": 5,
        "Reserved": 0,
        "Paid": 1,
        "Used": 1,
        "No-show": 0,
        "Off sale": 1,
        "Kept by the house": 0,
    }


def test_tickets_for_seats_that_were_later_taken_off_sale_are_listed(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session)
    start_outage([order.tickets.get().seat], since=NOON, reason="Wet")

    page = browser(someone("usher", hall.cinema)).get(reverse("admin:screenings_session_change", args=[session.pk]))

    assert "These tickets are for seats that are off sale" in page.text
    assert reverse("admin:orders_order_change", args=[order.pk]) not in page.text  # an usher sees no orders


def test_orders_are_shown_only_to_people_who_may_view_tickets(hall: Hall) -> None:
    session = factories.a_session(hall)
    order = factories.a_paid_order(session)

    page = browser(someone("bar", hall.cinema)).get(reverse("admin:screenings_session_change", args=[session.pk]))

    assert page.status_code == 200
    assert order.number not in page.text
    assert "row 1, seat 1, Standard, Paid" in page.text


def test_the_page_runs_the_same_number_of_queries_for_3_orders_and_for_30() -> None:
    session = factories.a_session(factories.a_hall(rows=["s" * 40]))
    client = browser(someone("owner", session.hall.cinema))
    link = reverse("admin:screenings_session_change", args=[session.pk])

    def cost() -> int:
        return query_count(client, link)

    for _number in range(3):
        factories.a_paid_order(session)
    cost()
    few = cost()
    for _number in range(27):
        factories.a_paid_order(session)

    assert cost() == few <= 15


def test_a_session_is_cancelled_with_a_reason_after_showing_the_affected_orders(hall: Hall) -> None:
    session = factories.a_session(hall)
    factories.a_paid_order(session, seats=2)
    link = reverse("admin:screenings_session_cancel", args=[session.pk])
    client = browser(someone("floor_manager", hall.cinema))

    asked = client.get(link).text
    without = client.post(link, {"reason": " "})
    refused = browser(someone("cashier", hall.cinema)).post(link, {"reason": "The projector broke"})
    foreign = browser(someone("owner", factories.a_cinema())).post(link, {"reason": "The projector broke"})
    before = Session.objects.get(pk=session.pk).status
    answer = client.post(link, {"reason": "The projector broke"})

    assert re.search(r"Tickets sold or reserved</dt>\s*<dd[^>]*>2<", asked)
    assert (without.status_code, refused.status_code, foreign.status_code) == (200, 403, 404)
    assert (before, answer.status_code) == (Session.Status.SCHEDULED, 302)
    session.refresh_from_db()
    assert (session.status, session.cancel_reason) == (Session.Status.CANCELLED, "The projector broke")
    assert session.cancelled_by.email == "floor_manager@example.org"


def test_the_list_is_sorted_by_columns_of_one_index() -> None:
    page = browser(someone("owner", all_cinemas=True)).get(reverse("admin:screenings_session_changelist"))

    assert {name.strip("-") for name in page.context["cl"].queryset.query.order_by} == {"start_datetime", "pk"}
    assert ["start_datetime", "id"] in [index.fields for index in Session._meta.indexes]


def test_a_pricing_mode_is_offered_the_sessions_to_come(hall: Hall) -> None:
    factories.a_session(hall, start=NOON - timedelta(days=2))
    coming = factories.a_session(hall)
    where = {"app_label": "pricing", "model_name": "pricingmode", "field_name": "session", "term": ""}

    found = browser(someone("owner", hall.cinema)).get(reverse("admin:autocomplete"), where).json()["results"]

    assert [row["id"] for row in found] == [str(coming.pk)]
