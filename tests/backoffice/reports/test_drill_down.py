"""From each figure of a report to exactly the rows that it counts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db.models import Sum
from django.urls import reverse
from django.utils.html import escape

from bonuses.services import adjust
from cinema import clock
from concessions.services import count, write_off
from orders.models import Order, Ticket
from orders.services import refund
from payments.models import Gateway
from reports.catalogue.takings import DIMENSIONS
from reports.tables import Link
from screenings.models import Cinema, Session
from tests.helpers.factories import (
    NOON,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
)
from tests.helpers.sampling import sample
from tests.helpers.shared_rows import rows_of_a_module
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TEN_DAYS = {"first": "2026-10-27", "last": "2026-11-05"}


def _value(ticket: Ticket) -> Decimal:
    return ticket.price - ticket.discount_share


#: What a row behind a figure is worth, by the column; the other columns are numbers of rows.
WORTH: dict[str, Any] = {
    "discounts": lambda ticket: ticket.discount_share,
    **dict.fromkeys(("refunded", "box_office", "compared", "week_before", "run_box_office"), _value),
    **dict.fromkeys(("bar_takings", "item"), lambda sold: sold.unit_price * sold.quantity - sold.discount_share),
    "bar_units": lambda sold: sold.quantity,
    "received": lambda row: row.bonus_amount if isinstance(row, Order) else row.amount,
    "all received": lambda order: order.bonus_amount + sum(each.amount for each in order.payments.all()),
    "in_stock": lambda movement: movement.quantity,
    **dict.fromkeys(("refunds_made", "paid_back"), lambda refund: refund.amount),
    **dict.fromkeys(("written_off", "shrinkage"), lambda movement: -movement.quantity),
    **dict.fromkeys(("written_off_value", "shrinkage_value"), lambda movement: -movement.value),
    **dict.fromkeys(("issued", "spent", "reversed", "lapsed", "adjusted"), lambda moved: moved.amount),
    **dict.fromkeys(("points_held", "points"), lambda account: account.balance),
}
#: What a column says that the rows do not add up to, but that is computed from what another column says of them.
SAME_ROWS = {
    **dict.fromkeys(("group", "film", "net_box_office", "average_ticket", "per_screening"), "admissions"),
    **dict.fromkeys(("item", "spend_per_head", "cost", "margin", "margin_rate"), "bar_takings"),
    **dict.fromkeys(("month", "value"), "accounts"),
    **dict.fromkeys(("screens", "per_screen", "occupancy"), "screenings"),
    "compared_change": "compared",
    "change_from_week": "week_before",
    **dict.fromkeys(("held_value", "expected_cost"), "points_held"),
    "days_of_stock": "in_stock",
}


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=1))


def sold(cinema) -> None:
    """Orders of some days: with a promo code, after midnight, of tomorrow, with snacks, points, and one refunded."""
    hall, item = a_hall(cinema), an_item(cinema)
    for days, seats in ((9, 2), (2, 1), (1, 3)):
        a_paid_order(a_session(hall, start=NOON - days * DAY), seats=seats, at=NOON - (days + 1) * DAY)
    a_paid_order(
        a_session(hall, start=NOON - 2 * DAY + timedelta(hours=11), minutes=90), seats=4, at=NOON - 3 * DAY,
        promocode=a_promocode(), snacks=[(item, 2)], gateway=Gateway.CARD_TERMINAL,
    )  # fmt: skip
    a_paid_order(snacks=[(item, 3)], at=NOON - 2 * DAY)
    evening = a_session(a_hall(cinema), start=NOON + timedelta(hours=5))
    a_paid_order(evening, seats=2, snacks=[(item, 1)], customer=a_customer(points=500), points=100)
    refund(a_paid_order(evening, seats=1), reason="Ill", at=NOON)
    a_paid_order(a_session(hall, start=NOON + DAY), seats=5)
    write_off(item, quantity=4, reason="Spilt", at=NOON - DAY)
    count(item, on_shelf=80, reason="Count", at=NOON - timedelta(hours=1))


def parts_of(client, page: str, **chosen) -> list:
    return list(client.get(reverse(f"admin:reports_{page}"), chosen).context["parts"])


def rows_of(client, **chosen) -> list:
    return list(parts_of(client, "takings", **chosen)[-1].rows)


def behind(client, url: str, column: str) -> Any:
    """What the list says to which a cell leads."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return sum(WORTH.get(column, lambda _row: 1)(row) for row in answer.context["cl"].queryset)


