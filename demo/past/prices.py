"""Forecasts of the last days, and one cinema whose prices follow demand."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import F

from demo.chain import Chain
from demo.simulation.timeline import Timeline
from pricing.models import PricingMode
from pricing.services.forecasting import Known, forecast, learn
from pricing.services.repricing import reprice, to_reprice
from reports.services.session_figures import count_locked, to_count
from screenings.models import Session

ADAPTIVE = "Аврора"
AT_LIST_PRICE = "Кот, который знал всё"  # a film of that cinema, for children
AHEAD = timedelta(days=14)  # how long before its start a screening goes on sale
DAY = timedelta(days=1)
BATCH = 1000


def add_prices(chain: Chain, timeline: Timeline, *, at: datetime, days: int) -> None:
    """From `days` before `at` on, prices of `ADAPTIVE` follow demand, but for one film. Each screening since then is
    forecast a week and a day before. The screenings before then are counted, for the forecasts to learn from.
    """
    began = at - days * DAY
    cinema = chain.venues[ADAPTIVE].cinema
    film = next(each for each in chain.films if each.title == AT_LIST_PRICE)
    PricingMode.objects.create(cinema=cinema, mode=PricingMode.Mode.ADAPTIVE, since=began, lowest_percent=70)
    PricingMode.objects.create(cinema=cinema, film=film, mode=PricingMode.Mode.OFF, since=began)
    Session.history.filter(start_datetime__gt=began).update(history_date=F("start_datetime") - AHEAD)
    past = list(to_count(began).order_by("pk"))
    for first in range(0, len(past), BATCH):
        count_locked(past[first : first + BATCH], at=began)
    known = learn(began - 7 * DAY)
    for night in range(days + 7, 0, -1):
        timeline.add(at - night * DAY, partial(_forecast, known))
    for hours in range(24 * days, 0, -6):
        timeline.add(at - timedelta(hours=hours - 1), _reprice)


def _forecast(known: Known, at: datetime) -> None:
    """The screenings of the night's day, those of a week later, and those with adaptive prices that are new."""
    coming = Session.objects.on_sale(at)
    for begins in (at, at + 6 * DAY):
        forecast(coming.filter(start_datetime__range=(begins, begins + DAY)), known, at=at)
    forecast(coming.filter(hall__cinema__name=ADAPTIVE, start_datetime__lt=at + AHEAD, forecasts=None), known, at=at)


def _reprice(at: datetime) -> None:
    reprice(to_reprice(at), at=at)
