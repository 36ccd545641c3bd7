from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from bonuses.models import BonusTransaction
from cinema.money import MAX_AMOUNT
from concessions.models import ConcessionPreorder, StockMovement
from notifications.models import MessageKind, Notification
from orders.availability.seat_map import SeatMap
from orders.errors import (
    BasketEmpty,
    BasketTooLarge,
    DetailsRefused,
    DifferentCinemas,
    NotEnoughPoints,
    NotOnSale,
    OutOfStock,
    PointsRefused,
    PriceChanged,
    PromocodeNotValid,
    PromocodeUnknown,
    PromocodeUsedUp,
    SeatChosenTwice,
    SeatNotInHall,
    SeatTaken,
    SnackNotSold,
    SnackQuantityRefused,
    TicketTypeNotSold,
)
from orders.models import Order, OrderEvent, Promocode, Ticket
from orders.services import CancelReason, cancel, hold, mark_paid
from payments.models import Gateway, Payment
from pricing.services.quoting import end_quotes
from screenings.models import SeatSurcharge, Session, TicketType
from screenings.services import cancel_session
from screenings.ticket_price import PRICE_PARTS
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_adult,
    an_item,
    an_order,
    free_seats,
)
from tests.helpers.screening_rows import a_price_list, a_price_quote

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
FIFTEEN = timedelta(minutes=15)


def places(session, number=1):
    return [(session, seat, an_adult()) for seat in free_seats(session)[:number]]


# --- What is taken


def test_everything_is_taken_together():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    customer = a_customer(points=500)
    promocode = a_promocode()

    order = hold(
        cinema=session.hall.cinema,
        tickets=places(session, 2),
        snacks=[(item, 3)],
        user=customer,
        promocode=promocode.code,
        points=101,
        at=NOON,
    )

    # 2 × 350 + 3 × 120 = 1060, a tenth off is 954, 101 points off is 853
    order.refresh_from_db()
    assert (order.total_amount, order.discount_amount, order.bonus_amount, order.final_amount) == (
        Decimal("1060.00"),
        Decimal("106.00"),
        Decimal("101.00"),
        Decimal("853.00"),
    )
    assert [(ticket.status, ticket.price) for ticket in order.tickets.all()] == [(Ticket.Status.RESERVED, PRICE)] * 2
    assert [(line.status, line.quantity, line.unit_price) for line in order.preorders.all()] == [
        (ConcessionPreorder.Status.PENDING, 3, Decimal("120.00"))
    ]
    item.refresh_from_db()
    assert item.stock_quantity == 7
    customer.bonus_account.refresh_from_db()
    assert customer.bonus_account.balance == 399
    promocode.refresh_from_db()
    assert promocode.used_count == 1


def test_stock_movements_and_points_transactions_are_recorded():
    session = a_session()
    item = an_item(session.hall.cinema, stock=10)
    customer = a_customer(points=500)

    order = an_order(session, snacks=[(item, 3)], customer=customer, points=20)

    assert list(order.events.values_list("from_status", "to_status", "at", "actor")) == [
        ("", "PENDING_PAYMENT", NOON, None)
    ]
    movement = StockMovement.objects.get(preorder__order=order)
    assert (movement.kind, movement.quantity, movement.at) == (StockMovement.Kind.HOLD, -3, NOON)
    spent = BonusTransaction.objects.get(order=order)
    assert (spent.transaction_type, spent.amount, spent.transaction_date) == ("DEDUCTION", -20, NOON)


def test_a_hold_sends_no_message():
    an_order()

    assert list(Notification.objects.all()) == []


def test_the_first_event_names_the_seller():
    cashier = a_customer()

    order = an_order(actor=cashier)

    assert order.events.get().actor == cashier


def test_shares_of_discount_and_points_add_up_to_the_cent():
    session = a_session(price=Decimal("333.33"))
    item = an_item(session.hall.cinema, price=Decimal("0.01"))

    order = an_order(session, seats=3, snacks=[(item, 1)], customer=a_customer(points=500), points=100)

    lines = [*order.tickets.all(), *order.preorders.all()]
    assert sum(line.bonus_share for line in lines) == Decimal("100.00")
    assert sum(line.paid for line in lines) == order.final_amount == Decimal("900.00")


def test_the_same_item_twice_is_one_line():
    item = an_item(stock=10)

    order = an_order(snacks=[(item, 2), (item, 3)])

    assert [line.quantity for line in order.preorders.all()] == [5]


