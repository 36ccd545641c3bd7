"""The figures of one screening, as they are known now."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from reports import definitions
from reports.catalogue.takings import added, column_of, figures
from reports.counting import bar, tickets
from reports.days import Days, PlannedDay
from reports.models import BarFigures, TicketFigures
from reports.tables import Table
from screenings.models import Session

SHOWN = (
    definitions.ADMISSIONS,
    definitions.OCCUPANCY,
    definitions.BOX_OFFICE,
    definitions.AVERAGE_TICKET,
    definitions.BAR_TAKINGS,
    definitions.SPEND_PER_HEAD,
)


def screening_figures(session: Session, at: datetime, *, seats: int) -> Table:
    """Its tickets, and the bar items of orders whose first screening it is. Three queries."""
    cinema = session.hall.cinema
    date, start = cinema.business_date(session.start_datetime), session.start_datetime
    days = Days([PlannedDay(date, start, start + timedelta(microseconds=1))], cinemas=[cinema.pk])
    sold = added(TicketFigures.MEASURES, tickets.totals({session.pk: date}, at, rates=days.rates))
    eaten = [row for row in bar.count_by_screening(days, at) if row["session_id"] == session.pk]
    row = figures(sold, added(BarFigures.MEASURES, eaten))
    row[definitions.OCCUPANCY.key] = definitions.OCCUPANCY.of({**sold, "capacity": seats})
    return Table(title=_("Figures of the screening"), columns=[column_of(each) for each in SHOWN], rows=[row])
