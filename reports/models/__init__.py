"""Business days, the figures of each day and of customers, and reports as files."""

from reports.models.actions import Action, ActionFigures
from reports.models.business_days import CASH, BusinessDay, DayCheck
from reports.models.campaigns import Campaign, CampaignFigures, CampaignOrder, CampaignVisits
from reports.models.engagement import (
    CohortFigures,
    CustomerFigures,
    CustomerGroup,
    Daypart,
    Engagement,
    ProfileFigures,
    PromocodeFigures,
    ReminderFigures,
)
from reports.models.figures import (
    GIFT_CARDS_SOLD,
    BarFigures,
    CashFigures,
    Figures,
    GiftCardFigures,
    MoneyFigures,
    OrderFigures,
    PointsFigures,
    ReceiptFigures,
    StockFigures,
    Tender,
    TicketFigures,
)
from reports.models.files import ReportFile
from reports.models.mailings import ReportMailing, ReportSchedule
from reports.models.payouts import PayoutFigures, PayoutFile, PayoutLayout, PayoutLine
from reports.models.segments import Segment
from reports.models.session_figures import SessionFigures
from reports.models.societies import SocietyRate
from reports.models.totals import TOTALS, GuestTotals, ItemTotals, ScreeningTotals

#: What is booked when a day is closed.
FIGURES: tuple[type[Figures], ...] = (
    TicketFigures,
    BarFigures,
    MoneyFigures,
    OrderFigures,
    PointsFigures,
    StockFigures,
    CashFigures,
    GiftCardFigures,
    ReceiptFigures,
    ActionFigures,
    ScreeningTotals,
    GuestTotals,
    ItemTotals,
)

__all__ = [
    "CASH",
    "FIGURES",
    "GIFT_CARDS_SOLD",
    "TOTALS",
    "Action",
    "ActionFigures",
    "BarFigures",
    "BusinessDay",
    "Campaign",
    "CampaignFigures",
    "CampaignOrder",
    "CampaignVisits",
    "CashFigures",
    "CohortFigures",
    "CustomerFigures",
    "CustomerGroup",
    "DayCheck",
    "Daypart",
    "Engagement",
    "Figures",
    "GiftCardFigures",
    "GuestTotals",
    "ItemTotals",
    "MoneyFigures",
    "OrderFigures",
    "PayoutFigures",
    "PayoutFile",
    "PayoutLayout",
    "PayoutLine",
    "PointsFigures",
    "ProfileFigures",
    "PromocodeFigures",
    "ReceiptFigures",
    "ReminderFigures",
    "ReportFile",
    "ReportMailing",
    "ReportSchedule",
    "ScreeningTotals",
    "Segment",
    "SessionFigures",
    "SocietyRate",
    "StockFigures",
    "Tender",
    "TicketFigures",
]