def test_a_ticket_costs_its_type_and_the_kind_of_its_seat():
    hall = a_hall(rows=["sv"])
    SeatSurcharge.objects.create(cinema=hall.cinema, kind="VIP", amount=Decimal("150.00"))
    session = a_session(hall)
    child = TicketType.objects.create(name="Child", price_percent=70)
    comp = TicketType.objects.create(name="Comp", price_percent=0)
    standard, vip = free_seats(session)

    order = hold(cinema=hall.cinema, tickets=[(session, vip, child), (session, standard, comp)], at=NOON)

    assert {ticket.seat: ticket.price for ticket in order.tickets.all()} == {
        vip: Decimal("395.00"),
        standard: Decimal("0.00"),
    }


def test_a_later_price_change_does_not_affect_held_orders():
    session = a_session()
    order = an_order(session)

    Session.objects.update(ticket_price=Decimal("999.00"))

    assert [ticket.price for ticket in order.tickets.all()] == [PRICE]


def test_the_price_is_read_from_the_database():
    session = a_session()
    Session.objects.update(ticket_price=Decimal("400.00"))

    order = an_order(session)

    assert order.final_amount == Decimal("400.00")


def test_one_order_holds_tickets_of_several_sessions():
    hall = a_hall()
    early = a_session(hall, start=NOON + timedelta(days=1))
    late = a_session(hall, start=NOON + timedelta(days=2))

    order = hold(
        cinema=hall.cinema, tickets=[*places(late), *places(early)], snacks=[(an_item(hall.cinema), 1)], at=NOON
    )

    assert [ticket.session for ticket in order.tickets.order_by("pk")] == [early, late]
    assert order.preorders.get().collection_deadline == late.end_datetime


# --- The customer and the seller


def test_without_an_address_that_of_the_account_is_used():
    customer = a_customer()
    customer.phone, customer.preferred_language = "+79990000000", "ru"
    customer.save()

    order = an_order(customer=customer)

    assert (order.email, order.phone, order.language) == (customer.email, "+79990000000", "ru")


def test_a_given_address_takes_precedence():
    order = an_order(customer=a_customer(), email=" wife@example.org ", phone="1", language="ru")

    assert (order.email, order.phone, order.language) == ("wife@example.org", "1", "ru")


def test_a_guest_at_the_till_leaves_no_address():
    session = a_session()

    order = hold(cinema=session.hall.cinema, tickets=places(session), channel="BOX_OFFICE", at=NOON)

    assert (order.user, order.email, order.phone, order.language) == (None, "", "", "en")


def test_a_number_is_short_and_a_token_is_secret():
    session = a_session()

    orders = [an_order(session) for _order in range(5)]

    assert {len(order.number) for order in orders} == {8}
    assert len({order.number for order in orders}) == len({order.token for order in orders}) == 5
    assert {len(order.token) for order in orders} == {32}


# --- Deadlines


@pytest.mark.parametrize(
    ("channel", "to_pay", "held"),
    [
        ("ONLINE", FIFTEEN, FIFTEEN),
        ("BOX_OFFICE", FIFTEEN, FIFTEEN),
        ("RESERVATION", timedelta(days=2), timedelta(days=3)),
    ],
)
def test_each_channel_has_its_limits(channel, to_pay, held):
    order = an_order(a_session(start=NOON + timedelta(days=9)), channel=channel)

    assert (order.payment_deadline - NOON, order.expires_at - NOON) == (to_pay, held)


@pytest.mark.parametrize(
    ("starts_in", "to_pay", "held"),
    [
        (timedelta(minutes=10), timedelta(minutes=10), timedelta(minutes=10)),
        (timedelta(days=1), timedelta(days=1), timedelta(days=1)),
        (timedelta(days=2), timedelta(days=2), timedelta(days=2)),
        (timedelta(days=2, hours=12), timedelta(days=2), timedelta(days=2, hours=12)),
    ],
)
def test_nothing_is_held_beyond_the_first_start(starts_in, to_pay, held):
    hall = a_hall()
    first, second = a_session(hall, start=NOON + starts_in), a_session(hall, start=NOON + timedelta(days=9))

    order = hold(
        cinema=hall.cinema, tickets=[*places(first), *places(second)], channel="RESERVATION", email="a@b.ru", at=NOON
    )

    assert (order.payment_deadline - NOON, order.expires_at - NOON) == (to_pay, held)


# --- Collection of snacks


def test_snacks_wait_until_the_last_session_ends():
    session = a_session()

    order = an_order(session, snacks=[(an_item(session.hall.cinema), 1)])

    assert order.preorders.get().collection_deadline == session.end_datetime


