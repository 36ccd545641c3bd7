"""How many people the evening needs at the till, the door and the bar, by hour, from the forecast of its screenings."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum, Value

from orders.models import Order
from reports.models import OrderFigures, TicketFigures
from screenings.models import Cinema

DAY = timedelta(days=1)
USUAL = 28  # days up to yesterday, from which it is known where guests buy
QUARTER = timedelta(minutes=15)
ARRIVAL = 2  # quarters before the start, in which guests come, as many in each
POSTS = ("till", "door", "bar")


@dataclass(frozen=True)
class Coming:
    """A screening with its forecast, by the cinema's clock."""

    starts: datetime
    mean: float
    p90: float


@dataclass(frozen=True)
class Need:
    """People at a post: for the expected number of guests, and for more than come on nine of ten evenings."""

    usual: int
    busy: int

    def __str__(self) -> str:
        return str(self.usual) if self.usual == self.busy else f"{self.usual}–{self.busy}"


@dataclass(frozen=True)
class Hours:
    """An hour, or several in a row that need as many people."""

    starts: datetime
    ends: datetime
    guests: int
    needs: Mapping[str, Need]  # by post


def work_per_guest(cinemas: Collection[Cinema], *, at: datetime) -> dict[int, dict[str, float]]:
    """By cinema that had guests in the last weeks: the tickets that the till sold, the admissions at the door, and the
    orders for the bar, for each guest. One query. Reads only."""
    if not cinemas:
        return {}
    today = [cinema.business_date(at) for cinema in cinemas]
    within = {"cinema__in": list(cinemas), "about__range": (min(today) - USUAL * DAY, max(today) - DAY)}
    parts = [
        table.objects.filter(**within).order_by().values("cinema", "channel").annotate(of=Value(of), number=Sum(of))
        for table, of in ((TicketFigures, "sold"), (OrderFigures, "with_bar"))
    ]
    sold: defaultdict[int, Counter[str]] = defaultdict(Counter)
    bar: Counter[int] = Counter()
    for row in parts[0].union(parts[1], all=True):
        if row["of"] == "sold":
            sold[row["cinema"]][row["channel"]] += row["number"]
        else:
            bar[row["cinema"]] += row["number"]
    found = {}
    for cinema, by_channel in sold.items():
        if (guests := sum(by_channel.values())) > 0:
            at_till = guests - by_channel[Order.Channel.ONLINE]
            found[cinema] = {"till": at_till / guests, "door": 1.0, "bar": bar[cinema] / guests}
    return found


def suggest(screenings: Sequence[Coming], work: Mapping[str, float]) -> list[Hours]:
    """From the hour in which the first guests come to that of the last start. In each, as many people as its busiest
    quarter of an hour needs at `STAFF_PACE`, at least one.

    A busy evening has more guests than nine of ten, as the forecasts of its screenings go, each for itself.
    """
    means: defaultdict[datetime, float] = defaultdict(float)
    squares: defaultdict[datetime, float] = defaultdict(float)
    for each in screenings:
        start = each.starts.replace(minute=each.starts.minute // 15 * 15, second=0, microsecond=0)
        for number in range(1, ARRIVAL + 1):
            means[start - number * QUARTER] += each.mean / ARRIVAL
            squares[start - number * QUARTER] += (max(each.p90 - each.mean, 0.0) / ARRIVAL) ** 2
    if not means:
        return []
    hour, last = (quarter.replace(minute=0) for quarter in (min(means), max(each.starts for each in screenings)))
    found = []
    while hour <= last:
        quarters = [hour + number * QUARTER for number in range(4)]
        usual = max(means[each] for each in quarters)
        busy = max(means[each] + math.sqrt(squares[each]) for each in quarters)
        needs = {post: Need(_people(post, usual, work), _people(post, busy, work)) for post in POSTS}
        next_hour = hour + timedelta(hours=1)
        found.append(Hours(hour, next_hour, round(sum(means[each] for each in quarters)), needs))
        hour = next_hour
    return found


def joined(hours: Iterable[Hours]) -> list[Hours]:
    """Neighbouring hours that need as many people at every post are one."""
    found: list[Hours] = []
    for each in hours:
        if found and found[-1].needs == each.needs:
            before = found.pop()
            each = replace(before, ends=each.ends, guests=before.guests + each.guests)
        found.append(each)
    return found


def _people(post: str, guests: float, work: Mapping[str, float]) -> int:
    return max(1, math.ceil(4 * guests * work[post] / settings.STAFF_PACE[post] - 1e-6))
