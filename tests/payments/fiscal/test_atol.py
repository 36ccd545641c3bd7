"""Receipts printed by ATOL Online: after every history, what it printed is what our books say."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse

from cinema import clock
from orders.models import Order
from orders.services import collect, complete, mark_paid, refund, send_refunds
from payments.errors import NoCorrection
from payments.fiscal.atol import AtolOnline
from payments.models import Receipt, Refund
from payments.services import correct_receipt, send_receipt_again
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import (
    LONG_AGO,
    NOON,
    a_cinema,
    a_hall,
    a_session,
    an_item,
    an_order,
    paid_at_the_bank,
)
from tests.helpers.fakes.atol import INN, Atol, atol_online
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Status = Receipt.Status


@pytest.fixture(autouse=True)
def _receipts(settings):
    settings.RECEIPTS_SINCE = LONG_AGO


@pytest.fixture
def atol(settings):
    with atol_online(settings) as there:
        yield there


def a_screening(**fields):
    return a_session(a_hall(Atol.a_cinema()), **fields)


def sold_at_till(session, *, gateway="cash", seats=1, snacks=(), at=NOON):
    order = an_order(session, seats=seats, snacks=snacks, channel="BOX_OFFICE", email="", at=at)
    mark_paid(order, gateway=gateway, amount=order.final_amount, at=at)
    return order


def passes(number=1, *, at=NOON):
    """So many minutes of cron; returns the instant after them. A job that reports failed receipts goes on."""
    for _ in range(number):
        for job in ("send_receipts", "check_receipts"):
            try:
                run(job, at=at)
            except CommandError:
                continue
        at += MINUTE
    return at


def books():
    """What was printed by our books: how often each kind and amount."""
    return Counter(
        ("sell_refund" if kind == "REFUND" else "sell", amount)
        for kind, amount in Receipt.objects.filter(status=Status.SENT).values_list("kind", "amount")
    )


def agree(there: Atol) -> bool:
    printed = Counter((each.operation, each.total) for each in there.printed)
    ids = {each.uuid for each in there.printed}
    return printed == books() and ids == set(
        Receipt.objects.filter(status=Status.SENT).values_list("external_id", flat=True)
    )


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_a_receipt_is_registered_then_printed_and_keeps_its_fiscal_numbers(settings, version):
    with atol_online(settings, version=version) as there:
        session = a_screening()
        sold_at_till(session, seats=2, snacks=[(an_item(session.hall.cinema), 3)])

        passes()
        assert [each.status for each in Receipt.objects.all()] == [Status.REGISTERED]
        passes(3, at=NOON + MINUTE)

        receipt = Receipt.objects.get()
        assert (receipt.status, receipt.printed["fiscal_document_number"]) == (Status.SENT, 1)
        assert receipt.printed["ofd_receipt_url"] == "https://ofd.example/1"
        assert "unknown" not in receipt.printed
        assert agree(there)
        [document] = there.documents
        assert document.request["external_id"] == str(receipt.uid)
        sent = document.request["receipt"]
        assert sent["client"] == {"email": "office@example.org"}
        assert sent["company"] | {"email": ""} == {
            "email": "",
            "sno": "osn",
            "inn": INN,
            "payment_address": "Moscow, Arbat 1",
        }
        assert sent["payments"] == [{"type": 0, "sum": 1060.0}]
        service, goods = {"v4": ("service", "commodity"), "v5": (4, 1)}[version]
        assert [(i["payment_object"], i["vat"]["type"], i["vat"]["sum"]) for i in sent["items"]] == [
            (service, "none", 0),
            (service, "none", 0),
            (goods, "vat22", 64.92),
        ]
        assert len(there.tokens) <= 4


def test_a_ticket_bought_online_is_a_prepayment_at_the_calculated_rate_and_settled_at_the_plain_one(atol, settings):
    settings.CALCULATED_VAT = True
    session = a_screening()
    order = paid_at_the_bank(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)])
    passes(4)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON + 5 * MINUTE)
    send_refunds(list(Refund.objects.to_send(NOON + 5 * MINUTE)), at=NOON + 5 * MINUTE)
    passes(4, at=NOON + 6 * MINUTE)
    collect(order.preorders.get(), at=session.start_datetime)
    later = NOON + timedelta(days=2)
    complete([Order.objects.get()], at=later)
    passes(4, at=later)

    sale, back, settlement = (each.request["receipt"] for each in atol.documents)

    assert agree(atol)
    assert [each.operation for each in atol.documents] == ["sell", "sell_refund", "sell"]
    assert [each["payments"] for each in (sale, back, settlement)] == [
        [{"type": 1, "sum": 820.0}],
        [{"type": 1, "sum": 350.0}],
        [{"type": 2, "sum": 470.0}],
    ]
    assert {i["payment_method"] for i in sale["items"] + back["items"]} == {"full_prepayment"}
    assert {i["payment_method"] for i in settlement["items"]} == {"full_payment"}
    assert (sale["items"][-1]["vat"]["type"], settlement["items"][-1]["vat"]["type"]) == ("vat122", "vat22")
    assert (sale["internet"], sale["client"]) == (True, {"email": order.email})


def test_a_gift_card_is_sold_as_an_advance(atol):
    shift = a_shift(Atol.a_cinema())
    a_gift_card(shift, tender="card_terminal")

    passes(3)

    [document] = atol.documents
    [item] = document.request["receipt"]["items"]
    assert (item["payment_method"], item["payment_object"]) == ("advance", 10)
    assert document.request["receipt"]["payments"] == [{"type": 1, "sum": 1000.0}]
    assert agree(atol)


@pytest.mark.parametrize("known_with_uuid", [True, False])
def test_lost_answers_and_expired_tokens_print_nothing_twice(atol, known_with_uuid):
    atol.answers_known_with_uuid = known_with_uuid
    session = a_screening()
    for _ in range(4):
        sold_at_till(session)
    atol.next_troubles = ["", "lost", "expired", "", "busy", "lost", "", "expired", "lost", "down", "lost"]

    at = passes(2)
    for document in atol.documents:  # a till prints what is registered, whether we know of it or not
        document.status = "done"
    for _ in range(8):
        at = passes(at=at) + HOUR

    assert atol.next_troubles == []
    assert agree(atol)
    assert [each.total for each in atol.printed] == [Decimal(350)] * 4


def test_after_days_without_the_service_everything_is_printed_by_itself(atol):
    session = a_screening()
    orders = [sold_at_till(session) for _ in range(5)]
    atol.is_down = True
    at = NOON
    for _ in range(12):
        at = passes(at=at) + 6 * HOUR
    calls = len(atol.calls)
    waiting = Receipt.objects.filter(status=Status.QUEUED).count()
    atol.is_down = False

    for _ in range(4):
        at = passes(2, at=at) + HOUR

    assert waiting == len(orders)
    assert calls <= 12 * 4  # three without an answer, and the others wait
    assert agree(atol)
    assert len(atol.printed) == 5


def test_a_receipt_that_the_till_refused_is_sent_again_under_a_new_number(atol):
    sold_at_till(a_screening())
    atol.next_ends = ["fail"]
    at = passes(4)
    failed = Receipt.objects.get()
    assert (failed.status, failed.error) == (Status.FAILED, "ATOL 2009: wrong INN")

    send_receipt_again(failed, at=at)
    passes(4, at=at)

    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.uid) == (Status.SENT, failed.uid)
    first, second = atol.documents
    assert first.request["external_id"] != second.request["external_id"] == str(receipt.uid)
    assert agree(atol)


def test_a_receipt_that_waited_too_long_for_a_till_is_registered_again_by_itself(atol):
    sold_at_till(a_screening())
    atol.next_ends = ["timeout", "timeout"]

    passes(9)

    assert agree(atol)
    assert [each.status for each in atol.documents] == ["fail", "fail", "done"]


def test_a_receipt_that_is_refused_at_once_keeps_its_number(atol, settings):
    settings.RECEIPT_EMAIL = ""  # the law wants a contact
    sold_at_till(a_screening())
    at = passes()
    refused = Receipt.objects.get()
    assert (refused.status, refused.error) == (Status.FAILED, "ATOL 32: no contact")
    settings.RECEIPT_EMAIL = "office@example.org"

    send_receipt_again(refused, at=at)
    passes(3, at=at)

    assert Receipt.objects.get().uid == refused.uid
    assert agree(atol)


def test_with_a_wrong_password_receipts_wait_until_it_is_right(atol):
    sold_at_till(a_screening())
    atol.password = "another"
    passes()
    waiting = Receipt.objects.get()
    atol.password = "till-password"

    passes(4, at=NOON + 5 * MINUTE)

    assert (waiting.status, waiting.error) == (Status.QUEUED, "ATOL 12: wrong login")
    assert agree(atol)
    assert len(atol.printed) == 1


def test_a_result_that_the_service_has_forgotten_is_left_to_a_person(atol):
    sold_at_till(a_screening())
    passes()
    number = Receipt.objects.get().uid
    atol.documents.clear()

    passes(2, at=NOON + timedelta(days=40))

    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.error, receipt.uid) == (Status.FAILED, "ATOL 30: unknown uuid", number)


def test_an_answer_about_an_earlier_registration_changes_nothing(atol):
    sold_at_till(a_screening())
    passes()
    stale = Receipt.objects.get()
    Receipt.objects.update(external_id="another")

    run("check_receipts", at=NOON)
    assert AtolOnline().result(stale) is None

    assert Receipt.objects.get().status == Status.REGISTERED


def test_results_are_asked_for_once_a_second(atol, settings, monkeypatch):
    session = a_screening()
    for _ in range(3):
        sold_at_till(session)
    passes()
    settings.ATOL_PAUSE = 1.0
    slept = []
    monkeypatch.setattr(clock, "sleep", slept.append)
    monkeypatch.setattr(clock, "monotonic", lambda: 100.0)

    run("check_receipts", at=NOON + MINUTE)

    assert slept == [1.0, 1.0]


def test_a_cinema_without_an_account_is_not_served(atol):
    served = Atol.a_cinema()

    assert (AtolOnline().serves(served), AtolOnline().serves(a_cinema())) == (True, False)


@pytest.mark.parametrize(("version", "ordered_by"), [("v4", ""), ("v5", ""), ("v5", "77-1/2026")])
def test_what_was_never_printed_in_time_is_printed_as_a_correction_under_a_new_number(settings, version, ordered_by):
    with atol_online(settings, version=version) as there:
        session = a_screening()
        there.next_ends = ["fail"]
        sold_at_till(session, snacks=[(an_item(session.hall.cinema), 1)])
        passes(3)
        failed = Receipt.objects.get()
        assert failed.status == Status.FAILED
        days_later = NOON + timedelta(days=3)

        correct_receipt(failed, ordered_by=ordered_by, at=days_later)
        passes(4, at=days_later)

        receipt = Receipt.objects.get()
        [refused, corrected] = there.documents
        assert receipt.status == Status.SENT
        assert corrected.request["external_id"] == str(receipt.uid) != refused.request["external_id"]
        assert (refused.status, corrected.operation, corrected.total) == ("fail", "sell_correction", receipt.amount)
        kind = "instruction" if ordered_by else "self"
        number = ordered_by or (str(receipt.pk) if version == "v4" else None)
        assert corrected.request["correction"]["correction_info"] == {
            "type": kind,
            "base_date": f"{NOON:%d.%m.%Y}",
            **({"base_number": number} if number else {}),
        }
        if version == "v4":
            assert corrected.request["correction"]["vats"] == [
                {"type": "none", "sum": 0.0},
                {"type": "vat22", "sum": 21.64},
            ]


def test_a_refund_is_corrected_by_v5_only(settings):
    with atol_online(settings) as there:
        session = a_screening()
        order = sold_at_till(session)
        passes(3)
        there.next_ends = ["fail"]
        refund(order, reason="Ill", at=NOON + 5 * MINUTE)
        Refund.objects.update(status="SUCCEEDED", handed_out=True, succeeded_at=NOON + 5 * MINUTE)
        passes(4, at=NOON + 6 * MINUTE)
        failed = Receipt.objects.get(kind="REFUND")
        settings.ATOL_VERSION = "v4"
        with raises_unchanged(NoCorrection):
            correct_receipt(failed, at=NOON + HOUR)
        settings.ATOL_VERSION = "v5"

        correct_receipt(failed, at=NOON + HOUR)
        passes(4, at=NOON + HOUR)

        assert [each.operation for each in there.printed] == ["sell", "sell_refund_correction"]


def test_a_callback_only_makes_the_job_ask(atol, settings):
    settings.SITE_URL = "https://cinema.example"
    atol.polls = 3
    sold_at_till(a_screening())
    passes(2)
    [document] = atol.documents
    assert document.request["service"] == {"callback_url": f"https://cinema.example{reverse('atol_callback')}"}
    Receipt.objects.update(next_attempt_at=NOON + timedelta(days=300))
    forged = {"uuid": document.uuid, "status": "done", "payload": {"ofd_receipt_url": "https://evil.example"}}

    answers = [
        Client().post("/receipts/atol/", body, content_type="application/json").status_code
        for body in (forged, {"uuid": "1"}, [], "[" * 100_000, {"uuid": "00000000-0000-4000-8000-000000000000"})
    ]

    assert answers == [200, 400, 400, 400, 200]
    assert Receipt.objects.get().status == Status.REGISTERED
    assert Receipt.objects.get().next_attempt_at < NOON + timedelta(days=300)
