"""The till as forms: a sale is put together press by press, paid, printed, and refunded."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import LimitUse
from accounts.services import rate_limits
from accounts.services.customer_codes import PAYING, SALT, customer_code
from accounts.services.pins import set_pin
from allocations.models import CompReason
from allocations.services import keep
from boxoffice.services import sales
from boxoffice.templatetags.boxoffice import qr
from cinema import clock
from notifications.models import Notification
from orders.models import Order, Promocode, Ticket
from orders.services import code_of
from payments.models import Shift
from screenings.models import Session, TicketType
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import PRICE, a_customer, a_paid_order, a_session, an_adult, an_item, free_seats, pay
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

TILL = "/boxoffice/till/"
QUARTER = timedelta(minutes=15)


@pytest.fixture
def session():
    an_adult()
    return a_session(start=clock.now() + QUARTER)


def cashier_at(session, *, role="cashier", opening_float=Decimal(0)) -> tuple[Client, Shift]:
    cinema = session.hall.cinema
    person = someone(role, cinema)
    shift = a_shift(cinema, opening_float=opening_float, cashier=person, at=clock.now())
    return at_work(person, a_device(cinema, name="Till 1")), shift


def fields_of(page: str) -> dict[str, list[str]]:
    """The hidden inputs and the ticket types that the page would send."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([\d.]+)">', page):
        found.setdefault(name, []).append(value)
    return found


def press(client: Client, page: str, **button: str):
    return client.post(TILL, {**fields_of(page), **button})


@pytest.mark.parametrize("party", ["9" * 6000, "0", "-1", "²", "many"])
def test_no_seats_are_chosen_for_what_is_no_number_of_people(session, party):
    client, _shift = cashier_at(session)

    answer = press(client, client.get(TILL).text, best=party)

    assert (answer.status_code, fields_of(answer.text).get("seat")) == (200, None)


def test_seats_kept_by_the_house_are_shown_and_released_by_a_press(session):
    client, _shift = cashier_at(session, role="floor_manager")
    seats = free_seats(session)[:2]
    kept = keep(session, seats=seats, reason="The mayor", at=clock.now(), actor=someone())

    page = client.get(TILL).text
    after = press(client, page, release=str(kept.pk)).text

    assert page.count("kept by the house: The mayor") == 2
    assert "The mayor" not in after
    assert list(free_seats(session)[:2]) == seats


def test_cashiers_see_kept_seats_and_release_none(session):
    client, _shift = cashier_at(session)
    kept = keep(session, seats=free_seats(session)[:1], reason="The mayor", at=clock.now(), actor=someone())

    page = client.get(TILL).text
    after = press(client, page, release=str(kept.pk)).text

    assert 'name="release"' not in page
    assert "The mayor" in after
    for way in ("cancel", "cash", "approved"):
        assert client.post(f"{TILL}orders/{kept.order_id}/", {"pay": way}).status_code == 404
    assert Client().get(f"/order/{kept.order.token}/").status_code == 404

    pay(kept.order, at=clock.now())  # by whoever may keep seats: now it is a guest's
    assert client.get(f"{TILL}orders/{kept.order_id}/").status_code == 200
    assert Client().get(f"/order/{kept.order.token}/").status_code == 200


@pytest.fixture
def free_type(session):
    """Complimentary, and the only one on sale."""
    TicketType.objects.update(is_active=False)
    return TicketType.objects.create(name="Complimentary", price_percent=0, sold_to=TicketType.SoldTo.TILL)


def test_complimentary_tickets_are_sold_for_a_reason_only(session, free_type):
    client, _shift = cashier_at(session, role="floor_manager")
    press_reason = CompReason.objects.create(name="Press")
    retired = CompReason.objects.create(name="Friends", is_active=False)

    page = press(client, client.get(TILL).text, best="2").text
    without = press(client, page, sell="cash")
    with_retired = press(client, page, sell="cash", comp_reason=str(retired.pk))
    sold = press(client, page, sell="cash", comp_reason=str(press_reason.pk))

    assert "Press" in page
    assert "Friends" not in page
    assert (without.status_code, with_retired.status_code) == (409, 409)
    assert "need a reason from the list" in without.text
    order = Order.objects.get()
    assert (sold.status_code, order.status, order.comp.reason) == (302, Order.Status.PAID, press_reason)
    assert LimitUse.objects.get().amount == 2 * session.ticket_price


