"""A gift card is sold at the till, pays for a ticket, and the ticket is exchanged; on a phone and in the dark too."""

from datetime import timedelta

from playwright.sync_api import expect

from cinema import clock
from orders.models import Order
from payments.models import GiftCard
from tests.helpers.cash import a_shift
from tests.helpers.factories import PRICE, a_hall, a_session, an_adult
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen, sign_in
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations


def test_a_gift_card_pays_for_a_ticket_that_is_exchanged(screen: Screen) -> None:
    an_adult()
    session = a_session(start=clock.now() + timedelta(minutes=20))
    cinema = session.hall.cinema
    a_session(a_hall(cinema), start=clock.now() + timedelta(hours=2), price=PRICE + 100)
    manager = someone("floor_manager", cinema, preferred_language="ru")
    a_shift(cinema, cashier=manager, at=clock.now())
    page = screen(phone=True, dark=True)
    sign_in(page, manager, name="Касса 1")
    page.add_init_script("window.print = () => {}")

    page.goto("/boxoffice/till/gift-cards/")
    assert barriers(page) == []
    page.get_by_label("Сумма", exact=True).fill("1000")
    page.get_by_role("button", name="Наличные приняты: продать и напечатать").click()
    code = page.locator("p.code").inner_text()
    assert barriers(page) == []

    page.goto("/boxoffice/till/")
    page.locator("button[name=best]").first.click()
    page.get_by_role("button", name="Подарочная карта или несколько способов").click()
    page.get_by_label("Код подарочной карты").fill(code)
    assert barriers(page) == []
    page.get_by_role("button", name="Оплатить подарочной картой").click()
    expect(page.get_by_role("link", name="Следующий гость")).to_be_visible()

    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Обменять отмеченные билеты").click()
    page.get_by_label("Сеанс").select_option(index=1)
    page.get_by_role("button", name="Показать лучшие места").click()
    page.get_by_label("Причина").fill("Другое время")
    assert barriers(page) == []
    page.get_by_role("button", name="Наличные приняты: обменять").click()
    expect(page.get_by_text("Получен в обмен на заказ")).to_be_visible()
    assert barriers(page) == []

    assert sorted(Order.objects.values_list("status", flat=True)) == ["PAID", "REFUNDED"]
    assert GiftCard.objects.get().balance == 1000 - PRICE
    assert invariant_violations() == []
