"""Fiscal receipts: one for each payment, refund and settlement, with lines that add up exactly."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from orders.models import Order
from orders.services import (
    cancel,
    collect,
    complete,
    mark_paid,
    receipt_refunds,
    receipt_sales,
    refund,
    send_refunds,
)
from orders.services.receipts.lines import lines_to_charge, lines_to_refund
from payments.models import Payment, Receipt, ReceiptLine, Refund, VatRate
from tests.helpers.factories import (
    LONG_AGO,
    NOON,
    a_customer,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
    an_order,
    business_state,
    paid_at_the_bank,
)
from tests.helpers.gateway_harness import YooKassaHarness
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def receipts_are_printed_here(settings):
    settings.RECEIPTS_SINCE = LONG_AGO


LATER = NOON + timedelta(days=2)


def made(*, at=NOON):
    run("send_receipts", at=at)
    return list(Receipt.objects.order_by("pk"))


def adds_up(receipt) -> bool:
    return sum((line.price * line.quantity for line in receipt.lines.all()), Decimal(0)) == receipt.amount


def lines(receipt):
    return [(line.quantity, line.price, line.vat) for line in receipt.lines.order_by("pk")]


def test_a_sale_receipt_lists_each_line_with_its_tax():
    session = a_session()
    order = paid_at_the_bank(session, seats=2, snacks=[(an_item(session.hall.cinema), 3)])

    [receipt] = made()

    assert (receipt.kind, receipt.amount, receipt.status) == ("SALE", order.final_amount, Receipt.Status.SENT)
    assert receipt.is_prepayment
    assert lines(receipt) == [
        (1, Decimal("350.00"), "none"),
        (1, Decimal("350.00"), "none"),
        (3, Decimal("120.00"), "22"),
    ]


@pytest.mark.parametrize("points", [0, 1, 77, 130])
def test_discount_and_points_are_spread_and_the_lines_add_up_exactly(points):
    session = a_session(price=Decimal("333.33"))
    item = an_item(session.hall.cinema, price=Decimal("99.99"))
    paid_at_the_bank(
        session, seats=3, snacks=[(item, 7)], customer=a_customer(points=200), points=points, promocode=a_promocode()
    )

    [receipt] = made()

    assert adds_up(receipt)
    assert sum(line.quantity for line in receipt.lines.filter(subject="GOODS")) == 7
    assert receipt.lines.filter(subject="GOODS").count() <= 2


def test_running_the_job_again_adds_no_receipt():
    order = a_paid_order()
    refund(order, reason="Ill", at=NOON)
    Refund.objects.update(status="SUCCEEDED", succeeded_at=NOON, handed_out=True)
    made()
    before = business_state()

    assert [receipt.kind for receipt in made()] == ["SALE", "REFUND"]
    assert business_state() == before


def test_ten_receipts_take_as_many_queries_as_one():
    session = a_session()

    def cost(number):
        payments = [paid_at_the_bank(session, seats=1).payments.get() for _order in range(number)]
        with CaptureQueriesContext(connection) as queries:
            receipt_sales(payments, at=NOON)
        return len(queries)

    assert cost(1) == cost(10) <= 9


def test_a_refund_receipt_lists_the_refunded_lines():
    order = paid_at_the_bank(seats=2)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    send_refunds(list(Refund.objects.to_send(NOON)), at=NOON)

    _sale, back = made()

    assert (back.kind, back.amount, lines(back)) == ("REFUND", Decimal("350.00"), [(1, Decimal("350.00"), "none")])


@pytest.fixture
def new_year():
    """VAT on goods rises from 20 to 22 %, on tickets from none to 5 %: a session on 4 January, and both years."""
    VatRate.objects.create(subject="TICKETS", valid_from=date(2026, 1, 1), vat="5")
    sold, back = datetime(2025, 12, 30, 12, tzinfo=UTC), datetime(2026, 1, 3, 12, tzinfo=UTC)
    return a_session(start=back + timedelta(days=1)), sold, back


def vat(receipt):
    return dict(receipt.lines.values_list("subject", "vat"))


def vat_told(lines):
    return {"TICKETS" if line.is_service else "GOODS": line.vat for line in lines}


@pytest.mark.parametrize("queued_late", [False, True])
def test_a_refund_has_the_rates_of_the_sale_and_the_settlement_those_of_its_own_day(new_year, queued_late):
    session, sold, back = new_year
    order = paid_at_the_bank(session, at=sold, seats=2, snacks=[(an_item(session.hall.cinema), 1)])
    if not queued_late:
        made(at=sold)
    refund(order, lines=[order.tickets.first(), order.preorders.get()], reason="Ill", at=back)
    send_refunds(list(Refund.objects.to_send(back)), at=back)
    made(at=back)
    order.refresh_from_db()
    complete([order], at=back + timedelta(days=2))
    made(at=back + timedelta(days=2))

    sale, reversal, settlement = Receipt.objects.order_by("pk")

    assert vat(sale) == vat(reversal) == {"TICKETS": "none", "GOODS": "20"}
    assert vat(settlement) == {"TICKETS": "5"}


def test_a_gateway_is_told_the_rates_of_the_sale_with_a_refund(new_year, settings):
    settings.YOOKASSA_RECEIPTS = True
    session, sold, back = new_year
    order = an_order(session, at=sold, snacks=[(an_item(session.hall.cinema), 1)])
    mark_paid(order, gateway="yookassa", amount=order.final_amount, external_id="yk", at=sold)
    returned = refund(order, reason="Ill", at=back)

    charged, sent_back = lines_to_charge(order.payments.get()), lines_to_refund(returned)

    assert vat_told(charged) == vat_told(sent_back) == {"TICKETS": "none", "GOODS": "20"}


def test_a_payment_begun_before_midnight_is_taxed_as_its_gateway_was_told(new_year, settings):
    settings.YOOKASSA_RECEIPTS = True
    session = new_year[0]
    begun = datetime(2025, 12, 31, 20, 59, tzinfo=UTC)  # 23:59 in Moscow
    order = an_order(session, at=begun, snacks=[(an_item(session.hall.cinema), 1)])
    payment = Payment.objects.create(
        order=order, gateway="yookassa", external_id="yk", amount=order.final_amount, created_at=begun
    )
    charged = lines_to_charge(payment)
    mark_paid(order, gateway="yookassa", amount=order.final_amount, external_id="yk", at=begun + timedelta(minutes=5))

    [sale] = made(at=begun + timedelta(minutes=6))

    assert vat_told(charged) == vat(sale) == {"TICKETS": "none", "GOODS": "20"}


def test_an_advance_is_returned_at_the_rate_at_which_it_was_taken(new_year, settings):
    settings.CALCULATED_VAT = True
    VatRate.objects.create(subject="TICKETS", valid_from=date(2025, 1, 1), vat="20")
    session, sold, back = new_year
    order = an_order(session, at=sold)
    cancel(order, reason="Out of time", at=sold)
    a_paid_order(session, seats=20, at=sold)
    mark_paid(order, gateway="demo", amount=order.final_amount, external_id="late", at=sold)
    made(at=sold)
    Refund.objects.update(status="SUCCEEDED", succeeded_at=back, handed_out=True)

    made(at=back)

    assert [vat(each) for each in Receipt.objects.filter(order=order)] == [{"TICKETS": "20/120"}] * 2


def test_calculated_rates_are_for_prepayments_and_their_refunds_alone(settings):
    settings.CALCULATED_VAT = True
    session = a_session()
    order = paid_at_the_bank(session, seats=2, snacks=[(an_item(session.hall.cinema), 2)])
    made()
    settings.CALCULATED_VAT = False  # what was sold is returned as it was sold
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    other = refund(paid_at_the_bank(session, snacks=[(an_item(session.hall.cinema), 1)]), reason="Ill", at=NOON)
    Refund.objects.filter(status="REQUESTED").update(status="SUCCEEDED", succeeded_at=NOON, handed_out=True)
    collect(order.preorders.get(), at=session.start_datetime)
    order.refresh_from_db()
    complete([order], at=LATER)
    made(at=LATER)

    found = {each.kind: vat(each).get("GOODS") for each in Receipt.objects.filter(order=order)}

    assert found == {"SALE": "22/122", "REFUND": None, "SETTLEMENT": "22"}
    assert vat(Receipt.objects.get(refund=other))["GOODS"] == "22"


def test_ten_refund_receipts_take_as_many_queries_as_one():
    session = a_session()

    def cost(number):
        keys = [refund(paid_at_the_bank(session, seats=1), reason="Ill", at=NOON).pk for _order in range(number)]
        refunds = list(Refund.objects.filter(pk__in=keys))
        with CaptureQueriesContext(connection) as queries:
            receipt_refunds(refunds, at=NOON)
        return len(queries)

    assert cost(1) == cost(5) <= 14


def test_after_the_show_a_second_receipt_settles_what_was_not_refunded():
    session = a_session()
    item = an_item(session.hall.cinema)
    order = paid_at_the_bank(session, seats=2, snacks=[(item, 1)])
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    collect(order.preorders.get(), at=session.start_datetime)
    made(at=NOON)
    assert not Receipt.objects.filter(kind="SETTLEMENT").exists()
    complete([Order.objects.get()], at=LATER)

    made(at=LATER)
    made(at=LATER)

    settlement = Receipt.objects.get(kind="SETTLEMENT")
    assert settlement.amount == Decimal("470.00")
    assert adds_up(settlement)
    assert not Receipt.objects.filter(awaits_settlement=True).exists()


def test_the_receipts_of_an_order_are_of_its_cinema():
    _first, session = a_session(), a_session()
    order = paid_at_the_bank(session, seats=2)
    made()
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    send_refunds(list(Refund.objects.to_send(NOON)), at=NOON)
    made()
    complete([order], at=LATER)

    receipts = made(at=LATER)

    assert len({receipt.kind for receipt in receipts}) == 3
    assert {receipt.cinema for receipt in receipts} == {session.hall.cinema}


def test_returned_payments_have_receipts_for_an_advance_and_its_refund():
    session = a_session()
    order = an_order(session)
    cancel(order, reason="Out of time", at=NOON)
    a_paid_order(session, seats=20)
    mark_paid(order, gateway="demo", amount=order.final_amount, external_id="late", at=NOON)
    Refund.objects.update(status="SUCCEEDED", succeeded_at=NOON, handed_out=True)

    made()

    advance, back = Receipt.objects.filter(order=order).order_by("pk")
    assert (advance.kind, back.kind, advance.is_prepayment) == ("SALE", "REFUND", False)
    assert [line.name for line in ReceiptLine.objects.filter(receipt__order=order)] == [f"Advance, order {order}"] * 2


@pytest.mark.parametrize("role", ["accountant", "owner"])
def test_vat_rates_are_entered_in_advance_and_used_ones_cannot_change(role):
    a_paid_order()
    made()
    old = VatRate.objects.create(subject="GOODS", valid_from=NOON.date(), vat="22")
    person, new = browser(someone(role, all_cinemas=True)), reverse("admin:payments_vatrate_add")
    given = {"subject": "GOODS", "vat": "10"}

    changed = person.post(reverse("admin:payments_vatrate_change", args=[old.pk]), given | {"valid_from": "2027-01-01"})
    before = person.post(new, given | {"valid_from": "2026-11-04"})
    ahead = person.post(new, given | {"valid_from": "2026-11-06"})

    assert (changed.status_code, before.status_code, ahead.status_code) == (403, 200, 302)
    assert "Receipts have already been issued on or after this date" in before.content.decode()
    assert sorted(VatRate.objects.values_list("valid_from", "vat")) == [
        (date(2026, 11, 5), "22"),
        (date(2026, 11, 6), "10"),
    ]


def test_without_a_receipt_provider_no_receipts_are_queued(settings):
    settings.RECEIPTS_SINCE = None
    a_paid_order()

    assert made() == []


def test_payments_before_receipts_since_have_no_receipt(settings):
    a_paid_order()
    settings.RECEIPTS_SINCE = NOON + timedelta(seconds=1)

    assert made() == []


def test_a_gateway_that_prints_receipts_gets_the_lines(settings):
    settings.YOOKASSA_RECEIPTS, settings.RECEIPT_SENDER = True, "payments.fiscal.yookassa.YooKassaReceipts"
    world = YooKassaHarness()
    with world.running():
        order = an_order(a_session(), seats=2, email="guest@example.org")
        payment = world.start(order)
        world.pay(payment)
        world.wait(minutes=6)
        world.run("reconcile_payments")
        refund(order, lines=[order.tickets.first()], reason="Ill", at=world.at)
        world.run("execute_refunds", "send_receipts")
        order.refresh_from_db()
        complete([order], at=LATER)
        world.at = LATER
        world.run("send_receipts")

    sale, back, settlement = Receipt.objects.order_by("pk")
    sent = world.provider.receipts
    assert [(each.kind, each.status) for each in (sale, back, settlement)] == [
        ("SALE", "SENT"),
        ("REFUND", "SENT"),
        ("SETTLEMENT", "SENT"),
    ]
    assert [len(each["items"]) for each in sent] == [2, 1, 1]
    assert {each["customer"]["email"] for each in sent} == {"guest@example.org"}
    assert [item["payment_mode"] for each in sent for item in each["items"]] == ["full_prepayment"] * 3 + [
        "full_payment"
    ]
    assert sent[2]["settlements"] == [{"type": "prepayment", "amount": {"value": "350.00", "currency": "RUB"}}]
    assert invariant_violations(LATER) == []


@pytest.mark.parametrize(
    ("email", "sent"),
    [("guest@Bücher.example", "guest@xn--bcher-kva.example"), ("гость@example.org", "till@example.org")],
)
def test_a_gateway_is_sent_an_address_that_it_accepts(settings, email, sent):
    settings.YOOKASSA_RECEIPTS, settings.RECEIPT_EMAIL = True, "till@example.org"
    world = YooKassaHarness()
    with world.running():
        order = an_order(a_session(), email="guest@example.org")
        Order.objects.update(email=email)
        order.refresh_from_db()
        world.start(order)

    assert [each["customer"]["email"] for each in world.provider.receipts] == [sent]
