"""Receipts on the pages of the till: the panel, the numbers, and the manager's word."""

from datetime import timedelta

import pytest

from cinema import clock
from orders.services import mark_paid
from payments.models import Receipt, Shift
from screenings.models import Cinema
from tests.helpers.box_office import a_device, at_work
from tests.helpers.cash import a_shift
from tests.helpers.factories import LONG_AGO, a_cinema, a_hall, a_session, an_order
from tests.helpers.users import someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db
SHIFT, REGISTER = "/boxoffice/till/shift/", "/boxoffice/till/receipts/register/"


@pytest.fixture(autouse=True)
def _receipts(settings):
    settings.RECEIPTS_SINCE, settings.RECEIPT_SENDER = LONG_AGO, "payments.fiscal.Console"


def test_without_a_printer_the_page_says_what_to_do_and_a_manager_does_it():
    cinema = a_cinema()
    cashier = at_work(someone("cashier", cinema), a_device(cinema, name="Till 1"))
    manager = at_work(someone("cinema_manager", cinema), a_device(cinema, name="Till 2"))

    refused = cashier.post(SHIFT, {"do": "open", "name": "Drawer 1", "float": "0"}, follow=True).text
    forbidden = cashier.post(REGISTER, {"register": "400054952"})
    manager.post(REGISTER, {"register": "400054952"})
    cashier.post(SHIFT, {"do": "open", "name": "Drawer 1", "float": "0"})

    assert "Fiscal receipts are required, but nothing prints them" in refused
    assert "no shift can be opened" in refused
    assert forbidden.status_code == 403
    assert Cinema.objects.get().cash_register == "400054952"
    assert Shift.objects.get().status == Shift.Status.OPEN
    assert "400054952" in cashier.get(SHIFT).text


def test_a_sale_asks_for_the_number_of_its_receipt_and_the_shift_lists_those_without():
    cinema = a_cinema()
    cinema.cash_register = "400054952"
    cinema.save()
    cashier = someone("cashier", cinema)
    client, now = at_work(cashier, a_device(cinema)), clock.now()
    shift = a_shift(cinema, cashier=cashier, at=now)
    orders, session = [], a_session(a_hall(cinema), start=now + timedelta(hours=1))
    for _ in range(2):
        order = an_order(session, channel="BOX_OFFICE", at=now)
        mark_paid(order, gateway="cash", amount=order.final_amount, shift=shift, at=now, actor=cashier)
        orders.append(order)
    first, second = orders
    page = f"/boxoffice/till/orders/{first.pk}/"

    asked = client.get(page).text
    client.post(f"{page}receipt/", {"kind": "SALE", "number": "41"})
    run("send_receipts", at=clock.now())
    listed = client.get(SHIFT).text
    receipt = Receipt.objects.get(order=second)
    client.post("/boxoffice/till/receipts/number/", {"receipt": receipt.pk, "number": "42"})

    assert "Number of the receipt of the cash register" in asked
    assert "Number of the receipt of the cash register" not in client.get(page).text
    assert second.number in listed
    assert first.number not in listed
    assert sorted(Receipt.objects.values_list("status", "external_id")) == [("SENT", "41"), ("SENT", "42")]


def test_receipts_of_another_cinema_get_no_number():
    elsewhere, here = a_cinema(), a_cinema()
    Cinema.objects.update(cash_register="400054952")
    now = clock.now()
    cashier = someone("cashier", elsewhere, email="other@example.org")
    order = an_order(a_session(a_hall(elsewhere), start=now), channel="BOX_OFFICE", at=now)
    mark_paid(order, gateway="cash", amount=order.final_amount, at=now, actor=cashier)
    run("send_receipts", at=clock.now())
    client = at_work(someone("cashier", here), a_device(here))

    client.post("/boxoffice/till/receipts/number/", {"receipt": Receipt.objects.get().pk, "number": "42"})

    assert client.post(f"/boxoffice/till/orders/{order.pk}/receipt/", {"number": "42"}).status_code == 404
    assert Receipt.objects.get().status == Receipt.Status.BY_HAND
