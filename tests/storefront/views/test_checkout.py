import html
import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.contrib.sessions.models import Session as WebSession
from django.test import Client

from bonuses.models import BonusAccount
from cinema import clock
from concessions.models import ConcessionItem, ItemPart
from notifications.models import MessageKind, Notification
from orders.models import Order, Ticket
from payments.models import Payment
from screenings.models import Film, Seat, Session, TicketType
from tests.helpers import factories
from tests.helpers.factories import NOON, business_state
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

GUEST = "guest@example.org"


def test_a_guest_holds_seats_and_sees_what_they_cost(client: Client) -> None:
    session = factories.a_session()
    popcorn = factories.an_item(session.hall.cinema, price=Decimal("120.00"))
    seats = factories.free_seats(session)[:2]

    answer = buy(client, session, seats, **{f"snack-{popcorn.pk}": 2})

    order = Order.objects.get()
    assert answer["Location"] == f"/order/{order.token}/"
    page = client.get(answer["Location"]).content.decode()
    assert order.final_amount == 940
    assert "940\N{NO-BREAK SPACE}₽" in page
    assert "We’re holding 2 seats for you" in page
    assert "Return your tickets here until" in page


def test_search_engines_list_a_checkout_as_its_session(client: Client) -> None:
    session = factories.a_session()
    seat = factories.free_seats(session)[0]

    page = client.get(f"/sessions/{session.pk}/checkout/?seat={seat.pk}").content.decode()

    assert f'<link rel="canonical" href="http://127.0.0.1:8000/sessions/{session.pk}/">' in page


def test_the_order_stores_the_language_it_was_bought_in(client: Client) -> None:
    client.post("/language/", {"language": "ru", "next": "/"})
    session = factories.a_session()

    buy(client, session, factories.free_seats(session)[:1])

    assert Order.objects.get().language == "ru"


def test_a_lost_seat_is_named_and_form_input_is_kept(client: Client) -> None:
    session = factories.a_session()
    seats = factories.free_seats(session)[:2]
    factories.an_order(session, seats=1)

    answer = buy(client, session, seats, email="me@example.org", phone="+7 900 000-00-00")

    assert answer.status_code == 409
    assert "Already taken: row 1, seat 1" in answer.content.decode()
    assert Order.objects.count() == 1


def test_an_unknown_promocode_shows_a_field_error_and_form_input_is_kept(client: Client) -> None:
    session = factories.a_session()
    popcorn = factories.an_item(session.hall.cinema)
    before = business_state()

    answer = buy(client, session, factories.free_seats(session)[:1], promocode="NOTHING", **{f"snack-{popcorn.pk}": 3})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "There is no promo code" in page
    assert f'value="{GUEST}"' in page
    assert 'value="NOTHING"' in page
    assert 'value="3"' in page
    assert business_state() == before


def test_a_combo_is_bought_by_what_is_in_stock_and_offered_again_when_the_order_is_changed(client: Client) -> None:
    session = factories.a_session()
    cola = factories.an_item(session.hall.cinema, stock=6, price=Decimal(200))
    fields: dict[str, Any] = {"cinema": session.hall.cinema, "price": Decimal(500), "low_stock_percent": 0}
    combo = ConcessionItem.objects.create(name="Three colas", kind="COMBO", **fields)
    ItemPart.objects.create(whole=combo, part=cola, units=3)
    seats = factories.free_seats(session)[:1]

    shown = client.get(checkout(session, seats)).context["form"]
    refused = buy(client, session, seats, **{f"snack-{combo.pk}": 3})
    order = held(client, session, 1, **{f"snack-{combo.pk}": 2})
    again = client.get(f"/order/{order.token}/change/?seat={seats[0].pk}").context["form"]

    assert (shown.fields[f"snack-{combo.pk}"].max_value, refused.status_code) == (2, 409)
    assert sum(line.amount for line in order.preorders.all()) == Decimal(1000)
    assert f"{cola.name} (Three colas)" in client.get(f"/order/{order.token}/").text
    assert again[f"snack-{combo.pk}"].value() == 2
    assert again.fields[f"snack-{combo.pk}"].max_value == 2


