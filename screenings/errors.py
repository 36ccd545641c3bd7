"""What the programme refuses. The texts are for people: what was refused, why, what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cinema.status import ForbiddenMove, Refused


class NonexistentTime(Refused):
    """The clocks of the place skip this time: they are put forward over it."""

    def __init__(self, wall_clock: datetime, zone: ZoneInfo) -> None:
        super().__init__(
            _("There is no %(time)s in %(zone)s: the clocks go forward then. Choose an earlier or a later time.")
            % {"time": _shown(wall_clock), "zone": zone.key}
        )


class AmbiguousTime(Refused):
    """The clocks of the place show this time twice. `choices` holds both instants, the earlier first."""

    def __init__(self, wall_clock: datetime, zone: ZoneInfo, choices: Sequence[datetime]) -> None:
        self.choices = list(choices)
        super().__init__(
            _("%(time)s comes twice in %(zone)s: the clocks go back then. Say which is meant: %(first)s or %(second)s.")
            % {
                "time": _shown(wall_clock),
                "zone": zone.key,
                "first": f"{choices[0]:%H:%M UTC%z}",
                "second": f"{choices[1]:%H:%M UTC%z}",
            }
        )


class TimeZoneMissing(Refused):
    """A time without a zone means different instants in different cinemas."""

    def __init__(self, time: datetime) -> None:
        super().__init__(_("%(time)s has no time zone. Say in which city it is meant.") % {"time": _shown(time)})


class StartsInThePast(Refused):
    """A session can only be scheduled ahead."""

    def __init__(self, start: datetime) -> None:
        super().__init__(_("%(time)s has passed already. Choose a later start.") % {"time": _shown(start)})


class HallBusy(Refused):
    """Other sessions hold the hall then, their cleaning included. `sessions` holds them; with hall and film loaded."""

    def __init__(self, sessions: Sequence[Any]) -> None:
        self.sessions = list(sessions)
        hall = self.sessions[0].hall
        taken = "; ".join(
            f"{session.film} {_shown(hall.cinema.local(session.start_datetime))}"
            f"–{hall.cinema.local(session.free_from):%H:%M}"
            for session in self.sessions
        )
        super().__init__(
            _("%(hall)s is taken: %(sessions)s. Choose another time or another hall.")
            % {"hall": hall.name, "sessions": taken}
        )


class ImpossibleSession(Refused):
    """Something about the session cannot be: its price, its adverts, its format. The text lists what."""


class SessionCancelledAlready(ForbiddenMove):
    """The session has been cancelled; the first reason stands."""

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s has been cancelled already.") % {"session": session})


class SessionOver(ForbiddenMove):
    """The session has ended: what its audience is owed is a refund."""

    def __init__(self, session: Any) -> None:
        super().__init__(
            _("%(session)s is over and cannot be cancelled. Refund the orders instead.") % {"session": session}
        )


class NotYet(ForbiddenMove):
    """The session has not begun, or not ended, so it cannot be said to be running, or over."""

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s: it is not time yet.") % {"session": session})


class DifferentWeekdays(Refused):
    """A week is copied to a week that begins on the same day, so that a Friday's programme stays a Friday's."""

    def __init__(self) -> None:
        super().__init__(_("Both weeks must begin on the same day of the week. Choose another day to copy to."))


class ImpossibleHall(Refused):
    """The plan of the hall, its name or its cleaning time cannot be. The text says what."""


class ImpossibleOutage(Refused):
    """Which seats are broken, since when, until when or why cannot be. The text says what."""


class OutAlready(ImpossibleOutage):
    """The seats are out of use then already. `outages` says since when; with seat, hall and cinema loaded."""

    def __init__(self, outages: Sequence[Any]) -> None:
        self.outages = list(outages)
        seats = "; ".join(
            _("%(seat)s since %(time)s") % {"seat": each.seat, "time": _shown(each.seat.hall.cinema.local(each.since))}
            for each in self.outages
        )
        super().__init__(
            _("Out of use then already: %(seats)s. Leave them out, or put them back first.") % {"seats": seats}
        )


class BackAlready(ForbiddenMove):
    """The seat was put back, or the outage has run out."""

    def __init__(self, outage: Any) -> None:
        super().__init__(_("%(seat)s is in use again already.") % {"seat": capfirst(str(outage.seat))})


def _shown(time: datetime) -> str:
    return f"{date_format(time, 'SHORT_DATE_FORMAT')} {time:%H:%M}"
