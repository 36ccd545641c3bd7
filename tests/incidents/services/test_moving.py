"""Sessions with sales, moved to another hall or another time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import ApprovalRequired
from accounts.models import LimitUse
from incidents.errors import NothingToChange, PreviewOutdated, ScreeningBegun
from incidents.models import Incident, MovedTicket
from incidents.services import move, preview_move, swapped
from notifications.models import Notification
from orders.errors import NotOnSale, SeatNotInHall
from orders.models import Order, Ticket
from orders.services import check_in, code_of, hold
from payments.models import Refund
from screenings.errors import HallBusy, StartsInThePast
from screenings.services import start_outage
from screenings.services.relocation import Place
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_cinema,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    an_item,
    an_order,
    free_seats,
    pay,
)
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
EVENING = NOON + 4 * HOUR


@pytest.fixture
def cinema():
    return a_cinema()


@pytest.fixture
def session(cinema):
    return a_session(a_hall(cinema, rows=["ssss", "ssss"]), start=EVENING)


def to_hall(session, hall):
    return {session.pk: Place(hall, session.start_datetime)}


def seats_of(order):
    tickets = order.tickets.select_related("seat__hall").order_by("pk")
    return [(each.seat.hall, each.seat.row, each.seat.number) for each in tickets]


def test_tickets_keep_number_price_and_code_and_get_the_nearest_seats(cinema, session):
    hall = a_hall(cinema, rows=["ssssssss", "ssssssss"])
    order, held = a_paid_order(session, seats=2), an_order(session)
    before = [(each.pk, each.price, each.status, code_of(each)) for each in order.tickets.order_by("pk")]

    incident = move([session], to_hall(session, hall), reason="Projector", at=NOON)

    session.refresh_from_db()
    assert (session.hall, session.start_datetime) == (hall, EVENING)
    assert [(each.pk, each.price, each.status, code_of(each)) for each in order.tickets.order_by("pk")] == before
    assert seats_of(order) == [(hall, 1, 1), (hall, 1, 2)]
    assert [each_hall for each_hall, _row, _number in seats_of(held)] == [hall]
    assert (incident.kind, incident.changed.get().hall.pk) != (Incident.Kind.MOVED, hall.pk)
    assert MovedTicket.objects.count() == 3
    assert [each.details.count("→") for each in order.changes.all()] == [2]
    assert session.history.latest().hall_id == hall.pk
    assert pay(held).status == Order.Status.PAID
    check_in(order.tickets.first(), at=EVENING - timedelta(minutes=10))
    assert invariant_violations(NOON) == []


def test_guests_are_told_what_it_was_and_where_to_decide(cinema, session):
    former = session.hall.name
    order = a_paid_order(session)
    hall = a_hall(cinema)

    incident = move([session], {session.pk: Place(hall, EVENING + HOUR)}, reason="Projector", at=NOON)

    message = Notification.objects.get(kind="SESSION_CHANGED")
    assert (message.recipient, message.context["choice"]) == (order.email, f"{order.link}changed/{incident.pk}/")
    [was], [now] = message.context["was"], message.context["showings"]
    assert (was["hall"], was["starts"], now["hall"], now["starts"]) == (
        *(former, "2026-11-05T19:00:00+03:00"),
        *(hall.name, "2026-11-05T20:00:00+03:00"),
    )
    assert message.context["refund_until"] == "2026-11-05T20:00:00+03:00"


def test_deadlines_and_reminders_follow_the_new_time(cinema, session):
    order = a_paid_order(session, snacks=[(an_item(cinema), 1)], at=NOON - 9 * HOUR)
    booked = hold(
        cinema=cinema, tickets=[(session, free_seats(session)[0], an_adult())], channel="RESERVATION", at=NOON
    )
    run("send_ticket_usage_reminders", at=EVENING - HOUR)

    move([session], {session.pk: Place(session.hall, EVENING - HOUR / 2)}, reason="Late", at=EVENING - HOUR)

    session.refresh_from_db()
    booked.refresh_from_db()
    assert order.preorders.get().collection_deadline == session.end_datetime == EVENING + timedelta(minutes=90)
    assert booked.expires_at == session.start_datetime
    assert Notification.objects.get(kind="TICKET_REMINDER").not_after == EVENING - HOUR
    assert not MovedTicket.objects.exists()


def test_parties_without_a_seat_are_refunded_and_told_so(cinema, session):
    hall = a_hall(cinema, rows=["sss"])
    group, single, held = a_paid_order(session, seats=3), a_paid_order(session), an_order(session)
    shown = preview_move([session], to_hall(session, hall), at=NOON)
    assert ([each.order_id for each in shown.left], shown.money) == ([single.pk, held.pk], PRICE)

    incident = move([session], to_hall(session, hall), reason="Projector", digest=shown.digest, at=NOON)

    statuses = [Order.objects.get(pk=each.pk).status for each in (group, single, held)]
    assert statuses == ["PAID", "REFUNDED", "CANCELLED"]
    assert [(each.amount, each.reason) for each in Refund.objects.all()] == [(PRICE, "SESSION_MOVED")]
    assert list(incident.orders.order_by("pk").values_list("answer", flat=True)) == ["", "NO_SEAT", "NO_SEAT"]
    told = Notification.objects.get(kind="SESSION_CHANGED", recipient=single.email)
    assert (told.context["showings"], told.context["amount"]) == ([], "350.00")
    assert invariant_violations(NOON) == []


def test_two_sessions_swap_halls(cinema, session):
    other = a_session(a_hall(cinema, rows=["ssss", "ssss"]), start=EVENING)
    orders = [a_paid_order(each, seats=2) for each in (session, other)]
    halls = [session.hall, other.hall]

    move([session, other], swapped(session, other), kind=Incident.Kind.SWAPPED, reason="Sound", at=NOON)

    session.refresh_from_db()
    other.refresh_from_db()
    assert [session.hall, other.hall] == halls[::-1]
    assert [seats_of(order)[0][0] for order in orders] == halls[::-1]
    assert Ticket.objects.live().count() == 4


def test_what_is_out_of_order_or_taken_is_refused(cinema, session):
    hall = a_hall(cinema)
    busy = a_session(hall, start=EVENING + HOUR)

    with raises_unchanged(HallBusy):
        move([session], to_hall(session, hall), reason="Projector", at=NOON)
    with raises_unchanged(StartsInThePast):
        move([session], {session.pk: Place(session.hall, NOON - HOUR)}, reason="Projector", at=NOON)
    with raises_unchanged(NothingToChange):
        move([session], to_hall(session, session.hall), reason="Projector", at=NOON)
    assert busy.hall == hall


def test_broken_seats_of_the_new_hall_are_given_to_nobody(cinema, session):
    hall = a_hall(cinema, rows=["sss"])
    order = a_paid_order(session, seats=2)
    start_outage([hall.seats.get(number=1)], since=NOON, reason="Wet")

    move([session], to_hall(session, hall), reason="Projector", at=NOON)

    assert seats_of(order) == [(hall, 1, 2), (hall, 1, 3)]


def test_a_buyer_in_between_does_not_change_what_was_shown_unless_somebody_is_left_over(cinema, session):
    hall = a_hall(cinema, rows=["ss"])
    a_paid_order(session)
    shown = preview_move([session], to_hall(session, hall), at=NOON)
    a_paid_order(session)
    assert preview_move([session], to_hall(session, hall), at=NOON).digest == shown.digest
    a_paid_order(session)

    with raises_unchanged(PreviewOutdated):
        move([session], to_hall(session, hall), reason="Projector", digest=shown.digest, at=NOON)


def test_refunds_above_the_limit_of_a_person_are_refused(cinema, session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund_session": PRICE}
    a_paid_order(session, seats=2)
    hall, actor = a_hall(cinema, rows=["s"]), someone("floor_manager", cinema)

    with raises_unchanged(ApprovalRequired):
        move([session], to_hall(session, hall), reason="Pipe", at=NOON, actor=actor)


def test_a_screening_that_has_begun_is_moved_for_an_hour_and_its_unscanned_tickets_count(cinema, session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund_session": PRICE}
    order, actor = a_paid_order(session, seats=2), someone("floor_manager", cinema)
    tomorrow = {session.pk: Place(session.hall, EVENING + 24 * HOUR)}

    with raises_unchanged(ApprovalRequired):
        move([session], tomorrow, reason="Projector", at=EVENING, actor=actor)
    check_in(order.tickets.first(), at=EVENING)
    with raises_unchanged(ScreeningBegun):
        move([session], tomorrow, reason="Projector", at=EVENING + HOUR + timedelta(minutes=1), actor=actor)
    move([session], tomorrow, reason="Projector", at=EVENING + HOUR, actor=actor)

    assert LimitUse.objects.get().amount == PRICE


def test_a_seat_of_the_former_hall_is_no_longer_sold(cinema, session):
    seat = free_seats(session)[0]
    move([session], to_hall(session, a_hall(cinema)), reason="Projector", at=NOON)

    with raises_unchanged(SeatNotInHall):
        hold(cinema=cinema, tickets=[(session, seat, an_adult())], at=NOON)


def test_late_money_for_a_seat_of_the_former_hall_is_returned(cinema, session):
    order = an_order(session)
    run("cancel_expired_orders", at=NOON + HOUR)
    move([session], to_hall(session, a_hall(cinema)), reason="Projector", at=NOON + HOUR)

    with raises_unchanged(NotOnSale):
        pay(order, at=NOON + HOUR)


def test_the_number_of_queries_does_not_grow_with_the_orders(cinema, session):
    def cost(of, hall):
        with CaptureQueriesContext(connection) as queries:
            move([of], to_hall(of, hall), reason="Projector", at=NOON)
        return len(queries)

    a_paid_order(session)
    other = a_session(a_hall(cinema, rows=["ssssssss"]), start=EVENING)
    for _ in range(6):
        a_paid_order(other)

    first = cost(session, a_hall(cinema, rows=["ssssssss"]))
    assert cost(other, a_hall(cinema, rows=["ssssssss"])) <= first
