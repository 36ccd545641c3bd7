from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.models import LimitUse
from allocations.errors import (
    GroupPriceTooLow,
    HeadcountRefused,
    HoldTimeOver,
    NoRoomForGroup,
    SessionIsPublic,
    SessionNotEmpty,
    SessionOfAnotherGroup,
    TransferBooked,
    TransferReferenceNeeded,
)
from allocations.models import GroupBooking
from allocations.services.groups import Agreed, add_screening, book, part_of, pay, set_headcount
from allocations.services.private_sessions import open_to_public
from boxoffice.services.door import people_of_order
from house_rules.models import HouseRules
from orders.errors import NotAwaitingPayment, NotOnSale
from orders.models import Order, Ticket
from orders.services import cancel, mark_paid, pay_out, refund
from payments.models import Gateway, Refund
from pricing.services.changing_price import change_price
from screenings.models import Session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.box_office import a_device
from tests.helpers.factories import NOON, PRICE, a_hall, a_session, an_order
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
UNTIL = NOON + 3 * DAY
TRANSFER = Gateway.BANK_TRANSFER
DATE = (NOON - DAY).date()
SCHOOL = Agreed("Anna Petrova", Decimal(200), one_free_per=10, email="school@example.org", phone="+79161234567")


@pytest.fixture
def session(db):
    return a_session(a_hall(rows=["ssssssssss"] * 6), start=NOON + 9 * DAY)


@pytest.fixture
def manager(db):
    return someone()


@pytest.fixture
def order(session, manager):
    """Reserved for 33 people, three of them free."""
    return reserved(book(session, SCHOOL, people=33, until=UNTIL, at=NOON, actor=manager))


def reserved(booking) -> Order:
    return Order.objects.get(group_order__booking=booking, status=Order.Status.PENDING_PAYMENT)


def prices(order) -> dict[Decimal, int]:
    found = list(order.tickets.live().values_list("price", flat=True))
    return {price: found.count(price) for price in found}


def test_seats_are_reserved_at_a_price_a_head_with_one_free_for_every_ten(order):
    assert prices(order) == {200: 30, 0: 3}
    assert (order.final_amount, order.expires_at, order.email) == (6000, UNTIL, "school@example.org")
    assert invariant_violations() == []


def test_seats_that_are_not_paid_by_then_go_back_on_sale(order):
    call_command("cancel_expired_orders", at=UNTIL.isoformat())

    assert not Ticket.objects.live().exists()


def test_all_is_paid_by_bank_transfer_and_one_number_lets_all_in(order, manager):
    paid = pay(order, gateway=TRANSFER, reference="117", transferred_on=DATE, at=NOON, actor=manager)

    payment = paid.payments.get()
    door = a_device(paid.cinema)
    at_the_door = people_of_order(paid.number, device=door, at=NOON + 9 * DAY)
    assert (paid.pk, paid.status, payment.gateway, payment.amount) == (order.pk, "PAID", TRANSFER, 6000)
    assert payment.external_id == "117 2026-11-04 1"
    assert len(at_the_door) == 33
    with raises_unchanged(NotAwaitingPayment):
        pay(paid, gateway=TRANSFER, reference="118", transferred_on=DATE, at=NOON, actor=manager)


def test_paid_seats_become_an_order_of_their_own_and_the_rest_stays_reserved(order, manager):
    price = part_of(order, 22)

    paid = pay(order, people=22, gateway=TRANSFER, reference="117", transferred_on=DATE, at=NOON, actor=manager)

    rest = reserved(GroupBooking.objects.get())
    assert (prices(paid), price, paid.payments.get().amount) == ({200: 20, 0: 2}, 4000, 4000)
    assert (prices(rest), rest.expires_at, rest.email) == ({200: 10, 0: 1}, UNTIL, "school@example.org")
    assert Ticket.objects.live().count() == 33
    assert invariant_violations() == []
    with raises_unchanged(NotAwaitingPayment):
        pay(order, people=22, gateway=TRANSFER, reference="117", transferred_on=DATE, at=NOON, actor=manager)


