"""Layout of the timetable: positions of a day's sessions, by hall, on a common time axis."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from backoffice.pricing.expected import Expected
from orders.availability.seat_counts import SeatCount, seat_counts
from screenings.models import Cinema, Hall, Session
from screenings.services.hall_conflicts import conflicts_of

HOUR = timedelta(hours=1)
OPENING_TIME, OPEN_FOR = time(10), timedelta(hours=14)  # what the axis shows on an empty day


@dataclass(frozen=True)
class SessionBlock:
    """A session on the timetable.

    `left` and `width` are percentages of the axis, `cleaning` is one of the block; all are values for CSS.
    """

    session: Session
    starts: datetime  # in the cinema's time zone, like `ends`
    ends: datetime
    left: str
    width: str
    cleaning: str
    lane: int  # 0 is the top one; cancelled sessions that overlap another session get the lanes below
    seats: SeatCount
    expected: Expected | None

    @property
    def time(self) -> str:
        """Formatted here because a template would convert the times to the current time zone."""
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    @property
    def status(self) -> str:
        if self.session.status == Session.Status.SCHEDULED and not self.seats.free:
            return _("Wheelchair spaces only") if self.seats.only_wheelchairs else _("Sold out")
        return self.session.get_status_display()


@dataclass(frozen=True)
class HallRow:
    hall: Hall
    blocks: list[SessionBlock]
    lanes: int


@dataclass(frozen=True)
class HourMark:
    left: str
    label: str


@dataclass(frozen=True)
class Timetable:
    cinema: Cinema
    date: date
    hours: list[HourMark]
    halls: list[HallRow]
    now: str | None  # the position of the current time; None if it is not on the axis


def lay_out_day(
    cinema: Cinema,
    day: date,
    *,
    expected: Callable[[Sequence[Session]], Mapping[int, Expected]] = lambda _sessions: {},
    at: datetime,
) -> Timetable:
    """Sessions that start on this day in the cinema's time zone, cancelled ones included. Five queries, and those of
    `expected`, which tells what is expected at them.
    """
    midnight, next_midnight = (
        datetime.combine(each, time(), cinema.zone).astimezone(UTC) for each in (day, day + timedelta(days=1))
    )
    halls = list(cinema.halls.order_by("name"))
    for hall in halls:
        hall.cinema = cinema
    sessions = list(
        Session.objects.filter(hall__in=halls, start_datetime__gte=midnight, start_datetime__lt=next_midnight)
        .select_related("film")
        .order_by("start_datetime", "pk")
    )
    seats, forecasts = seat_counts(sessions, at=at), expected(sessions)
    begins, ends = _axis(cinema, day, sessions)
    return Timetable(
        cinema=cinema,
        date=day,
        hours=[
            HourMark(_percent(instant - begins, ends - begins), f"{cinema.local(instant):%H:%M}")
            for instant in _hours(begins, ends)
        ],
        halls=[
            _hall_row(
                cinema,
                hall,
                [session for session in sessions if session.hall_id == hall.pk],
                seats=seats,
                forecasts=forecasts,
                axis=(begins, ends),
            )
            for hall in halls
        ],
        now=_percent(at - begins, ends - begins) if begins <= at < ends else None,
    )


def _axis(cinema: Cinema, day: date, sessions: Sequence[Session]) -> tuple[datetime, datetime]:
    """Start and end of the axis: whole local hours around all sessions, with their cleaning."""
    opens = datetime.combine(day, OPENING_TIME, cinema.zone).astimezone(UTC)
    begins = min([opens, *(session.start_datetime for session in sessions)])
    ends = max([opens + OPEN_FOR, *(session.free_from for session in sessions)])
    whole = cinema.local(begins).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    return whole, whole + -(-(ends - whole) // HOUR) * HOUR


def _hours(begins: datetime, ends: datetime) -> list[datetime]:
    return [begins + number * HOUR for number in range((ends - begins) // HOUR)]


def _hall_row(
    cinema: Cinema,
    hall: Hall,
    sessions: Sequence[Session],
    *,
    seats: Mapping[int, SeatCount],
    forecasts: Mapping[int, Expected],
    axis: tuple[datetime, datetime],
) -> HallRow:
    begins, ends = axis
    lanes: list[list[Session]] = []
    blocks = []
    # Cancelled sessions come last, so that the others get the top lane.
    for session in sorted(sessions, key=lambda each: each.status == Session.Status.CANCELLED):
        lane = next((number for number, others in enumerate(lanes) if not conflicts_of(session, others)), len(lanes))
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(session)
        session.hall = hall
        duration = session.free_from - session.start_datetime
        blocks.append(
            SessionBlock(
                session=session,
                starts=cinema.local(session.start_datetime),
                ends=cinema.local(session.end_datetime),
                left=_percent(session.start_datetime - begins, ends - begins),
                width=_percent(duration, ends - begins),
                cleaning=_percent(session.free_from - session.end_datetime, duration),
                lane=lane,
                seats=seats[session.pk],
                expected=forecasts.get(session.pk),
            )
        )
    return HallRow(hall, sorted(blocks, key=lambda block: (block.starts, block.lane)), max(len(lanes), 1))


def _percent(part: timedelta, whole: timedelta) -> str:
    """With a decimal point in every language, as CSS requires."""
    return f"{100 * (part / whole):.3f}%"
