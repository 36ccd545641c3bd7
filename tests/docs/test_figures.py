"""The two days of docs/figures.md, played through the services: every number of the page is compared."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import override_settings

from concessions.services import receive
from orders.models import Order
from orders.services import (
    accrue,
    check_in,
    collect,
    complete,
    expire_uncollected,
    hold,
    mark_paid,
    refund,
    send_refunds,
    settle_payment,
)
from payments.models import Refund
from payments.services import count_and_close, end_shift, move_between, move_cash, open_shift
from payments.services.cash import place_of
from reports import definitions
from reports.catalogue import day_sheet, month_sheet
from reports.catalogue.balances import Balances, by_cinema, providers
from reports.catalogue.balances_now import balances_of
from reports.catalogue.cash import drawers
from reports.catalogue.day_figures import day_figures
from reports.catalogue.months import Month
from reports.catalogue.societies import societies
from reports.models import (
    BarFigures,
    BusinessDay,
    CashFigures,
    DayCheck,
    MoneyFigures,
    PointsFigures,
    ReceiptFigures,
    SocietyRate,
    StockFigures,
    TicketFigures,
)
from reports.reading import Period, sums
from screenings.models import Cinema, Session, TicketType
from screenings.services import complete_sessions
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_drawer
from tests.helpers.factories import (
    LONG_AGO,
    a_cinema,
    a_customer,
    a_hall,
    a_promocode,
    a_session,
    an_adult,
    an_item,
    at_the_bank,
    free_seats,
)
from tests.helpers.shared_rows import rows_of_a_module
from tests.helpers.users import someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).resolve().parents[2] / "docs" / "figures.md"
SATURDAY, SUNDAY = date(2026, 10, 24), date(2026, 10, 25)


def table(heading, number=0):
    """The rows of a table under a heading of the page, each a list of its cells."""
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    tables = [block.strip().splitlines() for block in section.split("\n\n") if block.lstrip().startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in tables[number][2:]]


def summer(day, clock):
    """An instant by the clock of Berlin before the night in which the clocks went back: two hours ahead of UTC."""
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), tzinfo=UTC) - timedelta(hours=2)  # noqa: DTZ007


def winter(day, clock):
    return summer(day, clock) + timedelta(hours=1)


class TwoDays:
    """The cinema of the page. Each method is a line of its list of events."""

    def __init__(self):
        self.cinema = a_cinema(time_zone="Europe/Berlin")
        hall = a_hall(self.cinema)
        self.evening = a_session(hall, start=summer(SATURDAY, "20:00"), price=Decimal(300))
        self.night = a_session(hall, start=summer(SUNDAY, "00:30"), price=Decimal(300))
        self.sunday = a_session(hall, start=winter(SUNDAY, "18:00"), price=Decimal(300))
        self.popcorn = an_item(self.cinema, stock=0, price=Decimal(120), max_stock_quantity=100)
        self.coffee = an_item(self.cinema, stock=0, price=Decimal(150), max_stock_quantity=100)
        self.drawer = a_drawer(self.cinema)
        self.cashier = someone("cashier", self.cinema)
        self.shift: Any = None
        self.comp = TicketType.objects.create(name="Comp", price_percent=0)
        self.orders = {}

    def order(self, name, at, *sessions, comps=(), **basket):
        tickets = [(each, an_adult()) for each in sessions] + [(each, self.comp) for each in comps]
        free = {session: free_seats(session) for session, _kind in tickets}
        self.orders[name] = hold(
            cinema=self.cinema,
            tickets=[(session, free[session].pop(0), kind) for session, kind in tickets],
            email="" if "user" in basket else f"{name}@example.org",
            at=at,
            **basket,
        )
        return self.orders[name]

    def by_hand(self, order, at, gateway="cash", shift=None):
        mark_paid(order, gateway=gateway, amount=order.final_amount, at=at, shift=shift)

    def online(self, order, at):
        settle_payment(at_the_bank(order, paid=True, at=at), at=at)

    def jobs(self, at):
        with transaction.atomic():
            complete_sessions(Session.objects.ended(at), at=at)
        expire_uncollected(Order.objects.with_uncollected_snacks(at), at=at)
        complete(Order.objects.over(at), at=at)
        accrue(Order.objects.to_accrue(at), at=at)
        send_refunds(Refund.objects.to_send(at), at=at)
        run("send_receipts", at=at)

    def play_saturday(self):
        receive(self.popcorn, quantity=50, unit_cost=Decimal(40), at=summer(SATURDAY, "09:00"))
        receive(self.coffee, quantity=20, unit_cost=Decimal(30), at=summer(SATURDAY, "09:00"))
        cash = {"at": summer(SATURDAY, "09:30"), "actor": self.cashier}
        self.shift = open_shift(self.drawer, opening_float=Decimal(500), **cash)
        first = self.order(
            *("A", summer(SATURDAY, "10:00"), self.evening, self.evening),
            snacks=[(self.popcorn, 2)],
            user=a_customer(points=50),
            promocode=a_promocode(),
            points=50,
        )
        self.online(first, summer(SATURDAY, "10:05"))
        second = self.order("B", summer(SATURDAY, "11:00"), self.sunday, comps=[self.sunday], channel="BOX_OFFICE")
        self.by_hand(second, summer(SATURDAY, "11:00"), shift=self.shift)
        third = self.order("C", summer(SATURDAY, "19:30"), snacks=[(self.coffee, 1)], channel="BOX_OFFICE")
        self.by_hand(third, summer(SATURDAY, "19:30"), shift=self.shift)
        self.order("F", summer(SATURDAY, "20:30"), self.sunday, channel="RESERVATION")
        for ticket in first.tickets.all():
            check_in(ticket, at=summer(SATURDAY, "19:50"))
        collect(first.preorders.get(), at=summer(SATURDAY, "19:55"))
        collect(third.preorders.get(), at=summer(SATURDAY, "19:35"))
        self.jobs(summer(SATURDAY, "20:05"))
        move_cash(self.shift, kind="DROP", amount=Decimal(400), reason="", at=summer(SATURDAY, "22:00"))
        fourth = self.order("D", summer(SATURDAY, "23:00"), self.night, channel="BOX_OFFICE")
        self.by_hand(fourth, summer(SATURDAY, "23:00"), "card_terminal")
        end_shift(self.shift, at=summer(SATURDAY, "23:30"))
        fifth = self.order("E", winter(SUNDAY, "02:30"), self.sunday)
        self.online(fifth, winter(SUNDAY, "02:35"))
        self.jobs(winter(SUNDAY, "04:45"))
        close_days(self.cinema, until=winter(SUNDAY, "05:00"))

    def play_sunday(self, *, close=True):
        self.by_hand(self.orders["F"], summer(SATURDAY, "21:00"))
        counted = {"counted_cash": Decimal(850), "at": winter(SUNDAY, "09:10"), "actor": self.cashier}
        count_and_close(self.shift, **counted)
        safe, bank = (place_of(self.cinema.pk, kind) for kind in ("SAFE", "BANK"))
        move_between(safe, bank, amount=Decimal(600), reason="Bank", at=winter(SUNDAY, "10:00"))
        first = self.orders["A"]
        refund(first, lines=[first.tickets.order_by("seat").last()], reason="Noise", at=winter(SUNDAY, "12:00"))
        self.jobs(winter(SUNDAY, "12:30"))
        last = self.order("G", winter(SUNDAY, "17:40"), self.sunday, snacks=[(self.popcorn, 1)])
        self.online(last, winter(SUNDAY, "17:45"))
        for name in "BEG":
            for ticket in self.orders[name].tickets.all():
                check_in(ticket, at=winter(SUNDAY, "17:50"))
        self.jobs(winter(SUNDAY, "21:00"))
        if close:
            close_days(self.cinema, until=winter(SUNDAY + timedelta(days=1), "05:00"))


@pytest.fixture(scope="module", autouse=True)
def receipts_of_the_page():
    with override_settings(RECEIPTS_SINCE=LONG_AGO, RECEIPT_ZONE=ZoneInfo("Europe/Berlin")):
        yield


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    with rows_of_a_module(django_db_blocker):
        days = TwoDays()
        days.play_saturday()
        days.play_sunday()
        yield days


@pytest.fixture
def cinema(played, db):
    """After both days. The tests that read it are the last of this module, since its rows stay until the end."""
    return played


@pytest.fixture
def new_cinema(db):
    return TwoDays()


NAMES = {SATURDAY: "Saturday", SUNDAY: "Sunday"}
CHANNELS = {"ONLINE": "online", "BOX_OFFICE": "box office", "RESERVATION": "reservation"}


def rows_of(model, *columns):
    """The stored rows as the page shows them: booked, about, and what `columns` give."""
    return sorted(
        [NAMES[row.day.date], NAMES[row.about], *(str(column(row)) for column in columns)]
        for row in model.objects.select_related("day")
    )


def fields(*names):
    return [lambda row, name=name: getattr(row, name) for name in names]


def test_the_sheets_show_the_cash_of_the_page(new_cinema):
    new_cinema.play_saturday()
    new_cinema.play_sunday(close=False)
    live = cash_on_sheet(new_cinema.cinema, SUNDAY, at=winter(SUNDAY, "23:00"))
    close_days(new_cinema.cinema, until=winter(SUNDAY + timedelta(days=1), "05:00"))
    now = winter(SUNDAY + timedelta(days=1), "05:30")

    said = [row[1:] for row in table("Cash", 1)]
    assert [cash_on_sheet(new_cinema.cinema, day, at=now) for day in (SATURDAY, SUNDAY)] == said
    assert live == said[1]
    month = month_sheet.cash_of(Month([new_cinema.cinema], SUNDAY.replace(day=1))).rows
    assert [str(month[-1][place]) for place in ("DRAWER", "SAFE", "CHANGE_FUND")] == said[1][:3]
    assert sum(row["all"] for row in month[:-1]) == month[-1]["all"]
    balances = by_cinema(Balances([new_cinema.cinema], SATURDAY), with_costs=False).rows[0]
    assert [str(balances[name]) for name in ("cash_in_drawers", "cash_in_safe", "change_fund")] == said[0][:3]
    [correction] = day_sheet.corrections(day_figures(new_cinema.cinema, SUNDAY, at=now)).rows
    assert (correction["about"], correction["over_or_short"]) == (SATURDAY, 300)


def cash_on_sheet(cinema, date, *, at):
    day = day_figures(cinema, date, at=at)
    closing = day_sheet.cash_of(day).rows[-1]
    [drawer] = drawers(cinema, day.day.starts_at, day.as_of).rows
    over = drawer["difference"]
    held = [str(closing[place]) for place in ("DRAWER", "SAFE", "CHANGE_FUND")]
    return [*held, str(drawer["state"]), "" if over is None else str(over)]


def figures(cinema, first, last, at):
    """Each figure of the page's last table, by its name, from `reports.reading`."""
    period = Period(cinemas=[Cinema.objects.get()], first=first, last=last, at=at)
    [tickets], [bar], [money] = (sums(model, period) for model in (TicketFigures, BarFigures, MoneyFigures))
    heads = {"bar_takings": definitions.BAR_TAKINGS.of(bar), "admissions": definitions.ADMISSIONS.of(tickets)}
    of_tickets = (*definitions.TICKETS, definitions.PAID_WITH_POINTS)
    return {
        **{str(each.name): each.of(tickets) for each in of_tickets},
        **{str(each.name): each.of(bar) for each in (definitions.BAR_TAKINGS, definitions.BAR_UNITS, definitions.VAT)},
        str(definitions.SPEND_PER_HEAD.name): definitions.SPEND_PER_HEAD.of(heads),
        **{str(each.name): each.of(money) for each in definitions.MONEY},
    }


