"""An evening at the door and the bar in Russian, on phones: two scanners, people of an order, snacks, the wall."""

from datetime import timedelta
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import Device, User
from boxoffice.access import COOKIE
from boxoffice.models import OfflineScan
from boxoffice.services import door
from cinema import clock
from orders.models import Ticket
from orders.services import code_of
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.axe import barriers
from tests.helpers.box_office import a_device, at_work
from tests.helpers.browser_windows import PHONE, Screen, Windows, press, type_text
from tests.helpers.cut_line import line_to
from tests.helpers.users import someone


def signed_in(page: Page, person: User, session: Session, name: str) -> None:
    page.goto("/boxoffice/enrol/")
    client: Client = at_work(person, a_device(session.hall.cinema, name=name))
    home = page.url.partition("/boxoffice/")[0] + "/"
    cookies = [{"name": each, "value": client.cookies[each].value, "url": home} for each in ("sessionid", COOKIE)]
    page.context.add_cookies(cookies)


def scan(page: Page, code: str) -> None:
    type_text(page, code)
    press(page, "Enter")


def test_two_doors_admit_a_guest_once_and_say_where_the_ticket_was_used(screen: Screen) -> None:
    session = factories.a_session(start=clock.now() + timedelta(minutes=30))
    order = factories.a_paid_order(session, seats=3, at=clock.now())
    first, _second, _third = order.tickets.select_related("order").order_by("seat")
    one, other = screen(phone=True), screen(dark=True)
    signed_in(one, someone("usher", session.hall.cinema, email="a@example.org"), session, "Вход А")
    signed_in(other, someone("usher", session.hall.cinema, email="b@example.org"), session, "Вход Б")

    one.goto("/boxoffice/door/")
    other.goto("/boxoffice/door/")
    expect(one.get_by_text("вошли 0 из 3")).to_be_visible()
    assert barriers(one) == []
    scan(one, code_of(first))
    expect(one.get_by_text("Пропустить", exact=True)).to_be_visible()
    expect(one.get_by_text("вошли 1 из 3")).to_be_visible()
    assert barriers(one) == []
    scan(other, code_of(first))
    expect(other.get_by_text("Уже использован", exact=True)).to_be_visible()
    expect(other.get_by_text("Вход А", exact=False)).to_be_visible()
    assert barriers(other) == []
    other.get_by_role("button", name="Вернулся").click()
    expect(other.get_by_text("Пропущен повторно", exact=True)).to_be_visible()

    scan(one, order.number)
    expect(one.get_by_text("кто пришёл?")).to_be_visible()
    assert barriers(one) == []
    one.locator("input[name=person]:checked").nth(1).uncheck()
    one.get_by_role("button", name="Пропустить").click()
    expect(one.get_by_text("вошли 2 из 3")).to_be_visible()
    one.get_by_role("button", name="Отменить").click()
    expect(one.get_by_text("вошли 1 из 3")).to_be_visible()
    assert Ticket.objects.filter(status="USED").count() == 1


def test_a_door_admits_by_its_list_while_the_network_is_away_and_sends_the_scans_later(
    windows: Windows, live_server: Any
) -> None:
    session = factories.a_session(start=clock.now() + timedelta(minutes=30))
    cinema = session.hall.cinema
    first, second, third, fourth = (
        factories.a_paid_order(session, at=clock.now()).tickets.select_related("order").get() for _ in range(4)
    )
    usher = someone("usher", cinema)
    page = windows.alone(service_workers="allow", locale="ru-RU", viewport=PHONE)
    with line_to(live_server.url) as line:
        page.goto(f"{line.url}/boxoffice/enrol/")
        signed_in(page, usher, session, "Вход А")
        page.goto(f"{line.url}/boxoffice/door/")
        scan(page, code_of(first))
        expect(page.get_by_text("Пропустить", exact=True)).to_be_visible()
        expect(page.locator("#kept")).to_contain_text("4")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        expect(page.locator("#scan")).to_be_visible()
        page.wait_for_load_state("networkidle")
        late = factories.a_paid_order(session, at=clock.now()).tickets.select_related("order").get()

        line.cut()
        scan(page, code_of(second))
        expect(page.locator("#away")).to_be_visible()
        expect(page.get_by_text("Пропустить", exact=True)).to_be_visible()
        assert barriers(page) == []
        page.reload()  # as after an empty battery
        expect(page.locator("#away")).to_be_visible()
        scan(page, code_of(second))
        expect(page.get_by_text("Уже использован", exact=True)).to_be_visible()
        scan(page, code_of(first))
        expect(page.get_by_text("Уже использован", exact=True)).to_be_visible()
        scan(page, code_of(late))
        expect(page.get_by_text("Нет в списке", exact=True)).to_be_visible()
        scan(page, code_of(third))
        expect(page.get_by_text("Пропустить", exact=True)).to_be_visible()
        page.get_by_role("button", name="Отменить").click()
        expect(page.get_by_text("Отменён", exact=True)).to_be_visible()
        expect(page.locator("#waiting")).to_contain_text("5")

        # Another phone, whose network works, admits the second ticket too.
        door.scan(code_of(second), device=a_device(cinema, name="Вход Б"), actor=usher, at=clock.now())
        line.mend()
        expect(page.locator("#away")).to_be_hidden()
        expect(page.locator("#waiting")).to_be_hidden()

    used = Ticket.objects.filter(status="USED").order_by("pk")
    assert [each.pk for each in used] == [first.pk, second.pk, late.pk]
    assert sorted(OfflineScan.objects.values_list("decision", "outcome")) == [
        ("BY_EYE", "CHECKED_IN"),
        ("LET_IN", "USED_TWICE"),
        ("REFUSED", "NOTED"),
        ("REFUSED", "NOTED"),
        ("TURNED_AWAY", "NOTED"),
    ]
    assert fourth.status == "PAID"
    page.context.close()


def test_snacks_are_prepared_shown_on_the_wall_and_handed_over(screen: Screen) -> None:
    session = factories.a_session(start=clock.now() + timedelta(minutes=30))
    cinema = session.hall.cinema
    order = factories.a_paid_order(session, snacks=[(factories.an_item(cinema), 2)], at=clock.now())
    code = order.preorders.get().pickup_code
    page, wall = screen(), screen(dark=True)
    signed_in(page, someone("bar", cinema), session, "Бар")
    signed_in(wall, someone("usher", cinema), session, "Экран")

    page.goto("/boxoffice/")
    page.get_by_role("link", name="Бар").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Готово").click()
    expect(page.get_by_role("button", name="Готово")).to_have_count(0)
    Device.objects.filter(name="Экран").update(is_wall=True)
    wall.goto("/boxoffice/bar/wall/")
    expect(wall.get_by_text(code)).to_be_visible()
    assert barriers(wall) == []
    page.get_by_role("textbox").fill(code.lower())
    press(page, "Enter")

    expect(page.get_by_text("Выдано: 2 ×")).to_be_visible()
    assert order.preorders.get().status == "COLLECTED"
