"""Refusals of halls and sessions. Each text tells people what was refused, why, and what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cinema.status import ForbiddenMove, Refused


class NonexistentTime(Refused):
    """This local time does not exist, because the clocks go forward over it."""

    code = "time_nonexistent"

    def __init__(self, wall_clock: datetime, zone: ZoneInfo) -> None:
        super().__init__(
            _(
                "There is no %(time)s in the time zone %(zone)s: the clocks go forward at that moment. "
                "Choose an earlier or a later time."
            )
            % {"time": _shown(wall_clock), "zone": zone.key}
        )


class AmbiguousTime(Refused):
    """This local time occurs twice, because the clocks go back."""

    # `choices`: the two instants, the earlier one first.
    code = "time_ambiguous"

    def __init__(self, wall_clock: datetime, zone: ZoneInfo, choices: Sequence[datetime]) -> None:
        self.choices = list(choices)
        super().__init__(
            _(
                "%(time)s happens twice in the time zone %(zone)s because the clocks go back. Choose which "
                "one you mean: %(first)s or %(second)s."
            )
            % {
                "time": _shown(wall_clock),
                "zone": zone.key,
                "first": f"{choices[0]:%H:%M UTC%z}",
                "second": f"{choices[1]:%H:%M UTC%z}",
            }
        )


class TimeZoneMissing(Refused):
    """The time has no time zone, so it is not an exact moment."""

    code = "time_zone_missing"

    def __init__(self, time: datetime) -> None:
        super().__init__(_("%(time)s has no time zone. Specify one.") % {"time": _shown(time)})


class StartsInThePast(Refused):
    """The start of the session is in the past."""

    code = "starts_in_the_past"

    def __init__(self, start: datetime) -> None:
        super().__init__(_("%(time)s has already passed. Choose a later start.") % {"time": _shown(start)})


class HallBusy(Refused):
    """Other sessions use the hall at that time, cleaning included."""

    # `sessions`: those other sessions, with hall and film loaded.
    code = "hall_busy"

    def __init__(self, sessions: Sequence[Any]) -> None:
        self.sessions = list(sessions)
        hall = self.sessions[0].hall
        taken = "; ".join(
            f"{session.film} {_shown(hall.cinema.local(session.start_datetime))}"
            f"–{hall.cinema.local(session.free_from):%H:%M}"
            for session in self.sessions
        )
        super().__init__(
            _("%(hall)s is busy: %(sessions)s. Choose another time or another hall.")
            % {"hall": hall.name, "sessions": taken}
        )


class ImpossibleSession(Refused):
    """A value of the session is not valid; the text says which."""

    code = "session_invalid"


class SessionAlreadyCancelled(ForbiddenMove):
    """The session is already cancelled; the first reason is kept."""

    code = "session_cancelled_already"

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s has already been cancelled.") % {"session": session})


class SessionOver(ForbiddenMove):
    """The session has ended and cannot be cancelled."""

    code = "session_over"

    def __init__(self, session: Any) -> None:
        super().__init__(
            _("%(session)s has finished and can’t be cancelled. Refund its orders instead.") % {"session": session}
        )


class TooEarly(ForbiddenMove):
    """It is too early for this status: the session has not started, or not ended, yet."""

    code = "session_not_yet"

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s: it’s too early for this.") % {"session": session})


class DifferentWeekdays(Refused):
    """The two weeks start on different days of the week."""

    code = "weekdays_differ"

    def __init__(self) -> None:
        super().__init__(_("Both weeks must start on the same day of the week. Choose another start day."))


class ImpossibleHall(Refused):
    """The plan, name or cleaning time of the hall is not valid; the text says which."""

    code = "hall_invalid"


class ImpossibleOutage(Refused):
    """The seats or the dates of the outage are not valid; the text says which."""

    code = "outage_invalid"


class SeatAlreadyOut(ImpossibleOutage):
    """The seats are already out of use at that time."""

    # `outages`: the existing outages, with seat, hall and cinema loaded.
    code = "seat_out_already"

    def __init__(self, outages: Sequence[Any]) -> None:
        self.outages = list(outages)
        seats = "; ".join(
            _("%(seat)s since %(time)s") % {"seat": each.seat, "time": _shown(each.seat.hall.cinema.local(each.since))}
            for each in self.outages
        )
        super().__init__(
            _("Already off sale at that time: %(seats)s. Remove them from the list, or put them back on sale first.")
            % {"seats": seats}
        )


class OutageAlreadyEnded(ForbiddenMove):
    """The seat is already back in use, or its outage has ended."""

    code = "seat_back_already"

    def __init__(self, outage: Any) -> None:
        super().__init__(_("%(seat)s is already back on sale.") % {"seat": capfirst(str(outage.seat))})


def _shown(time: datetime) -> str:
    return f"{date_format(time, 'SHORT_DATE_FORMAT')} {time:%H:%M}"