def test_more_than_the_stock_is_refused_with_the_quantity_left(client: Client) -> None:
    session = factories.a_session()
    popcorn = factories.an_item(session.hall.cinema, stock=2)
    before = business_state()

    answer = buy(client, session, factories.free_seats(session)[:1], **{f"snack-{popcorn.pk}": 3})

    assert "Only 2 left." in answer.content.decode()
    assert business_state() == before


def test_too_many_points_are_refused_with_the_balance(client: Client) -> None:
    session = factories.a_session()
    client.force_login(factories.a_customer(points=100))
    before = business_state()

    answer = buy(client, session, factories.free_seats(session)[:1], points=101)

    errors = re.findall(r'<ul class="errorlist".*?</ul>', answer.content.decode())
    assert len(errors) == 1
    assert "You have 100 points." in errors[0]
    assert business_state() == before


def test_an_address_is_needed_before_anything_is_held(client: Client) -> None:
    session = factories.a_session()
    before = business_state()

    answer = buy(client, session, factories.free_seats(session)[:1], email="")

    assert answer.status_code == 409
    assert business_state() == before


def test_a_choice_that_leaves_a_single_seat_is_refused(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["ssssss"]))
    factories.an_order(session, seats=1)
    before = business_state()

    answer = client.get(checkout(session, factories.free_seats(session)[1:3]))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "A single seat would be left between taken ones: row 1, seat 2." in page
    offered = re.findall('<li><a class="button quiet" href="([^"]+)">', page)
    assert len(offered) == 3
    first = client.get(html.unescape(offered[0])).content.decode()
    assert first.count("checked") == page.count("checked") == 2
    assert business_state() == before


def test_a_companion_seat_needs_its_wheelchair_space(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["wcss"]))
    place, companion, *_others = factories.free_seats(session)

    assert client.get(checkout(session, [companion])).status_code == 409
    assert client.get(checkout(session, [place, companion])).status_code == 200


def test_a_companion_ticket_is_free_only_beside_a_wheelchair_space(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["wcss"]))
    place, companion, chair, _other = factories.free_seats(session)
    carer = TicketType.objects.create(name="Carer", price_percent=0, sold_to=TicketType.SoldTo.COMPANION)

    refused = buy(client, session, [chair], **{f"type-{chair.pk}": carer.pk})
    assert refused.status_code == 409
    assert not Order.objects.exists()

    page = client.get(checkout(session, [place, companion])).content.decode()
    assert re.findall(r'value="(\d+)" selected', page) == [str(factories.an_adult().pk), str(carer.pk)]

    buy(client, session, [place, companion], **{f"type-{companion.pk}": carer.pk})
    assert Order.objects.get().final_amount == 350


def test_a_box_office_ticket_type_cannot_be_bought_online(client: Client) -> None:
    session = factories.a_session()
    seat = factories.free_seats(session)[0]
    comp = TicketType.objects.create(name="Comp", price_percent=0, sold_to=TicketType.SoldTo.TILL)
    before = business_state()

    answer = buy(client, session, [seat], **{f"type-{seat.pk}": comp.pk})

    assert answer.status_code == 409
    assert business_state() == before


@pytest.mark.parametrize("keys", [[], ["x"], ["0"], ["99999999999999999999"], ["-1"], ["٣"]])
def test_invalid_seats_show_the_map_again(client: Client, keys: list[str]) -> None:
    session = factories.a_session()

    answer = client.get(f"/sessions/{session.pk}/checkout/", {"seat": keys})

    assert answer.status_code == 409


