"""Count the figures of business days from orders, payments, points, stock, cash, gift cards, receipts and what
people did.

Each module has one function, `count(days, as_of)`: the figures of these days by all facts before the instant `as_of`,
as dicts with the cinema, the date (`about`), the columns of the table's `KEY`, and its `MEASURES`. Rows with the same
key are to be added up; a measure that is missing is 0. The functions read only, cost a constant number of queries, and
are the one definition of every figure, for closed days and for the day that is still open.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from reports.counting import actions, bar, cash, gift_cards, money, orders, points, receipts, stock, tickets
from reports.days import Days, Row
from reports.models import (
    ActionFigures,
    BarFigures,
    CashFigures,
    Figures,
    GiftCardFigures,
    GuestTotals,
    ItemTotals,
    MoneyFigures,
    OrderFigures,
    PointsFigures,
    ReceiptFigures,
    ScreeningTotals,
    StockFigures,
    TicketFigures,
)

COUNTS: dict[type[Figures], Callable[[Days, datetime], Iterable[Row]]] = {
    TicketFigures: tickets.count,
    BarFigures: bar.count,
    MoneyFigures: money.count,
    OrderFigures: orders.count,
    PointsFigures: points.count,
    StockFigures: stock.count,
    CashFigures: cash.count,
    GiftCardFigures: gift_cards.count,
    ReceiptFigures: receipts.count,
    ActionFigures: actions.count,
    ScreeningTotals: tickets.count,
    GuestTotals: tickets.count,
    ItemTotals: bar.count,
}

#: Totals that are counted by themselves in fewer rows, where nothing else is asked: as many as there are screenings or
#: items, however much is sold.
SHORT: dict[type[Figures], Callable[[Days, datetime], Iterable[Row]]] = {
    ScreeningTotals: tickets.count_by_screening,
    ItemTotals: bar.count_by_item,
}

#: Those that count cinemas whose days differ at once (`JoinedDays`); the others count each group of them by itself.
JOINED = frozenset(
    {
        *(TicketFigures, BarFigures, MoneyFigures, OrderFigures),
        *(PointsFigures, CashFigures, GiftCardFigures, ReceiptFigures, ActionFigures),
        *SHORT,
    }
)