def _linked(row: Any) -> Any:
    return {column: cell for column, cell in row.items() if isinstance(cell, Link)}


def wrong(client, table) -> list[str]:
    """The cells whose rows do not add up to what they say; asks that there are links at all."""
    found = []
    reading = table.read()
    rows = [dict(zip((each.key for each in table.columns), values, strict=True)) for values in reading]
    totals = {**reading.totals(), "group": "Total"} if reading.totals() else {}
    rows.append(
        {**totals, **{key: Link(totals[key], url) for key, url in table.total_links.items() if totals.get(key)}}
    )
    known: dict[tuple[str, str], Any] = {}  # what a list says, by its address and what is added up
    for row in rows:
        for column, cell in _linked(row).items():
            of = SAME_ROWS.get(column, column)
            if column == "received" and row is rows[-1]:
                of = "all received"
            of = "bar_takings" if of == "vat" and "bar_units" in row else "admissions" if of == "vat" else of
            if column in ("breakage", "strike_rate", "takings"):
                assert behind(client, cell.url, column) > 0
                continue
            said = row.get(of, cell)
            shown = said.value if isinstance(said, Link) else said
            if (cell.url, of) not in known:
                known[cell.url, of] = behind(client, cell.url, of)
            value = known[cell.url, of]
            if column == "no_show_rate":
                value = round(Decimal(value) * 100 / row["admissions"].value, 1)
            if column == "change":
                value = round(Decimal(row["admissions"].value - value) * 100 / value, 1)
            if Decimal(value) != Decimal(shown):
                found.append(f"{column}: {shown} shown, {value} in {cell.url}")
    return found if any(_linked(row) for row in rows[:-1]) else ["no links"]


@pytest.fixture(scope="module")
def chain(django_db_setup, django_db_blocker):
    """Two cinemas whose days differ, and their owner's browser."""
    with rows_of_a_module(django_db_blocker):
        near, far = a_cinema(), a_cinema(time_zone="Asia/Kamchatka")
        for each in (near, far):
            sold(each)
        Session.objects.filter(end_datetime__lte=NOON).update(status=Session.Status.COMPLETED)
        Ticket.objects.filter(session__end_datetime__lte=NOON).update(status=Ticket.Status.EXPIRED)
        call_command("close_business_day", at=NOON)
        call_command("update_session_figures", at=NOON)
        yield near, browser(someone("owner", all_cinemas=True))


@pytest.mark.exhaustive
def test_each_figure_of_takings_leads_to_what_it_counts(chain):
    cinema, client = chain

    cases = product([each for each in DIMENSIONS if each != "screening"], ({"cinema": cinema.pk}, {"cinema": ""}))
    for by, chosen in sample([*cases], turn=0, of=8):
        table = parts_of(client, "takings", by=by, **TEN_DAYS, **chosen)[-1]

        assert sum(row["admissions"].value for row in table.rows) == (12 if chosen["cinema"] else 22), by
        assert wrong(client, table) == [], by


def test_figures_of_one_screening_lead_to_its_tickets(chain):
    _cinema, client = chain

    table = parts_of(client, "takings", by="screening", first="2026-11-01", last="2026-11-05", cinema="")[-1]

    assert len(list(table.rows)) == 7
    assert wrong(client, table) == []


def test_figures_of_one_film_lead_to_its_tickets(chain):
    _cinema, client = chain
    film = next(row for row in rows_of(client, by="film", **TEN_DAYS) if row["admissions"].value == 8)

    table = parts_of(client, "takings", by="day", film=film["key"], **TEN_DAYS)[-1]

    assert [row["admissions"].value for row in table.rows] == [4, 4]
    assert wrong(client, table) == []


@pytest.mark.exhaustive(one_in=4)
@pytest.mark.parametrize("by", ["day", "week", "hall", "promocode"])
def test_figures_that_are_compared_lead_to_what_they_count_too(chain, by):
    cinema, client = chain
    days = {"first": "2026-11-01", "last": "2026-11-05"}
    other = Cinema.objects.exclude(pk=cinema.pk).get()
    film, another = (Session.objects.order_by("pk")[number].film_id for number in (0, 1))
    compared: list[dict[str, Any]] = [{"compare": "before"}]
    if by != "hall":
        compared.append({"cinema": cinema.pk, "compare": f"cinema:{other.pk}"})
    if by in ("day", "week"):
        compared.append({"film": film, "compare": f"film:{another}"})

    for chosen in compared:
        table = parts_of(client, "takings", by=by, **days, **({"cinema": ""} | chosen))[-1]

        assert "compared" in table.total_links
        assert wrong(client, table) == [], chosen


