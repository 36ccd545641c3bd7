from datetime import timedelta
from decimal import Decimal

import pytest

from orders.services import refund
from payments.models import Gateway, Payment, Refund
from reports.errors import FileReadBefore, LineClarified
from reports.models import PayoutFigures, PayoutFile, PayoutLine
from reports.services import clarify, read_payouts
from reports.services.operations import Operation
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
Kind, Outcome = PayoutLine.Kind, PayoutLine.Outcome


@pytest.fixture
def accountant():
    return someone("accountant", all_cinemas=True)


def a_payment(reference: str, *, at=NOON) -> Payment:
    """A payment of one ticket by YooKassa."""
    payment = a_paid_order(a_session(), at=at).payments.get()
    Payment.objects.filter(pk=payment.pk).update(gateway=Gateway.YOOKASSA, external_id=reference)
    payment.refresh_from_db()
    return payment


def operation(reference: str, *, kind=Kind.PAYMENT, amount=PRICE, at=NOON, **more) -> Operation:
    return Operation(f"{kind}:{reference}", kind, reference, amount, at=at, **more)


def read(actor, *operations: Operation, digest="a", at=NOON) -> PayoutFile:
    return read_payouts(
        operations,
        gateway=Gateway.YOOKASSA,
        name="registry.csv",
        digest=digest,
        skipped=0,
        paid_on=NOON.date(),
        actor=actor,
        at=at,
    )


def outcomes() -> dict[str, str]:
    return dict(PayoutLine.objects.values_list("reference", "outcome"))


def test_lines_are_compared_by_reference_and_amount(accountant):
    first, second = a_payment("p-1"), a_payment("p-2")
    a_payment("p-4", at=NOON - 5 * HOUR)  # before the file

    file = read(
        accountant,
        operation("p-1", fee=Decimal("10.50")),
        operation("p-2", amount=PRICE + 1),
        operation("p-3"),
    )

    assert outcomes() == {"p-1": Outcome.AGREES, "p-2": Outcome.OTHER_AMOUNT, "p-3": Outcome.MISSING_HERE}
    line = PayoutLine.objects.get(reference="p-1")
    assert (line.payment, line.cinema, line.fee, line.ours) == (first, first.order.cinema, Decimal("10.50"), PRICE)
    assert PayoutLine.objects.get(reference="p-2").payment == second
    assert (file.lines_read, file.lines_known) == (3, 0)
    assert [each.reference for each in PayoutLine.objects.open().order_by("reference")] == ["p-2", "p-3"]


def test_a_payment_is_found_by_our_own_number(accountant):
    payment = a_payment("cs_1")

    read(accountant, operation("ch_1", uid=payment.uid))

    assert PayoutLine.objects.get().payment == payment
    assert outcomes() == {"ch_1": Outcome.AGREES}


def test_refunds_are_compared_too(accountant):
    payment = a_payment("p-1")
    made = refund(payment.order, reason="Ill", at=NOON + HOUR)
    Refund.objects.filter(pk=made.pk).update(
        external_id="r-1", status=Refund.Status.SUCCEEDED, succeeded_at=NOON + HOUR
    )

    read(accountant, operation("r-1", kind=Kind.REFUND), operation("r-2", kind=Kind.REFUND))

    assert outcomes() == {"r-1": Outcome.AGREES, "r-2": Outcome.MISSING_HERE}
    assert PayoutLine.objects.get(reference="r-1").refund == made


def test_payments_within_the_time_of_the_file_that_it_lacks_are_listed_until_a_later_file_has_them(accountant):
    for hours in range(3):
        a_payment(f"p-{hours}", at=NOON + hours * HOUR)

    read(accountant, operation("p-0"), operation("p-2", at=NOON + 2 * HOUR))
    assert outcomes() == {"p-0": Outcome.AGREES, "p-1": Outcome.MISSING_THERE, "p-2": Outcome.AGREES}

    later = read(accountant, operation("p-1", at=NOON + HOUR), digest="b")
    assert outcomes() == dict.fromkeys(["p-0", "p-1", "p-2"], Outcome.AGREES)
    assert PayoutLine.objects.count() == 3
    assert PayoutLine.objects.get(reference="p-1").file == later


def test_without_times_nothing_is_said_to_be_missing_there(accountant):
    a_payment("p-0")

    read(accountant, operation("p-1", at=None), operation("p-2", at=None))

    assert outcomes() == {"p-1": Outcome.MISSING_HERE, "p-2": Outcome.MISSING_HERE}


def test_the_same_file_twice_changes_nothing(accountant):
    a_payment("p-1")
    read(accountant, operation("p-1"), operation("p-2"))

    with raises_unchanged(FileReadBefore):
        read(accountant, operation("p-1"), operation("p-2"), at=NOON + HOUR)


def test_operations_known_from_another_file_are_counted_and_left_as_they_are(accountant):
    a_payment("p-1")
    read(accountant, operation("p-1"), operation("p-2"))
    before = list(PayoutLine.objects.values())

    file = read(accountant, operation("p-1"), operation("p-2"), operation("p-3"), digest="b")

    assert (file.lines_read, file.lines_known) == (1, 2)
    assert [row for row in PayoutLine.objects.values() if row["file_id"] != file.pk] == before


def test_many_lines_take_a_constant_number_of_queries_a_batch(accountant, django_assert_max_num_queries):
    operations = [operation(f"p-{number}") for number in range(500)]

    with django_assert_max_num_queries(30):  # SQLite inserts in several parts
        read(accountant, *operations)

    assert PayoutLine.objects.count() == 500


def test_a_person_clarifies_a_line_once(accountant):
    read(accountant, operation("p-1"))
    line = PayoutLine.objects.get()

    clarify(line, note="Another shop", actor=accountant, at=NOON)

    line.refresh_from_db()
    assert (line.note, line.clarified_by, line.clarified_at) == ("Another shop", accountant, NOON)
    assert not PayoutLine.objects.open().exists()
    with raises_unchanged(LineClarified):
        clarify(line, note="Again", actor=accountant, at=NOON + HOUR)


def test_a_line_that_agrees_has_nothing_to_clarify(accountant):
    a_payment("p-1")
    read(accountant, operation("p-1"))

    with raises_unchanged(LineClarified):
        clarify(PayoutLine.objects.get(), note="Fine", actor=accountant, at=NOON)


def test_payouts_are_added_up_by_cinema_and_day(accountant):
    first, second = a_payment("p-1"), a_payment("p-2")
    day, fee = NOON.date(), Decimal("10.50")

    read(accountant, operation("p-1", fee=fee), operation("p-2", paid_on=day - timedelta(days=1)), operation("p-3"))
    read(accountant, operation("p-1", fee=fee), digest="b")

    figures = PayoutFigures.objects.order_by("paid_on").values_list("cinema", "paid_on", "payments", "refunds", "fees")
    assert list(figures) == [
        (second.order.cinema_id, day - timedelta(days=1), PRICE, 0, 0),
        (first.order.cinema_id, day, PRICE, 0, fee),
    ]
