"""Sales by touch alone, in Russian on a phone, and seats by keyboard alone. test_evening.py sells by keyboard too."""

from datetime import timedelta
from decimal import Decimal

from playwright.sync_api import expect

from cinema import clock
from concessions.models import ConcessionItem
from orders.models import Order, Ticket
from tests.helpers.cash import a_shift
from tests.helpers.factories import a_hall, a_session, an_adult, an_item
from tests.helpers.pages.browser_windows import Screen, press, sign_in
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


def test_seats_are_chosen_by_keyboard_alone(screen: Screen) -> None:
    session = a_session(a_hall(rows=("sss", "sss")), start=clock.now() + timedelta(minutes=20))
    an_adult()
    cashier = someone("cashier", session.hall.cinema)
    a_shift(session.hall.cinema, cashier=cashier, at=clock.now())
    page = screen()
    sign_in(page, cashier, name="Касса 1")
    page.goto("/boxoffice/till/")
    chosen = page.locator(".seat[aria-pressed=true]")

    press(page, "m", "ArrowRight", "Space")
    expect(chosen).to_be_focused()  # the page is where it was
    press(page, "ArrowDown", "Space")
    expect(chosen).to_have_count(2)

    press(page, "c")
    expect(page.get_by_role("link", name="Следующий гость")).to_be_visible()
    seats = Ticket.objects.values_list("seat__row", "seat__number")
    assert sorted(seats) == [(1, 2), (2, 2)]