@pytest.mark.parametrize(
    ("time_zone", "now", "midnight"),
    [
        ("Europe/Moscow", "2026-11-05T12:00:00+00:00", "2026-11-06T00:00:00+03:00"),
        ("Europe/Moscow", "2026-11-05T20:59:59+00:00", "2026-11-06T00:00:00+03:00"),
        ("Europe/Moscow", "2026-11-05T21:00:00+00:00", "2026-11-07T00:00:00+03:00"),
        ("Asia/Kamchatka", "2026-11-05T12:00:00+00:00", "2026-11-07T00:00:00+12:00"),
        ("Europe/Moscow", "2028-02-28T12:00:00+00:00", "2028-02-29T00:00:00+03:00"),
        ("America/New_York", "2026-11-01T05:30:00+00:00", "2026-11-02T00:00:00-05:00"),  # a day of 25 hours
    ],
)
def test_snacks_alone_wait_until_the_day_ends_in_the_cinema(time_zone, now, midnight):
    item = an_item(a_cinema(time_zone=time_zone))

    order = an_order(snacks=[(item, 1)], at=datetime.fromisoformat(now))

    assert order.preorders.get().collection_deadline == datetime.fromisoformat(midnight)


def test_one_code_collects_all_snacks_of_an_order():
    cinema = a_cinema()

    order = an_order(snacks=[(an_item(cinema), 1), (an_item(cinema), 1)])

    codes = set(order.preorders.values_list("pickup_code", flat=True))
    assert [len(code) for code in codes] == [6]


# --- Refusals


def test_an_empty_order_is_refused():
    cinema = a_cinema()

    with raises_unchanged(BasketEmpty):
        hold(cinema=cinema, email="a@b.ru", at=NOON)


def test_a_seat_chosen_twice_is_refused():
    session = a_session()
    [place] = places(session)

    with raises_unchanged(SeatChosenTwice):
        hold(cinema=session.hall.cinema, tickets=[place, place], at=NOON)


def test_a_session_of_another_cinema_is_refused():
    session, elsewhere = a_session(), a_cinema()

    with raises_unchanged(DifferentCinemas):
        hold(cinema=elsewhere, tickets=places(session), at=NOON)


def test_a_seat_of_another_hall_is_refused():
    session = a_session()
    [seat] = a_hall(session.hall.cinema, rows=["s"]).seats.all()

    with raises_unchanged(SeatNotInHall):
        hold(cinema=session.hall.cinema, tickets=[(session, seat, an_adult())], at=NOON)


def test_a_ticket_type_that_is_no_longer_sold_is_refused():
    session = a_session()
    student = TicketType.objects.create(name="Student", price_percent=80, is_active=False)

    with raises_unchanged(TicketTypeNotSold):
        hold(cinema=session.hall.cinema, tickets=[(session, free_seats(session)[0], student)], at=NOON)


def test_an_item_that_is_no_longer_sold_is_refused():
    item = an_item(is_active=False)

    with raises_unchanged(SnackNotSold):
        an_order(snacks=[(item, 1)])


def test_an_item_of_another_cinema_is_refused():
    session = a_session()
    item = an_item()

    with raises_unchanged(SnackNotSold):
        an_order(session, snacks=[(item, 1)])


@pytest.mark.parametrize("quantity", [0, -1, 100, 2**31, 2**63, 1.5, 1.0, "1", Decimal(1), None, float("nan")])
def test_an_invalid_quantity_is_refused(quantity):
    item = an_item(stock=1000)

    with raises_unchanged(SnackQuantityRefused):
        an_order(snacks=[(item, quantity)])


def test_quantities_of_one_item_are_added_up_before_the_limit_is_checked():
    item = an_item(stock=1_000_000)

    with raises_unchanged(SnackQuantityRefused):
        an_order(snacks=[(item, 99), (item, 1)])


def test_the_maximum_quantity_of_a_line_is_sold():
    order = an_order(snacks=[(an_item(), 99)])

    assert order.preorders.get().quantity == 99


@pytest.mark.parametrize(("seats", "is_sold"), [(50, True), (51, False)])
def test_an_order_holds_fifty_tickets_at_most(seats, is_sold):
    session = a_session(a_hall(rows=["s" * 17] * 3))

    if is_sold:
        assert an_order(session, seats=seats).tickets.count() == 50
    else:
        with raises_unchanged(BasketTooLarge):
            an_order(session, seats=seats)