def test_the_rest_can_be_released(order, manager):
    paid = pay(order, people=30, gateway=Gateway.CASH, release_rest=True, at=NOON, actor=manager)

    assert prices(paid) == {200: 28, 0: 2}
    assert Ticket.objects.live().count() == 30


@pytest.mark.parametrize(("people", "expected"), [(10, {200: 10}), (44, {200: 40, 0: 4})])
def test_the_final_headcount_keeps_or_adds_seats_on_the_same_terms(order, manager, people, expected):
    seats = set(order.tickets.values_list("seat", flat=True))

    changed = set_headcount(order, people=people, at=NOON, actor=manager)

    now = set(changed.tickets.values_list("seat", flat=True))
    assert (prices(changed), changed.expires_at) == (expected, UNTIL)
    assert now < seats or seats < now
    assert Ticket.objects.live().count() == people
    assert invariant_violations() == []


def test_a_group_sees_several_screenings_on_the_same_terms(order, session, manager):
    booking = GroupBooking.objects.get()
    other = a_session(session.hall, start=session.start_datetime + DAY)

    added = add_screening(booking, other, people=11, until=UNTIL, at=NOON, actor=manager)

    assert (prices(added), added.phone) == ({200: 10, 0: 1}, "+79161234567")
    assert booking.group_orders.count() == 2


def given_away() -> list[Decimal]:
    return list(LimitUse.objects.filter(service="orders.refund").order_by("pk").values_list("amount", flat=True))


def test_what_a_group_pays_less_than_half_of_the_price_counts_towards_the_limit_of_whoever_agrees(
    session, manager, settings
):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(2000)}
    HouseRules.objects.all().delete()
    about = {"until": UNTIL, "at": NOON, "actor": manager}
    half = Agreed("Anna Petrova", PRICE, one_free_per=1)
    cheap = Agreed("Anna Petrova", PRICE / 2 - 100)

    book(session, half, people=10, **about)
    assert given_away() == []
    order = reserved(book(session, cheap, people=12, **about))
    with raises_unchanged(GroupPriceTooLow):
        book(session, cheap, people=11, **about)
    fewer = set_headcount(order, people=11, at=NOON, actor=manager)
    assert given_away() == [1200]
    more = set_headcount(fewer, people=12, at=NOON, actor=manager)
    with raises_unchanged(GroupPriceTooLow):
        set_headcount(more, people=21, at=NOON, actor=manager)
    pay(more, people=4, gateway=Gateway.CASH, at=NOON, actor=manager)

    assert given_away() == [1200, 100]  # parts of it give nothing new


def test_fewer_than_ten_people_are_no_group_so_all_that_they_pay_less_counts(session, manager):
    half = Agreed("Anna Petrova", PRICE / 2)

    order = reserved(book(session, half, people=10, until=UNTIL, at=NOON, actor=manager))
    book(session, half, people=1, until=UNTIL, at=NOON, actor=manager)
    pay(order, people=9, gateway=Gateway.CASH, release_rest=True, at=NOON, actor=manager)

    assert given_away() == [PRICE / 2, 9 * PRICE / 2]


def test_a_price_that_the_booker_halved_first_makes_no_booking_cheaper(session, manager):
    session.ticket_price = Decimal(4000)
    session.save()
    change_price(session, price=Decimal(2000), reason="Rain", at=NOON, actor=manager)
    session.refresh_from_db()
    about = {"people": 60, "until": UNTIL, "at": NOON}
    quarter = Agreed("Anna Petrova", Decimal(1000))

    with raises_unchanged(GroupPriceTooLow):
        book(session, quarter, **about, actor=manager)

    assert book(session, quarter, **about, actor=someone(email="colleague@example.org"))


