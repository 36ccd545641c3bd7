"""A visit to the shop, as customers make it; after each of them the books balance."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from accounts.services.consents import record_consent
from cinema import clock
from consistency import invariants
from demo.bank import decide
from demo.models import DemoCharge
from notifications.models import MessageKind, Notification
from orders.models import Order, Ticket
from orders.services import cancel_expired, refund_cancelled_sessions
from payments.models import Refund
from screenings.models import Film, Session, TicketType
from screenings.services import add_picture, cancel_session
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.pages.axe import barriers, side_by_side
from tests.helpers.pages.browser_windows import Screen, Windows, press, type_text
from tests.helpers.pictures import a_picture
from tests.helpers.sampling import sample


class Clock:
    """The hour of the shop, which a test sets."""

    at = NOON


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch, live_server: Any, settings: Any) -> Iterator[Clock]:
    """Noon in the shop; and whatever a customer did, nothing is out of order afterwards."""
    hour = Clock()
    monkeypatch.setattr(clock, "now", lambda: hour.at)
    settings.SITE_URL = live_server.url  # the address of the demonstration bank
    yield hour
    assert list(invariants.violations(hour.at)) == []


@pytest.fixture
def refusals(screen: Screen, windows: Windows) -> Iterator[None]:
    """Pages may answer that they refuse, which a browser notes as an error."""
    yield
    windows.wrong[:] = [each for each in windows.wrong if "responded with a status of 4" not in each]


@pytest.fixture
def session() -> Session:
    """Tomorrow; two rows, popcorn, and tickets for adults and children."""
    TicketType.objects.create(name="Взрослый")
    TicketType.objects.create(name="Детский", price_percent=50)
    shown = factories.a_session(factories.a_hall(rows=["ssss_ssvv", "ssss_ssll", "wcss_ssss"]))
    factories.an_item(shown.hall.cinema)
    return shown


def test_films_are_found_while_one_types_and_by_the_keyboard(screen: Screen, session: Session) -> None:
    page = screen(language="en", phone=True)
    page.goto("/")
    page.get_by_label("Film, director or actor").focus()
    type_text(page, "soalris")
    found = page.locator(".suggested").get_by_role("link", name=re.compile(session.film.title))
    expect(found).to_be_visible()

    press(page, "Escape")
    expect(found).to_be_hidden()
    press(page, "Enter")

    expect(page).to_have_url(re.compile(r"/search/\?q=soalris$"))
    page.get_by_role("link", name=re.compile(session.film.title)).click()
    expect(page).to_have_url(re.compile(f"/films/{session.film_id}/$"))


def test_a_guest_buys_in_russian(screen: Screen, session: Session) -> None:
    page = screen(language="ru", phone=True)
    page.goto("/?day=2026-11-06")
    page.get_by_role("link", name=re.compile("15:00")).click()
    choose(page, "ряд 1, место 1", "ряд 1, место 2")
    expect(page.get_by_text("Выбрано: ряд 1, место 1; ряд 1, место 2")).to_be_visible()
    page.get_by_role("button", name="Оформить заказ").click()
    page.get_by_label("ряд 1, место 2").select_option(label="Детский · 175\N{NO-BREAK SPACE}₽")
    page.get_by_label("Эл. почта").fill("anna@example.org")
    page.get_by_role("button", name="Перейти к оплате").click()
    expect(page.get_by_text("Мы забронировали для вас 2 места")).to_be_visible()
    page.get_by_role("button", name="Оплатить 525").click()
    pay(page)

    expect(page.get_by_role("heading", name="Ваши билеты")).to_be_visible()
    expect(page.get_by_role("img", name="QR-код билета")).to_have_count(2)
    order = Order.objects.exclude(status="CANCELLED").get()  # the draft became it
    assert (order.status, order.language, order.final_amount) == ("PAID", "ru", 525)
    assert Notification.objects.get().kind == MessageKind.ORDER_PAID


IN_SIGHT = """
(hall) => {
  const box = hall.getBoundingClientRect(), bar = document.querySelector(".total").getBoundingClientRect();
  const seats = [...hall.querySelectorAll(".seat")].map((seat) => seat.getBoundingClientRect());
  return [
    seats.every((seat) => seat.left >= box.left && seat.right <= box.right && seat.bottom <= box.bottom),
    box.bottom <= bar.top + 1 && bar.bottom <= innerHeight + 1,
    hall.scrollWidth <= hall.clientWidth && hall.scrollHeight <= hall.clientHeight,
    [...hall.querySelectorAll(".seat")].every((seat) => seat.firstElementChild.offsetWidth === seat.offsetWidth),
  ];
}
"""


def test_the_whole_hall_is_seen_at_once_on_a_small_phone_and_a_press_makes_its_seats_larger(
    screen: Screen, windows: Windows
) -> None:
    hall = factories.a_hall(rows=["ssss_ssssssss_ssss_ss"] * 24)
    hall.curve = 3
    hall.save()
    phone = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
    page = windows.alone(locale="ru-RU", **phone)
    page.goto(f"/sessions/{factories.a_session(hall).pk}/")
    assert page.locator(".hall").evaluate(IN_SIGHT) == [True] * 4
    seat = page.get_by_label("ряд 6, место 9,")

    seat.tap()  # too small for a finger
    expect(page.get_by_label("Крупнее")).to_be_checked()
    expect(seat).not_to_be_checked()
    seat.tap()

    expect(seat).to_be_checked()
    expect(page.locator("#sum")).to_have_text("350\N{NO-BREAK SPACE}₽")
    page.context.close()


def test_who_goes_back_to_the_map_finds_the_same_seats_chosen(screen: Screen, session: Session) -> None:
    page = screen(language="en")
    page.goto(f"/sessions/{session.pk}/")
    choose(page, "row 2, seat 2", "row 2, seat 3")

    held: list[tuple[Route, APIResponse]] = []
    seen: list[str] = []

    def hold(route: Route) -> None:
        held.append((route, route.fetch(max_redirects=0)))

    def look(route: Route) -> None:  # the answer of the hold comes after the map has looked for what is taken meanwhile
        route.fulfill(response=route.fetch())
        seen.extend(["look"] * len(held))
        if len(seen) == 4:
            held[0][0].fulfill(response=held[0][1])

    page.route("**/hold/", hold)
    page.route("**/taken/", look)
    page.evaluate("""setInterval(() => {
        document.dispatchEvent(new Event("visibilitychange"))
        fetch(document.querySelector("[data-live]").dataset.live)
    }, 200)""")
    page.get_by_role("button", name="Continue to checkout").click()
    expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    page.go_back()
    expect(page.get_by_label("row 2, seat 2,")).to_be_checked()
    page.get_by_role("button", name="Continue to checkout").click()

    expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    assert sorted(Ticket.objects.live().values_list("seat__row", "seat__number")) == [(2, 2), (2, 3)]


def test_a_ticket_is_bought_with_the_keyboard_alone(screen: Screen, session: Session) -> None:
    page = screen(language="en")
    page.goto(f"/sessions/{session.pk}/")
    tab_to(page, "row 1, seat 1,")
    press(page, "ArrowRight", "ArrowDown", "Space", "ArrowRight", "Enter")
    expect(page.get_by_text("Selected: row 2, seat 2; row 2, seat 3")).to_be_visible()
    tab_to(page, "Continue to checkout")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    tab_to(page, "Email")
    type_text(page, "keys@example.org")
    tab_to(page, "Continue to payment")
    press(page, "Enter")
    expect(page.get_by_text("We’re holding 2 seats for you")).to_be_visible()
    tab_to(page, "Pay 700")
    press(page, "Enter")
    expect(page).to_have_title(re.compile("bank"))
    tab_to(page, "Pay")
    press(page, "Enter")

    expect(page.get_by_role("heading", name="Your tickets")).to_be_visible()
    assert sorted(Ticket.objects.live().values_list("seat__row", "seat__number")) == [(2, 2), (2, 3)]


def test_a_ticket_is_bought_without_javascript(screen: Screen, windows: Windows, session: Session) -> None:
    page = windows.alone(locale="en-GB", java_script_enabled=False, viewport={"width": 600, "height": 400})
    page.goto(f"/sessions/{session.pk}/")
    page.get_by_role("group", name="row 1, Standard").get_by_label("1", exact=True).check(force=True)
    page.get_by_role("button", name="Show as a list").click()
    expect(page.get_by_label("Seat 1").first).to_be_checked()
    assert page.evaluate(BENEATH_THE_BAR) == []
    page.get_by_role("button", name="Continue to checkout").click()
    page.get_by_label("Email", exact=True).fill("plain@example.org")
    page.get_by_role("button", name="Continue to payment").click()
    page.get_by_role("button", name="Pay").click()
    pay(page)

    expect(page.get_by_role("heading", name="Your tickets")).to_be_visible()
    page.context.close()


def test_a_hold_runs_out_before_the_customers_eyes(
    screen: Screen, windows: Windows, session: Session, time: Clock
) -> None:
    page = windows.alone(locale="en-GB")
    page.clock.install()
    order = a_hold(session)
    time.at = order.expires_at - timedelta(seconds=62)
    page.goto(f"/order/{order.token}/")
    expect(page.get_by_text(re.compile("1:0[12]"))).to_be_visible()
    time.at = order.expires_at
    page.clock.run_for("01:04")

    expect(page.get_by_text("The time to pay has run out, and your booking has been released")).to_be_visible()
    cancel_expired([order.pk], at=time.at)
    page.get_by_role("link", name="See other showtimes").click()
    assert not Ticket.objects.live().exists()
    page.context.close()


def test_who_hears_how_little_time_is_left_and_asks_for_more_gets_it(
    screen: Screen, session: Session, time: Clock
) -> None:
    page = screen(language="en")
    order = a_hold(session)
    time.at = order.expires_at - timedelta(seconds=61)
    page.goto(f"/order/{order.token}/")
    expect(page.get_by_role("status").filter(has_text="Minutes left to pay: 1")).to_be_attached()
    page.get_by_role("button", name="Get more time").click()

    expect(page.get_by_text("Your order is now held until")).to_be_visible()
    order.refresh_from_db()
    assert order.expires_at == time.at + timedelta(minutes=15)


def test_who_is_declined_pays_at_the_second_try(screen: Screen, session: Session) -> None:
    page = screen(language="en")
    order = a_hold(session)
    page.goto(f"/order/{order.token}/")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Decline the card").click()
    expect(page.get_by_text("The payment didn’t go through")).to_be_visible()
    page.get_by_role("button", name="Pay").click()
    pay(page)

    expect(page.get_by_role("heading", name="Your tickets")).to_be_visible()


def test_who_waits_for_the_bank_goes_on_when_it_has_answered(screen: Screen, session: Session) -> None:
    page = screen(language="en")
    order = a_hold(session)
    page.goto(f"/order/{order.token}/")
    page.get_by_role("button", name="Pay").click()
    page.goto(f"/order/{order.token}/paid/")
    expect(page.get_by_role("heading", name="Payment in progress")).to_be_visible()
    assert barriers(page, title="Payment in progress") == []  # a page that reloads itself takes readers' place away
    decide(DemoCharge.objects.get().token, paid=True)

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.get_by_role("heading", name="Your tickets")).to_be_visible()


def test_who_pays_after_the_seats_were_lost_is_told_and_refunded(screen: Screen, session: Session, time: Clock) -> None:
    page = screen(language="en")
    order = a_hold(session)
    page.goto(f"/order/{order.token}/")
    page.get_by_role("button", name="Pay").click()
    expect(page).to_have_title(re.compile("bank"))
    time.at = order.expires_at + timedelta(minutes=30)
    cancel_expired([order.pk], at=time.at)
    a_hold(session, at=time.at)
    pay(page)

    expect(page.get_by_text("Your payment arrived after the order had been cancelled")).to_be_visible()
    expect(page.get_by_text(re.compile("We’re refunding 350.*to your original payment method"))).to_be_visible()
    assert Refund.objects.get().amount == 350
    assert Notification.objects.filter(kind=MessageKind.LATE_PAYMENT_REFUNDED).count() == 1


def test_one_ticket_of_two_is_given_back(screen: Screen, session: Session) -> None:
    page = screen(language="en")
    order = factories.a_paid_order(session, seats=2)
    page.goto(f"/order/{order.token}/")
    page.get_by_role("link", name="Refund tickets").click()
    page.get_by_label(re.compile("row 1, seat 2")).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("rowheader", name="Refund in cash at the box office")).to_be_visible()
    page.get_by_role("button", name="Confirm refund").click()

    expect(page.get_by_role("img", name="Ticket QR code")).to_have_count(1)
    assert Refund.objects.get().amount == 350
    assert list(Ticket.objects.live().values_list("seat__number", flat=True)) == [1]


def test_a_cancelled_session_is_refunded_and_said(screen: Screen, session: Session) -> None:
    page = screen(language="en")
    order = factories.a_paid_order(session, seats=2)
    cancel_session(session, reason="No power", at=NOON)
    page.goto(f"/order/{order.token}/")
    expect(page.get_by_text("This screening has been cancelled")).to_be_visible()

    refund_cancelled_sessions(list(Order.objects.of_cancelled_sessions(NOON)), at=NOON)
    page.reload()

    expect(page.get_by_text("This order has been refunded.")).to_be_visible()
    assert Refund.objects.get().amount == 700


def test_a_seat_that_somebody_takes_is_lost_on_the_open_map_too(screen: Screen, session: Session) -> None:
    page = screen(language="en")
    page.goto(f"/sessions/{session.pk}/")
    choose(page, "row 1, seat 1", "row 1, seat 2")
    a_hold(session)

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.get_by_text("Just taken: row 1, seat 1. Selected: row 1, seat 2")).to_be_visible()
    lost = page.get_by_label("row 1, seat 1, ")
    expect(lost).to_have_attribute("aria-disabled", "true")
    page.evaluate(
        "document.querySelector('form.choose')"
        ".addEventListener('submit', event => { event.preventDefault(); document.title = 'gone on' })"
    )
    lost.press("Enter")
    assert page.title() != "gone on"
    page.get_by_label("row 1, seat 2, ").press("Enter")
    assert page.title() == "gone on"


# Seats that one comes to by Tab, and that the bar at the end of the window hides then.
BENEATH_THE_BAR = """
[...document.querySelectorAll("[name=seat]")].filter((each) => {
  each.focus();
  return each.getBoundingClientRect().bottom > document.querySelector(".total").getBoundingClientRect().top;
}).map((each) => each.value)
"""

# What is beyond the edge, or larger than its box; days, cinemas and halls are moved sideways, since there may be many.
STICKING_OUT = """
[...document.querySelectorAll("a, button, input:not([hidden]), select, .card, .note, .sheet, .ticket, .time")]
  .filter((each) => !each.closest(".hall, .hush, .skip, .days, .cinemas:not(.mine)"))
  .filter((each) => each.getBoundingClientRect().right > innerWidth
    || (!each.readOnly && each.scrollWidth > each.clientWidth + 1))  // a link to copy scrolls in its field
  .filter((each) => getComputedStyle(each).display !== "inline")
  .map((each) => each.outerHTML.slice(0, 200))