def test_a_hold_is_changed_without_losing_the_seats(client: Client) -> None:
    session = factories.a_session()
    popcorn = factories.an_item(session.hall.cinema, stock=2)
    promocode = factories.a_promocode(max_uses=1)
    first = held(client, session, 2, promocode=promocode.code, **{f"snack-{popcorn.pk}": 2})

    answer = client.post(
        f"/order/{first.token}/change/", typed(Seat.objects.filter(tickets__order=first), promocode=promocode.code)
        | {f"snack-{popcorn.pk}": 1},
    )  # fmt: skip

    first.refresh_from_db()
    second = Order.objects.exclude(pk=first.pk).get()
    popcorn.refresh_from_db()
    assert answer["Location"] == f"/order/{second.token}/"
    assert first.status == Order.Status.CANCELLED
    assert popcorn.stock_quantity == 1
    assert second.tickets.filter(status=Ticket.Status.RESERVED).count() == 2
    assert not Notification.objects.filter(kind=MessageKind.ORDER_CANCELLED).exists()


@pytest.mark.parametrize("who", ["a guest", "another customer", "staff"])
@pytest.mark.parametrize("bought", ["as a guest", "signed in"])
def test_whoever_changes_or_gives_up_an_order_it_stays_its_customers(client: Client, who: str, bought: str) -> None:
    session = factories.a_session()
    owner = factories.a_customer(points=100) if bought == "signed in" else None
    first = factories.an_order(session, seats=2, customer=owner, points=40 if owner else 0)
    other = {"another customer": lambda: factories.a_customer(points=500), "staff": lambda: someone("cashier")}
    if who in other:
        client.force_login(other[who]())
    change = f"/order/{first.token}/change/?" + "&".join(f"seat={ticket.seat_id}" for ticket in first.tickets.all())
    seats = Seat.objects.filter(tickets__order=first)

    page = client.get(change).text
    greedy = client.post(f"/order/{first.token}/change/", typed(seats, points=41))
    client.post(f"/order/{first.token}/change/", typed(seats, points=40 if owner else 0))

    second = Order.objects.exclude(pk=first.pk).get()
    assert (second.user, second.status) == (owner, Order.Status.PENDING_PAYMENT)
    assert (greedy.status_code, second.bonus_amount) == ((409, 40) if owner else (302, 0))
    assert "500 points" not in page
    client.post(f"/order/{second.token}/give-up/")
    second.refresh_from_db()
    assert (second.user, second.status) == (owner, Order.Status.CANCELLED)
    assert all(account.balance == (100 if account.user == owner else 500) for account in BonusAccount.objects.all())


def test_the_customer_can_add_points_when_changing_the_order(client: Client) -> None:
    session, owner = factories.a_session(), factories.a_customer(points=100)
    first = factories.an_order(session, customer=owner, points=40)
    client.force_login(owner)

    client.post(f"/order/{first.token}/change/", typed(Seat.objects.filter(tickets__order=first), points=90))

    second = Order.objects.exclude(pk=first.pk).get()
    assert (second.user, second.bonus_amount) == (owner, 90)


def test_a_refused_change_keeps_the_hold(client: Client) -> None:
    session = factories.a_session()
    first = held(client, session, 2)
    before = business_state()

    answer = client.post(
        f"/order/{first.token}/change/", typed(Seat.objects.filter(tickets__order=first), promocode="NOTHING")
    )

    assert answer.status_code == 409
    assert business_state() == before


def test_a_hold_is_extended_up_to_its_ceiling(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = held(client, factories.a_session(), 1)
    for minutes in range(10, 160, 10):
        monkeypatch.setattr("cinema.clock.now", lambda minutes=minutes: NOON + timedelta(minutes=minutes))
        client.post(f"/order/{order.token}/extend/")

    order.refresh_from_db()
    assert order.expires_at == NOON + live_settings.HOLD_CEILING


def test_cancelling_by_the_customer_frees_the_seats_without_a_message(client: Client) -> None:
    session = factories.a_session()
    order = held(client, session, 2)

    client.post(f"/order/{order.token}/give-up/")

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    assert not Ticket.objects.live().exists()
    assert not Notification.objects.exists()


def test_an_order_worth_nothing_is_confirmed_without_a_payment(client: Client) -> None:
    session = factories.a_session()
    order = held(client, session, 1, promocode=factories.a_promocode(discount_percent=100).code)

    client.post(f"/order/{order.token}/confirm/")

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert not order.payments.exists()


def test_an_order_with_a_price_cannot_be_confirmed_without_payment(client: Client) -> None:
    order = held(client, factories.a_session(), 1)

    client.post(f"/order/{order.token}/confirm/")

    order.refresh_from_db()
    assert order.status == Order.Status.PENDING_PAYMENT


def test_holds_are_limited_per_browser(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["ssssssssss"] * 4))
    for number in range(4):
        buy(client, session, factories.free_seats(session)[:10], email=f"bot{number}@example.org")

    assert Ticket.objects.live().count() == live_settings.HELD_SEATS["visitor"]


