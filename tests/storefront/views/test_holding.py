"""Seats are held by the button beneath the map, before anything is typed."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cinema import clock
from notifications.models import Notification
from orders.models import OnlineHold, Order, Ticket
from orders.services import cancel_expired
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.factories import NOON, business_state
from tests.helpers.screening_rows import a_price_quote

pytestmark = pytest.mark.django_db

GUEST = "guest@example.org"


@pytest.fixture
def session() -> Session:
    return factories.a_session()


def press(client: Client, session: Session, seats: Any, **given: Any) -> Any:
    return client.post(f"/sessions/{session.pk}/hold/", {"seat": [seat.pk for seat in seats]} | given)


def fill_in(client: Client, draft: Order, **given: Any) -> Any:
    types = {f"type-{seat}": factories.an_adult().pk for seat in draft.tickets.values_list("seat", flat=True)}
    return client.post(f"/order/{draft.token}/change/", {"email": GUEST} | types | given)


def drafted(client: Client, session: Session, seats: Any) -> Order:
    press(client, session, seats)
    return Order.objects.get(status="PENDING_PAYMENT")


def test_continue_holds_the_seats_before_anything_is_typed(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)[:2]

    answer = press(client, session, seats)

    draft = Order.objects.get()
    assert answer["Location"] == f"/order/{draft.token}/change/"
    assert (draft.is_draft, draft.status, draft.final_amount) == (True, "PENDING_PAYMENT", 700)
    page = client.get(answer["Location"]).text
    assert "Your 2 seats are held until 15:15" in page
    assert "Continue to payment" in page
    assert "Already taken" in press(Client(), session, seats).text


def test_a_price_on_the_map_is_honoured_for_a_quarter_of_an_hour(client: Client, session: Session) -> None:
    now = clock.now()
    a_price_quote(session, "330", at=now - timedelta(days=1))
    seats = factories.free_seats(session)[:2]
    [shown] = re.findall(r'name="price_shown" value="(\d+)"', client.get(f"/sessions/{session.pk}/").text)
    a_price_quote(session, "410", at=now - timedelta(minutes=14))

    press(client, session, seats, price_shown=shown)

    assert Order.objects.get().final_amount == 660


def test_after_that_the_map_shows_both_prices_and_keeps_the_choice(client: Client, session: Session) -> None:
    now = clock.now()
    a_price_quote(session, "330", at=now - timedelta(days=1))
    a_price_quote(session, "410", at=now - timedelta(minutes=16))
    seats = factories.free_seats(session)[:2]

    refused = press(client, session, seats, price_shown=33000)

    assert refused.status_code == 409
    assert "The price has changed from 660\N{NO-BREAK SPACE}₽ to 820\N{NO-BREAK SPACE}₽." in refused.text
    assert refused.text.count(" checked") == 2
    assert 'name="price_shown" value="41000"' in refused.text
    assert not Order.objects.exists()


def test_seats_that_are_held_keep_their_price_beside_new_ones_on_the_map(client: Client, session: Session) -> None:
    seats = factories.free_seats(session)[:2]
    drafted(client, session, seats[:1])
    a_price_quote(session, "410", at=clock.now() - timedelta(hours=1))

    press(client, session, seats, price_shown=41000)

    assert Order.objects.latest("pk").final_amount == 350 + 410


@pytest.mark.parametrize("sent", ["", "-1", "x", "٣٣٠", "9" * 30, "1.5"])
def test_a_price_that_no_map_sends_is_ignored(client: Client, session: Session, sent: str) -> None:
    press(client, session, factories.free_seats(session)[:1], price_shown=sent)

    assert Order.objects.get().final_amount == 350


def test_the_checkout_makes_an_order_of_the_draft(client: Client, session: Session) -> None:
    draft = drafted(client, session, factories.free_seats(session)[:2])

    answer = fill_in(client, draft)

    order = Order.objects.get(replaces=draft)
    assert answer["Location"] == f"/order/{order.token}/"
    assert (order.email, order.is_draft, order.status) == (GUEST, False, "PENDING_PAYMENT")
    assert client.get(f"/order/{draft.token}/")["Location"] == answer["Location"]  # the button pressed twice, Back
    assert fill_in(client, draft)["Location"] == answer["Location"]
    assert Client().get(f"/order/{draft.token}/").status_code == 200  # a stranger is not led to it
    assert Ticket.objects.live().count() == 2


def test_a_draft_is_neither_paid_nor_confirmed(client: Client, session: Session) -> None:
    draft = drafted(client, session, factories.free_seats(session)[:1])
    before = business_state()

    for path in ("pay", "confirm", "gift-card/pay"):
        assert client.post(f"/order/{draft.token}/{path}/", {"gateway": "DEMO"})["Location"] == f"/order/{draft.token}/"

    assert client.get(f"/order/{draft.token}/")["Location"] == f"/order/{draft.token}/change/"
    assert business_state() == before


def test_who_goes_back_to_the_map_finds_the_held_seats_and_chooses_others_instead(
    client: Client, session: Session
) -> None:
    first, second, *_others, last = factories.free_seats(session)
    draft = drafted(client, session, [first, second])
    page = client.get(f"/sessions/{session.pk}/").text
    assert page.count(" checked") == 2

    again = press(client, session, [first, second])
    other = press(client, session, [last])

    assert again["Location"] == f"/order/{draft.token}/change/"
    assert other["Location"] != again["Location"]
    assert [ticket.seat for ticket in Ticket.objects.live()] == [last]


def test_who_signs_in_on_the_way_buys_for_the_account_and_with_its_points(client: Client, session: Session) -> None:
    draft = drafted(client, session, factories.free_seats(session)[:1])
    customer = factories.a_customer(points=100)
    client.force_login(customer)  # which keeps the browser's session

    assert "You have 100 points." in client.get(f"/order/{draft.token}/change/").text
    fill_in(client, draft, points=50)

    order = Order.objects.get(replaces=draft)
    assert (order.user, order.final_amount) == (customer, 300)


@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "not cancelled yet"])
def test_a_draft_that_ends_tells_nobody_and_its_seats_are_held_again_with_what_was_typed(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    draft = drafted(client, session, factories.free_seats(session)[:1])
    later = NOON + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    if cancelled:
        cancel_expired([draft.pk], at=later)
    assert not Notification.objects.exists()

    answer = fill_in(client, draft)

    assert answer["Location"] == f"/order/{Order.objects.get(email=GUEST).token}/"


def test_who_loses_the_seats_while_typing_keeps_what_was_typed(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = factories.free_seats(session)[:1]
    draft = drafted(client, session, seats)
    later = NOON + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    cancel_expired([draft.pk], at=later)
    press(Client(), session, seats)

    lost = fill_in(client, draft, phone="+79035550199")
    again = press(client, session, factories.free_seats(session)[:1])

    assert lost.status_code == 409
    assert "Already taken: row 1, seat 1." in lost.text
    page = client.get(again["Location"]).text
    assert f'value="{GUEST}"' in page
    assert 'value="+79035550199"' in page


def test_drafts_count_towards_the_limits_of_a_browser_and_of_an_address(session: Session, settings: Any) -> None:
    settings.HELD_SEATS = {**settings.HELD_SEATS, "visitor": 2, "address": 3}
    client, seats = Client(), factories.free_seats(session)
    press(client, session, seats[:2])

    other_session = factories.a_session()
    refused = press(client, other_session, factories.free_seats(other_session)[:1])
    elsewhere = press(Client(), session, seats[4:6])  # another browser at the same address

    assert (refused.status_code, elsewhere.status_code) == (409, 409)
    assert Ticket.objects.live().count() == 2


def test_pressing_again_and_again_is_limited(client: Client, settings: Any) -> None:
    settings.ATTEMPTS = {**settings.ATTEMPTS, "hold": (timedelta(minutes=15), 2, 100)}
    for _time in range(2):
        shown = factories.a_session()
        assert press(client, shown, factories.free_seats(shown)[:1]).status_code == 302
    shown = factories.a_session()

    assert press(client, shown, factories.free_seats(shown)[:1]).status_code == 429


def test_an_address_typed_for_a_draft_is_written_to_once_a_day(client: Client) -> None:
    """Or whoever holds seats could have messages rain on a stranger, an address for each draft."""
    may_write = []
    for _time in range(2):
        shown = factories.a_session()
        press(client, shown, factories.free_seats(shown)[:1])
        fill_in(client, Order.objects.order_by("pk").last())
        may_write.append(OnlineHold.objects.order_by("pk").last().may_write)

    assert may_write == [True, False]


# --- The total


def recount(client: Client, draft: Order, **given: Any) -> str:
    types = {f"type-{seat}": factories.an_adult().pk for seat in draft.tickets.values_list("seat", flat=True)}
    asked = {"recount": "1"} | types | given
    answer = client.post(f"/order/{draft.token}/change/", asked, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    return " ".join(answer.text.replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_total_follows_what_is_chosen_and_holds_nothing(client: Client, session: Session) -> None:
    popcorn = factories.an_item(session.hall.cinema)
    half = factories.a_promocode(discount_percent=50).code.lower()
    draft = drafted(client, session, factories.free_seats(session)[:2])
    before = business_state()

    total = recount(client, draft, promocode=half, **{f"snack-{popcorn.pk}": 1})

    goods = 700 + popcorn.price
    assert f"data-total>{(goods / 2).normalize():f} ₽" in total
    assert business_state() == before
    page = client.post(f"/order/{draft.token}/change/", {"recount": "1", "email": "not an address"}).text
    assert "Please check the highlighted fields." not in page  # nothing is refused yet


def test_the_total_says_for_which_orders_a_code_is(client: Client, session: Session) -> None:
    code = factories.a_promocode(least_total=1000).code
    draft = drafted(client, session, factories.free_seats(session)[:1])

    assert f"The promo code “{code}” is for orders from 1,000 ₽, and this one costs 350 ₽." in recount(
        client, draft, promocode=code
    )


def test_wrong_codes_count_while_adding_up_too(client: Client, session: Session, settings: Any) -> None:
    settings.ATTEMPTS = {**settings.ATTEMPTS, "promocode": (timedelta(hours=1), 2, 40)}
    right = factories.a_promocode(discount_percent=50).code
    draft = drafted(client, session, factories.free_seats(session)[:1])

    assert "There is no promo code “ONE”." in recount(client, draft, promocode="ONE")
    assert "There is no promo code “TWO”." in recount(client, draft, promocode="TWO")
    assert "−175 ₽" not in recount(client, draft, promocode=right)


def test_one_press_uses_all_points_that_may_pay(client: Client, session: Session, settings: Any) -> None:
    settings.BONUS_MAX_SHARE = Decimal("0.5")
    client.force_login(factories.a_customer(points=500))
    draft = drafted(client, session, factories.free_seats(session)[:1])
    before = business_state()

    with_script = recount(client, draft, recount="points")
    page = client.post(f"/order/{draft.token}/change/", {"recount": "points", "email": "not an address"}).text

    assert 'data-points="175" data-total>175 ₽' in with_script
    assert 'name="points" value="175"' in page
    assert business_state() == before


def test_errors_stand_on_top_with_links_to_their_fields(client: Client, session: Session) -> None:
    draft = drafted(client, session, factories.free_seats(session)[:1])

    page = fill_in(client, draft, email="").text

    assert '<div class="note error" role="alert" tabindex="-1" autofocus>' in page
    assert '<a href="#id_email">Email</a>: This field is required.' in page
