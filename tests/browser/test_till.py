"""A sale at the till by touch alone, in Russian on a phone. test_evening.py sells by keyboard alone."""

from datetime import timedelta
from decimal import Decimal

from playwright.sync_api import expect

from cinema import clock
from concessions.models import ConcessionItem
from orders.models import Order
from tests.helpers.browser_windows import Screen, sign_in
from tests.helpers.factories import a_session, an_item
from tests.helpers.users import someone


def test_a_sale_by_touch_on_a_phone(screen: Screen) -> None:
    cinema = a_session(start=clock.now() + timedelta(minutes=20)).hall.cinema
    ConcessionItem.objects.filter(pk=an_item(cinema).pk).update(name="Попкорн")
    page = screen(phone=True)
    sign_in(page, someone("cashier", cinema), name="Касса 1")
    page.goto("/boxoffice/till/")
    page.get_by_role("button", name="Открыть смену").tap()

    page.get_by_role("button", name="Лучшие 2 места", exact=True).tap()
    page.get_by_role("button", name="Попкорн").tap()
    page.get_by_role("button", name="1 000").tap()

    expect(page.get_by_text("Сдача:")).to_be_visible()
    assert Order.objects.get().final_amount == Decimal(820)