def test_a_total_above_the_maximum_is_refused():
    session = a_session(price=MAX_AMOUNT)

    with raises_unchanged(DetailsRefused):
        an_order(session, seats=2)


@pytest.mark.parametrize(
    "about",
    [
        {"email": "x" * 300 + "@example.org"},
        {"email": "nobody"},
        {"phone": "1" * 33},
        {"language": "tlh"},
    ],
)
def test_invalid_order_details_are_refused(about):
    session = a_session()

    with raises_unchanged(DetailsRefused):
        an_order(session, **about)


@pytest.mark.parametrize(("early", "is_sold"), [(TICK, True), (timedelta(0), False), (-TICK, False)])
def test_a_session_is_sold_until_it_starts(early, is_sold):
    session = a_session()
    at = session.start_datetime - early

    if is_sold:
        assert an_order(session, at=at).expires_at == session.start_datetime
    else:
        with raises_unchanged(NotOnSale):
            an_order(session, at=at)


def test_a_cancelled_session_is_not_sold():
    session = a_session()
    cancel_session(session, reason="Projector", at=NOON)

    with raises_unchanged(NotOnSale):
        an_order(session)


@pytest.mark.parametrize("status", ["RESERVED", "PAID", "USED", "EXPIRED"])
def test_a_taken_seat_is_refused(status):
    session = a_session()
    theirs = an_order(session)
    theirs.tickets.update(status=status)
    seats = [ticket.seat for ticket in theirs.tickets.all()]

    with raises_unchanged(SeatTaken) as caught:
        hold(cinema=session.hall.cinema, tickets=[(session, seats[0], an_adult())], at=NOON)

    assert str(caught.value) == "Already taken: row 1, seat 1. Choose other seats."


def test_one_taken_seat_refuses_the_whole_order():
    session = a_session()
    [taken, *free] = places(session, 3)
    hold(cinema=session.hall.cinema, tickets=[taken], at=NOON)
    item = an_item(session.hall.cinema)

    with raises_unchanged(SeatTaken):
        hold(
            cinema=session.hall.cinema,
            tickets=[*free, taken],
            snacks=[(item, 1)],
            at=NOON,
        )


def test_the_seat_of_a_cancelled_order_is_free():
    session = a_session(a_hall(rows=["s"]))
    cancel(an_order(session), reason=CancelReason.CUSTOMER, at=NOON)

    order = an_order(session)

    assert [ticket.status for ticket in order.tickets.all()] == [Ticket.Status.RESERVED]


def test_the_same_seat_at_another_session_is_free():
    hall = a_hall(rows=["s"])
    an_order(a_session(hall))

    order = an_order(a_session(hall, start=NOON + timedelta(days=2)))

    assert order.tickets.count() == 1


def test_more_than_the_stock_is_refused():
    cinema = a_cinema()
    plenty, scarce = an_item(cinema, stock=10), an_item(cinema, stock=2)
    customer, promocode = a_customer(points=100), a_promocode()

    with raises_unchanged(OutOfStock) as caught:
        an_order(snacks=[(plenty, 3), (scarce, 3)], customer=customer, promocode=promocode, points=10)

    assert caught.value.items == [scarce.name]


def test_the_last_of_the_stock_is_sold():
    item = an_item(stock=3)

    an_order(snacks=[(item, 3)])

    item.refresh_from_db()
    assert item.stock_quantity == 0


# --- Promocodes


def test_a_promocode_is_found_in_upper_or_lower_case():
    promocode = a_promocode()

    order = an_order(promocode=f"  {promocode.code.lower()} ")

    assert order.promocode == promocode


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_from": NOON + TICK},
        {"valid_until": NOON},
        {"valid_until": NOON - TICK},
        {"is_active": False},
    ],
    ids=str,
)
def test_a_promocode_that_is_not_valid_now_is_refused(fields):
    promocode = a_promocode(**fields)
    session = a_session()

    with raises_unchanged(PromocodeNotValid):
        an_order(session, promocode=promocode.code)


@pytest.mark.parametrize("fields", [{"max_uses": 0}, {"max_uses": 3, "used_count": 3}], ids=str)
def test_a_promocode_that_is_used_up_is_refused(fields):
    promocode = a_promocode(**fields)
    session = a_session()

    with raises_unchanged(PromocodeUsedUp):
        an_order(session, promocode=promocode.code)


