"""Cash on the sheets: what moved, what is where, and what was counted in each drawer."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cinema.money import ZERO
from payments.models import CashMovement, Shift
from reports import definitions
from reports.models import CASH, BusinessDay
from reports.reading import Number
from reports.tables import Column, Kind, Table
from screenings.models import Cinema

Text = str | Promise
BALANCES = (definitions.CASH_IN_DRAWERS, definitions.CASH_IN_SAFE, definitions.CHANGE_FUND)


def movements(
    about: Text,
    *,
    moved: Callable[[str, str], Number],
    start: tuple[Text, Mapping[str, Decimal]],
    end: tuple[Text, Mapping[str, Decimal]],
) -> Table:
    """What moved cash between two balances: a row for each kind of movement, a column for each kind of place.

    `moved` gives the amount of a place and a kind; `start` and `end` are a name and what was where.
    """
    rows: list[dict[str, Any]] = [_balance(*start)]
    for kind, label in CashMovement.Kind.choices:
        amounts = {str(place): moved(place, kind) for place in CASH.values()}
        if any(amounts.values()):
            rows.append({"what": label, **amounts, "all": sum(amounts.values(), ZERO)})
    rows.append(_balance(*end))
    return Table(
        title=_("Cash"),
        subtitle=about,
        columns=[
            Column("what", _("Movement")),
            *(Column(CASH[each.key], each.name, Kind.MONEY, each) for each in BALANCES),
            Column("all", _("Total"), Kind.MONEY),
        ],
        rows=rows,
        notes=[_("What a count found over or short belongs to the day on which the shift was opened.")],
    )


def _balance(name: Text, held: Mapping[str, Decimal]) -> dict[str, Any]:
    return {"what": name, **held, "all": sum(held.values(), ZERO)}


def drawers(cinema: Cinema, start: datetime, end: datetime) -> Table:
    """The shifts that were opened or counted from `start` to `end`, as they were at its end. One query."""
    shifts = (
        Shift.objects.filter(
            Q(opened_at__gte=start, opened_at__lt=end) | Q(counted_at__gte=start, counted_at__lt=end), cinema=cinema
        )
        .select_related("drawer", "cashier")
        .order_by("opened_at", "pk")
    )
    rows = [_row(shift, end) for shift in shifts]
    return Table(
        title=_("Cash drawers"),
        subtitle=_("shifts that were opened or counted on the business day"),
        columns=[
            Column("drawer", _("Drawer")),
            Column("cashier", _("Responsible")),
            Column("opened", _("Opened"), Kind.INSTANT),
            Column("state", _("Status")),
            Column("counted", _("Counted"), Kind.INSTANT),
            Column("expected", _("Cash expected"), Kind.MONEY, is_summed=True),
            Column("found", _("Cash counted"), Kind.MONEY, is_summed=True),
            Column("difference", definitions.OVER_OR_SHORT.name, Kind.MONEY, definitions.OVER_OR_SHORT, is_summed=True),
            Column("card_expected", _("Cards expected"), Kind.MONEY, is_summed=True),
            Column("card_found", _("By the terminal"), Kind.MONEY, is_summed=True),
        ],
        rows=rows,
        zone=cinema.zone,
        notes=[
            _(
                "A drawer that was not counted by the end of the day stays so on this sheet. Its count is booked on "
                "the day on which it is made, about the day of the shift."
            )
        ],
    )


def _row(shift: Shift, end: datetime) -> dict[str, Any]:
    is_counted = shift.counted_at is not None and shift.counted_at < end
    status = Shift.Status.COUNTED if is_counted else Shift.Status.NOT_COUNTED
    if shift.ended_at is None or shift.ended_at >= end:
        status = Shift.Status.COUNTED if is_counted else Shift.Status.OPEN
    return {
        "drawer": str(shift.drawer),
        "cashier": str(shift.cashier),
        "opened": shift.opened_at,
        "counted": shift.counted_at,
        "expected": shift.expected_cash if is_counted else None,
        "found": shift.counted_cash if is_counted else None,
        "difference": shift.difference if is_counted else None,
        "card_expected": shift.expected_card if is_counted else None,
        "card_found": shift.counted_card if is_counted else None,
        "state": status.label,
    }


def over_or_short(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum((row["amount"] for row in rows if row["kind"] == CashMovement.Kind.COUNT), ZERO)


def held(days: Iterable[BusinessDay]) -> dict[str, Decimal]:
    """What is where at the end of these days, each the last one of a cinema."""
    days = list(days)
    return {place: sum((getattr(day, name) for day in days), ZERO) for name, place in CASH.items()}
