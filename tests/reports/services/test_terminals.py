from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from orders.services import refund
from payments.models import Gateway, Payment, Refund
from payments.services import take_back_gift_card
from reports.errors import FileReadBefore
from reports.models import BusinessDay, PayoutFigures, PayoutFile, PayoutLine
from reports.services import read_payouts
from reports.services.operations import Operation
from reports.services.terminals import days_without_file
from screenings.models import Cinema
from tests.helpers.assertions import raises_unchanged
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import NOON, PRICE, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

Kind, Outcome = PayoutLine.Kind, PayoutLine.Outcome
TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def accountant():
    return someone("accountant", all_cinemas=True)


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


def by_card(
    cinema: Cinema, reference: str = "", *, at: datetime = NOON, seats: int = 1, gateway=Gateway.CARD_TERMINAL
) -> Payment:
    order = a_paid_order(a_session(a_hall(cinema), start=at + 2 * DAY), seats=seats, gateway=gateway, at=at)
    Payment.objects.filter(order=order).update(external_id=reference, succeeded_at=at)
    found: Payment = order.payments.get()
    return found


_numbers = iter(range(10_000))


def line(amount=PRICE, *, reference: str = "", day: date = TODAY, kind=Kind.PAYMENT, identity: str = "") -> Operation:
    return Operation(identity or f"terminal:{next(_numbers)}", kind, reference, amount, at=NOON, day=day, card="1234")


def read(actor, *operations: Operation, cinemas=None, digest="a") -> PayoutFile:
    return read_payouts(
        operations,
        gateway=Gateway.CARD_TERMINAL,
        name="terminal.csv",
        digest=digest,
        skipped=0,
        paid_on=TODAY + DAY,
        cinemas=cinemas,
        actor=actor,
        at=NOON + DAY,
    )


def outcomes() -> list[tuple]:
    return sorted(PayoutLine.objects.values_list("payment", "refund", "amount", "outcome"), key=str)


def test_a_line_is_matched_by_its_reference_whatever_its_day_and_amount(accountant, cinema):
    first, second = by_card(cinema, "631000000001"), by_card(cinema, "631000000002")

    read(accountant, line(reference="631000000002", day=TODAY + DAY), line(PRICE + 1, reference="631000000001"))

    assert outcomes() == sorted(
        [(second.pk, None, PRICE, Outcome.AGREES), (first.pk, None, PRICE + 1, Outcome.OTHER_AMOUNT)], key=str
    )
    assert PayoutLine.objects.filter(card="1234").count() == 2


def test_the_rrn_of_the_slip_is_a_reference_and_payments_without_one_are_matched_by_day_first(accountant, cinema):
    first, second, third = (by_card(cinema, at=NOON + timedelta(hours=hour)) for hour in range(3))
    Payment.objects.filter(pk=first.pk).update(rrn="631000000001", terminal="10000001")
    Payment.objects.filter(pk=second.pk).update(rrn="631000000002", terminal="10000001")

    read(accountant, line(reference="777"), line(reference="631000000002", day=TODAY + DAY))

    agrees = dict(PayoutLine.objects.filter(outcome=Outcome.AGREES).values_list("reference", "payment"))
    assert agrees == {"777": third.pk, "631000000002": second.pk}
    assert PayoutLine.objects.get(outcome=Outcome.MISSING_THERE).payment == first


def test_without_a_known_reference_lines_are_matched_by_day_and_amount_one_by_one(accountant, cinema):
    first, second = by_card(cinema), by_card(cinema, at=NOON + timedelta(hours=1))
    other_day = by_card(cinema, at=NOON + DAY)
    by_card(cinema, gateway=Gateway.CASH)

    read(accountant, line(reference="000001"), line(), line(), line(day=TODAY + DAY), line(day=TODAY + 2 * DAY))

    linked = [payment for payment, _refund, _amount, outcome in outcomes() if outcome == Outcome.AGREES]
    assert sorted(linked) == sorted([first.pk, second.pk, other_day.pk])
    assert [outcome for *_rest, outcome in outcomes()].count(Outcome.MISSING_HERE) == 2


def test_what_no_line_is_about_is_missing_there_until_a_file_has_it(accountant, cinema):
    first, second = by_card(cinema), by_card(cinema, seats=2)
    before = by_card(cinema, at=NOON - 3 * DAY)

    read(accountant, line())
    assert set(PayoutLine.objects.open().values_list("payment", "outcome")) == {(second.pk, Outcome.MISSING_THERE)}
    read(accountant, line(2 * PRICE), digest="b")

    assert not PayoutLine.objects.open().exists()
    assert set(PayoutLine.objects.values_list("payment", flat=True)) == {first.pk, second.pk}
    assert before.pk not in PayoutLine.objects.values_list("payment", flat=True)


def test_gift_cards_of_the_terminal_are_matched_and_missed_as_payments_are(accountant, cinema):
    shift = a_shift(cinema)
    cards = [a_gift_card(shift, tender="card_terminal"), a_gift_card(shift, tender="card_terminal")]
    a_gift_card(shift)  # for cash
    take_back_gift_card(cards[0], reason="Mistake", shift=shift, at=NOON, actor=shift.cashier)
    sold = [card.movements.get(kind="SOLD").pk for card in cards]
    back = cards[0].movements.get(kind="TAKEN_BACK").pk

    def lines():
        found = PayoutLine.objects.exclude(outcome=Outcome.MISSING_HERE)
        return sorted(found.values_list("gift_card", "kind", "ours", "outcome", "cinema"))

    read(accountant, line(Decimal(1000)))
    first = lines()
    read(accountant, line(Decimal(1000)), line(Decimal(1000), kind=Kind.REFUND), digest="b")

    assert first == [
        (sold[0], Kind.PAYMENT, 1000, Outcome.AGREES, cinema.pk),
        (sold[1], Kind.PAYMENT, 1000, Outcome.MISSING_THERE, cinema.pk),
        (back, Kind.REFUND, 1000, Outcome.MISSING_THERE, cinema.pk),
    ]
    assert lines() == [(*row[:3], Outcome.AGREES, cinema.pk) for row in first]


