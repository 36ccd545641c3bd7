from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from backoffice.framework.import_export.files import Unreadable
from backoffice.reports.payout_files import SOURCES, parse
from reports.models import PayoutLine

Kind = PayoutLine.Kind
UID = "0f5b9f2e-4b5a-4a6b-9b0f-2f6f1f0a9b1c"
STRIPE = (
    "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_metadata[payment]\n"
)
YOOKASSA = """Реестр платежей для Кинотеатра
Дата платежей: 05.11.2026
Идентификатор платежа;Сумма платежа;Валюта платежа;Время платежа
2d1-000f;1000.50;RUB;05.11.2026 17:46:58

Сумма принятых платежей: 1000.50
"""


@pytest.fixture(autouse=True)
def roubles(settings):
    settings.CURRENCY = "RUB"


def stripe(*lines: str):
    return parse((STRIPE + "\n".join(lines)).encode(), SOURCES["stripe"], {})


def test_the_registry_of_yookassa_with_a_title_and_a_total():
    parsed = parse(YOOKASSA.encode(), SOURCES["yookassa_payments"], {"time": "время платежа"})

    [payment] = parsed.operations
    assert (payment.kind, payment.reference, payment.amount) == (Kind.PAYMENT, "2d1-000f", Decimal("1000.50"))
    assert payment.at == datetime(2026, 11, 5, 14, 46, 58, tzinfo=UTC)  # the file has Moscow time
    assert payment.fee is None
    assert parsed.skipped == 1


def test_a_file_as_excel_saves_it():
    parsed = parse(
        YOOKASSA.replace("1000.50;RUB", "1\N{NO-BREAK SPACE}000,50;RUB").encode("cp1251"),
        SOURCES["yookassa_payments"],
        {},
    )

    assert [each.amount for each in parsed.operations] == [Decimal("1000.50")]
    assert [each.at for each in parsed.operations] == [None]


def test_the_report_of_stripe():
    parsed = stripe(
        f"txn_1,2026-11-05 12:00:00,rub,700.00,21.00,679.00,charge,ch_1,{UID}",
        f"txn_2,2026-11-05 13:00:00,rub,-350.00,0.00,-350.00,refund,re_1,{UID}",
        "txn_3,2026-11-06 00:00:00,rub,-329.00,0.00,-329.00,payout,po_1,",
    )

    assert [(each.identity, each.kind, each.amount, each.fee) for each in parsed.operations] == [
        ("txn_1", Kind.PAYMENT, Decimal("700.00"), Decimal("21.00")),
        ("txn_2", Kind.REFUND, Decimal("350.00"), Decimal("0.00")),
    ]
    assert parsed.operations[0].uid == UUID(UID)
    assert parsed.operations[1].reference == "re_1"
    assert parsed.operations[0].at == datetime(2026, 11, 5, 12, tzinfo=UTC)
    assert parsed.skipped == 1


def test_columns_that_are_not_documented_are_named_by_the_person():
    content = b"id,sum,commission\nr-1,350,10.5\n"

    with pytest.raises(Unreadable):
        parse(content, SOURCES["yookassa_refunds"], {})
    parsed = parse(content, SOURCES["yookassa_refunds"], {"reference": "ID", "amount": "Sum", "fee": "commission"})

    [refund] = parsed.operations
    assert (refund.kind, refund.reference, refund.amount, refund.fee) == (
        Kind.REFUND,
        "r-1",
        Decimal("350.00"),
        Decimal("10.50"),
    )


@pytest.mark.parametrize("reference", ["=1+1", "anna@example.org", "Anna Petrova", "", "x" * 121])
def test_what_is_no_reference_of_a_provider_is_refused(reference):
    content = f"Идентификатор платежа;Сумма платежа;Валюта платежа\n{reference};1.00;RUB\n".encode()

    with pytest.raises(Unreadable):
        parse(content, SOURCES["yookassa_payments"], {})


@pytest.mark.parametrize(
    "line",
    [
        "txn_1,2026-11-05 12:00:00,rub,many,0,0,charge,ch_1,",
        "txn_1,2026-11-05 12:00:00,rub,1.001,0,0,charge,ch_1,",
        "txn_1,2026-11-05 12:00:00,rub,1e30,0,0,charge,ch_1,",
        "txn_1,2026-11-05 12:00:00,rub,NaN,0,0,charge,ch_1,",
        "txn_1,2026-11-05 12:00:00,rub,1e9999999,0,0,charge,ch_1,",
        'txn_1,2026-11-05 12:00:00,rub,"1,000",0,0,charge,ch_1,',  # a thousand, or one
        "txn_1,2026-11-05 12:00:00,rub,1_000,0,0,charge,ch_1,",
        "txn_1,2026-11-05 12:00:00,rub,１２,0,0,charge,ch_1,",
        "txn_1,2026-11-05 12:00:00,usd,1.00,0,0,charge,ch_1,",
        "txn_1,yesterday,rub,1.00,0,0,charge,ch_1,",
        "txn_1,0001-01-01 00:00:00,rub,1.00,0,0,charge,ch_1,",
        "txn_1,2026-11-05 12:00:00,rub,1.00,0,0,charge,,",
        "txn_1,2026-11-05 12:00:00,rub,1.00,0,0,payout,po_1,",
    ],
)
def test_what_cannot_be_read_is_refused_whole(line):
    with pytest.raises(Unreadable):
        stripe("txn_0,2026-11-05 12:00:00,rub,1.00,0,0,payout,po_0,", line)


def test_a_heading_that_stands_twice_is_refused():
    content = "Идентификатор платежа;Сумма платежа;Сумма платежа;Валюта платежа\n2d1;1.00;2.00;RUB\n"

    with pytest.raises(Unreadable):
        parse(content.encode(), SOURCES["yookassa_payments"], {})


def test_the_same_reference_twice_is_refused():
    line = "txn_1,2026-11-05 12:00:00,rub,1.00,0,0,charge,ch_1,"

    with pytest.raises(Unreadable):
        stripe(line, line)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff", b"PK\x03\x04", b"id,sum\n1,2\n", "Идентификатор платежа".encode()]
)
def test_other_files_are_refused_in_words(content):
    with pytest.raises(Unreadable):
        parse(content, SOURCES["yookassa_payments"], {})
