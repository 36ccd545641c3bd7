"""A whole evening in Russian, by those who work it: till, trouble in the hall, doors, bar, and the close of the day."""

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect

from accounts.models import Device, User
from accounts.services.pins import set_pin
from boxoffice.models import OfflineScan
from cinema import clock
from concessions.models import ConcessionItem
from orders.models import Order, Ticket
from orders.services import code_of
from payments.models import Refund, Shift
from reports.models import BusinessDay
from screenings.models import Hall, Session
from tests.helpers import factories
from tests.helpers.box_office import PIN
from tests.helpers.fakes.cut_line import line_to
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import PHONE, Screen, Windows, press, sign_in, type_text
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations


def test_an_evening_from_the_float_to_the_closed_day(screen: Screen, windows: Windows, live_server: Any) -> None:
    session = factories.a_session(start=clock.now() + timedelta(minutes=30))
    cinema = session.hall.cinema
    other_hall = factories.a_hall(cinema)
    ConcessionItem.objects.filter(pk=factories.an_item(cinema).pk).update(name="Попкорн")
    cashier, usher, bar = (someone(role, cinema) for role in ("cashier", "usher", "bar"))
    manager = someone("floor_manager", cinema, first_name="Мария")
    set_pin(manager, pin=PIN, at=clock.now())
    till = screen()

    open_the_till(till, cashier)
    sold = sell_by_keyboard_and_print(till)
    undo_a_sale(till)
    halved = refund_a_part_by_the_pin_of_a_second_person(till, manager)
    move_the_screening(screen(cashier), screen(manager), session, other_hall)
    admit_at_two_doors(screen(phone=True), screen(dark=True), usher, sold, other_hall)
    admit_without_a_network(windows, live_server, usher, halved)
    hand_over_snacks(screen(phone=True), screen(dark=True), bar, usher, sold)
    count_the_drawer(till)
    close_the_day(screen(someone("cinema_manager", cinema)))


def open_the_till(page: Page, cashier: User) -> None:
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes' }")
    sign_in(page, cashier, name="Касса 1")
    page.goto("/boxoffice/till/")
    page.get_by_label("Денег в ящике сейчас").fill("1000")
    page.get_by_role("button", name="Открыть смену").click()
    expect(page.get_by_role("heading", name="Лучшие места")).to_be_visible()
    assert barriers(page) == []


def best_seats(page: Page, count: int) -> None:
    press(page, str(count))
    expect(page.get_by_label("Тип билета")).to_have_count(count)


def next_customer(page: Page) -> Locator:
    return page.get_by_role("link", name="Следующий гость")


def sell_by_keyboard_and_print(page: Page) -> Order:
    best_seats(page, 2)
    press(page, "q")
    expect(page.get_by_text("Попкорн × 1")).to_be_visible()
    assert barriers(page) == []
    press(page, "c")
    expect(next_customer(page)).to_be_visible()
    order = Order.objects.get()
    assert (order.status, order.tickets.count(), order.preorders.count()) == ("PAID", 2, 1)
    assert barriers(page) == []

    page.get_by_role("link", name="Напечатать билеты").click()
    expect(page.locator("html")).to_have_attribute("data-printed", "yes")
    assert barriers(page) == []
    page.get_by_role("link", name="К заказу").click()
    expect(next_customer(page)).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Лучшие места")).to_be_visible()
    return order


def undo_a_sale(page: Page) -> None:
    best_seats(page, 1)
    press(page, "c")
    expect(next_customer(page)).to_be_visible()
    page.locator("summary", has_text="Возврат").click()
    page.get_by_label("Причина").first.fill("Не тот сеанс")
    page.get_by_role("button", name="Отменить всю продажу").click()
    expect(page.get_by_text("Продажа отменена")).to_be_visible()
    assert Refund.objects.get().is_void
    next_customer(page).click()
    expect(page.get_by_role("heading", name="Лучшие места")).to_be_visible()