def test_holds_are_limited_per_ip_address() -> None:
    session = factories.a_session(factories.a_hall(rows=["ssssssssss"] * 9))
    for number in range(8):
        buy(Client(), session, factories.free_seats(session)[:10], email=f"bot{number}@example.org")

    assert Ticket.objects.live().count() == live_settings.HELD_SEATS["address"]


def test_promocode_attempts_are_rate_limited(client: Client) -> None:
    session = factories.a_session()
    seats = factories.free_seats(session)[:1]
    for number in range(10):
        assert buy(client, session, seats, promocode=f"GUESS{number}").status_code == 409

    good = factories.a_promocode(max_uses=1)

    assert buy(client, session, seats, promocode=good.code).status_code == 429


def test_a_code_that_does_not_fit_the_order_is_no_attempt(client: Client) -> None:
    session = factories.a_session()
    seats = factories.free_seats(session)[:1]
    dear = factories.a_promocode(least_total=100_000)
    for _number in range(11):
        assert buy(client, session, seats, promocode=dear.code).status_code == 409

    assert buy(client, session, seats, promocode=factories.a_promocode().code).status_code == 302


def test_held_seats_per_visitor_are_limited(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["ssssssssssss"]))

    answer = client.get(checkout(session, factories.free_seats(session)[:11]))

    assert "You can buy up to 10 seats" in answer.content.decode()


@pytest.mark.parametrize("dearer", ["seat", "snack"])
def test_a_changed_price_must_be_confirmed(client: Client, dearer: str) -> None:
    session = factories.a_session(price=Decimal("350.00"))
    popcorn = factories.an_item(session.hall.cinema, price=Decimal("120.00"))
    [seat] = factories.free_seats(session)[:1]
    choice = {f"snack-{popcorn.pk}": 2}
    shown = prices_shown(client.get(checkout(session, [seat])))
    if dearer == "seat":
        Session.objects.update(ticket_price=Decimal("370.00"))
    else:
        ConcessionItem.objects.update(price=Decimal("130.00"))
    before = business_state()

    refused = buy(client, session, [seat], prices_shown=shown, **choice)

    assert refused.status_code == 409
    assert "The price has changed from 590\N{NO-BREAK SPACE}₽ to 610\N{NO-BREAK SPACE}₽." in refused.text
    assert 'value="2"' in refused.text
    assert business_state() == before

    assert buy(client, session, [seat], prices_shown=prices_shown(refused), **choice).status_code == 302
    assert Order.objects.get().total_amount == 610


def test_a_seat_that_is_held_and_a_new_one_cost_what_the_page_says_of_each(client: Client) -> None:
    session = factories.a_session(price=Decimal("350.00"))
    order = held(client, session, 1)
    Session.objects.update(ticket_price=Decimal("400.00"))
    seats = [order.tickets.get().seat, factories.free_seats(session)[0]]
    change = f"/order/{order.token}/change/?" + "&".join(f"seat={seat.pk}" for seat in seats)

    page = client.get(change)
    choice = client.get(f"/order/{order.token}/seats/").text

    offered = [
        html.unescape(each).replace("\N{NO-BREAK SPACE}", " ")
        for each in re.findall(r"<option[^>]*>([^<]*·[^<]*)", page.text)
    ]
    assert offered == ["Adult · 350 ₽", "Adult · 400 ₽"]
    assert {"350\N{NO-BREAK SPACE}₽", "400\N{NO-BREAK SPACE}₽"} <= {*re.findall(r"\d+\N{NO-BREAK SPACE}₽", choice)}
    answer = client.post(change, typed(seats, prices_shown=prices_shown(page)))
    assert answer.status_code == 302
    assert Order.objects.latest("pk").total_amount == 750


