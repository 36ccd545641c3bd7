from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from orders.services import refund
from payments.models import Subject, Vat, VatRate
from reports.counting import receipts
from reports.days import Days, planned_day
from tests.helpers.factories import LONG_AGO, NOON, a_cinema, a_hall, a_paid_order, a_session, an_item
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
TODAY = date(2026, 11, 5)


def test_lines_of_receipts_by_kind_and_rate(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    VatRate.objects.create(subject=Subject.TICKETS, valid_from=date(2026, 1, 1), vat=Vat.TEN)
    VatRate.objects.create(subject=Subject.GOODS, valid_from=date(2026, 1, 1), vat=Vat.TWENTY)
    cinema = a_cinema()
    session = a_session(a_hall(cinema), price=Decimal(330))
    order = a_paid_order(session, seats=2, snacks=[(an_item(cinema, price=Decimal(120)), 1)])
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    order.refunds.update(status="SUCCEEDED", succeeded_at=NOON, handed_out=True)
    run("send_receipts", at=NOON + MINUTE)

    rows = receipts.count(Days([planned_day(cinema, TODAY)], cinemas=[cinema.pk]), NOON + 2 * MINUTE)

    found = {(row["kind"], row["subject"], row["vat_rate"]): (row["lines"], row["amount"], row["vat"]) for row in rows}
    assert found == {
        ("SALE", "TICKETS", Vat.TEN): (2, Decimal(660), Decimal(60)),
        ("SALE", "GOODS", Vat.TWENTY): (1, Decimal(120), Decimal(20)),
        ("REFUND", "TICKETS", Vat.TEN): (1, Decimal(330), Decimal(30)),
    }


def test_a_receipt_after_midnight_has_the_next_calendar_date_and_the_business_date_of_the_evening(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    cinema = a_cinema()
    late = datetime(2026, 11, 5, 21, 30, tzinfo=UTC)  # 00:30 in Moscow
    a_paid_order(snacks=[(an_item(cinema), 1)], at=late)
    run("send_receipts", at=late + MINUTE)

    [row] = receipts.count(Days([planned_day(cinema, TODAY)], cinemas=[cinema.pk]), late + 2 * MINUTE)

    assert (row["date"], row["about"]) == (date(2026, 11, 6), TODAY)