def column(number):
    return {row[0]: Decimal(row[number]) for row in table("What reports show")}


def test_reports_show_what_the_page_says(new_cinema):
    new_cinema.play_saturday()
    closed = figures(cinema, SATURDAY, SATURDAY, winter(SUNDAY, "05:30"))
    new_cinema.play_sunday()
    now = winter(SUNDAY + timedelta(days=1), "05:30")

    assert closed == column(1)
    assert figures(cinema, SATURDAY, SATURDAY, now) == column(2)
    assert figures(cinema, SUNDAY, SUNDAY, now) == column(3)
    assert figures(cinema, SATURDAY, SUNDAY, now) == column(4)
    assert column(4)["Box office"] + column(4)["Bar takings"] == column(4)["Takings"]


def test_the_open_day_shows_the_same_figures_live(new_cinema):
    """At the end of Sunday, before it is closed: the same, but for what the close books about Saturday."""
    new_cinema.play_saturday()
    new_cinema.play_sunday(close=False)

    assert figures(cinema, SUNDAY, SUNDAY, winter(SUNDAY + timedelta(days=1), "04:59")) == column(3)
    assert figures(cinema, SATURDAY, SATURDAY, winter(SUNDAY + timedelta(days=1), "04:59")) == column(1)


def test_balances_of_today_are_those_that_its_close_will_store(new_cinema):
    """But for the cash of F, about Saturday: what was recorded late is known once the day is closed."""
    new_cinema.play_saturday()
    new_cinema.play_sunday(close=False)
    at = winter(SUNDAY, "23:00")
    live = balances_of([new_cinema.cinema], Period([new_cinema.cinema], SUNDAY, SUNDAY, at))
    row = by_cinema(live, with_costs=True).rows[0]
    now = row | {"advances": row["advances"] + 300}, providers(live).rows, live.points
    close_days(new_cinema.cinema, until=winter(SUNDAY + timedelta(days=1), "05:00"))
    closed = Balances([new_cinema.cinema], SUNDAY)

    assert now == (by_cinema(closed, with_costs=True).rows[0], providers(closed).rows, closed.points)