@pytest.mark.parametrize("fields", [{"valid_from": NOON}, {"valid_until": NOON + TICK}, {"max_uses": 1}], ids=str)
def test_a_promocode_is_valid_between_its_bounds(fields):
    order = an_order(promocode=a_promocode(**fields))

    assert order.discount_amount == Decimal("35.00")


@pytest.mark.parametrize("code", ["NOSUCH", "AUTUMN" * 100, "'; DROP", "\u202eAUTUMN", "АUTUMN1"])
def test_an_unknown_promocode_is_refused(code):
    a_promocode()
    session = a_session()

    with raises_unchanged(PromocodeUnknown):
        an_order(session, promocode=code)


def test_a_promocode_s_uses_are_limited_over_all_orders():
    session = a_session()
    promocode = a_promocode(max_uses=2)
    an_order(session, promocode=promocode)
    an_order(session, promocode=promocode)

    with raises_unchanged(PromocodeUsedUp):
        an_order(session, promocode=promocode)

    assert Promocode.objects.get().used_count == 2


def test_a_discount_never_exceeds_the_order():
    order = an_order(promocode=a_promocode(discount_amount=Decimal("1000.00")))

    assert (order.discount_amount, order.final_amount) == (PRICE, Decimal("0.00"))


def test_a_promocode_that_sold_cannot_be_deleted():
    promocode = a_promocode()
    an_order(promocode=promocode)

    with pytest.raises(ProtectedError):
        promocode.delete()


# --- Points


def test_more_points_than_the_balance_are_refused():
    session = a_session()
    customer = a_customer(points=99)

    with raises_unchanged(NotEnoughPoints):
        an_order(session, customer=customer, points=100)


def test_the_whole_balance_may_be_spent():
    customer = a_customer(points=100)

    order = an_order(customer=customer, points=100)

    customer.bonus_account.refresh_from_db()
    assert (order.final_amount, customer.bonus_account.balance) == (Decimal("250.00"), 0)


def test_a_customer_without_a_points_account_cannot_spend_points():
    session = a_session()
    customer = a_customer()

    with raises_unchanged(NotEnoughPoints):
        an_order(session, customer=customer, points=1)


def test_a_guest_has_no_points():
    session = a_session()

    with raises_unchanged(NotEnoughPoints):
        an_order(session, points=1)


@pytest.mark.parametrize("points", [-1, 351, 10**30, 1.5, "10", Decimal(10)])
def test_an_invalid_number_of_points_is_refused(points):
    session = a_session()
    customer = a_customer(points=1000)

    with raises_unchanged(PointsRefused):
        an_order(session, customer=customer, points=points)


def test_points_pay_at_most_the_whole_units_left_after_the_discount():
    session = a_session(price=Decimal("100.50"))
    customer = a_customer(points=1000)

    promocode = a_promocode()

    with raises_unchanged(PointsRefused):
        an_order(session, customer=customer, points=91, promocode=promocode)  # 90.45 is left


def test_an_order_may_be_paid_with_points_alone():
    order = an_order(customer=a_customer(points=350), points=350)

    assert (order.bonus_amount, order.final_amount, order.status) == (PRICE, Decimal("0.00"), "PENDING_PAYMENT")


def test_points_pay_at_most_the_chain_s_share(settings):
    settings.BONUS_MAX_SHARE = Decimal("0.50")
    session = a_session()
    customer = a_customer(points=1000)

    with raises_unchanged(PointsRefused):
        an_order(session, customer=customer, points=176)

    assert an_order(session, customer=customer, points=175).final_amount == Decimal("175.00")


# --- Expired holds do not block seats


def test_an_expired_hold_on_the_seat_is_cancelled_without_cron():
    session = a_session(a_hall(rows=["s"]))
    stale = an_order(session, at=NOON)

    order = hold(cinema=session.hall.cinema, tickets=places_of(stale), at=NOON + FIFTEEN)

    stale.refresh_from_db()
    assert (stale.status, stale.cancelled_at) == (Order.Status.CANCELLED, NOON + FIFTEEN)
    assert stale.events.latest("pk").reason == CancelReason.EXPIRED
    assert [ticket.status for ticket in stale.tickets.all()] == [Ticket.Status.AVAILABLE]
    assert [ticket.status for ticket in order.tickets.all()] == [Ticket.Status.RESERVED]


def places_of(order):
    return [(ticket.session, ticket.seat, ticket.ticket_type) for ticket in order.tickets.all()]


