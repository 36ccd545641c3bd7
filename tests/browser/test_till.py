"""A shift at the till in Russian: opened, a sale by keyboard alone and one by touch, printed, counted and closed."""

from datetime import timedelta
from decimal import Decimal

from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.services.pins import set_pin
from boxoffice.access import COOKIE
from cinema import clock
from concessions.models import ConcessionItem
from orders.models import Order
from payments.models import Refund, Shift
from screenings.models import Session
from tests.helpers.axe import barriers
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.browser_windows import Screen, press
from tests.helpers.factories import a_session, an_adult, an_item
from tests.helpers.users import someone


def an_evening() -> Session:
    an_adult()
    session = a_session(start=clock.now() + timedelta(minutes=20))
    ConcessionItem.objects.filter(pk=an_item(session.hall.cinema).pk).update(name="Попкорн")
    return session


def signed_in(page: Page, person: User, session: Session) -> None:
    client: Client = at_work(person, a_device(session.hall.cinema, name="Касса 1"))
    home = page.url.partition("/boxoffice/")[0] + "/"
    cookies = [{"name": name, "value": client.cookies[name].value, "url": home} for name in ("sessionid", COOKIE)]
    page.context.add_cookies(cookies)


def test_a_shift_from_the_float_to_the_summary(screen: Screen) -> None:
    session = an_evening()
    page = screen()
    page.goto("/boxoffice/enrol/")
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes' }")
    signed_in(page, someone("cashier", session.hall.cinema), session)

    page.goto("/boxoffice/till/")
    page.get_by_label("Денег в ящике сейчас").fill("1000")
    page.get_by_role("button", name="Открыть смену").click()
    expect(page.get_by_role("heading", name="Лучшие места")).to_be_visible()
    assert barriers(page) == []

    press(page, "2")
    expect(page.get_by_label("Тип билета")).to_have_count(2)
    press(page, "q")
    expect(page.get_by_text("Попкорн × 1")).to_be_visible()
    assert barriers(page) == []
    press(page, "c")
    expect(page.get_by_role("link", name="Следующий гость")).to_be_visible()
    order = Order.objects.get()
    assert (order.status, order.tickets.count(), order.preorders.count()) == ("PAID", 2, 1)
    assert barriers(page) == []

    page.get_by_role("link", name="Напечатать билеты").click()
    expect(page.locator("html")).to_have_attribute("data-printed", "yes")
    assert barriers(page) == []
    page.get_by_role("link", name="К заказу").click()
    expect(page.get_by_role("link", name="Следующий гость")).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Лучшие места")).to_be_visible()

    page.get_by_role("link", name="Смена").click()
    assert barriers(page) == []
    page.get_by_label("Пересчитано наличных").fill("1820")
    page.get_by_role("button", name="Закрыть смену").click()
    expect(page.get_by_role("heading", name="Сводка смены")).to_be_visible()
    assert barriers(page) == []
    shift = Shift.objects.get()
    assert (shift.expected_cash, shift.difference) == (1000 + order.final_amount, 820 - order.final_amount)


def test_a_sale_by_touch_on_a_phone(screen: Screen) -> None:
    session = an_evening()
    page = screen(phone=True)
    page.goto("/boxoffice/enrol/")
    signed_in(page, someone("cashier", session.hall.cinema), session)
    page.goto("/boxoffice/till/")
    page.get_by_role("button", name="Открыть смену").tap()

    page.get_by_role("button", name="Лучшие 2 места", exact=True).tap()
    page.get_by_role("button", name="Попкорн").tap()
    page.get_by_role("button", name="1 000").tap()

    expect(page.get_by_text("Сдача:")).to_be_visible()
    assert Order.objects.get().final_amount == Decimal(820)


def test_an_order_paid_in_two_ways_and_a_refund_by_the_pin_of_a_second_person(screen: Screen) -> None:
    session = an_evening()
    manager = someone("floor_manager", session.hall.cinema, email="manager@example.org", first_name="Мария")
    set_pin(manager, pin=PIN, at=clock.now())
    page = screen()
    page.goto("/boxoffice/enrol/")
    signed_in(page, someone("cashier", session.hall.cinema), session)
    page.goto("/boxoffice/till/")
    page.get_by_role("button", name="Открыть смену").click()
    expect(page.get_by_role("heading", name="Лучшие места")).to_be_visible()
    press(page, "2")
    expect(page.get_by_label("Тип билета")).to_have_count(2)
    press(page, "b")

    page.get_by_label("Только часть").fill("300")
    page.get_by_role("button", name="Одобрено").click()
    expect(page.get_by_text("Уже принято: Терминал")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Принять наличные").click()
    expect(page.get_by_role("link", name="Следующий гость")).to_be_visible()
    page.locator("summary", has_text="Возврат").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Причина").first.fill("Заболели")
    page.get_by_label("ПИН-код").first.fill(PIN)
    assert barriers(page) == []
    page.get_by_role("button", name="Вернуть отмеченное").click()

    expect(page.get_by_text("через терминал")).to_be_visible()
    assert sorted(Refund.objects.values_list("payment__gateway", "actor")) == [
        ("card_terminal", manager.pk),
        ("cash", manager.pk),
    ]
    assert barriers(page) == []