# --- The tests of the closed days


def test_orders_cost_what_the_page_says(cinema):
    said = {row[1]: Decimal(row[3]) for row in table("What happens") if row[3]}
    assert said == {name: order.final_amount for name, order in cinema.orders.items()}
    days = [day.ends_at - day.starts_at for day in BusinessDay.objects.closed().order_by("date")]
    assert days == [timedelta(hours=25), timedelta(hours=24)]


def test_tickets_are_booked_as_the_page_says(cinema):
    clock = {cinema.evening.pk: "20:00", cinema.night.pk: "00:30", cinema.sunday.pk: "18:00"}

    def sold_as(row):
        return "free" if row.ticket_type == cinema.comp else CHANNELS[row.channel]

    shown = ["sold", "refunded", "comps", "used", "no_shows", "gross", "discount", "points"]
    shown += ["refunded_value", "refunded_money"]
    assert rows_of(TicketFigures, lambda row: clock[row.session_id], sold_as, *fields(*shown)) == sorted(
        table("Tickets")
    )
    assert not TicketFigures.objects.exclude(vat=0).exists()
    assert {*shown, "vat"} == {*TicketFigures.MEASURES}


def test_the_bar_is_booked_as_the_page_says(cinema):
    items = {cinema.popcorn.pk: "popcorn", cinema.coffee.pk: "coffee"}
    shown = ["sold", "uncollected", "gross", "discount", "points", "vat"]
    assert rows_of(BarFigures, lambda row: items[row.item_id], *fields(*shown)) == sorted(table("Bar"))
    assert not BarFigures.objects.exclude(refunded=0, refunded_value=0, refunded_money=0).exists()