def test_a_hold_keeps_its_seat_until_the_moment_it_expires():
    session = a_session(a_hall(rows=["s"]))
    theirs = an_order(session)
    [place] = places_of(theirs)

    with raises_unchanged(SeatTaken):
        hold(cinema=session.hall.cinema, tickets=[place], at=theirs.expires_at - TICK)


def test_an_overdue_reservation_keeps_its_seat():
    session = a_session(start=NOON + timedelta(days=9))
    theirs = an_order(session, channel="RESERVATION")
    [place] = places_of(theirs)

    with raises_unchanged(SeatTaken):
        hold(cinema=session.hall.cinema, tickets=[place], at=theirs.payment_deadline + HOUR)


def test_an_expired_hold_stays_cancelled_even_if_the_new_one_is_refused():
    session = a_session(a_hall(rows=["s"]))
    stale = an_order(session)
    item = an_item(session.hall.cinema, stock=0)
    [place] = places_of(stale)

    with pytest.raises(OutOfStock):
        hold(cinema=session.hall.cinema, tickets=[place], snacks=[(item, 1)], at=NOON + FIFTEEN)

    assert list(Order.objects.values_list("pk", "status")) == [(stale.pk, "CANCELLED")]
    assert [message.kind for message in Notification.objects.all()] == [MessageKind.ORDER_CANCELLED]


def test_expired_orders_on_other_seats_are_left_to_the_job():
    session = a_session()
    elsewhere = an_order(session)
    before = OrderEvent.objects.count()

    an_order(session, at=NOON + FIFTEEN)

    elsewhere.refresh_from_db()
    assert (elsewhere.status, OrderEvent.objects.count()) == (Order.Status.PENDING_PAYMENT, before + 1)


@pytest.mark.parametrize(
    ("after", "is_sold"),
    [(timedelta(0), False), (timedelta(minutes=30) - TICK, False), (timedelta(minutes=30), True)],
)
def test_a_hold_with_a_pending_payment_keeps_its_seat_for_half_an_hour(after, is_sold):
    session = a_session(a_hall(rows=["s"]))
    theirs = an_order(session)
    Payment.objects.create(
        order=theirs, gateway=Gateway.STRIPE, external_id="pi_1", amount=theirs.final_amount, created_at=NOON
    )
    [place] = places_of(theirs)
    at = theirs.expires_at + after

    if is_sold:
        hold(cinema=session.hall.cinema, tickets=[place], at=at)
        theirs.refresh_from_db()
        assert theirs.status == Order.Status.CANCELLED
    else:
        with raises_unchanged(SeatTaken):
            hold(cinema=session.hall.cinema, tickets=[place], at=at)


def test_a_failed_payment_does_not_prolong_a_hold():
    session = a_session(a_hall(rows=["s"]))
    theirs = an_order(session)
    Payment.objects.create(
        order=theirs, gateway=Gateway.STRIPE, amount=PRICE, status=Payment.Status.FAILED, created_at=NOON
    )

    order = hold(cinema=session.hall.cinema, tickets=places_of(theirs), at=theirs.expires_at)

    assert order.tickets.count() == 1


def test_the_seat_of_a_paid_order_is_never_released():
    session = a_session(a_hall(rows=["s"]))
    theirs = a_paid_order(session)

    with raises_unchanged(SeatTaken):
        hold(cinema=session.hall.cinema, tickets=places_of(theirs), at=NOON + HOUR)


# --- Query counts


@pytest.mark.postgres
def test_a_large_order_takes_as_many_queries_as_a_small_one():
    session = a_session()
    cinema = session.hall.cinema
    customer = a_customer(points=100)
    small = {"tickets": places(session, 1), "snacks": [(an_item(cinema), 1)]}
    large = {
        "tickets": places(session, 12)[2:],
        "snacks": [(an_item(cinema), 1) for _item in range(10)],
    }

    def queries(basket):
        with CaptureQueriesContext(connection) as captured:
            hold(cinema=cinema, **basket, user=customer, points=10, at=NOON)
        return len(captured)

    assert queries(small) == queries(large)


def test_snacks_alone_are_held_until_the_end_of_their_day_at_the_latest():
    item = an_item()

    order = an_order(snacks=[(item, 1)], channel=Order.Channel.RESERVATION)

    deadline = order.preorders.get().collection_deadline
    assert (order.payment_deadline, order.expires_at) == (deadline, deadline)


# --- What a price came from


