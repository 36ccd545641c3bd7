"""Layout of the week planner: a week's sessions and drafts by day and hall, on one time axis."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from backoffice.pricing.expected import Expected
from orders.availability.seat_counts import SeatCount, seat_counts
from screenings.models import Cinema, Hall, PlannedSession, Session
from screenings.services.hall_conflicts import conflicts_of
from screenings.services.planning import DAY, drafts_of, follow_price_list, problems_of, week_bounds

HOUR = timedelta(hours=1)
OPENING_TIME, OPEN_FOR = time(10), 14  # what the axis shows of an empty week
STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class PlanBlock:
    """A session or a draft. `left` and `width` are percentages of the axis, `cleaning` is one of the block."""

    session: Session  # of a draft: what it would become
    planned: PlannedSession | None
    starts: datetime  # in the cinema's time zone, like `ends`
    ends: datetime
    left: str
    width: str
    cleaning: str
    lane: int
    seats: SeatCount | None
    expected: Expected | None
    problem: str  # why the draft cannot be published

    @property
    def key(self) -> str:
        return f"draft-{self.planned.pk}" if self.planned else f"session-{self.session.pk}"

    @property
    def time(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


@dataclass(frozen=True)
class HallPlan:
    hall: Hall
    blocks: list[PlanBlock]
    lanes: int
    next_free: int  # seconds since 1970: where another draft would fit after the last one


@dataclass(frozen=True)
class DayPlan:
    day: date
    begins: int  # seconds since 1970, where the axis of this day begins
    hours: list[str]
    halls: list[HallPlan]
    expected: float  # admissions


@dataclass(frozen=True)
class WeekPlan:
    first: date
    days: list[DayPlan]
    hours: int  # of the axis
    drafts: int
    expected: float

    @property
    def problems(self) -> list[PlanBlock]:
        """The drafts that cannot be published."""
        return [block for day in self.days for row in day.halls for block in row.blocks if block.problem]

    @property
    def marks(self) -> list[str]:
        return [_percent(number * HOUR, self.hours * HOUR) for number in range(self.hours)]


Expecting = Callable[[Sequence[Session], Sequence[Session]], Sequence[Expected | None]]


def lay_out_week(
    cinema: Cinema,
    first: date,
    *,
    expected: Expecting = lambda sessions, drafts: [None] * (len(sessions) + len(drafts)),
    at: datetime,
) -> WeekPlan:
    """The business days from `first`: sessions, except cancelled ones, and drafts, at prices that the list has now.

    Thirteen queries at most, and those of `expected`, which tells what is expected at these sessions and drafts.
    """
    halls = list(cinema.halls.order_by("name"))
    begins, ends = week_bounds(cinema, first)
    stored = list(
        Session.objects.filter(hall__in=halls, start_datetime__gte=begins, start_datetime__lt=ends)
        .exclude(status=Session.Status.CANCELLED)
        .select_related("film", "price_row")
        .order_by("start_datetime", "pk")
    )
    drafts = list(drafts_of(cinema, first))
    by_key = {hall.pk: hall for hall in halls}
    for hall in halls:
        hall.cinema = cinema
    for each in stored:
        each.hall = by_key[each.hall_id]
    for draft in drafts:
        draft.hall = by_key[draft.hall_id]
    planned = follow_price_list(drafts)
    problems = {id(session): str(refused) for session, refused in problems_of(planned, at=at)}
    seats = seat_counts(stored, at=at)
    forecasts = expected(stored, planned)
    sessions = [*stored, *planned]
    origins: list[PlannedSession | None] = [*[None] * len(stored), *drafts]
    since, hours = _axis(cinema, first, sessions)
    blocks = [
        _block(
            cinema,
            session,
            origin,
            day_begins=_day_begins(cinema, session) + since,
            hours=hours,
            seats=seats.get(session.pk) if origin is None else None,
            expected=forecast,
            problem=problems.get(id(session), ""),
        )
        for session, origin, forecast in zip(sessions, origins, forecasts, strict=True)
    ]
    by_place: dict[tuple[date, int], list[PlanBlock]] = {}
    for block in blocks:
        place = cinema.business_date(block.session.start_datetime), block.session.hall_id
        by_place.setdefault(place, []).append(block)
    days = [_day(cinema, first + number * DAY, halls, by_place, since=since, hours=hours) for number in range(7)]
    return WeekPlan(
        first=first,
        days=days,
        hours=hours,
        drafts=len(drafts),
        expected=sum(day.expected for day in days),
    )


def _day(
    cinema: Cinema,
    day: date,
    halls: Sequence[Hall],
    blocks: Mapping[tuple[date, int], list[PlanBlock]],
    *,
    since: timedelta,
    hours: int,
) -> DayPlan:
    begins = cinema.day_bounds(day)[0] + since
    opens = datetime.combine(day, OPENING_TIME, cinema.zone).astimezone(UTC)
    rows = []
    for hall in halls:
        found = _in_lanes(blocks.get((day, hall.pk), []))
        free = max([opens, *(block.session.free_from for block in found)])
        rounded = datetime.fromtimestamp(-(-free.timestamp() // STEP.seconds) * STEP.seconds, UTC)
        lanes = 1 + max((block.lane for block in found), default=0)
        rows.append(HallPlan(hall, found, lanes, int(rounded.timestamp())))
    return DayPlan(
        day=day,
        begins=int(begins.timestamp()),
        hours=[f"{cinema.local(begins + number * HOUR):%H:%M}" for number in range(hours)],
        halls=rows,
        expected=sum(block.expected.mean for row in rows for block in row.blocks if block.expected),
    )


def _day_begins(cinema: Cinema, session: Session) -> datetime:
    return cinema.day_bounds(cinema.business_date(session.start_datetime))[0]


def _axis(cinema: Cinema, first: date, sessions: Sequence[Session]) -> tuple[timedelta, int]:
    """When the axis begins, counted from the beginning of each business day, and how many hours it has: whole ones,
    around all sessions with their cleaning."""
    opens = datetime.combine(first, OPENING_TIME, cinema.zone).astimezone(UTC) - cinema.day_bounds(first)[0]
    begins = min([opens, *(each.start_datetime - _day_begins(cinema, each) for each in sessions)])
    ends = max([opens + OPEN_FOR * HOUR, *(each.free_from - _day_begins(cinema, each) for each in sessions)])
    whole = max(begins, timedelta()) // HOUR * HOUR
    return whole, -(-(ends - whole) // HOUR)


def _block(
    cinema: Cinema,
    session: Session,
    planned: PlannedSession | None,
    *,
    day_begins: datetime,
    hours: int,
    seats: SeatCount | None,
    expected: Expected | None,
    problem: str,
) -> PlanBlock:
    duration = session.free_from - session.start_datetime
    return PlanBlock(
        session=session,
        planned=planned,
        starts=cinema.local(session.start_datetime),
        ends=cinema.local(session.end_datetime),
        left=_percent(session.start_datetime - day_begins, hours * HOUR),
        width=_percent(duration, hours * HOUR),
        cleaning=_percent(session.free_from - session.end_datetime, duration),
        lane=0,
        seats=seats,
        expected=expected,
        problem=problem,
    )


def _in_lanes(blocks: Sequence[PlanBlock]) -> list[PlanBlock]:
    """In order of time; those that meet another one get the lanes below."""
    lanes: list[list[Session]] = []
    found = []
    for block in sorted(blocks, key=lambda each: (each.starts, each.key)):
        lane = next(
            (number for number, others in enumerate(lanes) if not conflicts_of(block.session, others)), len(lanes)
        )
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(block.session)
        found.append(PlanBlock(**{**block.__dict__, "lane": lane}))
    return found


def _percent(part: timedelta, whole: timedelta) -> str:
    """With a decimal point in every language, as CSS requires."""
    return f"{100 * (part / whole):.3f}%"