def test_price_changes_of_other_items_do_not_matter(client: Client) -> None:
    session = factories.a_session()
    factories.an_item(session.hall.cinema, price=Decimal("120.00"))
    [seat] = factories.free_seats(session)[:1]
    shown = prices_shown(client.get(checkout(session, [seat])))
    ConcessionItem.objects.update(price=Decimal("130.00"))

    assert buy(client, session, [seat], prices_shown=shown, promocode=factories.a_promocode().code).status_code == 302


@pytest.mark.parametrize(
    "shown", ["", "x", "[]", "{}", '{"seats":{"1":{"1":"350"}}}', '{"seats":1}', "[" * 5000, "9" * 5000]
)
def test_malformed_shown_prices_are_ignored(client: Client, shown: str) -> None:
    session = factories.a_session()

    answer = buy(client, session, factories.free_seats(session)[:1], prices_shown=shown)

    assert answer.status_code == 302
    assert Order.objects.get().total_amount == 350


@pytest.mark.parametrize("price", [-1, 10**12, True, 1.5, None])
def test_impossible_shown_prices_are_ignored(client: Client, price: Any) -> None:
    session = factories.a_session()
    [seat] = factories.free_seats(session)[:1]
    shown = json.dumps({"seats": {str(seat.pk): {str(factories.an_adult().pk): price}}, "snacks": {}})

    assert buy(client, session, [seat], prices_shown=shown).status_code == 302


# --- Helpers


def prices_shown(page: Any) -> str:
    found = re.search(r'name="prices_shown" value="([^"]*)"', page.content.decode())
    assert found
    return html.unescape(found[1])


def checkout(session: Session, seats: Any) -> str:
    return f"/sessions/{session.pk}/checkout/?" + "&".join(f"seat={seat.pk}" for seat in seats)


def typed(seats: Any, **given: Any) -> dict[str, Any]:
    types = {f"type-{seat.pk}": factories.an_adult().pk for seat in seats}
    return {"email": GUEST, "phone": "", "promocode": ""} | types | given


def buy(client: Client, session: Session, seats: Any, **given: Any) -> Any:
    return client.post(checkout(session, seats), typed(seats, **given))


def held(client: Client, session: Session, seats: int, **given: Any) -> Order:
    factories.an_adult()
    answer = buy(client, session, factories.free_seats(session)[:seats], **given)
    assert answer.status_code == 302, answer.content.decode()
    return Order.objects.get(token=answer["Location"].split("/")[2])


# --- What is kept of a visitor


def test_only_valid_values_of_the_forms_own_fields_are_kept(client: Client) -> None:
    session = factories.a_session()
    [seat] = factories.free_seats(session)[:1]
    flood = {f"snack-{number}": "x" * 50_000 for number in range(20)}

    answer = client.post(
        checkout(session, [seat]), {"email": "not an address", "phone": "+79035550199", "type-x": "y" * 999, **flood}
    )

    assert answer.status_code == 409
    assert client.session["typed"] == {"phone": "+79035550199", "promocode": ""}


def test_who_is_refused_gets_no_session(client: Client, settings: Any) -> None:
    none = (timedelta(hours=1), 0, 0)
    settings.ATTEMPTS = {**settings.ATTEMPTS, "hold": none, "remember": none}
    session = factories.a_session()
    seats = factories.free_seats(session)[:1]

    assert buy(client, session, seats).status_code == 429
    assert client.post(checkout(session, seats), {"email": "wrong"}).status_code == 409
    assert not WebSession.objects.exists()


# --- Who is limited