@pytest.mark.exhaustive(one_in=4)
@pytest.mark.parametrize("page", ["films", "money", "bar", "losses"])
def test_each_figure_of_other_pages_leads_to_what_it_counts(chain, page):
    cinema, client = chain

    for chosen in (cinema.pk, ""):
        tables = [part for part in parts_of(client, page, cinema=chosen, **TEN_DAYS) if hasattr(part, "rows")]

        assert wrong(client, tables[0]) == []
        if page == "bar":
            assert wrong(client, tables[1]) == []


def test_figures_of_the_first_page_lead_to_what_they_count_and_are_compared_with(chain):
    cinema, client = chain

    for chosen in (cinema.pk, ""):
        tables = client.get(reverse("admin:index"), {"cinema": chosen}).context["today"]["comparisons"]

        for table in tables:
            assert "week_before" in table.total_links
            assert wrong(client, replace(table, columns=table.columns[1:])) == []


def test_the_takings_of_one_payment_method_lead_to_its_orders(chain):
    cinema, client = chain
    [table] = [part for part in parts_of(client, "money", cinema=cinema.pk, **TEN_DAYS) if hasattr(part, "rows")]

    for row in table.rows:
        orders = client.get(row["takings"].url).context["cl"].queryset
        if row["key"] == "points":
            assert [order.bonus_amount for order in orders] == [100]
            continue
        moved = sum(
            order.payments.filter(gateway=row["key"]).aggregate(Sum("amount"))["amount__sum"] for order in orders
        )
        moved -= sum(each.amount for order in orders for each in order.refunds.filter(payment__gateway=row["key"]))
        assert moved == row["takings"].value


def test_points_lead_to_their_transactions_and_accounts(chain):
    _cinema, client = chain
    adjust(a_customer(points=40).bonus_account, amount=-5, reason="Mistake", at=NOON - DAY)

    moved, held, expiring = parts_of(client, "points")

    assert wrong(client, moved) == []
    assert wrong(client, held) == []
    assert wrong(client, expiring) == []


def test_each_cell_of_the_occupancy_leads_to_its_tickets(chain):
    _cinema, client = chain
    [chart] = parts_of(client, "occupancy", cinema="", **TEN_DAYS)

    links = [part.split('"')[0].replace("&amp;", "&") for part in str(chart.markup).split('href="')[1:]]
    admitted = sum(client.get(link).context["cl"].result_count for link in links)

    assert len(links) > 2
    assert admitted == 2 * (2 + 1 + 3 + 4)  # not those of screenings to come


def test_the_total_leads_to_all_rows(chain):
    _cinema, client = chain

    table = parts_of(client, "films", cinema="", **TEN_DAYS)[0]

    *_above, totals = str(table).split("<tfoot>")
    assert escape(table.total_links["admissions"]) in totals


def test_a_link_shows_no_rows_of_other_cinemas(chain):
    cinema, client = chain
    [of_all] = rows_of(client, first="2026-11-04", last="2026-11-04", cinema="")
    [of_one] = rows_of(client, first="2026-11-04", last="2026-11-04", cinema=cinema.pk)

    answer = browser(someone("cinema_manager", cinema)).get(of_all["group"].url)

    assert answer.context["cl"].result_count == of_one["admissions"].value < of_all["admissions"].value


def test_who_may_not_see_a_list_gets_no_links_to_it(chain):
    person = someone(all_cinemas=True)
    person.user_permissions.add(Permission.objects.get(codename="view_businessday"))

    table = parts_of(browser(person), "money", **TEN_DAYS)[0]

    rows = list(table.rows)
    assert rows
    assert not any(isinstance(cell, Link) for row in rows for cell in row.values())


@pytest.mark.parametrize("value", ["received~2026-11-01~2026-11-02", "x", "admissions~2026-11-02~2026-11-01", "~~"])
def test_a_figure_of_another_list_is_refused(chain, value):
    _cinema, client = chain

    answer = client.get(reverse("admin:orders_ticket_changelist"), {"counted": value})

    assert answer.status_code == 302