def test_what_was_given_away_is_printed_freely_by_whoever_sold_it_only(session, free_type):
    client, _shift = cashier_at(session, role="floor_manager")
    reason = str(CompReason.objects.create(name="Press").pk)
    press(client, press(client, client.get(TILL).text, best="1").text, sell="cash", comp_reason=reason)
    address = f"{TILL}orders/{Order.objects.get().pk}/print/"
    colleague = someone("cashier", session.hall.cinema, email="colleague@example.org")
    a_shift(session.hall.cinema, cashier=colleague, at=clock.now())
    other = at_work(colleague, a_device(session.hall.cinema, name="Till 2"))

    assert client.get(address).status_code == 200
    assert other.get(address).status_code == 302


def test_a_cashier_gives_complimentary_tickets_only_with_a_second_person(session, free_type):
    client, _shift = cashier_at(session)
    manager = someone("floor_manager", session.hall.cinema)
    set_pin(manager, pin=PIN, at=clock.now())
    reason = str(CompReason.objects.create(name="Press").pk)

    page = press(client, client.get(TILL).text, best="1").text
    alone = press(client, page, sell="cash", comp_reason=reason)
    together = press(client, page, sell="cash", comp_reason=reason, person=str(manager.pk), pin=PIN)

    assert alone.status_code == 409
    assert together.status_code == 302
    assert Order.objects.get().comp.actor == manager


def test_two_tickets_and_a_popcorn_in_three_presses(session):
    popcorn = an_item(session.hall.cinema)
    client, _shift = cashier_at(session)

    page = client.get(TILL).text
    page = press(client, page, best="2").text
    page = press(client, page, add=str(popcorn.pk)).text
    answer = press(client, page, sell="cash:2000")

    order = Order.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"{TILL}orders/{order.pk}/"
    assert order.status == Order.Status.PAID
    assert [ticket.status for ticket in order.tickets.all()] == [Ticket.Status.PAID] * 2
    assert order.preorders.get().concession_item == popcorn
    assert cash_of(session.hall.cinema) == {"DRAWER": order.final_amount}
    assert "Change: " in client.get(answer["Location"]).text
    assert invariant_violations() == []


def test_the_total_follows_the_promo_code(session):
    Promocode.objects.create(code="RAIN", discount_amount=Decimal(50), max_uses=1)
    client, _shift = cashier_at(session)
    page = press(client, client.get(TILL).text, best="1").text

    refused = press(client, page, again="1", promocode="SNOW")
    shown = press(client, page, again="1", promocode="rain")
    press(client, shown.text, sell="cash", promocode="rain")

    order = Order.objects.get()
    assert "There is no promo code" in refused.text
    assert shown.context_data["basket"].to_pay == order.final_amount == order.total_amount - 50
    assert cash_of(session.hall.cinema) == {"DRAWER": order.final_amount}


def test_without_a_shift_the_till_asks_to_open_one(session):
    cinema = session.hall.cinema
    client = at_work(someone("cashier", cinema), a_device(cinema))

    assert client.get(TILL)["Location"] == f"{TILL}shift/"
    assert client.post(TILL, {"sell": "cash"})["Location"] == f"{TILL}shift/"
    assert not Order.objects.exists()


def test_an_usher_does_not_open_the_till(session):
    cinema = session.hall.cinema
    client = at_work(someone("usher", cinema), a_device(cinema))

    assert [client.get(path).status_code for path in (TILL, f"{TILL}shift/")] == [403, 403]