"""


# As in a language whose words are longer by a third; films, halls and days keep their names.
LONGER = """
() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.parentElement.closest("script, .hall, .card, h1, b")) continue;
    text.data = text.data.replace(/[aeiouаеиоуыэюя]/gi, "$&$&");
  }
}
"""


@pytest.mark.proofs
@pytest.mark.parametrize(  # in `make test` the longer words on the smaller screen
    ("language", "phone"), sample([("ru", True), ("en", False)], turn=0, of=2)
)
def test_everybody_can_use_every_page_by_day_and_by_night(
    screen: Screen, refusals: None, session: Session, language: str, phone: bool
) -> None:
    customer = factories.a_customer(points=100)
    held = factories.an_order(session, seats=1, customer=customer, snacks=[(a_snack(session), 1)])
    paid = factories.a_paid_order(session, seats=2, customer=customer, snacks=[(a_snack(session), 1)], points=50)
    lost = factories.an_order(session, at=NOON - timedelta(minutes=15), email="a@example.org")
    word = "Достопримечательности"  # one word, and wider than a phone
    told = dict.fromkeys(("director", "starring", "country", "description", "content_warnings"), word)
    Film.objects.update(title=word, featured=1, trailer_url="https://video.example/", **told)
    for number, (kind, size) in enumerate((("POSTER", (300, 450)), ("STILL", (640, 360)))):
        add_picture(session.film, content=a_picture(*size, colour=("teal", "white")[number]), kind=kind)
    other = factories.a_session()  # in another cinema, of which one is to be chosen
    free = factories.free_seats(session)[:2]
    draft = factories.an_order(other)
    Order.objects.filter(pk=draft.pk).update(email="", channel="ONLINE")
    consent = record_consent(
        customer.email, channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON, user=customer
    )
    asked = record_consent(lost.email, channel="EMAIL", is_given=True, place="CHECKOUT", is_proved=False, at=NOON)
    guest = screen(language=language, phone=phone)
    member = screen(customer, language=language, phone=phone)
    chosen = f"/sessions/{session.pk}/checkout/?seat={free[0].pk}&seat={free[1].pk}"
    pages = [
        (guest, "/"),
        (guest, "/?day=week"),
        (guest, "/?day=2027-01-01"),
        (guest, "/search/?q=достопр"),
        (guest, f"/films/{session.film_id}/"),
        (guest, f"/sessions/{session.pk}/"),
        (guest, f"/sessions/{session.pk}/?view=list"),
        (guest, chosen),
        (guest, f"/sessions/{session.pk}/checkout/"),
        (guest, f"/order/{draft.token}/change/"),
        (guest, f"/order/{held.token}/"),
        (guest, f"/order/{held.token}/change/"),
        (guest, f"/order/{paid.token}/"),
        (guest, f"/order/{paid.token}/refund/"),
        (guest, f"/order/{paid.token}/refund/?line=ticket-{paid.tickets.first().pk}"),
        (guest, f"/order/{lost.token}/"),
        (guest, "/account/sign-in/"),
        (guest, "/account/link/none/"),
        (guest, "/find/"),
        (guest, "/nothing/"),
        (member, "/account/"),
        (member, "/account/points/"),
        (member, "/account/profile/"),
        (guest, f"/unsubscribe/{consent.uid}/"),
        (guest, f"/subscribe/{asked.uid}/"),
        (member, "/account/password/"),
        (member, chosen),
    ]

    title = re.compile("Кинотеатр" if language == "ru" else "Cinema")
    seen: dict[Page, list[tuple[str, str]]] = {guest: [], member: []}
    found: list[str] = []
    for page, address in pages:
        page.goto(address)
        expect(page).to_have_title(title)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"
        assert page.evaluate(STICKING_OUT) == [], address
        if page.locator(".hall").count():  # beside others a few seats would be read, and those of a hall differ
            found += [f"{address} {each}" for each in by_day_and_by_night(page)]
        else:
            seen[page].append((address, page.content()))
        page.evaluate(LONGER)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} in longer words"
        page.evaluate("document.documentElement.dir = 'rtl'")  # as a language that is written from right to left
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} mirrored"
        assert page.evaluate(STICKING_OUT) == [], f"{address} mirrored"
    for page, drawn in seen.items():
        side_by_side(page, drawn)
        found += by_day_and_by_night(page)

    assert found == []


def by_day_and_by_night(page: Page) -> list[str]:
    found = barriers(page)
    page.emulate_media(color_scheme="dark")  # other colours, and nothing else
    found += [f"in the dark: {each}" for each in barriers(page, rules=["color-contrast"])]
    page.emulate_media(color_scheme="light")  # also for whoever is given this window next
    return found


def test_a_refusal_keeps_what_was_typed(screen: Screen, refusals: None, session: Session) -> None:
    page = screen(language="en")
    page.goto(f"/sessions/{session.pk}/checkout/?seat={factories.free_seats(session)[0].pk}")
    page.get_by_label("Email", exact=True).fill("anna@example.org")
    page.get_by_label("Promo code").fill("NOTHING")
    page.get_by_role("button", name="Continue to payment").click()

    expect(page.get_by_role("alert").get_by_text("There is no promo code “NOTHING”.")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Email", exact=True)).to_have_value("anna@example.org")
    assert not Order.objects.exists()


# --- A customer's hands


def a_hold(session: Session, *, at: datetime = NOON) -> Order:
    """Of the first seat."""
    return factories.an_order(session, at=at)


def a_snack(session: Session) -> Any:
    return session.hall.cinema.concession_items.get()


def choose(page: Page, *seats: str) -> None:
    for seat in seats:
        page.get_by_label(f"{seat},").check(force=True)  # the box lies invisible over its drawing


def pay(page: Page) -> None:
    page.locator("button[name=answer][value=pay]").click()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called so, as far as there is something to go to."""
    name_of = "e => e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].innerText) || e.innerText"
    for _press in range(60):
        press(page, "Tab")
        if (page.locator(":focus").evaluate(name_of) or "").startswith(name):
            return
    raise AssertionError(f"Tab does not lead to “{name}”")