def refund_a_part_by_the_pin_of_a_second_person(page: Page, manager: User) -> Order:
    """Of an order that is paid in two ways."""
    best_seats(page, 2)
    press(page, "b")
    page.get_by_label("Только часть").fill("300")
    page.get_by_role("button", name="Одобрено").click()
    expect(page.get_by_text("Уже принято: Терминал")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Принять наличные").click()
    expect(next_customer(page)).to_be_visible()

    page.locator("summary", has_text="Возврат").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Причина").first.fill("Заболели")
    page.get_by_label("ПИН-код").first.fill(PIN)
    assert barriers(page) == []
    page.get_by_role("button", name="Вернуть отмеченное").click()
    expect(page.get_by_text("через терминал")).to_be_visible()
    assert barriers(page) == []

    order = Order.objects.latest("pk")
    refunds = Refund.objects.filter(order=order).values_list("payment__gateway", "actor")
    assert sorted(refunds) == [("card_terminal", manager.pk), ("cash", manager.pk)]
    return order


def move_the_screening(till: Page, page: Page, session: Session, hall: Hall) -> None:
    """Into another hall, by a floor manager; a cashier is not offered it, and may not do it."""
    address = f"/admin/screenings/session/{session.pk}"
    till.goto(f"{address}/change/")
    expect(till.get_by_role("link", name="Перенести сеанс")).to_have_count(0)
    assert till.request.get(f"{address}/move/").status == 403

    page.goto(f"{address}/change/")
    page.get_by_role("link", name="Перенести сеанс").click()
    page.get_by_label("Зал").select_option(hall.name)
    page.get_by_label("Причина").fill("Не работает проектор")
    page.get_by_role("button", name="Перенести сеанс").click()
    expect(page.get_by_text("заказов, которым сообщим")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Перенести сеанс").click()
    expect(page.get_by_text(f"теперь в зале «{hall.name}»")).to_be_visible()
    session.refresh_from_db()
    assert session.hall == hall


def scan(page: Page, code: str) -> None:
    type_text(page, code)
    press(page, "Enter")


def answer(page: Page, word: str) -> None:
    expect(page.get_by_text(word, exact=True)).to_be_visible()


def admit_at_two_doors(one: Page, other: Page, usher: User, order: Order, hall: Hall) -> None:
    """A guest is admitted once, and the other door says where; an usher may not open the till."""
    first, _second = order.tickets.select_related("order").order_by("seat")
    sign_in(one, usher, name="Вход А")
    sign_in(other, usher, name="Вход Б")
    one.goto("/boxoffice/")
    expect(one.locator(".doors a")).to_have_count(1)
    assert one.request.get("/boxoffice/till/").status == 403

    one.locator(".doors a", has_text="Вход").click()
    other.goto("/boxoffice/door/")
    expect(one.get_by_text("вошли 0 из 3")).to_be_visible()
    assert barriers(one) == []
    scan(one, code_of(first))
    answer(one, "Пропустить")
    expect(one.locator("#verdict .film")).to_contain_text(hall.name)
    expect(one.get_by_text("вошли 1 из 3")).to_be_visible()
    assert barriers(one) == []
    scan(other, code_of(first))
    answer(other, "Уже использован")
    expect(other.get_by_text("Вход А", exact=False)).to_be_visible()
    assert barriers(other) == []
    other.get_by_role("button", name="Вернулся").click()
    answer(other, "Пропущен повторно")

    scan(one, order.number)
    expect(one.get_by_text("кто пришёл?")).to_be_visible()
    assert barriers(one) == []
    one.get_by_role("button", name="Пропустить").click()
    expect(one.get_by_text("вошли 2 из 3")).to_be_visible()
    one.get_by_role("button", name="Отменить").click()
    expect(one.get_by_text("вошли 1 из 3")).to_be_visible()


def admit_without_a_network(windows: Windows, live_server: Any, usher: User, halved: Order) -> None:
    """By the list that the phone keeps, whose scans are sent once the network is back."""
    session = halved.tickets.live().get().session
    at_door = list(Ticket.objects.live().select_related("order").order_by("pk"))
    used, second, third = at_door
    page = windows.chromium.new_page(service_workers="allow", locale="ru-RU", viewport=PHONE)
    with line_to(live_server.url) as line:
        page.goto(f"{line.url}/boxoffice/enrol/")
        sign_in(page, usher, name="Вход В")
        page.goto(f"{line.url}/boxoffice/door/")
        expect(page.locator("#kept")).to_contain_text("3")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_load_state("networkidle")
        bought = factories.a_paid_order(session, gateway="yookassa", at=clock.now())
        late = bought.tickets.select_related("order").get()

        line.cut()
        scan(page, code_of(second))
        expect(page.locator("#away")).to_be_visible()
        answer(page, "Пропустить")
        assert barriers(page) == []
        page.reload()  # as after an empty battery
        expect(page.locator("#away")).to_be_visible()
        for ticket, word in [(second, "Уже использован"), (used, "Уже использован"), (late, "Нет в списке")]:
            scan(page, code_of(ticket))
            answer(page, word)
        scan(page, code_of(third))
        answer(page, "Пропустить")
        page.get_by_role("button", name="Отменить").click()
        answer(page, "Отменён")
        expect(page.locator("#waiting")).to_contain_text("5")
        line.mend()
        expect(page.locator("#away")).to_be_hidden()
        expect(page.locator("#waiting")).to_be_hidden()
    page.close()

    assert set(Ticket.objects.filter(status="USED")) == {used, second, late}
    assert sorted(OfflineScan.objects.values_list("decision", "outcome")) == [
        ("BY_EYE", "CHECKED_IN"),
        ("LET_IN", "CHECKED_IN"),
        ("REFUSED", "NOTED"),
        ("REFUSED", "NOTED"),
        ("TURNED_AWAY", "NOTED"),
    ]


def hand_over_snacks(page: Page, wall: Page, bar: User, usher: User, order: Order) -> None:
    """Prepared by one press, called on the screen for customers, handed over by the code."""
    code = order.preorders.get().pickup_code
    sign_in(page, bar, name="Бар")
    sign_in(wall, usher, name="Экран")
    Device.objects.filter(name="Экран").update(is_wall=True)
    page.goto("/boxoffice/")
    page.get_by_role("link", name="Бар").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Готово").click()
    expect(page.get_by_role("button", name="Готово")).to_have_count(0)
    wall.goto("/boxoffice/bar/wall/")
    expect(wall.get_by_text(code)).to_be_visible()
    assert barriers(wall) == []
    page.get_by_role("textbox").fill(code.lower())
    press(page, "Enter")
    expect(page.get_by_text("Выдано: 1 ×")).to_be_visible()
    assert order.preorders.get().status == "COLLECTED"


def count_the_drawer(page: Page) -> None:
    next_customer(page).click()
    page.get_by_role("link", name="Смена").click()
    assert barriers(page) == []
    page.get_by_label("Пересчитано наличных").fill("2020")
    page.get_by_label("Итог по терминалу").fill("150")
    page.get_by_role("button", name="Закрыть смену").click()
    expect(page.get_by_role("heading", name="Сводка смены")).to_be_visible()
    assert barriers(page) == []
    shift = Shift.objects.get()
    assert (shift.status, shift.expected_cash, shift.difference) == ("COUNTED", 2020, 0)


def close_the_day(page: Page) -> None:
    """The job closes it on time; its page shows that money, tickets and cash agree."""
    call_command("close_business_day", at=clock.now() + timedelta(days=1, minutes=20))
    day = BusinessDay.objects.order_by("date").first()
    assert day is not None
    assert day.closed_at is not None
    page.goto(f"/admin/reports/businessday/{day.pk}/change/")
    expect(page.get_by_text("Сходится", exact=True).first).to_be_visible()
    expect(page.get_by_text("Нужно объяснение", exact=True)).to_have_count(0)
    assert invariant_violations() == []
