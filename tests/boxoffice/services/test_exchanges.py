"""Tickets exchanged for another screening: the value pays for the new order, the difference is taken or given back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.errors import ApprovalRequired
from boxoffice.errors import (
    ExchangeOnAccount,
    ExchangeReturned,
    ExchangeTooLate,
    RefundTooLate,
    ScannedBefore,
    StaffOrder,
)
from boxoffice.models import Exchange
from boxoffice.services import gift_cards, sales
from boxoffice.services.exchanges import exchange
from customers.services import claim_guest_orders, correct_address
from demo.models import DemoRefund
from house_rules.models import HouseRules
from orders.errors import PaymentDisputed, PriceChanged, SeatTaken
from orders.models import Order, Ticket
from orders.services import (
    check_in,
    mark_paid,
    refund,
    refund_by_customer,
    refundable_by_customer,
    send_refunds,
    settle_payment,
    undo_check_in,
)
from orders.services.refunds.from_gateway import book_refunds
from payments.gateways import RefundReport, State
from payments.models import Dispute, GiftCard, Payment, Refund
from payments.services import balance_of
from screenings.models import SeatOutage
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_gift_card, a_shift, cash_of
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    an_order,
    free_seats,
    paid_at_the_bank,
    pay,
)
from tests.helpers.pages.admin_pages import dashboard_texts
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def session():
    return a_session(start=NOON + HOUR)


@pytest.fixture
def later(session):
    """A dearer session of the same cinema."""
    return a_session(a_hall(session.hall.cinema), start=NOON + 3 * HOUR, price=PRICE + 100)


@pytest.fixture
def cheaper(session):
    return a_session(a_hall(session.hall.cinema), start=NOON + 3 * HOUR, price=PRICE - 100)


@pytest.fixture
def shift(session):
    return a_shift(session.hall.cinema)


def places(session, number):
    return [(session, seat, an_adult()) for seat in free_seats(session)[:number]]


def sold(shift, session, *, seats=2):
    order = sales.hold_at_till(shift, places=places(session, seats), snacks=[], at=NOON, actor=shift.cashier)
    sales.pay_cash(order, shift=shift, given=None, at=NOON, actor=shift.cashier)
    return order


def exchanged(order, to, shift, *, tickets=None, seats=None, **fields):
    chosen = list(order.tickets.all()) if tickets is None else tickets
    wanted = places(to, len(chosen)) if seats is None else seats
    work = {"way": "cash", "reason": "Ill", "at_fault": False, "shift": shift, "at": NOON, "actor": shift.cashier}
    total = to.ticket_price * len(wanted)
    return exchange(order, **{"tickets": chosen, "places": wanted, "expected_total": total, **work, **fields})


def send_all_refunds():
    send_refunds(list(Refund.objects.to_send(NOON)), at=NOON)


def test_the_difference_is_taken_and_no_cash_goes_back_and_forth(shift, session, later):
    order = sold(shift, session)

    done, paid = exchanged(order, later, shift)

    order.refresh_from_db()
    new = done.new_order
    assert (order.status, new.status, paid) == (Order.Status.REFUNDED, Order.Status.PAID, [])
    assert (done.value, new.final_amount) == (2 * PRICE, 2 * (PRICE + 100))
    assert cash_of(shift.cinema) == {"DRAWER": 2 * (PRICE + 100)}
    assert [ticket.status for ticket in order.tickets.all()] == [Ticket.Status.AVAILABLE] * 2
    assert sorted(new.payments.values_list("amount", flat=True)) == [200, 2 * PRICE]
    assert not Payment.objects.outside_shifts().exists()
    assert invariant_violations() == []


def test_what_is_cheaper_is_given_back_from_the_drawer(shift, session, cheaper):
    order = sold(shift, session)

    done, paid = exchanged(order, cheaper, shift)

    assert [each.amount for each in paid] == [200]
    assert cash_of(shift.cinema) == {"DRAWER": done.new_order.final_amount}
    assert invariant_violations() == []


def test_one_ticket_of_two_is_exchanged_and_the_other_stays(shift, session, later):
    order = sold(shift, session)
    first, second = order.tickets.order_by("pk")

    exchanged(order, later, shift, tickets=[first])

    order.refresh_from_db()
    second.refresh_from_db()
    assert (order.status, second.status) == (Order.Status.PAID, Ticket.Status.PAID)
    assert invariant_violations() == []


@pytest.mark.parametrize("refused", ["taken", "price"])
def test_a_refusal_leaves_the_old_seats_and_the_money_as_they_were(shift, session, later, refused):
    order = sold(shift, session)
    wanted = places(later, 2)
    if refused == "taken":
        sales.hold_at_till(shift, places=wanted[:1], snacks=[], at=NOON, actor=shift.cashier)

    with pytest.raises(SeatTaken if refused == "taken" else PriceChanged):
        exchanged(order, later, shift, seats=wanted, **({} if refused == "taken" else {"expected_total": Decimal(1)}))

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert not Refund.objects.exists()
    assert not Exchange.objects.exists()
    assert cash_of(shift.cinema) == {"DRAWER": 2 * PRICE}
    assert invariant_violations() == []


def test_what_was_paid_online_goes_back_through_the_provider_after_an_exchange(shift, session, later):
    order = paid_at_the_bank(session, seats=1, at=NOON)
    done, _paid = exchanged(order, later, shift)

    refund(done.new_order, reason="Ill", at=NOON)
    send_all_refunds()
    send_all_refunds()

    [sent] = DemoRefund.objects.all()
    assert (sent.amount, sent.charge.uid) == (PRICE, order.payments.get().uid)
    assert list(Refund.objects.to_hand_out().values_list("amount", flat=True)) == [100]
    assert done.new_order.payments.get(gateway="demo").next_poll_at is None
    assert invariant_violations() == []


def test_a_dispute_about_the_first_payment_holds_refunds_of_the_new_order(shift, session, later):
    order = paid_at_the_bank(session, seats=1, at=NOON)
    done, _paid = exchanged(order, later, shift)
    Dispute.objects.create(payment=order.payments.get(), external_id="dp_1", amount=PRICE, heard_at=NOON)

    with pytest.raises(PaymentDisputed):
        refund(done.new_order, reason="Ill", at=NOON)
    refund(done.new_order, reason="Ill", at=NOON, despite_dispute=True)

    assert Refund.objects.filter(order=done.new_order, despite_dispute=True).exists()


def test_a_dispute_about_the_first_payment_shows_who_waits_for_the_bank_on_the_first_page(shift, session, later):
    order = paid_at_the_bank(session, seats=1, at=NOON)
    done, _paid = exchanged(order, later, shift)
    refund(done.new_order, reason="Ill", at=NOON)
    Dispute.objects.create(payment=order.payments.get(), external_id="dp_1", amount=PRICE, heard_at=NOON)

    assert set(Order.objects.disputed()) == {order, done.new_order}
    assert "1 refund on hold until the bank decides a dispute" in dashboard_texts(someone("owner", all_cinemas=True))


def test_the_provider_is_not_asked_about_a_payment_that_an_exchange_moved(shift, session, later):
    done, _paid = exchanged(paid_at_the_bank(session, seats=1, at=NOON), later, shift)

    settled = settle_payment(done.new_order.payments.get(moved_from__isnull=False), at=NOON)

    assert (settled.status, settled.discrepancy) == (Payment.Status.SUCCEEDED, "")


def test_money_taken_back_by_the_bank_after_an_exchange_refunds_the_new_order(shift, session, later):
    order = paid_at_the_bank(session, seats=1, at=NOON)
    root = order.payments.get()
    done, _paid = exchanged(order, later, shift)
    reports = [RefundReport("chargeback", PRICE, State.DONE)]

    problems = [book_refunds(root, reports, at=NOON) for _poll in range(2)]

    back = Refund.objects.get(order=done.new_order)
    assert problems == ["", ""]
    assert (back.amount, back.payment.moved_from, back.unallocated_amount) == (PRICE, root, PRICE)
    assert balance_of(done.new_order.pk).left[back.payment_id] == 0
    assert invariant_violations() == []


def test_money_taken_back_of_an_order_exchanged_in_part_reduces_both(shift, session, cheaper):
    order = paid_at_the_bank(session, seats=2, at=NOON)
    root = order.payments.get()
    done, _paid = exchanged(order, cheaper, shift, tickets=[order.tickets.first()])
    send_all_refunds()

    problem = book_refunds(root, [RefundReport("chargeback", 2 * PRICE - 100, State.DONE)], at=NOON)
    beyond = book_refunds(root, [RefundReport("one-more", PRICE, State.DONE)], at=NOON)

    assert (problem, beyond) == ("", Payment.Discrepancy.REFUNDED_BEYOND)
    statuses = Order.objects.filter(pk__in=[order.pk, done.new_order.pk]).values_list("status", flat=True)
    assert set(statuses) == {Order.Status.REFUNDED}
    assert invariant_violations() == []


def test_a_chargeback_that_the_bank_reverses_later_fails_for_every_order_of_the_exchange(shift, session, later):
    order = paid_at_the_bank(session, seats=2, at=NOON)
    root = order.payments.get()
    exchanged(order, later, shift, tickets=[order.tickets.first()])
    book_refunds(root, [RefundReport("chargeback", 2 * PRICE, State.DONE)], at=NOON)
    taken = Refund.objects.filter(external_id="chargeback")
    keys = set(taken.values_list("pk", flat=True))

    for _poll in range(2):
        book_refunds(root, [RefundReport("chargeback", 2 * PRICE, State.FAILED)], at=NOON)

    assert len(keys) == 2
    assert set(Refund.objects.filter(status=Refund.Status.FAILED).values_list("pk", flat=True)) == keys


def test_what_the_gateway_returned_for_exactly_this_ticket_is_not_exchanged(shift, session, later):
    order = paid_at_the_bank(session, seats=2, at=NOON)
    book_refunds(order.payments.get(), [RefundReport("by hand", PRICE, State.DONE)], at=NOON)

    with raises_unchanged(ExchangeReturned):
        exchanged(order, later, shift, tickets=[order.tickets.first()])


def test_an_exchange_of_an_exchange_still_goes_back_to_the_first_payment(shift, session, later, cheaper):
    order = paid_at_the_bank(session, seats=1, at=NOON)
    first, _paid = exchanged(order, later, shift)
    second, paid = exchanged(first.new_order, cheaper, shift)
    send_all_refunds()

    refund(second.new_order, reason="Ill", at=NOON)
    send_all_refunds()

    by_bank = sum(DemoRefund.objects.values_list("amount", flat=True))
    in_cash = sum(each.amount for each in paid) + sum(each.amount for each in Refund.objects.to_hand_out())
    assert (by_bank, in_cash) == (PRICE, 100)
    assert invariant_violations() == []


def test_a_gift_card_keeps_what_it_paid(shift, session, later):
    card = a_gift_card(shift, amount=PRICE)
    order = sales.hold_at_till(shift, places=places(session, 1), snacks=[], at=NOON, actor=shift.cashier)
    gift_cards.pay_with_gift_card(order, card=card, shift=shift, at=NOON, actor=shift.cashier)

    done, _paid = exchanged(order, later, shift)
    assert GiftCard.objects.get().balance == 0
    refund(done.new_order, reason="Ill", at=NOON)
    send_all_refunds()

    assert GiftCard.objects.get().balance == PRICE
    assert invariant_violations() == []


def test_at_the_guests_wish_only_until_the_start_and_never_a_scanned_ticket(shift, session, later):
    order = sold(shift, session, seats=1)
    check_in(order.tickets.get(), at=NOON + HOUR / 2)

    with pytest.raises(ScannedBefore):
        exchanged(order, later, shift)
    with pytest.raises(RefundTooLate):
        exchanged(order, later, shift, at=session.start_datetime)
    done, _paid = exchanged(order, later, shift, at=session.start_datetime, at_fault=True)

    assert done.reason == "The cinema is at fault: Ill"
    assert invariant_violations() == []


def test_after_the_start_the_whole_value_counts_towards_the_limit_and_only_for_some_days(
    shift, session, later, settings
):
    settings.APPROVAL_LIMITS = {**settings.APPROVAL_LIMITS, "orders.refund": PRICE}
    HouseRules.objects.all().delete()
    order = sold(shift, session)
    [first, second] = order.tickets.all()
    long_after = session.end_datetime + settings.EXCHANGE_WITHIN

    exchanged(order, later, shift, tickets=[first], at=session.start_datetime, at_fault=True)
    with pytest.raises(ApprovalRequired):
        exchanged(order, later, shift, tickets=[second], at=session.start_datetime, at_fault=True)
    with pytest.raises(ExchangeTooLate):
        exchanged(order, later, shift, tickets=[second], at=long_after, at_fault=True)

    assert Exchange.objects.count() == 1


def test_points_that_go_back_count_towards_the_limit(shift, session, later, settings):
    HouseRules.objects.all().delete()
    order = a_paid_order(session, customer=a_customer(points=100), points=50)

    settings.APPROVAL_LIMITS = {**settings.APPROVAL_LIMITS, "orders.refund": Decimal(49)}
    with pytest.raises(ApprovalRequired):
        exchanged(order, later, shift)
    settings.APPROVAL_LIMITS = {**settings.APPROVAL_LIMITS, "orders.refund": Decimal(50)}
    exchanged(order, later, shift)

    assert Exchange.objects.count() == 1


def test_undoing_a_check_in_makes_no_ticket_exchangeable_without_a_limit(shift, session, later, settings):
    settings.APPROVAL_LIMITS = {**settings.APPROVAL_LIMITS, "orders.refund": PRICE}
    HouseRules.objects.all().delete()
    order, usher = sold(shift, session), someone("usher", session.hall.cinema)
    for ticket in order.tickets.all():
        check_in(ticket, at=NOON + HOUR / 2, actor=usher)
        undo_check_in(ticket, at=NOON + HOUR / 2, actor=shift.cashier)

    with pytest.raises(ScannedBefore):
        exchanged(order, later, shift)
    with pytest.raises(ApprovalRequired):
        exchanged(order, later, shift, at_fault=True)
    exchanged(order, later, shift, tickets=order.tickets.all()[:1], at_fault=True)

    assert SeatOutage.objects.count() == 1  # the guest may still sit there


def test_what_a_partner_sold_on_account_is_not_exchanged(shift, session, later):
    order = an_order(session)
    mark_paid(order, gateway="account", amount=order.final_amount, external_id="account-1", at=NOON)

    with pytest.raises(ExchangeOnAccount):
        exchanged(order, later, shift)

    assert not Exchange.objects.exists()


def test_what_goes_back_counts_towards_the_limit_of_one_person(shift, session, cheaper, settings):
    settings.APPROVAL_LIMITS = {**settings.APPROVAL_LIMITS, "orders.refund": Decimal(150)}
    HouseRules.objects.all().delete()
    order = sold(shift, session)

    with pytest.raises(ApprovalRequired):
        exchanged(order, cheaper, shift)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert cash_of(shift.cinema) == {"DRAWER": 2 * PRICE}


def test_the_new_order_knows_who_entered_its_address(shift, session, later):
    order = sold(shift, session)
    manager = someone("floor_manager", order.cinema)
    correct_address(order, email="new@example.org", reason="Typed wrong", at=NOON, actor=manager)
    order.refresh_from_db()

    new = exchanged(order, later, shift)[0].new_order

    assert [(each.kind, each.actor, each.reason) for each in new.changes.all()] == [("ADDRESS", manager, "Typed wrong")]
    assert refundable_by_customer(new, at=NOON) == []


def test_an_exchanged_order_leaves_the_account_of_a_mistyped_address_too(shift, session, later):
    order, stranger = pay(an_order(session, email="wrong@example.org"), at=NOON), a_customer()
    stranger.email = "wrong@example.org"
    stranger.save()
    claim_guest_orders(stranger, at=NOON)
    order = Order.objects.get()

    new = exchanged(order, later, shift)[0].new_order
    assert new.user == stranger
    correct_address(new, email="right@example.org", reason="Typed wrong", at=NOON, actor=shift.cashier)

    assert not stranger.orders.filter(pk=new.pk).exists()


def test_what_a_customer_refunded_before_waits_for_a_decision_of_its_own(shift, session, later):
    order = sold(shift, session)
    first, second = order.tickets.order_by("pk")
    refund_by_customer(order, lines=[first], at=NOON - HOUR)

    exchanged(order, later, shift, tickets=[second])

    assert list(Refund.objects.to_hand_out().values_list("amount", flat=True)) == [PRICE]


def test_nobody_exchanges_an_order_of_their_own_or_decides_it(shift, session, later):
    manager = someone("floor_manager", session.hall.cinema)
    own, of_manager = (pay(an_order(session, customer=owner, at=NOON)) for owner in (shift.cashier, manager))

    with raises_unchanged(StaffOrder):
        exchanged(own, later, shift)
    with raises_unchanged(StaffOrder):
        exchanged(of_manager, later, shift, decided_by=manager)


@pytest.mark.parametrize(("asked", "at_fault", "reopened"), [(48, False, True), (1, False, False), (1, True, True)])
def test_refunds_that_were_closed_are_not_opened_again_by_an_exchange(session, shift, asked, at_fault, reopened):
    """Whoever could still refund, or whom the cinema owes another screening, has the new screening's time."""
    order, at = pay(an_order(session, at=NOON)), NOON - timedelta(hours=asked)
    next_week = a_session(a_hall(session.hall.cinema), start=NOON + timedelta(days=7))
    Order.objects.filter(pk=order.pk).update(refund_notice_minutes=24 * 60)
    Order.objects.update(created_at=at)

    done, _paid = exchanged(Order.objects.get(), next_week, shift, at=at, at_fault=at_fault)

    assert bool(refundable_by_customer(done.new_order, at=at)) == reopened
    assert not refundable_by_customer(done.new_order, at=NOON + timedelta(days=7))