def test_a_ticket_keeps_what_its_price_came_from():
    session = a_session(a_hall(rows=["sv"]), price=Decimal("333.33"))
    session.hall.cinema.seat_surcharges.create(kind="VIP", amount=Decimal("50.00"))
    child = TicketType.objects.create(name="Child", price_percent=50)
    standard, vip = free_seats(session)

    order = hold(cinema=session.hall.cinema, tickets=[(session, standard, an_adult()), (session, vip, child)], at=NOON)

    assert list(order.tickets.order_by("seat__number").values_list(*PRICE_PARTS)) == [
        (Decimal("333.33"), Decimal("333.33"), 100, Decimal("0.00"), None),
        (Decimal("216.67"), Decimal("333.33"), 50, Decimal("50.00"), None),
    ]


def test_a_ticket_is_sold_at_the_price_quote_in_force_and_keeps_it():
    session = a_session()
    quote = a_price_quote(session, "380.00", at=NOON)
    order = hold(cinema=session.hall.cinema, tickets=places(session, 1), at=NOON)
    a_price_quote(session, "400.00", at=NOON + timedelta(minutes=1))

    mark_paid(order, gateway="CASH", amount=order.final_amount, at=NOON + timedelta(minutes=2))

    ticket = order.tickets.get()
    assert (ticket.price, ticket.price_quote, order.final_amount) == (quote.price, quote, Decimal("380.00"))


# --- A price that was shown


def test_a_price_that_was_shown_is_honoured_for_a_quarter_of_an_hour():
    session = a_session()
    former = a_price_quote(session, "380.00", at=NOON - HOUR)
    a_price_quote(session, "400.00", at=NOON)
    asked = {"cinema": session.hall.cinema, "expected_total": Decimal("380.00")}

    order = hold(tickets=places(session, 1), at=NOON + FIFTEEN - TICK, **asked)
    with raises_unchanged(PriceChanged) as refusal:
        hold(tickets=places(session, 1), at=NOON + FIFTEEN, **asked)

    ticket = order.tickets.get()
    assert (ticket.price, ticket.price_quote) == (Decimal("380.00"), former)
    assert (refusal.value.expected, refusal.value.total) == (Decimal("380.00"), Decimal("400.00"))


def test_the_list_price_that_was_shown_before_the_first_quote_is_honoured_too():
    session = a_session()
    a_price_quote(session, "400.00", at=NOON)

    order = hold(
        cinema=session.hall.cinema, tickets=places(session, 2), expected_total=Decimal("700.00"), at=NOON + TICK
    )

    assert set(order.tickets.values_list("price", "price_quote")) == {(Decimal("350.00"), None)}


def test_a_price_whose_quote_had_ended_before_is_not_honoured():
    session = a_session()
    a_price_quote(session, "300.00", at=NOON - 9 * DAY)
    with transaction.atomic():
        end_quotes([session], code="DISABLED", at=NOON - 8 * DAY)
    session.ticket_price = Decimal("500.00")
    session.save(update_fields=["ticket_price"])
    a_price_quote(session, "520.00", at=NOON)
    asked = {"cinema": session.hall.cinema, "tickets": places(session, 1), "at": NOON + TICK}

    for former in ("300.00", "350.00"):
        with raises_unchanged(PriceChanged):
            hold(expected_total=Decimal(former), **asked)

    assert hold(expected_total=Decimal("500.00"), **asked).final_amount == Decimal("500.00")


def test_the_seats_of_an_order_that_is_changed_keep_their_lower_price_and_new_ones_cost_the_price_of_today():
    session = a_session()
    child = TicketType.objects.create(name="Child", price_percent=50)
    old = an_order(session, seats=2)
    adult, other = (ticket.seat for ticket in old.tickets.order_by("seat__number"))
    new = free_seats(session)[0]
    a_price_quote(session, "400.00", at=NOON - HOUR)
    seat_map = SeatMap(session, at=NOON, order=old)

    order = hold(
        cinema=session.hall.cinema,
        tickets=[(session, adult, an_adult()), (session, other, child), (session, new, an_adult())],
        instead_of=old,
        expected_total=Decimal("925.00"),
        at=NOON,
    )

    assert list(order.tickets.order_by("seat__number").values_list("seat", "price", "base_price")) == [
        (adult.pk, Decimal("350.00"), Decimal("350.00")),
        (other.pk, Decimal("175.00"), Decimal("350.00")),
        (new.pk, Decimal("400.00"), Decimal("400.00")),
    ]
    assert [seat_map.price(seat, an_adult()) for seat in (adult, new)] == [Decimal("350.00"), Decimal("400.00")]
    assert seat_map.prices["STANDARD"] == Decimal("400.00")


