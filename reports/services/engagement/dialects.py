"""The expressions that PostgreSQL and SQLite write differently: times of a cinema's clock, months, and waits."""

from collections.abc import Callable
from dataclasses import dataclass

Expression = Callable[..., str]


@dataclass(frozen=True)
class Dialect:
    business_date: str  # on which the screening `s` of the cinema `c` starts
    hour: str  # of its start, by the cinema's clock
    local_date: Expression  # of an instant, by the clock of the cinema `c`
    month: Expression  # the first day of a date's month
    days: Expression  # from one date to another
    days_between: Expression  # the same of instants, with a fraction
    before: Expression  # an instant, so many minutes earlier


POSTGRESQL = Dialect(
    business_date="((s.start_datetime AT TIME ZONE c.time_zone) - c.day_ends_at::interval)::date",
    hour="EXTRACT(hour FROM s.start_datetime AT TIME ZONE c.time_zone)",
    local_date="({} AT TIME ZONE c.time_zone)::date".format,
    month="date_trunc('month', {}::timestamp)::date".format,
    days="({1} - {0})".format,
    days_between="(EXTRACT(epoch FROM {1} - {0}) / 86400)".format,
    before="({} - {} * interval '1 minute')".format,
)

#: Django adds the functions named `django_…` to each connection.
SQLITE = Dialect(
    business_date=(
        "date(django_datetime_cast_date(s.start_datetime, c.time_zone, 'UTC'), CASE WHEN"
        " django_datetime_cast_time(s.start_datetime, c.time_zone, 'UTC') < c.day_ends_at"
        " THEN '-1 day' ELSE '0 days' END)"
    ),
    hour="django_datetime_extract('hour', s.start_datetime, c.time_zone, 'UTC')",
    local_date="django_datetime_cast_date({}, c.time_zone, 'UTC')".format,
    month="date({}, 'start of month')".format,
    days="CAST(julianday({1}) - julianday({0}) AS INTEGER)".format,
    days_between="(julianday({1}) - julianday({0}))".format,
    before="strftime('%%Y-%%m-%%d %%H:%%M:%%S', {}, '-' || {} || ' minutes')".format,
)

DIALECTS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
