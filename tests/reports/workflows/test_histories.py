"""Random histories: whenever days are closed, the sums of the booked figures equal a count by plain loops."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from bonuses.models import BonusTransaction
from cinema.money import CENT, ZERO
from concessions.models import ConcessionPreorder, StockMovement
from orders.models import Order, OrderEvent, RefundLine, Scan, Ticket
from payments.models import CashMovement, CashPlace, GiftCardMovement, Payment, ReceiptLine, Refund
from reports import models
from reports.catalogue.day_figures import day_figures
from reports.models import (
    CASH,
    FIGURES,
    TOTALS,
    BarFigures,
    BusinessDay,
    DayCheck,
    MoneyFigures,
    PointsFigures,
    SessionFigures,
    TicketFigures,
)
from reports.services import mark_wrong_days, rebuild, wrong_days
from screenings.models import Cinema
from tests.helpers.sampling import EXHAUSTIVE, sample, seeds
from tests.helpers.shared_rows import rows_of_a_module
from tests.reports.workflows.history import END, History, booked_rows

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

Sums = dict[tuple[Any, ...], tuple[Any, ...]]  # by cinema, date and the table's key: the measures
ByDate = dict[tuple[Any, ...], tuple[Any, ...]]  # by table, time zone and date

SEEDS = seeds(1, 3)
EVENTS = 250 if EXHAUSTIVE else 150
CLOSES = (0.2, 0.5)  # how likely a close is after each event, by turns of the seeds


def booked(table: Any) -> Sums:
    """The sums of all rows about a date, without those that are 0."""
    columns = ("cinema_id", "about", *table.KEY)
    rows = table.objects.order_by().values_list(*columns).annotate(*(Sum(each) for each in table.MEASURES))
    return {row[: len(columns)]: row[len(columns) :] for row in rows if any(row[len(columns) :])}


def all_booked() -> dict[str, Sums]:
    return {table.__name__: booked(table) for table in FIGURES}


# --- The direct count: plain loops, which share nothing with `reports.counting`


class DirectCount:
    """Counts every figure from the rows of orders, one at a time, as of `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.days = list(BusinessDay.objects.closed())
        self.sums: dict[str, defaultdict[tuple[Any, ...], dict[str, Any]]] = {
            table.__name__: defaultdict(lambda: defaultdict(int)) for table in FIGURES
        }
        self._tickets()
        self._bar()
        self._money()
        self._points_and_stock()
        self._cash()
        self._gift_cards()
        self._receipts()
        self._actions()

    def result(self) -> dict[str, Sums]:
        found: dict[str, Sums] = {}
        for table in FIGURES:
            rows = {key: tuple(row[each] for each in table.MEASURES) for key, row in self.sums[table.__name__].items()}
            found[table.__name__] = {key: row for key, row in rows.items() if any(row)}
        return found

    def date_of(self, cinema: int, instant: datetime) -> date | None:
        for day in self.days:
            if day.cinema_id == cinema and day.starts_at <= instant < day.ends_at:
                return day.date
        return None

    def add(self, table: str, cinema: int, instant: datetime, key: tuple[Any, ...], **measures: Any) -> None:
        if (about := self.date_of(cinema, instant)) is not None:
            named = dict(zip(getattr(models, table).KEY, key, strict=True))
            for each in (getattr(models, table), *TOTALS.get(getattr(models, table), ())):
                row = self.sums[each.__name__][cinema, about, *(named[column] for column in each.KEY)]
                for measure, amount in measures.items():
                    row[measure] += amount

    def _line(self, line: Any, quantity: int, rate: int) -> dict[str, Any]:
        back = RefundLine.objects.filter(
            **{"ticket" if isinstance(line, Ticket) else "preorder": line}, refund__requested_at__lt=self.until
        ).first()
        kept = line.paid
        return {
            "sold": quantity,
            "refunded": quantity if back else 0,
            "gross": line.amount,
            "discount": line.discount_share,
            "points": line.bonus_share,
            "refunded_value": line.amount - line.discount_share if back else ZERO,
            "refunded_money": back.amount if back else ZERO,
            "vat": ZERO if back else (kept * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP),
        }

    def _tickets(self) -> None:
        for ticket in Ticket.objects.filter(order__paid_at__lt=self.until).select_related(
            "order", "session__hall", "seat"
        ):
            session, order = ticket.session, ticket.order
            if ticket.status in ("RESERVED", "AVAILABLE") and not hasattr(ticket, "refund_line"):
                continue
            about = self.date_of(session.hall.cinema_id, session.start_datetime)
            rate = 10 if about and about >= date(2026, 10, 28) else 0
            line = self._line(ticket, 1, rate)
            here = ticket.used_at is not None and ticket.used_at < self.until
            key = (
                *(session.pk, session.film_id, session.hall_id, ticket.ticket_type_id, ticket.seat.kind),
                *(order.channel, order.promocode_id),
            )
            line |= {
                "comps": int(not line["refunded"] and not ticket.price),
                "used": int(not line["refunded"] and here),
                "no_shows": int(not line["refunded"] and not here),
            }
            self.add("TicketFigures", session.hall.cinema_id, session.start_datetime, key, **line)

    def _bar(self) -> None:
        for snack in ConcessionPreorder.objects.filter(order__paid_at__lt=self.until).select_related("order"):
            if snack.status in ("CANCELLED", "AVAILABLE") and not hasattr(snack, "refund_line"):
                continue
            order = snack.order
            starts = order.tickets.order_by("session__start_datetime").values_list("session__start_datetime", flat=True)
            instant = starts.first() or order.paid_at
            about = self.date_of(order.cinema_id, instant)
            line = self._line(snack, snack.quantity, 20 if about and about >= date(2026, 10, 30) else 22)
            left = snack.status == "EXPIRED" and snack.collection_deadline < self.until and not line["refunded"]
            line["uncollected"] = snack.quantity if left else 0
            moves = StockMovement.objects.filter(preorder=snack, at__lt=self.until)
            values = [move.value for move in moves if move.value is not None]
            line["cost"] = -sum(values, ZERO)
            line["uncosted"] = 0 if values or line["refunded"] else snack.quantity
            key = (snack.concession_item_id, order.channel, order.promocode_id)
            self.add("BarFigures", order.cinema_id, instant, key, **line)

    def _money(self) -> None:
        name = "MoneyFigures"
        for payment in Payment.objects.filter(status="SUCCEEDED", succeeded_at__lt=self.until):
            order, key = payment.order, (payment.gateway, payment.order.channel)
            self.add(name, order.cinema_id, payment.succeeded_at, key, payments=1, received=payment.amount)
        for refund in Refund.objects.filter(payment__isnull=False, amount__gt=0):
            order, tender = refund.order, refund.payment.gateway
            if refund.requested_at < self.until:
                key = (tender, order.channel)
                self.add(name, order.cinema_id, refund.requested_at, key, refunds=1, refunded=refund.amount)
            if refund.status == "SUCCEEDED" and refund.succeeded_at < self.until:
                by_hand = refund.handed_out and tender not in ("cash", "card_terminal")
                key = ("by_hand" if by_hand else tender, order.channel)
                self.add(name, order.cinema_id, refund.succeeded_at, key, payouts=1, paid_back=refund.amount)
        for order in Order.objects.filter(paid_at__lt=self.until, bonus_amount__gt=0):
            key = ("points", order.channel)
            self.add(name, order.cinema_id, order.paid_at, key, payments=1, received=order.bonus_amount)
        for order in Order.objects.filter(paid_at__lt=self.until):
            has = {"with_tickets": order.tickets.exists(), "with_bar": order.preorders.exists()}
            numbers = {name: int(found) for name, found in has.items()} | {"with_both": int(all(has.values()))}
            self.add("OrderFigures", order.cinema_id, order.paid_at, (order.channel,), orders=1, **numbers)
        for refund in Refund.objects.filter(requested_at__lt=self.until):
            points = [(line.ticket or line.preorder).bonus_share for line in refund.lines.all()]
            if any(points):
                key = ("points", refund.order.channel)
                self.add(name, refund.order.cinema_id, refund.requested_at, key, refunds=1, refunded=sum(points))

    def _points_and_stock(self) -> None:
        for entry in BonusTransaction.objects.filter(order__isnull=False, transaction_date__lt=self.until):
            key = (entry.transaction_type,)
            self.add("PointsFigures", entry.order.cinema_id, entry.transaction_date, key, points=entry.amount)
        for move in StockMovement.objects.filter(at__lt=self.until).select_related("concession_item"):
            key = (move.concession_item_id, move.kind)
            value, uncosted = (move.value, 0) if move.value is not None else (ZERO, move.quantity)
            stock = {"units": move.quantity, "value": value, "uncosted": uncosted}
            self.add("StockFigures", move.concession_item.cinema_id, move.at, key, **stock)

    def _cash(self) -> None:
        for move in CashMovement.objects.filter(at__lt=self.until).select_related("place", "shift"):
            opened = move.shift.opened_at if move.shift and move.kind == CashMovement.Kind.COUNT else None
            of_shift = opened is not None and self.date_of(move.place.cinema_id, opened) is not None
            instant = opened if opened and of_shift else move.at
            self.add("CashFigures", move.place.cinema_id, instant, (move.place_id, move.kind), amount=move.amount)

    def _gift_cards(self) -> None:
        for move in GiftCardMovement.objects.filter(at__lt=self.until).select_related("card"):
            self.add("GiftCardFigures", move.card.cinema_id, move.at, (move.kind,), amount=move.amount)

    def _receipts(self) -> None:
        for line in ReceiptLine.objects.filter(receipt__created_at__lt=self.until).select_related("receipt"):
            receipt = line.receipt
            amount = line.price * line.quantity
            rate = int("".join(filter(str.isdigit, line.vat.partition("/")[0])) or 0)
            tax = (amount * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
            day = receipt.created_at.astimezone(settings.RECEIPT_ZONE).date()
            key = (day, receipt.kind, line.subject, line.vat)
            self.add("ReceiptFigures", receipt.cinema_id, receipt.created_at, key, lines=1, amount=amount, vat=tax)

    def _actions(self) -> None:
        """Those that the history has: refunds, orders cancelled, free tickets, guests admitted, write-offs."""
        handled: set[tuple[Any, ...]] = set()

        def done(action: str, cinema: int, instant: datetime, person: Any, number: int = 1) -> None:
            if person is not None and instant < self.until:
                self.add("ActionFigures", cinema, instant, (person, action), number=number)

        def at_work(order: Order, instant: datetime, person: Any) -> bool:
            """Whether it was not the customer; then the order was handled on that day."""
            key = (person, order.pk, self.date_of(order.cinema_id, instant))
            if person in (None, order.user_id) or instant >= self.until:
                return False
            if key not in handled:
                done("handled", order.cinema_id, instant, person)
            handled.add(key)
            return True

        for event in OrderEvent.objects.select_related("order"):
            order, person = event.order, event.actor_id
            if at_work(order, event.at, person) and event.to_status == "CANCELLED":
                done("voids", order.cinema_id, event.at, person)
            free = order.tickets.filter(price=0).count()
            if free and order.paid_at and event.from_status == "" and person not in (None, order.user_id):
                done("free_tickets", order.cinema_id, order.paid_at, person, free)
            made_here = event.from_status == "" and order.channel == "BOX_OFFICE" and person != order.user_id
            if made_here and order.paid_at and order.discount_amount:
                done("discounts", order.cinema_id, order.paid_at, person)
        for moved in CashMovement.objects.filter(kind="CASH_OUT").select_related("place"):
            done("cash_out", moved.place.cinema_id, moved.at, moved.actor_id)
        for refund in Refund.objects.select_related("order"):
            if at_work(refund.order, refund.requested_at, refund.actor_id):
                done("refunds", refund.order.cinema_id, refund.requested_at, refund.actor_id)
        for scan in Scan.objects.exclude(override="").filter(undone=False).select_related("ticket__order"):
            done("overrides", scan.ticket.order.cinema_id, scan.at, scan.actor_id)
        for move in StockMovement.objects.filter(kind="WRITE_OFF").select_related("concession_item"):
            done("write_offs", move.concession_item.cinema_id, move.at, move.actor_id)


def played(seed: int, *, closes: float, moves_days: bool = False) -> History:
    history = History(seed, closes=closes, moves_days=moves_days)
    history.play(events=EVENTS)
    return history


@pytest.fixture(scope="module", params=SEEDS)
def history_of_module(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[History, ByDate]]:
    """A history whose days are closed in between, and the sums of the same one if all are closed at its end."""
    with rows_of_a_module(django_db_blocker):
        with transaction.atomic():
            played(request.param, closes=0.0)
            closed_at_the_end = sums_by_date()
            transaction.set_rollback(True)
        history = played(request.param, closes=CLOSES[request.param % len(CLOSES)])
        yield history, closed_at_the_end


@pytest.fixture
def history(history_of_module: tuple[History, ByDate], db: None) -> History:
    """One that several tests look at. They are the last of this module, since its rows stay until the end."""
    return history_of_module[0]


def assert_that_sums_equal_a_direct_count(history: History, *, turn: int) -> None:
    assert history.refusals < EVENTS / 2  # else hardly anything happened
    counted = DirectCount(last_end()).result()
    assert differences(all_booked(), counted) == []
    assert wrong() == []
    assert session_figures() == session_totals(counted["TicketFigures"])
    before = all_booked()
    for cinema in sample(Cinema.objects.order_by("pk"), turn=turn):
        rebuild([cinema])
    assert differences(all_booked(), before) == []


def last_end() -> datetime:
    return min(
        BusinessDay.objects.closed().filter(cinema=cinema).latest("starts_at").ends_at
        for cinema in Cinema.objects.all()
        if BusinessDay.objects.filter(cinema=cinema).exists()
    )


def differences(found: dict[str, Sums], expected: dict[str, Sums]) -> list[str]:
    return [
        f"{table} {key}: {found[table].get(key)}, expected {expected[table].get(key)}"
        for table in expected
        for key in sorted(found[table].keys() | expected[table].keys(), key=str)
        if found[table].get(key) != expected[table].get(key)
    ]


@pytest.mark.proofs
@pytest.mark.parametrize("seed", SEEDS)
def test_the_sum_of_all_booked_rows_equals_a_direct_count_when_days_are_moved(seed: int) -> None:
    assert_that_sums_equal_a_direct_count(played(seed, closes=0.2, moves_days=True), turn=seed)


# --- The tests of one history


@pytest.mark.exhaustive
def test_it_does_not_matter_when_days_are_closed(history: History, history_of_module: tuple[History, ByDate]) -> None:
    """Every date has the same sums, though they are booked on other days."""
    _, closed_at_the_end = history_of_module

    assert sums_by_date() == closed_at_the_end
    assert closed_at_the_end


@pytest.mark.exhaustive
def test_the_sum_of_all_booked_rows_equals_a_direct_count(history: History) -> None:
    assert_that_sums_equal_a_direct_count(history, turn=0)


@pytest.mark.exhaustive
def test_lines_and_money_agree_order_by_order(history: History) -> None:
    """What the lines of an order cost, less those refunded, is the money kept for it; and so are the sums booked."""
    end = last_end()

    lines, money = kept_by_lines(end), kept_of_payments(end)

    assert [(order, lines[order], money[order]) for order in lines | money if lines[order] != money[order]] == []
    assert not Ticket.objects.filter(session__start_datetime__gte=end).exists()  # each counts in some figure
    assert sum(lines.values()) == booked_box_office()
    assert sum(money.values()) == booked_takings() + awaiting_lines(end)
    last_days = [BusinessDay.objects.closed().filter(cinema=each).latest("starts_at") for each in Cinema.objects.all()]
    assert sum(day.advances for day in last_days) == -awaiting_lines(end)  # every screening is over
    assert [str(check) for check in DayCheck.objects.open().exclude(name__in=["CASH", "CARD"])] == []


@pytest.mark.exhaustive
def test_the_sheets_of_all_days_add_up_to_the_ledgers(history: History) -> None:
    """Each sheet begins with the balance that the one before it ended with, and what it adds is what it lists."""
    end = last_end()
    taken: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    points = 0
    for cinema in Cinema.objects.all():
        balance = ZERO
        first = BusinessDay.objects.filter(cinema=cinema).earliest("starts_at")
        before = CashMovement.objects.filter(place__cinema=cinema, at__lt=first.starts_at).order_by()
        cash = dict.fromkeys(CASH.values(), ZERO) | dict(before.values_list("place__kind").annotate(Sum("amount")))
        for day in BusinessDay.objects.closed().filter(cinema=cinema).order_by("starts_at"):
            sheet = day_figures(cinema, day.date, at=end)
            assert sheet is not None
            assert sheet.opening == balance
            balance = sheet.closing
            assert sheet.cash_opening == cash
            cash = {place: amount + sheet.moved(place) for place, amount in cash.items()}
            for row in sheet.rows[MoneyFigures]:
                taken[row["tender"]] += row["received"] - row["refunded"]
            points += sum(row["points"] for row in sheet.rows[PointsFigures])
        assert balance == BusinessDay.objects.closed().filter(cinema=cinema).latest("starts_at").advances
        held = CashPlace.objects.filter(cinema=cinema, kind__in=cash).order_by()
        assert {place: amount for place, amount in cash.items() if amount} == {
            place: amount for place, amount in held.values_list("kind").annotate(Sum("cash")) if amount
        }

    ledger: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in Payment.objects.filter(status=Payment.Status.SUCCEEDED, succeeded_at__lt=end):
        ledger[payment.gateway] += payment.amount
    for back in Refund.objects.filter(payment__isnull=False, requested_at__lt=end).select_related("payment"):
        ledger[back.payment.gateway] -= back.amount
    with_orders = BonusTransaction.objects.filter(order__isnull=False, transaction_date__lt=end)
    assert {tender: taken[tender] for tender in ledger} == ledger
    assert points == sum(with_orders.values_list("amount", flat=True))


def test_a_row_that_was_changed_is_found_and_the_next_close_books_what_it_lacks(history: History) -> None:
    row = TicketFigures.objects.filter(about__lt=END.date() - timedelta(days=9), gross__gt=0).earliest("pk")
    TicketFigures.objects.filter(pk=row.pk).update(gross=row.gross + CENT)

    history.frozen = booked_rows()
    to_recount = {*BusinessDay.objects.filter(recount=True)}  # of refunds from outside, which wait for their lines
    assert [(day.date, table) for day, table in wrong()] == [(row.about, TicketFigures)]
    history.close_all(END + timedelta(days=8))
    assert [(day.date, table) for day, table in wrong()] == [(row.about, TicketFigures)]

    assert mark_wrong_days(Cinema.objects.all()) == 1
    history.close_all(END + timedelta(days=9))
    assert wrong() == []
    assert {*BusinessDay.objects.filter(recount=True)} == to_recount


# --- What is compared


def wrong() -> list[Any]:
    return [found for cinema in Cinema.objects.order_by("pk") for found in wrong_days(cinema)]


def sums_by_date() -> ByDate:
    """The sums of each table by cinema and date, by names that two databases share."""
    found: ByDate = {}
    for table in FIGURES:
        rows = table.objects.order_by().values_list("cinema__time_zone", "about")
        for row in rows.annotate(*(Sum(each) for each in table.MEASURES)):
            if any(row[2:]):
                found[table.__name__, *row[:2]] = row[2:]
    return found


def session_figures() -> dict[int, tuple[Any, ...]]:
    """By session, for those of which a ticket was sold."""
    rows = SessionFigures.objects.filter(sold__gt=0).values_list("session", *SessionFigures.MEASURES)
    return {row[0]: row[1:] for row in rows}


def session_totals(counted: Sums) -> dict[int, tuple[Any, ...]]:
    totals: defaultdict[int, list[Any]] = defaultdict(lambda: [0] * len(TicketFigures.MEASURES))
    for (_cinema, _about, session, *_key), row in counted.items():
        totals[session] = [sum(pair) for pair in zip(totals[session], row, strict=True)]
    complete = set(SessionFigures.objects.values_list("session", flat=True))
    return {session: tuple(row) for session, row in totals.items() if session in complete}


def kept_by_lines(end: datetime) -> defaultdict[int, Decimal]:
    """By order: the price of its lines, less those that were refunded."""
    found: defaultdict[int, Decimal] = defaultdict(Decimal)
    for model in (Ticket, ConcessionPreorder):
        for line in model.objects.filter(order__paid_at__lt=end):
            found[line.order_id] += line.paid
    for back in RefundLine.objects.filter(refund__requested_at__lt=end).select_related("refund"):
        found[back.refund.order_id] -= back.amount
    return found


def kept_of_payments(end: datetime) -> defaultdict[int, Decimal]:
    """By order: what was received less what was refunded; a refund that waits for its lines is still kept."""
    found: defaultdict[int, Decimal] = defaultdict(Decimal)
    for payment in Payment.objects.filter(status="SUCCEEDED", succeeded_at__lt=end):
        found[payment.order_id] += payment.amount
    for refund in Refund.objects.filter(payment__isnull=False, requested_at__lt=end):
        found[refund.order_id] -= refund.amount - refund.unallocated_amount
    return found


def awaiting_lines(end: datetime) -> Decimal:
    return sum((each.unallocated_amount for each in Refund.objects.filter(requested_at__lt=end)), ZERO)


def booked_box_office() -> Decimal:
    """Tickets and bar: what was paid in money for what was not refunded."""
    total = ZERO
    for table in (TicketFigures, BarFigures):
        for row in table.objects.all():
            total += row.gross - row.discount - row.points - row.refunded_money
    return total


def booked_takings() -> Decimal:
    rows = MoneyFigures.objects.exclude(tender="points")
    return sum((row.received - row.refunded for row in rows), ZERO)
