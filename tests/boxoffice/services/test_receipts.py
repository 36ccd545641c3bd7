"""Fiscal receipts at the box office: no shift without a printer, and the numbers of a separate cash register."""

from datetime import timedelta

import pytest

from boxoffice.services.exchanges import exchange
from boxoffice.services.receipts import keep_number, numbers_missing, receipts_of, vouch_for_register
from cinema.status import ConcurrentChange
from orders.services import mark_paid, refund
from payments.errors import NoReceiptPrinter, NoRegisterNumber, ReceiptNumberNeeded
from payments.models import Payment, Receipt, Refund, Shift
from payments.services import mark_paid_out, number_receipts
from screenings.models import Cinema
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import LONG_AGO, NOON, a_cinema, a_hall, a_session, an_adult, an_order, free_seats
from tests.helpers.fakes.atol import atol_online
from tests.helpers.users import someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _receipts(settings):
    settings.RECEIPTS_SINCE, settings.RECEIPT_SENDER = LONG_AGO, "payments.fiscal.Console"


def a_cinema_with_register():
    cinema = a_cinema()
    vouch_for_register(cinema, number="0000000400054952", actor=someone("owner", all_cinemas=True))
    return Cinema.objects.get(pk=cinema.pk)


def sold(shift, session, *, gateway="cash", at=NOON):
    order = an_order(session, channel="BOX_OFFICE", at=at)
    mark_paid(order, gateway=gateway, amount=order.final_amount, shift=shift, at=at, actor=shift.cashier)
    return order


def exchanged(order, to, shift):
    return exchange(
        order,
        tickets=list(order.tickets.all()),
        places=[(to, free_seats(to)[0], an_adult())],
        expected_total=to.ticket_price,
        way="cash",
        reason="Ill",
        at_fault=False,
        shift=shift,
        at=NOON,
        actor=shift.cashier,
    )


def test_where_receipts_are_required_no_shift_opens_without_a_printer(settings):
    cinema = a_cinema()

    with pytest.raises(NoReceiptPrinter):
        a_shift(cinema)
    assert not Shift.objects.exists()

    settings.RECEIPTS_SINCE = NOON + MINUTE
    assert a_shift(cinema).status == Shift.Status.OPEN


def test_the_second_receipts_of_yookassa_print_no_cash(settings):
    settings.RECEIPT_SENDER = "payments.fiscal.yookassa.YooKassaReceipts"

    with pytest.raises(NoReceiptPrinter):
        a_shift()


def test_a_managers_word_opens_the_shift_and_the_history_keeps_whose_it_is():
    manager, cinema = someone("owner", all_cinemas=True), a_cinema()

    vouch_for_register(cinema, number=" 0000000400054952 ", actor=manager)

    cinema = Cinema.objects.get(pk=cinema.pk)
    assert a_shift(cinema).status == Shift.Status.OPEN
    record = cinema.history.first()
    assert (record.cash_register, record.history_user) == ("0000000400054952", manager)
    with pytest.raises(NoRegisterNumber):
        vouch_for_register(cinema, number="№ 7", actor=manager)


def test_the_number_of_each_sale_refund_and_gift_card_is_kept():
    cinema = a_cinema_with_register()
    shift, session = a_shift(cinema), a_session(a_hall(cinema))
    order = sold(shift, session)
    assert numbers_missing(order, at=NOON) == ["SALE"]

    keep_number(order, kind="SALE", number="41", at=NOON)
    mark_paid_out(refund(order, reason="Ill", at=NOON), at=NOON, actor=shift.cashier, shift=shift)
    a_gift_card(shift)
    run("send_receipts", at=NOON + MINUTE)

    assert numbers_missing(order, at=NOON + MINUTE) == ["REFUND"]
    panel = receipts_of(cinema, at=NOON + MINUTE)
    assert [[each.kind for each in group] for group in panel.by_hand] == [["REFUND"], ["SALE"]]
    keep_number(order, kind="REFUND", number="42", at=NOON + MINUTE)
    number_receipts(panel.by_hand[1], number="43", at=NOON + MINUTE)
    found = Receipt.objects.order_by("pk").values_list("status", "external_id", "awaits_settlement")
    assert list(found) == [("SENT", "41", False), ("SENT", "42", False), ("SENT", "43", False)]
    assert receipts_of(cinema, at=NOON + MINUTE).is_fine
    with pytest.raises(ConcurrentChange):
        keep_number(order, kind="SALE", number="44", at=NOON)