def test_a_stranger_who_types_a_customers_address_does_not_keep_the_customer_from_buying(client: Client) -> None:
    session = factories.a_session(factories.a_hall(rows=["s" * 10] * 4))
    owner = factories.a_customer()
    seats = factories.free_seats(session)
    stranger = {"REMOTE_ADDR": "198.51.100.9"}
    assert buy(Client(**stranger), session, seats[:10], email=owner.email).status_code == 302
    assert buy(Client(**stranger), session, seats[10:20], email=owner.email).status_code == 302
    assert buy(Client(**stranger), session, seats[20:22], email=owner.email).status_code == 409

    client.force_login(owner)

    assert buy(client, session, seats[20:22], email=owner.email).status_code == 302
    assert buy(Client(REMOTE_ADDR="203.0.113.7"), session, seats[22:24], email=owner.email).status_code == 302


def test_seats_held_while_a_payment_is_in_flight_count_as_held(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    session = factories.a_session(factories.a_hall(rows=["s" * 10] * 3))
    seats = factories.free_seats(session)
    for chosen in (seats[:10], seats[10:20]):
        assert buy(client, session, chosen).status_code == 302
    for order in Order.objects.all():
        Payment.objects.create(order=order, gateway="demo", amount=order.final_amount, created_at=NOON)

    monkeypatch.setattr(clock, "now", lambda: order.expires_at + timedelta(minutes=1))

    assert buy(client, session, seats[20:22]).status_code == 409


@pytest.fixture
def adults_only() -> Session:
    session = factories.a_session()
    Film.objects.update(age_rating="18+")
    return session


def test_a_ticket_type_for_children_is_not_offered_for_a_film_for_adults(client: Client, adults_only: Session) -> None:
    child = TicketType.objects.create(name="Child", price_percent=50, highest_rating="12+")
    [seat] = factories.free_seats(adults_only)[:1]
    path = f"/sessions/{adults_only.pk}/checkout/?seat={seat.pk}"

    page = client.get(path).content.decode()
    answer = buy(client, adults_only, [seat], of_age="on", **{f"type-{seat.pk}": child.pk})

    assert re.findall(r"<option[^>]*>([^<·]+) ·", page) == ["Adult"]
    assert answer.status_code == 409
    assert "This ticket type isn’t sold for this seat and film." in answer.content.decode()
    assert Order.objects.count() == 0
    Film.objects.update(age_rating="12+")
    assert re.findall(r"<option[^>]*>([^<·]+) ·", client.get(path).content.decode()) == ["Adult", "Child"]


def test_the_age_is_confirmed_for_a_film_for_adults(client: Client, adults_only: Session) -> None:
    seats = factories.free_seats(adults_only)[:1]

    refused = buy(client, adults_only, seats)
    orders = Order.objects.count()
    accepted = buy(client, adults_only, seats, of_age="on")

    assert (refused.status_code, orders) == (409, 0)
    assert "please confirm the age" in refused.content.decode()
    assert accepted.status_code == 302


def test_the_age_is_not_asked_for_other_films(client: Client) -> None:
    session = factories.a_session()
    Film.objects.update(age_rating="16+")

    assert buy(client, session, factories.free_seats(session)[:1]).status_code == 302


def test_the_legal_texts_are_linked_on_every_page_and_before_paying(client: Client, settings: Any) -> None:
    session = factories.a_session()
    checkout = f"/sessions/{session.pk}/checkout/?seat={factories.free_seats(session)[0].pk}"
    without = [client.get(path).text for path in ("/", checkout)]
    settings.TERMS_URL, settings.PRIVACY_URL = "https://cinema.example/terms", "https://cinema.example/privacy"

    home, paying = (client.get(path).text for path in ("/", checkout))

    assert not [page for page in without if "Terms of sale" in page or "By continuing" in page]
    for page in (home, paying):
        assert '<a href="https://cinema.example/terms">Terms of sale</a>' in page
        assert '<a href="https://cinema.example/privacy">Privacy policy</a>' in page
    assert "By continuing, you accept the" in paying