def test_money_is_booked_as_the_page_says(cinema):
    methods = {"card_terminal": "card terminal", "demo": "online"}
    shown = rows_of(MoneyFigures, lambda row: methods.get(row.tender, row.tender), *fields(*MoneyFigures.MEASURES))
    assert shown == sorted(table("Money"))


def test_cash_is_booked_as_the_page_says(cinema):
    words = {"FLOAT": "opening float", "COUNT": "over or short", "DEPOSIT": "bank deposit", "HANDED_IN": "handed in"}
    kind = lambda row: words.get(row.kind, row.kind.lower())  # noqa: E731
    place = lambda row: row.place.kind.lower().replace("_", " ")  # noqa: E731
    assert rows_of(CashFigures, place, kind, *fields("amount")) == sorted(table("Cash"))


def test_points_stock_and_receipts_are_booked_as_the_page_says(cinema):
    heading = "Points, stock and receipts"

    words = {"ACCRUAL": "earned", "DEDUCTION": "spent", "REVERSAL": "reversed"}
    words |= {"RECEIPT": "received", "HOLD": "ordered", "RETURN": "returned"}
    words |= {"SALE": "sale", "REFUND": "refund", "SETTLEMENT": "settled"}
    kind = lambda row: words[row.kind]  # noqa: E731
    items = {cinema.popcorn.pk: "popcorn", cinema.coffee.pk: "coffee"}
    assert rows_of(PointsFigures, kind, *fields("points")) == sorted(table(heading))
    assert rows_of(StockFigures, lambda row: items[row.item_id], kind, *fields("units", "value")) == sorted(
        table(heading, 1)
    )
    receipts = [
        [
            NAMES[row.day.date],
            f"{row.date:%d %b}",
            kind(row),
            row.subject.lower(),
            row.vat_rate,
            *fields_of_receipt(row),
        ]
        for row in ReceiptFigures.objects.select_related("day")
    ]
    assert sorted(receipts) == sorted([*row[:4], row[4].removesuffix(" %"), *row[5:]] for row in table(heading, 2))


