"""Business days and the figures of each day."""

from reports.models.business_days import BusinessDay, DayCheck
from reports.models.figures import (
    FIGURES,
    BarFigures,
    Figures,
    MoneyFigures,
    OrderFigures,
    PointsFigures,
    ReceiptFigures,
    StockFigures,
    Tender,
    TicketFigures,
)
from reports.models.payouts import PayoutFile, PayoutLine
from reports.models.session_figures import SessionFigures

__all__ = [
    "FIGURES",
    "BarFigures",
    "BusinessDay",
    "DayCheck",
    "Figures",
    "MoneyFigures",
    "OrderFigures",
    "PayoutFile",
    "PayoutLine",
    "PointsFigures",
    "ReceiptFigures",
    "SessionFigures",
    "StockFigures",
    "Tender",
    "TicketFigures",
]
