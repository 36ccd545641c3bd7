"""Business days, the figures of each day, and reports as files."""

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
from reports.models.files import ReportFile
from reports.models.payouts import PayoutFigures, PayoutFile, PayoutLayout, PayoutLine
from reports.models.session_figures import SessionFigures
from reports.models.societies import SocietyRate

__all__ = [
    "FIGURES",
    "BarFigures",
    "BusinessDay",
    "DayCheck",
    "Figures",
    "MoneyFigures",
    "OrderFigures",
    "PayoutFigures",
    "PayoutFile",
    "PayoutLayout",
    "PayoutLine",
    "PointsFigures",
    "ReceiptFigures",
    "ReportFile",
    "SessionFigures",
    "SocietyRate",
    "StockFigures",
    "Tender",
    "TicketFigures",
]