def test_a_part_of_the_price_that_a_new_headcount_gives_back_counts_for_whoever_gives_it_out(order, manager):
    mark_paid(order, gateway=Gateway.CASH, amount=Decimal(500), part=True, at=NOON, actor=manager)

    set_headcount(order, people=30, at=NOON, actor=manager)
    pay_out(Refund.objects.get(), at=NOON, actor=(colleague := someone(email="colleague@example.org")))

    assert LimitUse.objects.values_list("person", "amount").get() == (colleague.pk, 500)


def test_what_a_private_hire_releases_with_its_payment_counts(session, manager):
    session.ticket_price = Decimal(4000)
    session.save()
    half = Agreed("Anna Petrova", Decimal(2000))
    whole = reserved(book(session, half, people=60, private=True, until=UNTIL, at=NOON, actor=manager))
    assert not LimitUse.objects.exists()

    with raises_unchanged(GroupPriceTooLow):
        pay(whole, people=1, gateway=Gateway.CASH, release_rest=True, at=NOON, actor=manager)

    pay(whole, people=59, gateway=Gateway.CASH, release_rest=True, at=NOON, actor=manager)
    assert LimitUse.objects.get().amount == 2000


def test_a_refund_of_a_bank_transfer_is_sent_back_by_hand(order, manager):
    paid = pay(order, gateway=TRANSFER, reference="117", transferred_on=DATE, at=NOON, actor=manager)

    refund(paid, reason="Ill", at=NOON, actor=manager)

    assert [each.pk for each in Refund.objects.to_hand_out()] == [paid.refunds.get().pk]
    assert invariant_violations() == []


def test_what_cannot_be_reserved_or_paid_is_refused(order, session, manager):
    work = {"at": NOON, "actor": manager}
    an_order(session, at=NOON)

    with raises_unchanged(NoRoomForGroup):
        book(session, SCHOOL, people=27, until=UNTIL, **work)
    with raises_unchanged(HoldTimeOver):
        book(session, SCHOOL, people=2, until=NOON, **work)
    for people in (0, 34):
        with raises_unchanged(HeadcountRefused):
            pay(order, people=people, gateway=TRANSFER, reference="117", transferred_on=DATE, **work)
    for number, on in ((" ", DATE), ("117", None), ("117", DATE + 2 * DAY)):
        with raises_unchanged(TransferReferenceNeeded):
            pay(order, gateway=TRANSFER, reference=number, transferred_on=on, **work)
    with raises_unchanged(HeadcountRefused):
        set_headcount(order, people=0, **work)


@pytest.mark.parametrize(("refunded", "paying", "free"), [(1, 29, 3), (10, 20, 2), (29, 1, 1), (30, 0, 0)])
def test_free_places_go_along_with_the_paying_ones_that_are_refunded(order, manager, refunded, paying, free):
    paid = pay(order, gateway=TRANSFER, reference="117", transferred_on=DATE, at=NOON, actor=manager)

    for ticket in paid.tickets.filter(price=200).order_by("pk")[:refunded]:
        refund(paid, lines=[ticket], reason="Fewer came", at=NOON, actor=manager)

    left = prices(paid)
    assert (left.get(200, 0), left.get(0, 0)) == (paying, free)
    assert invariant_violations() == []


def test_free_places_that_were_used_stay_first(order, manager):
    paid = pay(order, gateway=TRANSFER, reference="117", transferred_on=DATE, at=NOON, actor=manager)
    used = paid.tickets.filter(price=0).last()
    Ticket.objects.filter(pk=used.pk).update(status=Ticket.Status.USED)

    refund(paid, lines=list(paid.tickets.filter(price=200)[:20]), reason="Fewer came", at=NOON, actor=manager)

    assert list(paid.tickets.live().filter(price=0)) == [used]