def test_what_is_no_number_is_refused_and_nothing_is_kept():
    cinema = a_cinema_with_register()
    order = sold(a_shift(cinema), a_session(a_hall(cinema)))

    with pytest.raises(ReceiptNumberNeeded):
        keep_number(order, kind="SALE", number="forty", at=NOON)

    assert not Receipt.objects.exists()


def test_exchanged_tickets_that_yookassa_paid_are_printed_on_the_separate_register(settings):
    settings.YOOKASSA_RECEIPTS = True
    settings.RECEIPT_SENDER = "payments.fiscal.yookassa.YooKassaReceipts"
    cinema = a_cinema_with_register()
    hall, shift = a_hall(cinema), a_shift(cinema)
    order = an_order(a_session(hall), at=NOON)
    mark_paid(order, gateway="yookassa", amount=order.final_amount, external_id="yk", at=NOON)

    done, _paid = exchanged(order, a_session(hall, start=NOON + timedelta(days=3)), shift)
    run("send_receipts", at=NOON + MINUTE)

    assert sorted(Receipt.objects.values_list("order", "kind", "status")) == sorted(
        [(order.pk, "SALE", "SENT"), (order.pk, "REFUND", "BY_HAND"), (done.new_order.pk, "SALE", "BY_HAND")]
    )
    assert numbers_missing(done.new_order, at=NOON + MINUTE) == ["SALE"]


def test_exchanged_tickets_that_yookassa_paid_are_printed_by_atol(settings):
    settings.YOOKASSA_RECEIPTS = True
    with atol_online(settings) as atol:
        cinema = atol.a_cinema()
        hall, shift = a_hall(cinema), a_shift(cinema)
        order = an_order(a_session(hall), at=NOON)
        mark_paid(order, gateway="yookassa", amount=order.final_amount, external_id="yk", at=NOON)

        exchanged(order, a_session(hall, start=NOON + timedelta(days=3)), shift)
        for minute in range(1, 5):
            run("send_receipts", at=NOON + minute * MINUTE)
            run("check_receipts", at=NOON + minute * MINUTE)

        assert set(Receipt.objects.values_list("status", flat=True)) == {"SENT"}
        assert sorted(each.operation for each in atol.printed) == ["sell", "sell_refund"]
        assert {each.request["receipt"]["payments"][0]["type"] for each in atol.printed} == {1}
        assert Payment.objects.filter(moved_from__isnull=False).count() == Refund.objects.count() == 1


def test_the_panel_tells_late_and_refused_receipts(settings):
    settings.RECEIPT_SENDER = "tests.helpers.fakes.receipt_printer.Printer"
    cinema = a_cinema()
    shift, session = a_shift(cinema), a_session(a_hall(cinema))
    for _ in range(3):
        sold(shift, session)
    run("send_receipts", at=NOON)
    first, second, _third = Receipt.objects.order_by("pk")
    fine = receipts_of(cinema, at=NOON)
    Receipt.objects.filter(pk=first.pk).update(status="FAILED")
    Receipt.objects.filter(pk=second.pk).update(status="REGISTERED")

    panel = receipts_of(cinema, at=NOON + 11 * MINUTE)

    assert (fine.is_fine, fine.last_success, fine.waiting) == (True, NOON, 0)
    assert (panel.is_fine, panel.is_late, panel.waiting, panel.refused) == (False, True, 1, 1)
    assert receipts_of(a_cinema(), at=NOON + 11 * MINUTE).is_fine
