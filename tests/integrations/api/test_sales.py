"""Partners sell by the rules of the shop, each its own orders, and each request once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cinema import clock
from customers.services import correct_address_by_customer
from demo.bank import PREFIX, decide
from incidents.services import move
from integrations.models import Partner
from integrations.services.selling import owed_on_account
from orders.models import Order, OrderChange
from orders.services import cancel_expired, pay_online_with_gift_card
from payments.models import Payment
from screenings.models import Seat, SeatKind, Session
from screenings.services.relocation import Place
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import NOON, a_hall, a_session, an_adult, an_item, business_state, free_seats
from tests.helpers.partners import ApiClient, a_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def basket(session: Session, *, seats: int = 2, first: int = 0) -> dict[str, Any]:
    adult = an_adult().pk
    wanted = free_seats(session)[first : first + seats]
    return {
        "session_id": session.pk,
        "seats": [{"seat_id": seat.pk, "ticket_type_id": adult} for seat in wanted],
        "email": "viewer@example.org",
    }


@pytest.fixture
def session() -> Session:
    return a_session()


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(a_partner()[1])


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def pay_at_the_bank(api: ApiClient, number: str) -> Any:
    started = api.post(f"orders/{number}/payment", {"gateway": "demo", "return_url": "https://partner.example/back"})
    assert started.status_code == 200, started.content
    decide(Payment.objects.get(order__number=number).external_id.removeprefix(PREFIX), paid=True)
    return api.post(f"orders/{number}/check")


def test_the_best_seats_are_side_by_side_and_wheelchair_spaces_only_for_those_who_ask(
    api: ApiClient, session: Session
) -> None:
    held = api.post("orders", basket(session, seats=2), key="first-try").json()["tickets"]
    space = free_seats(session)[-1]
    Seat.objects.filter(pk=space.pk).update(kind=SeatKind.WHEELCHAIR)
    best = api.get(f"sessions/{session.pk}/seats/best?party=4").json()["seats"]
    asked = api.get(f"sessions/{session.pk}/seats/best?party=1&kind=WHEELCHAIR").json()["seats"]

    assert len({seat["row"] for seat in best}) == 1
    assert [seat["place"] for seat in best] == list(range(best[0]["place"], best[0]["place"] + 4))
    assert not {seat["id"] for seat in best} & {ticket["seat_id"] for ticket in held}
    assert [seat["id"] for seat in asked] == [space.pk]
    assert api.get(f"sessions/{session.pk}/seats/best?party=40").json()["seats"] == []
    assert code(api.get(f"sessions/{session.pk}/seats/best?party=0")) == (422, "request_not_valid")


def test_a_partner_holds_has_paid_and_refunds(api: ApiClient, session: Session) -> None:
    held = api.post("orders", basket(session), key="first-try")
    number = held.json()["number"]
    paid = pay_at_the_bank(api, number).json()
    one = paid["tickets"][0]["id"]
    back = api.post(f"orders/{number}/refunds", {"ticket_ids": [one]}, key="give-back")

    assert (held.status_code, held.json()["to_pay"], held.json()["status"]) == (201, "700.00", "PENDING_PAYMENT")
    assert paid["status"] == "PAID"
    assert Order.objects.get(number=number).changes.get().kind == OrderChange.Kind.PARTNER  # the address is not proved
    assert [each["code"][0] for each in paid["tickets"]] == ["T", "T"]
    assert (back.status_code, back.json()["amount"]) == (201, "350.00")
    after = api.get(f"orders/{number}").json()
    assert (after["refunded"], [each["status"] for each in after["tickets"]]) == ("350.00", ["AVAILABLE", "PAID"])


def test_a_partner_with_the_right_sells_on_account_and_owes_what_was_not_refunded(session: Session) -> None:
    partner, key = a_partner(may_pay_on_account=True)
    api = ApiClient(key)
    number = api.post("orders", basket(session), key="on-account").json()["number"]
    wanted = {"gateway": "account"}

    paid = [api.post(f"orders/{number}/payment", wanted).json() for _ in range(2)]
    ticket = api.get(f"orders/{number}").json()["tickets"][0]["id"]
    api.post(f"orders/{number}/refunds", {"ticket_ids": [ticket]}, key="give-back")
    call_command("execute_refunds", at=(NOON + timedelta(minutes=1)).isoformat(), verbosity=0)

    assert paid[0] == paid[1]
    assert (paid[0]["status"], paid[0]["amount"]) == ("SUCCEEDED", "700.00")
    assert list(Payment.objects.values_list("gateway", "status", "amount")) == [("account", "SUCCEEDED", 700)]
    assert api.get(f"orders/{number}").json()["refunded"] == "350.00"
    assert owed_on_account(partner, since=NOON, until=None) == 350
    assert not Payment.objects.due_for_polling(NOON + timedelta(days=30)).exists()


@pytest.mark.django_db(transaction=True)
def test_without_a_return_address_the_customer_comes_back_to_the_page_of_the_order(
    api: ApiClient, session: Session
) -> None:
    number = api.post("orders", basket(session), key="no-way-back").json()["number"]

    started = api.post(f"orders/{number}/payment", {"gateway": "demo"})

    assert started.status_code == 200
    assert Payment.objects.get().return_url == Order.objects.get().link


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("on_card", "owed"), [(300, "400.00"), (1000, "0.00")])
def test_what_a_gift_card_paid_is_not_owed_on_account(session: Session, on_card: int, owed: str) -> None:
    partner, key = a_partner(may_pay_on_account=True)
    api = ApiClient(key)
    number = api.post("orders", basket(session), key="on-account").json()["number"]
    order, card = Order.objects.get(), a_gift_card(a_shift(session.hall.cinema), amount=Decimal(on_card))
    pay_online_with_gift_card(order, card=card, least=Decimal(1), at=NOON)

    wanted = {"gateway": "account", "return_url": "https://partner.example/back"}
    paid = [api.post(f"orders/{number}/payment", wanted).json() for _ in range(2)]

    order.refresh_from_db()
    assert [(each["status"], each["amount"]) for each in paid] == [("SUCCEEDED", owed)] * 2
    assert order.status == Order.Status.PAID
    assert owed_on_account(partner, since=NOON, until=None) == Decimal(owed)
    assert not order.refunds.exists()


@pytest.mark.parametrize("may_refund", [True, False])
def test_the_link_of_what_a_partner_sold_on_account_refunds_it_only_if_the_partner_may(
    session: Session, may_refund: bool
) -> None:
    _partner, key = a_partner(may_pay_on_account=True, may_refund=may_refund)
    api = ApiClient(key)
    number = api.post("orders", basket(session), key="on-account").json()["number"]
    api.post(f"orders/{number}/payment", {"gateway": "account"})
    order = Order.objects.get(number=number)
    lines = [f"ticket-{ticket.pk}" for ticket in order.tickets.all()]
    link = f"/order/{order.token}/refund/"

    page, told = (Client().get(address).text for address in (link, f"/order/{order.token}/"))
    Client().post(link, {"line": lines})

    order.refresh_from_db()
    assert order.status == ("REFUNDED" if may_refund else "PAID")
    text = "This order can’t be refunded online. Please ask whoever sold you the tickets."
    assert [text in each for each in (page, told)] == [not may_refund] * 2


def test_once_the_guest_has_corrected_the_address_the_partner_gets_neither_link_nor_codes(session: Session) -> None:
    api = ApiClient(a_partner(may_pay_on_account=True)[1])
    wanted = {**basket(session), "snacks": [{"item_id": an_item(session.hall.cinema).pk, "quantity": 1}]}
    number = api.post("orders", wanted, key="on-account").json()["number"]
    api.post(f"orders/{number}/payment", {"gateway": "account"})
    order, before = Order.objects.get(number=number), api.get(f"orders/{number}").json()
    assert before["url"]
    assert before["pickup_code"]
    assert all(each["code"] for each in before["tickets"])

    correct_address_by_customer(order, email="guest@example.org", at=NOON)

    for after in (
        api.get(f"orders/{number}").json(),
        api.post(f"orders/{number}/check").json(),
        api.post("orders", wanted, key="on-account").json(),
    ):
        assert (after["status"], after["url"], after["pickup_code"]) == ("PAID", "", "")
        assert [each["code"] for each in after["tickets"]] == ["", ""]


def test_what_was_refunded_already_is_refused_by_that_name_whatever_the_key(api: ApiClient, session: Session) -> None:
    number = api.post("orders", basket(session), key="first-try").json()["number"]
    one, other = (each["id"] for each in pay_at_the_bank(api, number).json()["tickets"])
    address = f"orders/{number}/refunds"
    api.post(address, {"ticket_ids": [one]}, key="give-back")

    assert code(api.post(address, {"ticket_ids": [one]}, key="once-more")) == (409, "refunded_already")
    assert code(api.post(address, {"ticket_ids": [one, other]}, key="once-more")) == (409, "too_late_to_refund")
    assert api.post(address, {}, key="all-the-rest").json()["amount"] == "350.00"
    assert code(api.post(address, {}, key="once-more")) == (409, "refunded_already")


@pytest.mark.parametrize("may_refund", [True, False])
def test_the_link_of_a_change_returns_what_a_partner_sold_on_account_only_if_the_partner_may(
    session: Session, may_refund: bool
) -> None:
    _partner, key = a_partner(may_pay_on_account=True, may_refund=may_refund)
    api = ApiClient(key)
    number = api.post("orders", basket(session), key="on-account").json()["number"]
    api.post(f"orders/{number}/payment", {"gateway": "account"})
    later = Place(session.hall, session.start_datetime + timedelta(hours=1))
    incident = move([session], {session.pk: later}, reason="The film is late", at=NOON)
    order = Order.objects.get(number=number)
    link = f"/order/{order.token}/changed/{incident.pk}/"

    page = Client().get(link).text
    answer = Client().post(link, {"refund": "1"})

    order.refresh_from_db()
    assert (order.status, answer.status_code) == (("REFUNDED", 302) if may_refund else ("PAID", 409))
    assert ("Please ask whoever sold you the tickets." in page) is not may_refund
    assert ("Return the tickets" in page) is may_refund


def test_on_account_needs_the_right_and_an_order_that_is_still_held(api: ApiClient, session: Session) -> None:
    number = api.post("orders", basket(session), key="on-account").json()["number"]
    wanted = {"gateway": "account", "return_url": "https://partner.example/back"}
    before = business_state()

    assert code(api.post(f"orders/{number}/payment", wanted)) == (403, "api_right_missing")
    assert business_state() == before

    Partner.objects.update(may_pay_on_account=True)
    api.post(f"orders/{number}/cancel")
    assert code(api.post(f"orders/{number}/payment", wanted)) == (409, "hold_lapsed")
    assert not Payment.objects.exists()


def test_a_request_that_is_sent_again_does_nothing_twice(api: ApiClient, session: Session) -> None:
    wanted = basket(session)
    number = api.post("orders", wanted, key="first-try").json()["number"]
    pay_at_the_bank(api, number)
    first = api.post(f"orders/{number}/refunds", {}, key="give-back").json()
    before = business_state()

    assert api.post("orders", wanted, key="first-try").json()["number"] == number
    assert api.post(f"orders/{number}/refunds", {}, key="give-back").json() == first
    assert business_state() == before


def test_a_key_belongs_to_one_body(api: ApiClient, session: Session) -> None:
    first, other = basket(session), basket(session, first=4)
    api.post("orders", first, key="first-try")
    before = business_state()

    assert code(api.post("orders", other, key="first-try")) == (409, "idempotency_key_reused")
    assert business_state() == before


def test_a_hold_that_lapsed_answers_so(api: ApiClient, session: Session) -> None:
    wanted = basket(session)
    api.post("orders", wanted, key="first-try")
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(expires_at=NOON)  # no job has cancelled it yet

    assert code(api.post("orders", wanted, key="first-try")) == (409, "hold_lapsed")

    Order.objects.filter(pk=order.pk).update(expires_at=order.expires_at)
    cancel_expired([Order.objects.get().pk], at=NOON + timedelta(hours=1))

    assert code(api.post("orders", wanted, key="first-try")) == (409, "hold_lapsed")


def test_a_refusal_leaves_its_key_free(api: ApiClient, session: Session) -> None:
    wanted = basket(session)
    [held] = [api.post("orders", wanted, key="first-try")]
    assert code(api.post("orders", wanted, key="other-try")) == (409, "seat_taken")

    api.post(f"orders/{held.json()['number']}/cancel")

    assert api.post("orders", wanted, key="other-try").status_code == 201


def test_a_choice_that_leaves_a_single_seat_is_answered_with_others(api: ApiClient) -> None:
    session = a_session(a_hall(rows=["sssssss"]))
    assert api.post("orders", basket(session, seats=1), key="first-try").status_code == 201

    answer = api.post("orders", basket(session, first=1), key="second-try")

    keys = [seat.pk for seat in free_seats(session)]
    assert code(answer) == (409, "single_seat_left")
    assert answer.json()["alternatives"] == [keys[0:2], keys[2:4], keys[3:5]]


def test_an_expired_hold_of_somebody_else_does_not_stand_in_the_way(
    api: ApiClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = basket(session)
    api.post("orders", wanted, key="first-try")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))

    assert api.post("orders", wanted, key="other-try").status_code == 201


def test_the_order_of_another_partner_is_not_found(api: ApiClient, session: Session) -> None:
    number = api.post("orders", basket(session), key="first-try").json()["number"]
    stranger = ApiClient(a_partner("Somebody else")[1])

    answers = [stranger.get(f"orders/{number}"), stranger.post(f"orders/{number}/cancel")]
    answers.append(stranger.post(f"orders/{number}/refunds", {}, key="give-back"))

    assert [code(each) for each in answers] == [(404, "not_found")] * 3


def test_a_key_reaches_its_cinemas_and_rights_only(session: Session) -> None:
    partner, key = a_partner(all_cinemas=False)
    partner.cinemas.add(a_hall().cinema)
    reader = ApiClient(a_partner("Reader", may_sell=False)[1])
    api = ApiClient(key)

    assert code(api.get(f"sessions/{session.pk}/seats")) == (404, "not_found")
    assert code(api.post("orders", basket(session), key="first-try")) == (404, "not_found")
    assert code(reader.get(f"sessions/{session.pk}/seats")) == (403, "api_right_missing")
    assert code(ApiClient().get(f"sessions/{session.pk}/seats")) == (401, "api_key_not_valid")
    assert code(ApiClient(key + "x").get(f"sessions/{session.pk}/seats")) == (401, "api_key_not_valid")
    assert Order.objects.count() == 0


def test_an_order_of_a_cinema_that_was_taken_away_is_not_paid(session: Session) -> None:
    partner, key = a_partner(may_pay_on_account=True)
    api = ApiClient(key)
    number = api.post("orders", basket(session), key="first-try").json()["number"]
    Partner.objects.filter(pk=partner.pk).update(all_cinemas=False)

    paid = api.post(f"orders/{number}/payment", {"gateway": "account", "return_url": "https://partner.example/"})

    assert code(paid) == (404, "not_found")
    assert api.get(f"orders/{number}").json()["status"] != "PAID"
    assert api.post(f"orders/{number}/cancel").status_code == 200


def test_the_seat_map_shows_what_is_free(api: ApiClient, session: Session) -> None:
    api.post("orders", basket(session, seats=2), key="first-try")

    seats = api.get(f"sessions/{session.pk}/seats").json()["seats"]

    assert [seat["free"] for seat in seats] == [False, False] + [True] * 18


def test_requests_of_a_partner_are_limited(session: Session, settings: Any) -> None:
    settings.ATTEMPTS = {**settings.ATTEMPTS, "api": (timedelta(minutes=1), 2, 2)}
    api = ApiClient(a_partner()[1])
    answers = [api.get(f"sessions/{session.pk}/seats") for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"


def test_the_key_is_in_no_log_line(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    key = a_partner()[1]
    ApiClient(key).get(f"sessions/{session.pk}/seats")

    assert "by partner" in caplog.text
    assert key.partition("_")[2] not in caplog.text


def test_a_partner_cannot_try_out_promocodes(api: ApiClient, session: Session) -> None:
    wanted = basket(session)
    tried = [api.post("orders", {**wanted, "promocode": f"GUESS{i}"}, key=f"guess-{i:04}") for i in range(11)]

    assert [code(each) for each in tried] == [(409, "promocode_unknown")] * 10 + [(429, "too_many_requests")]


def test_a_partner_holds_a_part_of_a_hall_only(api: ApiClient, session: Session, settings: Any) -> None:
    settings.HELD_SEATS = {**settings.HELD_SEATS, "partner_session": 3}
    first, second = basket(session, seats=2), basket(session, seats=2, first=2)
    last = basket(session, seats=1, first=2)

    assert api.post("orders", first, key="first-try").status_code == 201
    assert code(api.post("orders", second, key="second-try")) == (409, "api_seats_too_many")
    assert api.post("orders", last, key="third-try").status_code == 201


def test_a_partner_holds_a_part_of_the_bar_only(api: ApiClient, session: Session, settings: Any) -> None:
    settings.HELD_SNACKS = {**settings.HELD_SNACKS, "partner": 5}
    item = an_item(session.hall.cinema, stock=50)
    first, second = (basket(session, first=seat) | {"snacks": [{"item_id": item.pk, "quantity": 3}]} for seat in (0, 2))

    assert api.post("orders", first, key="first-try").status_code == 201
    assert code(api.post("orders", second, key="second-try")) == (409, "api_seats_too_many")


def test_no_request_writes_a_line_of_its_own_into_the_log(api: ApiClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    api.get("orders/A%0AFORGED")

    assert "\nFORGED" not in "".join(each.getMessage() for each in caplog.records)