HALLS = {"4 seats": ["ssss"], "60 seats": ["ssssssssss"] * 6, "600 seats": ["ssssssssssssssssssssssssssssss"] * 20}
WIDTHS = (320, 390, 768, 1280)
PLAN = """
() => {
  const hall = document.querySelector(".hall"), plan = document.getElementById("plan");
  const seats = [...plan.querySelectorAll(".seat")].map((seat) => seat.getBoundingClientRect());
  const left = Math.min(...seats.map((seat) => seat.left)), right = Math.max(...seats.map((seat) => seat.right));
  const box = hall.getBoundingClientRect();
  return {
    whole: hall.scrollWidth <= hall.clientWidth && left >= box.left && right <= box.right,
    empty: Math.round(plan.getBoundingClientRect().width - (right - left)),  // beside the seats, for numbers of rows
    seat: Math.min(...seats.map((seat) => Math.min(seat.width, seat.height))),
    sideways: document.documentElement.scrollWidth > innerWidth,
    // What the validator of HTML refuses.
    refused: document.querySelectorAll("label[role], div[aria-label]:not([role])").length,
  };
}
"""


@pytest.mark.proofs
@pytest.mark.parametrize("size", HALLS)
def test_a_hall_is_drawn_whole_and_its_seats_can_be_made_as_large_as_a_finger(windows: Windows, size: str) -> None:
    shown = factories.a_session(factories.a_hall(rows=HALLS[size]))
    page = windows.alone(locale="ru-RU", has_touch=True)
    drawn, enlarged = [], []
    for width in sample(WIDTHS, turn=[*HALLS].index(size), of=2):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"/sessions/{shown.pk}/")
        drawn.append(page.evaluate(PLAN))
        page.get_by_label("Крупнее").check()
        enlarged.append(page.evaluate(PLAN))
    page.context.close()

    assert all(each["whole"] for each in drawn)
    assert max(each["empty"] for each in drawn) <= 62
    assert min(each["seat"] for each in enlarged) >= 24  # what a finger needs
    assert not any(each["sideways"] or each["refused"] for each in drawn + enlarged)