@pytest.mark.parametrize("spelled", ["117", " № 0117", "no. 1-17", "１１７"])
def test_a_transfer_pays_for_one_group_however_its_number_is_spelled(order, session, manager, spelled):
    work = {"gateway": TRANSFER, "transferred_on": DATE, "at": NOON, "actor": manager}
    second = add_screening(
        order.group_order.booking,
        a_session(session.hall, start=NOON + 8 * DAY),
        people=2,
        until=UNTIL,
        at=NOON,
        actor=manager,
    )
    other = reserved(book(session, SCHOOL, people=3, until=UNTIL, at=NOON, actor=manager))
    pay(order, reference="117", **work)

    with raises_unchanged(TransferBooked):
        pay(other, reference=spelled, **work)

    assert pay(second, reference=spelled, **work).status == "PAID"
    assert pay(other, reference=f"{spelled} School 7", **work).status == "PAID"


def test_a_transfer_that_was_recorded_by_mistake_pays_for_another_group_once_it_is_refunded(order, session, manager):
    work = {"gateway": TRANSFER, "reference": "117", "transferred_on": DATE, "at": NOON, "actor": manager}
    other = reserved(book(session, SCHOOL, people=3, until=UNTIL, at=NOON, actor=manager))
    refund(pay(other, **work), reason="The wrong group", at=NOON, actor=manager)

    assert pay(order, **work).status == "PAID"


def test_a_private_session_is_neither_advertised_nor_sold_to_anybody_but_its_group(session, manager, client):
    booking = book(session, SCHOOL, people=11, until=UNTIL, private=True, at=NOON, actor=manager)

    order = reserved(booking)
    here = Session.objects.filter(pk=session.pk)
    assert [here.on_sale(NOON, channel).exists() for channel in ("", "BOX_OFFICE", "GROUP")] == [False, False, True]
    assert not here.in_shop(NOON).exists()
    assert client.get(f"/sessions/{session.pk}/").status_code == 404
    for channel in ("ONLINE", "BOX_OFFICE", "HOUSE"):
        with raises_unchanged(NotOnSale):
            an_order(session, channel=channel, at=NOON)
    with raises_unchanged(SessionOfAnotherGroup):
        book(session, SCHOOL, people=2, until=UNTIL, at=NOON, actor=manager)
    add_screening(booking, session, people=2, until=UNTIL, at=NOON, actor=manager)
    more = set_headcount(order, people=22, at=NOON, actor=manager)
    assert prices(pay(more, gateway=TRANSFER, reference="117", transferred_on=NOON.date(), at=NOON, actor=manager)) == {
        200: 20,
        0: 2,
    }
    open_to_public(session)
    assert here.in_shop(NOON).exists()
    with raises_unchanged(SessionIsPublic):
        open_to_public(session)


def test_of_a_private_session_the_whole_hall_counts_as_given_away(session, manager):
    half_a_hall = 30 * PRICE
    agreed = Agreed("Anna Petrova", PRICE)

    order = reserved(book(session, agreed, people=10, until=UNTIL, private=True, at=NOON, actor=manager))
    assert given_away() == [half_a_hall - 10 * PRICE]
    fewer = set_headcount(order, people=4, at=NOON, actor=manager)
    set_headcount(fewer, people=12, at=NOON, actor=manager)

    assert given_away() == [half_a_hall - 10 * PRICE, 6 * PRICE]  # what was counted stays counted


def test_only_a_session_of_which_nobody_has_seats_becomes_private(session, manager):
    seen_before = Session.objects.select_related("film", "hall__cinema").get()
    order = an_order(session, at=NOON)
    with raises_unchanged(SessionNotEmpty):
        book(session, SCHOOL, people=2, until=UNTIL, private=True, at=NOON, actor=manager)
    cancel(order, reason="STAFF", at=NOON)
    book(session, SCHOOL, people=2, until=UNTIL, private=True, at=NOON, actor=manager)

    with raises_unchanged(NotOnSale):
        an_order(seen_before, at=NOON)
