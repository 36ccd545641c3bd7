"""Why a seat cost what it did, on the page of its order."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from backoffice.pricing.why import why_it_costs
from orders.models import Ticket
from orders.services import hold
from screenings.models import PriceQuote, TicketType
from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session, free_seats
from tests.helpers.screening_rows import a_price_list, a_price_quote
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

REASONS = [{"code": "SEATS_SCARCE", "text": "Seats may run out: one that is kept for later is worth 90.51 on average."}]


def test_a_price_is_explained_by_its_parts_and_the_reasons_of_its_quote():
    session = a_session(a_hall(rows=["v"]))
    session.hall.cinema.seat_surcharges.create(kind="VIP", amount=Decimal("50.00"))
    a_price_quote(session, "380.00", at=NOON)
    PriceQuote.objects.update(reasons=REASONS)
    child = TicketType.objects.create(name="Child", price_percent=50)
    order = hold(cinema=session.hall.cinema, tickets=[(session, free_seats(session)[0], child)], at=NOON)

    with override("en"):
        found = [each.replace("\N{NO-BREAK SPACE}", " ") for each in why_it_costs(order.tickets.get())]
    with override("ru"):
        russian = why_it_costs(order.tickets.get())

    assert found == [
        "50 % of 380 ₽",
        "Surcharge for the seat: 50 ₽",
        "380 ₽ was the adaptive price since 5 November 15:00; the list price was 350 ₽, the bounds 280 ₽ to 455 ₽.",
        "Seats may run out: one that is kept for later is worth 90.51 on average.",
    ]
    assert russian[3] == "Мест может не хватить: место, оставленное на потом, стоит в среднем 90,51."


def test_the_page_of_an_order_explains_each_ticket_also_those_sold_before_parts_were_kept():
    order = a_paid_order(seats=2)
    older = order.tickets.first()
    Ticket.objects.filter(pk=older.pk).update(base_price=None, percent=None, surcharge=None)

    page = browser(someone("cashier", order.cinema)).get(reverse("admin:orders_order_change", args=[order.pk]))

    assert page.text.count("Why this price") == 2
    assert "Sold before the parts of prices were kept" in page.text
    assert "was the list price, or the fixed price of the ticket type" in page.text


def test_a_list_price_names_the_row_of_the_price_list_that_gave_it():
    session = a_session(a_hall())
    session.price_row = a_price_list(session.hall.cinema, ("Weekend evenings", "350.00", {})).rows.get()
    session.save()
    child = TicketType.objects.create(name="Child", price_percent=50)
    order = hold(cinema=session.hall.cinema, tickets=[(session, free_seats(session)[0], child)], at=NOON)

    with override("en"):
        found = why_it_costs(order.tickets.get())

    assert "was the list price, from the row “Weekend evenings” of the price list." in found[1]
