"""Tickets and screenings."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.definitions.basics import Definition, Unit, each, share, value_of_sales
from reports.definitions.sources import OF_LINES, OF_SCREENINGS, OF_TICKETS

ADMISSIONS = Definition(
    "admissions",
    _("Admissions"),
    _("Tickets sold and not refunded, free tickets included. They count on the day of the screening."),
    Unit.COUNT,
    lambda row: row["sold"] - row["refunded"],
    formula=_("tickets sold − tickets refunded"),
    source=OF_TICKETS,
)
BOX_OFFICE = Definition(
    "box_office",
    pgettext_lazy("takings", "Box office"),
    _(
        "Price of the tickets less discounts and less refunded tickets, VAT included. What customers paid with points "
        "is part of it. It counts on the day of the screening."
    ),
    Unit.MONEY,
    value_of_sales,
    formula=_("price − discounts − value refunded"),
    source=OF_TICKETS,
)
NET_BOX_OFFICE = Definition(
    "net_box_office",
    _("Box office without VAT"),
    _("Box office less the VAT in the money paid, at the rate of the day of the screening."),
    Unit.MONEY,
    lambda row: value_of_sales(row) - row["vat"],
    formula=_("box office − VAT"),
    source=OF_TICKETS,
)
AVERAGE_TICKET = Definition(
    "average_ticket",
    _("Average ticket price"),
    _("Box office divided by admissions."),
    Unit.MONEY,
    lambda row: each(value_of_sales(row), row["sold"] - row["refunded"]),
    formula=_("box office ÷ admissions"),
    source=OF_TICKETS,
)
GROSS = Definition(
    "gross",
    _("Gross"),
    _("Price of everything sold, before discounts and refunds, VAT included."),
    Unit.MONEY,
    lambda row: row["gross"],
    formula=_("sum of prices"),
    source=OF_LINES,
)
DISCOUNTS = Definition(
    "discounts",
    _("Discounts"),
    _("What promo codes took off the price."),
    Unit.MONEY,
    lambda row: row["discount"],
    formula=_("sum of discounts"),
    source=OF_LINES,
)
PAID_WITH_POINTS = Definition(
    "paid_with_points",
    _("Paid with points"),
    _("The part of the price that customers paid with points, refunded items included."),
    Unit.MONEY,
    lambda row: row["points"],
    formula=_("points × value of a point"),
    source=OF_LINES,
)
REFUNDED = Definition(
    "refunded",
    _("Value refunded"),
    _("Value of refunded tickets or items: their price less their discount."),
    Unit.MONEY,
    lambda row: row["refunded_value"],
    formula=_("price of what was refunded − its discount"),
    source=OF_LINES,
)
REFUNDED_TICKETS = Definition(
    "refunded_tickets",
    _("Tickets refunded"),
    _("Tickets that were refunded, whenever that was; they count on the day of the screening."),
    Unit.COUNT,
    lambda row: row["refunded"],
    formula=_("number of refunded tickets"),
    source=OF_TICKETS,
)
COMPS = Definition(
    "comps",
    _("Free tickets"),
    _("Tickets with a price of 0 that were not refunded."),
    Unit.COUNT,
    lambda row: row["comps"],
    formula=_("number of tickets with a price of 0 − those refunded"),
    source=OF_TICKETS,
)
NO_SHOW_RATE = Definition(
    "no_show_rate",
    _("No-shows"),
    _("Share of the admissions whose ticket was not scanned at the entrance."),
    Unit.PERCENT,
    lambda row: share(row["no_shows"], row["used"] + row["no_shows"]),
    formula=_("tickets not scanned ÷ admissions"),
    source=OF_TICKETS,
)
OCCUPANCY = Definition(
    "occupancy",
    _("Occupancy"),
    _("Admissions divided by the seats of the screenings, free tickets included."),
    Unit.PERCENT,
    lambda row: share(row["sold"] - row["refunded"], row["capacity"]),
    formula=_("admissions ÷ seats"),
    source=OF_TICKETS,
)
SCREENINGS = Definition(
    "screenings",
    _("Screenings"),
    _("Past screenings that took place."),
    Unit.COUNT,
    lambda row: row["screenings"],
    formula=_("number of screenings − cancelled ones"),
    source=OF_SCREENINGS,
)
ADMISSIONS_PER_SCREENING = Definition(
    "per_screening",
    _("Admissions per screening"),
    _("Admissions divided by screenings."),
    Unit.RATIO,
    lambda row: share(row["sold"] - row["refunded"], row["screenings"], scale=1),
    formula=_("admissions ÷ screenings"),
    source=OF_TICKETS,
)
SCREENS = Definition(
    "screens",
    _("Screens"),
    _("Halls in which past screenings of the film took place."),
    Unit.COUNT,
    lambda row: row["screens"],
    formula=_("number of different halls"),
    source=OF_SCREENINGS,
)
ADMISSIONS_PER_SCREEN = Definition(
    "per_screen",
    _("Admissions per screen"),
    _("Admissions divided by screens."),
    Unit.RATIO,
    lambda row: share(row["sold"] - row["refunded"], row["screens"], scale=1),
    formula=_("admissions ÷ screens"),
    source=OF_TICKETS,
)
LAST_DAY = Definition(
    "last_day",
    _("Last day"),
    _("Admissions of the last day of the period."),
    Unit.COUNT,
    lambda row: row["last_day"],
    formula=_("admissions of the last day"),
    source=OF_TICKETS,
)
RUN_ADMISSIONS = Definition(
    "run_admissions",
    _("Since the first screening"),
    _("Admissions of the film from its first screening to the end of the period."),
    Unit.COUNT,
    lambda row: row["run"]["sold"] - row["run"]["refunded"],
    formula=_("admissions of all days of the film"),
    source=OF_TICKETS,
)
RUN_BOX_OFFICE = Definition(
    "run_box_office",
    _("Box office of the whole run"),
    _("Box office of the film from its first screening to the end of the period."),
    Unit.MONEY,
    lambda row: value_of_sales(row["run"]),
    formula=_("box office of all days of the film"),
    source=OF_TICKETS,
)
CHANGE = Definition(
    "change",
    _("Change"),
    _("Admissions against those of the period of the same length just before."),
    Unit.PERCENT,
    lambda row: share(row["admissions"] - row["before"], row["before"]),
    formula=_("(admissions − admissions before) ÷ admissions before"),
    source=OF_TICKETS,
)
WEEK_BEFORE = Definition(
    "week_before",
    _("A week before"),
    _("Box office of the same days of the week before."),
    Unit.MONEY,
    lambda row: row["week_before"],
    formula=_("box office of the same days, 7 days earlier"),
    source=OF_TICKETS,
)
CHANGE_FROM_WEEK = Definition(
    "change_from_week",
    _("Change"),
    _("Box office against that of the same days of the week before."),
    Unit.PERCENT,
    lambda row: share(row["box_office"] - row["week_before"], row["week_before"]),
    formula=_("(box office − a week before) ÷ a week before"),
    source=OF_TICKETS,
)
COMPARED = Definition(
    "compared",
    _("Compared with"),
    _("Box office of what the rows are compared with."),
    Unit.MONEY,
    lambda row: row["compared"],
    formula=_("box office of the other period, cinema or film"),
    source=OF_TICKETS,
)
COMPARED_CHANGE = Definition(
    "compared_change",
    _("Change"),
    _("Box office against that of what it is compared with."),
    Unit.PERCENT,
    lambda row: share(row["box_office"] - row["compared"], row["compared"]),
    formula=_("(box office − compared with) ÷ compared with"),
    source=OF_TICKETS,
)
VAT = Definition(
    "vat",
    _("VAT"),
    _("The VAT in the money paid and not refunded, at the rate of the day, rounded for each ticket or item."),
    Unit.MONEY,
    lambda row: row["vat"],
    formula=_("money paid and not refunded × rate ÷ (100 + rate)"),
    source=OF_LINES,
)
