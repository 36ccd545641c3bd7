"""Reads past and coming sessions for a forecast: every field may be missing, and rows that cannot be read are left out.

A session is a dict; `forecasts.py` documents its fields. Here each becomes a Session: when, how many came, and its
factors as text, such as {"weekday": "5", "film": "Dune"}.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

#: Other names under which a field is accepted.
ALIASES: Mapping[str, Sequence[str]] = {
    "admissions": ("admissions", "sold", "tickets", "attendance", "actual", "count"),
    "date": ("date", "start", "start_datetime", "starts_at", "day"),
    "cinema": ("cinema", "cinema_id", "site", "venue", "theatre"),
    "hall": ("hall", "hall_id", "screen", "auditorium"),
    "film": ("film", "film_id", "movie", "title"),
    "weekday": ("weekday", "day_of_week", "dow"),
    "daypart": ("daypart", "time_of_day", "slot"),
    "film_week": ("film_week", "week_of_film", "weeks_since_release", "age_weeks"),
    "format": ("format",),
    "holiday": ("holiday", "is_holiday", "school_holiday"),
    "capacity": ("capacity", "seats"),
    "bookings": ("bookings", "advance", "sold_by_days_left", "advance_sales"),
    "hour": ("hour",),
}
_FACTORS = ("cinema", "hall", "film", "weekday", "daypart", "format", "holiday")
_DAYPARTS = ((12, "morning"), (17, "afternoon"), (21, "evening"), (25, "night"))
_EVENING = 17  # the hour from which on it is no matinee
_MATINEES, _LATER = {"morning", "noon", "midday", "matinee", "afternoon"}, {"evening", "prime", "night", "late"}
_WEEKEND = {"5", "6", "sat", "sun"}
_NOT_FACTORS = {"id", "uid", "session", "session_id", "number", "price", "base_price", "ticket_price", "release", "p"}
_MOST = 1e7
_MOST_FACTORS = 20
_SOLD_OUT = 0.97  # of the seats
_LAST_WEEK = 12  # of a film; later weeks count as this one


@dataclass(frozen=True, slots=True)
class Session:
    """A past or coming session, as far as it is known."""

    admissions: float | None
    day: int | None  # proleptic ordinal, or any running number of days
    factors: tuple[tuple[str, str], ...]
    film_week: int | None  # 1: the week in which the film opened
    capacity: float | None
    bookings: tuple[tuple[float, float], ...] = field(default=())  # (days left, seats sold by then)
    is_matinee: bool | None = None  # None: nobody says when it begins

    @property
    def is_sold_out(self) -> bool:
        """Whether it may have refused people: a party finds too few seats before the last one is sold."""
        return self.capacity is not None and (self.admissions or 0.0) >= _SOLD_OUT * self.capacity

    @property
    def is_on_weekend(self) -> bool:
        return (self.factor("weekday") or "").lower()[:3] in _WEEKEND

    def factor(self, name: str) -> str | None:
        return next((value for each, value in self.factors if each == name), None)


def number(value: Any) -> float | None:
    """A finite number from 0 up; text such as "12" counts as one."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | str)
        or (isinstance(value, str) and len(value) > 40)
    ):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found <= _MOST else None


def pick(record: Mapping[str, Any], name: str) -> Any:
    for alias in ALIASES[name]:
        value = record.get(alias)
        if value is not None:
            return value
    return None


def read(record: Any) -> Session | None:
    """The session; None if it is no dict."""
    if not isinstance(record, Mapping):
        return None
    when, day = _when(pick(record, "date"))
    factors = {name: text for name in _FACTORS if (text := _text(pick(record, name))) is not None}
    hour = number(pick(record, "hour"))
    if hour is None and when is not None and (when.hour or when.minute):
        hour = when.hour + when.minute / 60
    if "daypart" not in factors and hour is not None and hour < 25:
        factors["daypart"] = next(name for until, name in _DAYPARTS if hour < until)
    if "weekday" not in factors and day is not None:
        factors["weekday"] = str((day + 6) % 7)  # as date.weekday()
    if factors.get("holiday") in ("False", "0", "", "no", "none"):
        factors["holiday"] = "no"
    if "hall" in factors and "cinema" in factors:
        factors["hall"] = f"{factors['cinema']} {factors['hall']}"
    named = {alias for aliases in ALIASES.values() for alias in aliases}
    for name, value in record.items():
        if isinstance(name, str) and name not in named and name not in _NOT_FACTORS and len(factors) < _MOST_FACTORS:
            text = _text(value)
            if text is not None:
                factors[f"other {name}"] = text
    week = number(pick(record, "film_week"))
    return Session(
        admissions=number(pick(record, "admissions")),
        day=day,
        factors=tuple(sorted(factors.items())),
        film_week=None if week is None else min(int(week), _LAST_WEEK),
        capacity=number(pick(record, "capacity")) or None,
        bookings=read_bookings(pick(record, "bookings")),
        is_matinee=_is_matinee(hour, factors.get("daypart", "")),
    )


def _is_matinee(hour: float | None, daypart: str) -> bool | None:
    if hour is not None:
        return 5 <= hour < _EVENING
    name = daypart.lower()
    return name in _MATINEES if name in _MATINEES | _LATER else None


_UNDATED = 7.0  # days left, of seats of which nobody says when they were sold; past sessions tell their share
_SOLD = ("sold", "seats", "tickets", "admissions")


def read_bookings(value: Any) -> tuple[tuple[float, float], ...]:
    """(days left, seats sold by then), the most days first; from pairs, dicts, a dict by days left, or a number."""
    if not is_dated(value):
        value = [(_UNDATED, _sold(value) if isinstance(value, Mapping) else value)]
    if isinstance(value, Mapping):
        if "days_left" in value:
            value = [value]
        else:
            value = list(value.items())
    if not isinstance(value, list | tuple):
        return ()
    found = []
    for each in value:
        if isinstance(each, Mapping):
            pair = (number(each.get("days_left")), number(_sold(each)))
        elif isinstance(each, list | tuple) and len(each) == 2:
            pair = (number(each[0]), number(each[1]))
        else:
            continue
        if pair[0] is not None and pair[1] is not None:
            found.append((pair[0], pair[1]))
    return tuple(sorted(found, reverse=True))


def is_dated(value: Any) -> bool:
    """Whether it is said when the seats were sold: not of a number alone."""
    is_pair = isinstance(value, Mapping) and "days_left" not in value and any(name in value for name in _SOLD)
    return number(value) is None and not is_pair


def _sold(value: Mapping[str, Any]) -> Any:
    return next((value[name] for name in _SOLD if name in value), None)


def _when(value: Any) -> tuple[datetime | None, int | None]:
    """The local time, if the value has one, and the day."""
    if isinstance(value, datetime):
        return value, value.toordinal()
    if isinstance(value, date):
        return None, value.toordinal()
    if isinstance(value, str) and len(value) <= 40:
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            return None, None
        return when, when.toordinal()
    running = number(value)
    return None, None if running is None else int(running)


def _text(value: Any) -> str | None:
    """The level of a factor; figures with a point are put into classes, each 1.4 times the one before."""
    if isinstance(value, float) and not value.is_integer():
        return f"about {2 ** (round(2 * math.log2(value)) / 2):.3g}" if 0 < value < _MOST else None
    if isinstance(value, str | int | float):
        return str(value)[:100]
    return None