def test_the_second_till_sees_that_the_seat_is_gone(session):
    client, shift = cashier_at(session)
    page = press(client, client.get(TILL).text, best="1").text
    [seat] = fields_of(page)["seat"]
    place = (session, next(each for each in free_seats(session) if str(each.pk) == seat), an_adult())
    sales.hold_at_till(shift, places=[place], snacks=[], at=clock.now(), actor=shift.cashier)

    answer = press(client, page, sell="cash")

    assert answer.status_code == 409
    assert "seat" not in fields_of(answer.text)
    assert Order.objects.count() == 1


def test_wheelchair_places_are_sold_only_where_they_are_pressed(session):
    client, _shift = cashier_at(session)
    session.hall.seats.exclude(number=1).update(kind="WHEELCHAIR")
    wheelchair = session.hall.seats.filter(number=2).first()

    best = press(client, client.get(TILL).text, best="3").text
    pressed = press(client, best, press=str(wheelchair.pk)).text

    assert "seat" not in fields_of(best)
    assert fields_of(pressed)["seat"] == [str(wheelchair.pk)]


def test_a_card_sale_waits_for_the_answer_of_the_terminal(session):
    client, _shift = cashier_at(session)
    page = press(client, client.get(TILL).text, best="1").text

    order_page = press(client, page, sell="card")["Location"]
    order = Order.objects.get()
    assert order.status == Order.Status.PENDING_PAYMENT
    client.post(order_page, {"pay": "unclear"})
    client.post(order_page, {"pay": "approved"})

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert cash_of(session.hall.cinema) == {"DRAWER": 0}


def test_an_order_is_paid_partly_by_card_and_partly_in_cash(session):
    client, _shift = cashier_at(session)
    page = press(client, press(client, client.get(TILL).text, best="2").text, sell="card")["Location"]
    order = Order.objects.get()

    client.post(page, {"pay": "approved", "part": "100"})
    shown = client.get(page).text
    client.post(page, {"pay": "cash", "part": "", "given": str(order.final_amount)})

    order.refresh_from_db()
    assert "Taken so far: Card terminal" in shown
    assert order.status == Order.Status.PAID
    assert cash_of(session.hall.cinema) == {"DRAWER": order.final_amount - 100}
    assert invariant_violations() == []


def test_a_part_that_is_pressed_twice_is_taken_once(session):
    client, _shift = cashier_at(session)
    page = press(client, press(client, client.get(TILL).text, best="2").text, sell="card")["Location"]
    order = Order.objects.get()

    sent = {**fields_of(client.get(page).text), "part": "100"}
    for way in ("cash", "cash", "approved", "approved"):
        client.post(page, {"pay": way, **sent})

    assert list(order.payments.order_by("pk").values_list("gateway", "amount")) == [
        ("cash", 100),
        ("card_terminal", 100),
    ]
    assert cash_of(session.hall.cinema) == {"DRAWER": 100}


def test_an_order_of_another_cinema_is_not_found(session):
    client, _shift = cashier_at(session)
    elsewhere = a_session(start=clock.now() + QUARTER)
    foreign = a_shift(elsewhere.hall.cinema)
    places = [(elsewhere, free_seats(elsewhere)[0], an_adult())]
    other = sales.hold_at_till(foreign, places=places, snacks=[], at=clock.now(), actor=foreign.cashier)

    assert client.get(f"{TILL}orders/{other.pk}/").status_code == 404
    assert client.post(f"{TILL}orders/{other.pk}/", {"pay": "cash"}).status_code == 404


@pytest.mark.parametrize("paper", ["roll", "a4"])
def test_tickets_are_printed_with_a_code_each(session, paper):
    client, _shift = cashier_at(session)
    press(client, press(client, client.get(TILL).text, best="2").text, sell="cash")

    printed = client.get(f"{TILL}orders/{Order.objects.get().pk}/print/?paper={paper}").text

    assert printed.count("<svg") == 2
    assert all(f"code ends with {code_of(each)[-4:]}" in printed for each in Ticket.objects.select_related("order"))
    assert f"print-{paper}.css" in printed