def fields_of_receipt(row):
    return [str(row.lines), str(row.amount), str(row.vat)]


def test_advances_are_what_the_page_says(cinema):
    stored = BusinessDay.objects.closed().order_by("date").values_list("date", "advances")
    assert [[NAMES[day], str(amount)] for day, amount in stored] == [row[:2] for row in table("What reports show", 1)]


def test_balances_are_what_the_page_says(cinema):
    shown = []
    for day, name in NAMES.items():
        found = Balances([cinema.cinema], day)
        stock, owed = found.days[cinema.cinema.pk].stock_value, found.owed_to(cinema.cinema.pk)
        shown.append([name, str(stock), str(owed), str(found.points.held), str(found.points.owed)])
    assert shown == [row[:5] for row in table("What reports show", 2)]


def test_what_a_society_is_owed_is_what_the_page_says(cinema):
    for percent, first in ((3, date(2026, 1, 1)), (2, SUNDAY)):
        SocietyRate.objects.create(society="RAO", percent=percent, valid_from=first, base="BOX_OFFICE")

    shown = [
        [name, f"{row['percent']:.0f}", str(row["base"]), str(row["owed"])]
        for day, name in NAMES.items()
        for row in societies(Period([cinema.cinema], day, day, winter(SUNDAY, "12:00"))).rows
    ]
    assert shown == [row[:4] for row in table("What reports show", 3)]


def test_checks_have_the_sides_of_the_page(cinema):
    shown = [
        [
            NAMES[check.day.date],
            check.name.lower(),
            *(f"{side:.0f}" if check.name == "STOCK" else str(side) for side in sides),
        ]
        for check in DayCheck.objects.select_related("day")
        for sides in [(check.left, check.right)]
    ]
    assert sorted(shown) == sorted(row[:4] for row in table("Checks"))
