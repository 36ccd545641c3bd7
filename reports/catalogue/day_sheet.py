"""The sheet of one business day of a cinema, for its books. Each table says by which day its figures count."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bonuses.models import BonusTransaction
from orders.reasons import Reason, reason_label
from payments.models import Receipt, Refund, Subject, Vat
from reports import definitions
from reports.catalogue import cash, gift_cards
from reports.catalogue.day_figures import DayFigures
from reports.catalogue.sheets import by_line, by_tender
from reports.catalogue.takings import added, column_of
from reports.models import (
    BarFigures,
    DayCheck,
    MoneyFigures,
    PointsFigures,
    ReceiptFigures,
    Tender,
    TicketFigures,
)
from reports.tables import Column, Kind, Table

REFUNDS_SHOWN = 20
OF_LINES_AND_MONEY = (TicketFigures, BarFigures, MoneyFigures)


def tables(day: DayFigures) -> Sequence[Table]:
    """All tables of the sheet but that of refunds. Two queries for a closed day."""
    return [
        tenders(day),
        advances(day),
        gift_cards_of(day),
        cash_of(day),
        cash.drawers(day.cinema, day.day.starts_at, day.as_of),
        lines(day),
        receipts_by_rate(day),
        receipts_by_status(day),
        points(day),
        corrections(day),
        checks(day),
    ]


def tenders(day: DayFigures) -> Table:
    return by_tender(
        _("Takings by payment method"), _("by the business day on which the money moved"), day.own(MoneyFigures)
    )


def advances(day: DayFigures) -> Table:
    """How the balance of money for later screenings moved."""
    rows = [
        (_("At the start of the day"), day.opening),
        (_("Received for later screenings, less refunds"), day.received_in_advance),
        (_("Earned from advances of earlier days"), -day.earned_from_advances),
        (_("At the end of the day") if day.closed_at else _("Now"), day.closing),
    ]
    return Table(
        title=_("Advances"),
        subtitle=_("by the business day of payments and of screenings"),
        columns=[
            Column("what", _("Money for later screenings and their snacks")),
            Column("amount", _("Amount"), Kind.MONEY),
        ],
        rows=rows,
        notes=[
            _(
                "Money received less refunds, less what past screenings and their bar items earned. Points are not "
                "part of it. An advance is earned on the day of the screening."
            )
        ],
    )


def cash_of(day: DayFigures) -> Table:
    """What moved cash on the day."""
    closing = {place: amount + day.moved(place) for place, amount in day.cash_opening.items()}
    return cash.movements(
        _("by the business day of the movement"),
        moved=day.moved,
        start=(_("At the start of the day"), day.cash_opening),
        end=(_("At the end of the day") if day.closed_at else _("Now"), closing),
    )


def gift_cards_of(day: DayFigures) -> Table:
    """What moved the money on gift cards on the day."""
    moved, opening = day.gift_cards, day.gift_cards_opening
    return gift_cards.movements(
        _("by the business day of the movement"),
        moved=moved,
        start=(_("At the start of the day"), opening),
        end=(_("At the end of the day") if day.closed_at else _("Now"), opening + sum(moved.values())),
    )


def lines(day: DayFigures) -> Table:
    """Tickets and bar of the day's screenings."""
    return by_line(
        _("by the day of the screening"),
        tickets=day.own(TicketFigures),
        bar=day.own(BarFigures),
        rate_of=lambda subject: Vat(day.rates.on(subject, day.day.date)).label,
    )


def receipts_by_rate(day: DayFigures) -> Table:
    kinds, subjects, rates = dict(Receipt.Kind.choices), dict(Subject.choices), dict(Vat.choices)
    order = {key: number for number, key in enumerate(kinds)}
    rows = sorted(
        day.own(ReceiptFigures), key=lambda row: (row["date"], order[row["kind"]], row["subject"], row["vat_rate"])
    )
    return Table(
        title=_("Receipts by VAT rate"),
        subtitle=_("by the calendar date of the receipt"),
        columns=[
            Column("date", _("Date of the receipt"), Kind.DATE),
            Column("kind", _("Kind")),
            Column("subject", _("Item type")),
            Column("rate", _("VAT rate")),
            Column("lines", _("Lines"), Kind.INTEGER, is_summed=True),
            Column("amount", _("Amount"), Kind.MONEY),
            Column("vat", _("VAT"), Kind.MONEY, definitions.VAT_OF_RECEIPTS),
        ],
        rows=[
            {
                **row,
                "kind": kinds[row["kind"]],
                "subject": subjects[row["subject"]],
                "rate": rates[row["vat_rate"]],
            }
            for row in rows
        ],
    )


def receipts_by_status(day: DayFigures) -> Table:
    return Table(
        title=_("Fiscal receipts"),
        subtitle=_("made on the business day, as they are now"),
        columns=[Column("status", _("Status")), Column("receipts", _("Receipts"), Kind.INTEGER, is_summed=True)],
        rows=[(label, day.receipts.get(status, 0)) for status, label in Receipt.Status.choices],
    )