def test_a_changed_order_pays_the_price_of_today_where_that_is_lower():
    session = a_session()
    old = an_order(session)
    a_price_quote(session, "300.00", at=NOON - HOUR)
    places = [(session, old.tickets.get().seat, an_adult())]

    order = hold(cinema=session.hall.cinema, tickets=places, instead_of=old, at=NOON)

    assert order.final_amount == Decimal("300.00")


def test_a_seat_held_at_a_fixed_price_keeps_it():
    session = a_session()
    row = a_price_list(session.hall.cinema, ("All", "350", {})).rows.get()
    Session.objects.update(price_row=row)
    term = row.ticket_types.create(ticket_type=an_adult(), fixed_price=Decimal("200.00"))
    session.refresh_from_db()
    old = an_order(session)
    term.fixed_price = Decimal("250.00")
    term.save()
    places = [(session, old.tickets.get().seat, an_adult())]

    order = hold(cinema=session.hall.cinema, tickets=places, instead_of=old, at=NOON)

    assert order.final_amount == Decimal("200.00")


def test_a_held_ticket_of_a_fixed_price_keeps_no_price_for_other_types():
    session = a_session()
    row = a_price_list(session.hall.cinema, ("All", "350", {})).rows.get()
    Session.objects.update(price_row=row)
    family = TicketType.objects.create(name="Family", price_percent=100)
    row.ticket_types.create(ticket_type=family, fixed_price=Decimal("350.00"))
    session.refresh_from_db()
    seat = free_seats(session)[0]
    old = hold(cinema=session.hall.cinema, tickets=[(session, seat, family)], at=NOON - 2 * HOUR)
    a_price_quote(session, "400.00", at=NOON - HOUR)

    with raises_unchanged(PriceChanged):
        hold(
            cinema=session.hall.cinema,
            tickets=[(session, seat, an_adult())],
            instead_of=old,
            expected_total=Decimal("350.00"),
            at=NOON,
        )


# --- The expected total


@pytest.mark.parametrize("expected", [Decimal("939.99"), Decimal("0.00"), Decimal("1000.00")])
def test_a_total_that_differs_from_the_expected_one_is_refused(expected):
    session = a_session()
    item = an_item(session.hall.cinema, price=Decimal("120.00"))
    code = a_promocode().code

    with raises_unchanged(PriceChanged) as refusal:
        hold(
            cinema=session.hall.cinema,
            tickets=places(session, 2),
            snacks=[(item, 2)],
            promocode=code,
            expected_total=expected,
            at=NOON,
        )

    assert (refusal.value.expected, refusal.value.total) == (expected, Decimal("940.00"))


def test_the_expected_total_is_before_discount_and_points():
    session = a_session()

    order = hold(
        cinema=session.hall.cinema,
        tickets=places(session, 2),
        promocode=a_promocode(discount_percent=10).code,
        user=a_customer(points=100),
        points=30,
        expected_total=Decimal("700.00"),
        at=NOON,
    )

    assert (order.total_amount, order.final_amount) == (Decimal("700.00"), Decimal("600.00"))


def test_an_order_is_not_replaced_if_the_price_has_changed():
    session = a_session()
    old = an_order(session)
    Session.objects.update(ticket_price=Decimal("370.00"))

    with raises_unchanged(PriceChanged):
        hold(
            cinema=session.hall.cinema,
            tickets=[(session, free_seats(session)[0], an_adult())],
            instead_of=old,
            expected_total=Decimal("350.00"),
            at=NOON,
        )


@pytest.mark.parametrize(
    ("price", "points", "left"),
    [("100.40", 100, None), ("100.40", 99, "1.40"), ("101.00", 100, "1.00"), ("100.40", 0, "100.40")],
)
def test_points_leave_nothing_or_as_much_as_a_gateway_takes(price, points, left):
    session = a_session(price=Decimal(price))
    customer = a_customer(points=200)
    if left is None:
        with raises_unchanged(PointsRefused):
            an_order(session, customer=customer, points=points)
    else:
        assert an_order(session, customer=customer, points=points).final_amount == Decimal(left)


def test_points_may_pay_for_all_of_it_and_leave_small_change_at_the_box_office():
    whole, change = a_session(price=Decimal("100.00")), a_session(price=Decimal("100.40"))
    customer = a_customer(points=300)

    assert an_order(whole, customer=customer, points=100).final_amount == 0
    assert an_order(change, customer=customer, points=100, channel="BOX_OFFICE").final_amount == Decimal("0.40")