def test_the_day_is_that_of_the_cinemas_clock(accountant):
    east = a_cinema(time_zone="Asia/Kamchatka")
    late = by_card(east, at=datetime(TODAY.year, TODAY.month, TODAY.day, 13, tzinfo=NOON.tzinfo))  # 01:00 there

    read(accountant, line(day=TODAY + DAY))

    assert outcomes() == [(late.pk, None, PRICE, Outcome.AGREES)]


def test_a_file_of_one_cinema_touches_no_other(accountant, cinema):
    theirs = by_card(a_cinema())

    read(accountant, line(), cinemas=[cinema])

    [found] = PayoutLine.objects.all()
    assert (found.outcome, found.payment, found.cinema) == (Outcome.MISSING_HERE, None, cinema)
    assert not PayoutLine.objects.filter(payment=theirs).exists()


def test_refunds_are_matched_with_refunds(accountant, cinema):
    payment = by_card(cinema)
    made = refund(payment.order, reason="Ill", at=NOON)
    Refund.objects.filter(pk=made.pk).update(status="SUCCEEDED", succeeded_at=NOON, handed_out=True)

    read(accountant, line(), line(kind=Kind.REFUND))

    assert outcomes() == sorted(
        [(payment.pk, None, PRICE, Outcome.AGREES), (None, made.pk, PRICE, Outcome.AGREES)], key=str
    )
    [figures] = PayoutFigures.objects.all()
    assert (figures.payments, figures.refunds, figures.paid_on) == (PRICE, PRICE, TODAY + DAY)


def test_lines_known_from_another_file_change_nothing(accountant, cinema):
    by_card(cinema)
    same = line(Decimal(350), identity="terminal:same")

    read(accountant, same)
    second = read(accountant, same, line(2 * PRICE), digest="b")

    assert (second.lines_read, second.lines_known) == (1, 1)
    assert PayoutLine.objects.filter(outcome=Outcome.AGREES).count() == 1


def test_matching_costs_the_same_for_many_lines(accountant, cinema, django_assert_max_num_queries):
    for hour in range(4):
        by_card(cinema, at=NOON + timedelta(hours=hour))

    with django_assert_max_num_queries(30):
        read(accountant, *(line() for _ in range(4)))

    assert PayoutLine.objects.filter(outcome=Outcome.AGREES).count() == 4


def indistinct(digest: str, *, count: int = 1) -> list[Operation]:
    """Lines of a file that have a date and an amount, and nothing else."""
    return [
        Operation(f"terminal:likes:{digest}:{each}", Kind.PAYMENT, "", PRICE, at=NOON, day=TODAY, is_distinct=False)
        for each in range(count)
    ]


def test_equal_lines_of_two_files_are_two_operations_and_one_too_many_is_shown_to_a_person(accountant, cinema):
    one, other = by_card(cinema), by_card(cinema, at=NOON + timedelta(hours=1))

    read(accountant, *indistinct("a"), cinemas=[cinema])
    second = read(accountant, *indistinct("b"), digest="b", cinemas=[cinema])
    third = read(accountant, *indistinct("c"), digest="c", cinemas=[cinema])

    assert (second.lines_known, third.lines_known) == (0, 0)
    assert outcomes() == sorted(
        [
            (one.pk, None, PRICE, Outcome.AGREES),
            (other.pk, None, PRICE, Outcome.AGREES),
            (None, None, PRICE, Outcome.IN_OTHER_FILE),
        ],
        key=str,
    )
    assert PayoutLine.objects.open().get().file == third
    assert set(PayoutFigures.objects.values_list("file", "payments")) == {
        (PayoutFile.objects.get(digest="a").pk, PRICE),
        (second.pk, PRICE),
    }


def test_days_whose_cards_no_file_has_a_week_later_are_those_of_cinemas_that_have_had_one(accountant, cinema):
    other, week = a_cinema(), timedelta(days=7)
    for of, at in ((cinema, NOON), (cinema, NOON + DAY), (other, NOON)):
        by_card(of, at=at)
    by_card(cinema, at=NOON + 2 * DAY, gateway=Gateway.CASH)
    close_days(cinema, other, until=NOON + 4 * DAY)
    ends = BusinessDay.objects.get(cinema=cinema, date=TODAY).ends_at
    never = list(days_without_file(at=ends + week))

    read(accountant, line(day=TODAY), cinemas=[cinema])

    found = {days: list(days_without_file(at=ends + days * DAY)) for days in (7, 8, 60, 62)}
    missing = BusinessDay.objects.get(cinema=cinema, date=TODAY + DAY)
    assert never == []
    assert found == {7: [], 8: [missing], 60: [missing], 62: []}


def test_the_same_file_again_changes_nothing(accountant, cinema):
    by_card(cinema)
    read(accountant, *indistinct("a"))

    with raises_unchanged(FileReadBefore):
        read(accountant, *indistinct("a"))