def test_a_sale_takes_a_constant_number_of_queries(session):
    _client, shift = cashier_at(session)
    popcorn = an_item(session.hall.cinema)
    cashier = shift.cashier
    shift = sales.shift_of(cashier, session.hall.cinema)
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:2]]

    with CaptureQueriesContext(connection) as captured:
        order = sales.hold_at_till(shift, places=places, snacks=[(popcorn, 1)], at=clock.now(), actor=cashier)
        sales.pay_cash(order, shift=shift, given=None, at=clock.now(), actor=cashier)

    asked = [each["sql"] for each in captured if not each["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(asked) <= 20, "\n".join(asked)


def test_a_price_that_moved_since_the_page_was_shown_sells_nothing(session):
    client, _shift = cashier_at(session)
    page = press(client, client.get(TILL).text, best="2").text
    Session.objects.filter(pk=session.pk).update(ticket_price=session.ticket_price + 100)

    answer = press(client, page, sell="cash")

    assert answer.status_code == 409
    assert not Order.objects.filter(status=Order.Status.PAID).exists()


def test_what_was_sold_elsewhere_is_printed_by_name(session):
    client, shift = cashier_at(session)
    order = a_paid_order(session, at=clock.now())
    address = f"{TILL}orders/{order.pk}/print/"

    assert client.get(address).status_code == 302
    printed = client.post(address)

    assert printed.status_code == 200
    change = order.changes.get()
    assert (change.kind, change.actor) == ("PRINTED", shift.cashier)


def test_the_guest_gets_the_tickets_on_a_phone_from_the_screen_of_whoever_sold_them(session):
    client, _shift = cashier_at(session)
    press(client, press(client, client.get(TILL).text, best="1").text, sell="cash")
    order = Order.objects.get()
    address, drawn = f"{TILL}orders/{order.pk}/", qr(order.link)
    colleague = someone("cashier", session.hall.cinema, email="colleague@example.org")
    other = at_work(colleague, a_device(session.hall.cinema, name="Till 2"))

    assert drawn in client.get(address).text
    assert 'class="qr"' not in other.get(address).text
    assert 'class="qr"' in Client().get(urlsplit(order.link).path, follow=True).text


def test_the_link_to_the_tickets_is_sent_again_to_whom_there_is_an_address(session):
    client, _shift = cashier_at(session)
    order = a_paid_order(session, at=clock.now())
    press(client, press(client, client.get(TILL).text, best="1").text, sell="cash")
    sold_here = Order.objects.latest("pk")

    for _press in range(2):
        client.post(f"{TILL}orders/{order.pk}/send/")
    client.post(f"{TILL}orders/{sold_here.pk}/send/")

    assert Notification.objects.get(kind="ORDER_LINK").recipient == order.email
    assert "/send/" not in client.get(f"{TILL}orders/{sold_here.pk}/").text


def test_links_that_the_page_of_an_order_has_sent_leave_the_till_its_own(session):
    client, _shift = cashier_at(session)
    order = a_paid_order(session, at=clock.now())
    for _link in range(10):
        rate_limits.hit("link_again", person=order.recipient, at=clock.now())

    client.post(f"{TILL}orders/{order.pk}/send/")

    assert Notification.objects.get(kind="ORDER_LINK").recipient == order.email


def test_what_a_colleague_sold_is_printed_by_name_in_a_shift(session):
    client, _shift = cashier_at(session)
    press(client, press(client, client.get(TILL).text, best="1").text, sell="cash")
    order = Order.objects.get()
    address = f"{TILL}orders/{order.pk}/print/"
    colleague = someone("cashier", session.hall.cinema, email="colleague@example.org")
    other = at_work(colleague, a_device(session.hall.cinema, name="Till 2"))

    assert [other.get(address).status_code, other.post(address).status_code] == [302, 302]  # without a shift
    assert not order.changes.exists()
    a_shift(session.hall.cinema, cashier=colleague, at=clock.now())
    assert [other.get(address).status_code, other.post(address).status_code] == [302, 200]

    assert order.changes.get().actor == colleague


def test_wrong_promo_codes_count_whatever_the_form_says(session):
    Promocode.objects.create(code="RAIN", discount_amount=Decimal(50), max_uses=1)
    client, _shift = cashier_at(session)
    page = press(client, client.get(TILL).text, best="1").text

    tried = [press(client, page, promocode=code, refused=code) for code in ("SNOW", "SNOW", *map(str, range(9)))]
    right = press(client, page, promocode="RAIN", refused="RAIN")

    assert {answer.status_code for answer in tried} == {200}  # one that stays in its field counts once
    assert (right.status_code, right.context_data["basket"].discount) == (409, 0)


def test_a_guest_spends_points_by_the_code_of_their_account(session):
    client, _shift = cashier_at(session)
    guest = a_customer(points=100)
    page = press(client, client.get(TILL).text, best="1").text
    earning = press(client, page, customer_code=customer_code(guest, at=clock.now()))
    code = {"customer_code": customer_code(guest, salt=PAYING, at=clock.now())}

    with_code = press(client, page, **code)
    with_all = press(client, page, **code, points="100")
    above = press(client, page, **code, points="500")
    sold = press(client, page, **code, points="100", sell="cash")

    assert ("Use 100 points" in earning.text, "Use 100 points" in with_code.text) == (False, True)
    asked = [each.context_data["basket"].to_pay for each in (with_code, with_all, above)]
    assert asked == [PRICE, PRICE - 100, PRICE - 100]
    order = Order.objects.get()
    assert (sold.status_code, order.user, order.bonus_amount, order.final_amount) == (302, guest, 100, PRICE - 100)
    assert (guest.bonus_account.balance, cash_of(session.hall.cinema)) == (0, {"DRAWER": PRICE - 100})
    assert "Points" in client.get(f"{TILL}orders/{order.pk}/print/").text
    assert invariant_violations() == []


@pytest.mark.parametrize("way", ["cash", "card"])
def test_the_code_for_earning_spends_nothing_and_the_one_for_paying_pays_once(session, way):
    client, _shift = cashier_at(session)
    guest = a_customer(points=900)
    page = press(client, client.get(TILL).text, best="1").text
    earning, paying = (customer_code(guest, salt=salt, at=clock.now()) for salt in (SALT, PAYING))

    by_earning = press(client, page, customer_code=earning, points="100", sell=way)
    assert not Order.objects.exists()
    first = press(client, page, customer_code=paying, points="100", sell=way)
    page = press(client, client.get(TILL).text, best="1").text
    second = press(client, page, customer_code=paying, points="100", sell=way)
    earns = press(client, page, customer_code=paying, sell=way)

    assert [each.status_code for each in (by_earning, first, second, earns)] == [409, 302, 409, 302]
    assert [each.bonus_amount for each in Order.objects.order_by("pk")] == [100, 0]


def test_points_are_spent_by_nobody_without_the_code(session):
    client, _shift = cashier_at(session)
    guest = a_customer(points=100)
    page = press(client, client.get(TILL).text, best="1").text

    wrong = [press(client, page, customer_code=f"000 000 {guest.pk}", points="100") for _time in range(2)]
    refused = press(client, page, customer_code=f"000 000 {guest.pk}", points="100", sell="cash")
    without = press(client, page, points="100", sell="cash")

    assert [each.status_code for each in wrong] == [409, 200]  # refused once while it stays in its field
    assert {each.context_data["basket"].to_pay for each in wrong} == {PRICE}
    assert (refused.status_code, without.status_code) == (409, 409)
    assert not Order.objects.exists()


@pytest.mark.parametrize("sent", [{"ticket": "x"}, {"ticket": ""}, {"snack": "\x00"}])
def test_no_number_of_a_line_refunds_nothing(session, sent):
    client, _shift = cashier_at(session, role="cinema_manager")
    order = a_paid_order(session, at=clock.now())

    answer = client.post(f"{TILL}orders/{order.pk}/refund/", {"reason": "Ill", **sent})

    assert answer.status_code == 302
    assert order.refunds.count() == 0