def points(day: DayFigures) -> Table:
    kinds = dict(BonusTransaction.Type.choices)
    moved = {row["kind"]: row["points"] for row in day.own(PointsFigures)}
    rows: list[tuple[Any, int]] = [(kinds[kind], moved[kind]) for kind in kinds if kind in moved]
    held, owed = _("Points held by all customers of the chain"), _("Points owed by customers of the chain")
    return Table(
        title=_("Points"),
        subtitle=_("by the business day on which they moved"),
        columns=[
            Column("kind", _("With orders of this cinema")),
            Column("points", _("Points"), Kind.INTEGER, definitions.POINTS_MOVED),
        ],
        rows=[*rows, (held, day.points.held), (owed, day.points.owed)],
    )


def corrections(day: DayFigures) -> Table:
    """What the day booked about earlier dates: refunds of past screenings, and what was recorded late."""
    counted = [row for row in day.cash if row["about"] != day.day.date]
    found_rows = [*counted, *(row for table in OF_LINES_AND_MONEY for row in day.corrections(table))]
    about = sorted({row["about"] for row in found_rows})
    money = [row for row in day.corrections(MoneyFigures) if row["tender"] != Tender.POINTS]
    rows = []
    for date in about:
        tickets, bar, moved = (
            added(table.MEASURES, [row for row in found if row["about"] == date])
            for table, found in (
                (TicketFigures, day.corrections(TicketFigures)),
                (BarFigures, day.corrections(BarFigures)),
                (MoneyFigures, money),
            )
        )
        rows.append(
            {
                "about": date,
                definitions.ADMISSIONS.key: definitions.ADMISSIONS.of(tickets),
                definitions.BOX_OFFICE.key: definitions.BOX_OFFICE.of(tickets),
                definitions.BAR_TAKINGS.key: definitions.BAR_TAKINGS.of(bar),
                definitions.TAKINGS.key: definitions.TAKINGS.of(moved),
                definitions.OVER_OR_SHORT.key: cash.over_or_short(row for row in counted if row["about"] == date),
            }
        )
    shown = (
        *(definitions.ADMISSIONS, definitions.BOX_OFFICE, definitions.BAR_TAKINGS, definitions.TAKINGS),
        definitions.OVER_OR_SHORT,
    )
    return Table(
        title=_("Corrections of earlier days"),
        subtitle=_("booked on this business day; the earlier days stay as they were closed"),
        columns=[Column("about", _("About"), Kind.DATE), *(column_of(each, summed=True) for each in shown)],
        rows=rows,
        notes=[] if day.closed_at else [_("Corrections are booked when the day is closed.")],
    )


def checks(day: DayFigures) -> Table:
    """The checks of a closed day. One query."""
    stored = DayCheck.objects.filter(day__cinema=day.cinema, day__date=day.day.date) if day.closed_at else []
    return Table(
        title=_("Checks"),
        subtitle=_("made when the day was closed"),
        columns=[
            Column("name", _("Check")),
            Column("difference", _("Difference")),
            Column("result", _("Result")),
            Column("note", _("Explanation")),
        ],
        rows=[
            (
                check.get_name_display(),
                check.in_words(check.difference) if check.difference else "",
                check.state().label,
                check.note,
            )
            for check in stored
        ],
        notes=[] if day.closed_at else [_("The checks are made when the day is closed.")],
    )


def refunds(day: DayFigures) -> Table:
    """The first refunds of the day. One query."""
    made = (
        Refund.objects.filter(requested_at__gte=day.day.starts_at, requested_at__lt=day.as_of, order__cinema=day.cinema)
        .select_related("order", "actor")
        .order_by("requested_at", "pk")[: REFUNDS_SHOWN + 1]
    )
    found = list(made)
    notes = [_("Only the first %(count)d are listed here.") % {"count": REFUNDS_SHOWN}]
    return Table(
        title=_("Refunds of the day"),
        subtitle=_("by the business day on which they were made"),
        columns=[
            Column("at", _("Time"), Kind.INSTANT),
            Column("order", _("Order")),
            Column("amount", _("Amount"), Kind.MONEY),
            Column("reason", _("Reason")),
            Column("by", _("Made by")),
            Column("status", _("Status")),
        ],
        rows=[
            {
                "at": refund.requested_at,
                "order": refund.order.number,
                "order_id": refund.order_id,
                "amount": refund.amount,
                "reason": reason_label(refund.reason),
                "by": who(refund),
                "status": refund.get_status_display(),
            }
            for refund in found[:REFUNDS_SHOWN]
        ],
        zone=day.cinema.zone,
        notes=notes if len(found) > REFUNDS_SHOWN else [],
    )


def who(refund: Refund) -> str:
    """Who made it: a member of staff by name. Customers are never named."""
    if refund.reason == Reason.BY_CUSTOMER:
        return _("Customer")
    return str(refund.actor) if refund.actor and refund.actor.is_staff else _("Automatically or at the provider")
