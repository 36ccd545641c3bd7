"""A day of a cinema, by hall, laid out to be drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from orders.availability.showings import SeatCount, seat_counts
from screenings.models import Cinema, Hall, Session
from screenings.services.timetable import in_the_way

HOUR = timedelta(hours=1)
OPENS, CLOSES = time(10), timedelta(hours=14)  # what an empty day shows


@dataclass(frozen=True)
class Block:
    """A session on the timetable. `left`, `width` and `cleaning` are percents, of the axis and of the block."""

    session: Session
    starts: datetime  # by the cinema's clocks, as `ends`
    ends: datetime
    left: str
    width: str
    cleaning: str
    lane: int  # sessions of one hall at one time, of which all but one are cancelled, lie beneath each other
    seats: SeatCount

    @property
    def time(self) -> str:
        """In words here, since a template would show an instant by other clocks."""
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    @property
    def is_sold_out(self) -> bool:
        return self.seats.free <= 0


@dataclass(frozen=True)
class HallDay:
    hall: Hall
    blocks: list[Block]
    lanes: int


@dataclass(frozen=True)
class Hour:
    left: str
    label: str


@dataclass(frozen=True)
class Day:
    cinema: Cinema
    date: date
    hours: list[Hour]
    halls: list[HallDay]
    now: str | None  # where the axis is now; None: not on it


def lay_out(cinema: Cinema, day: date, *, at: datetime) -> Day:
    """Sessions that start on this day of the cinema's calendar, cancelled ones included. Five queries."""
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
    seats = seat_counts(sessions, at=at)
    begins, ends = _axis(cinema, day, sessions)
    return Day(
        cinema=cinema,
        date=day,
        hours=[
            Hour(_percent(instant - begins, ends - begins), f"{cinema.local(instant):%H:%M}")
            for instant in _hours(begins, ends)
        ],
        halls=[
            _hall_day(
                cinema,
                hall,
                [session for session in sessions if session.hall_id == hall.pk],
                seats=seats,
                axis=(begins, ends),
            )
            for hall in halls
        ],
        now=_percent(at - begins, ends - begins) if begins <= at < ends else None,
    )


def _axis(cinema: Cinema, day: date, sessions: Sequence[Session]) -> tuple[datetime, datetime]:
    """Whole hours around the sessions, cleaning included."""
    opens = datetime.combine(day, OPENS, cinema.zone).astimezone(UTC)
    begins = min([opens, *(session.start_datetime for session in sessions)])
    ends = max([opens + CLOSES, *(session.free_from for session in sessions)])
    whole = cinema.local(begins).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    return whole, whole + -(-(ends - whole) // HOUR) * HOUR


def _hours(begins: datetime, ends: datetime) -> list[datetime]:
    return [begins + number * HOUR for number in range((ends - begins) // HOUR)]


def _hall_day(
    cinema: Cinema,
    hall: Hall,
    sessions: Sequence[Session],
    *,
    seats: Mapping[int, SeatCount],
    axis: tuple[datetime, datetime],
) -> HallDay:
    begins, ends = axis
    lanes: list[list[Session]] = []
    blocks = []
    # Those that are shown come first, so that they keep the upper lane.
    for session in sorted(sessions, key=lambda each: each.status == Session.Status.CANCELLED):
        lane = next((number for number, others in enumerate(lanes) if not in_the_way(session, others)), len(lanes))
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(session)
        session.hall = hall
        taken = session.free_from - session.start_datetime
        blocks.append(
            Block(
                session=session,
                starts=cinema.local(session.start_datetime),
                ends=cinema.local(session.end_datetime),
                left=_percent(session.start_datetime - begins, ends - begins),
                width=_percent(taken, ends - begins),
                cleaning=_percent(session.free_from - session.end_datetime, taken),
                lane=lane,
                seats=seats[session.pk],
            )
        )
    return HallDay(hall, sorted(blocks, key=lambda block: (block.starts, block.lane)), max(len(lanes), 1))


def _percent(part: timedelta, whole: timedelta) -> str:
    """For a style sheet, which knows no decimal comma."""
    return f"{100 * (part / whole):.3f}%"
