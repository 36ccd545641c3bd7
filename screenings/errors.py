"""Refusals of halls and sessions. Each text tells people what was refused, why, and what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.status import ForbiddenMove, Refused
from cinema.typography import with_inner_quotes


class NonexistentTime(Refused, code="time_nonexistent"):
    """This local time does not exist, because the clocks go forward over it."""

    def __init__(self, wall_clock: datetime, zone: ZoneInfo) -> None:
        super().__init__(
            _(
                "There is no %(time)s in the time zone %(zone)s: the clocks go forward at that moment. "
                "Choose an earlier or a later time."
            )
            % {"time": _shown(wall_clock), "zone": zone.key}
        )


class AmbiguousTime(Refused, code="time_ambiguous"):
    """This local time occurs twice, because the clocks go back."""

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


class TimeZoneMissing(Refused, code="time_zone_missing"):
    """The time has no time zone, so it is not an exact moment."""

    def __init__(self, time: datetime) -> None:
        super().__init__(_("%(time)s has no time zone. Specify one.") % {"time": _shown(time)})


class StartsInThePast(Refused, code="starts_in_the_past"):
    """The start of the session is in the past."""

    def __init__(self, start: datetime) -> None:
        super().__init__(_("%(time)s has already passed. Choose a later start.") % {"time": _shown(start)})


class HallBusy(Refused, code="hall_busy"):
    """Other sessions use the hall at that time, cleaning included."""

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


class ImpossibleSession(Refused, code="session_invalid"):
    """A value of the session is not valid; the text says which."""


class CertificateMissing(Refused, code="certificate_missing"):
    """The cinema needs a distribution certificate for this version of the film, and there is none."""

    def __init__(self, session: Any) -> None:
        version = ", ".join(filter(None, [session.format, session.language]))
        super().__init__(
            _(
                "“%(film)s” has no distribution certificate for this version (%(version)s). Enter its number on the "
                "page of the film, or give a reason why the screening needs none."
            )
            % {"film": with_inner_quotes(session.film.title), "version": version}
        )


class BeforeRelease(Refused, code="before_release"):
    """The session is before the day from which the film may be shown."""

    def __init__(self, session: Any) -> None:
        super().__init__(
            _("“%(film)s” may be shown from %(day)s on. Choose a later day, or correct the release date of the film.")
            % {
                "film": with_inner_quotes(session.film.title),
                "day": date_format(session.film.release_date, "SHORT_DATE_FORMAT"),
            }
        )


class MovedTooEarly(Refused, code="moved_too_early"):
    """The session would have started already, or be too near for the refunds that its customers were promised."""

    NAMED = 10

    def __init__(self, sessions: Sequence[Any], problem: str) -> None:
        self.sessions = list(sessions)
        named = "; ".join(str(session) for session in self.sessions[: self.NAMED])
        if (more := len(self.sessions) - self.NAMED) > 0:
            named += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
        super().__init__(
            _(
                "%(problem)s: %(sessions)s. Change the time zone when they are over, cancel them first, "
                "or keep the actual times."
            )
            % {"problem": problem, "sessions": named}
        )


class SessionAlreadyCancelled(ForbiddenMove, code="session_cancelled_already"):
    """The session is already cancelled; the first reason is kept."""

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s has already been cancelled.") % {"session": session})


class SessionOver(ForbiddenMove, code="session_over"):
    """The session has ended and cannot be cancelled."""

    def __init__(self, session: Any) -> None:
        super().__init__(
            _("%(session)s has finished and can’t be cancelled. Refund its orders instead.") % {"session": session}
        )


class TooEarly(ForbiddenMove, code="session_not_yet"):
    """It is too early for this status: the session has not started, or not ended, yet."""

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s: it’s too early for this.") % {"session": session})


class DifferentWeekdays(Refused, code="weekdays_differ"):
    """The two weeks start on different days of the week."""

    def __init__(self) -> None:
        super().__init__(_("Both weeks must start on the same day of the week. Choose another start day."))


class ListPriceMissing(Refused, code="list_price_missing"):
    """No row of a price list fits the session, and no price was given."""

    def __init__(self) -> None:
        super().__init__(_("No row of a price list fits this screening. Enter a price."))


class NothingPlanned(Refused, code="nothing_planned"):
    """The week has no drafts that could be published."""

    def __init__(self) -> None:
        super().__init__(_("This week has no drafts. Someone else may have published them."))


class AlreadyPublished(ForbiddenMove, code="draft_published_already"):
    """The draft has been published or deleted in the meantime."""

    def __init__(self, planned: Any) -> None:
        super().__init__(_("%(session)s is no draft any more: it was published or deleted.") % {"session": planned})


class WeekNotPublished(Refused, code="week_not_published"):
    """Drafts of the week may not be scheduled as they are; nothing of the week was published.

    `problems`: each of these drafts with its refusal.
    """

    NAMED = 10

    def __init__(self, problems: Sequence[tuple[Any, Refused]]) -> None:
        self.problems = list(problems)
        lines = [f"{session}: {refused}" for session, refused in self.problems[: self.NAMED]]
        if (more := len(self.problems) - self.NAMED) > 0:
            lines.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
        super().__init__(_("Nothing was published. Move or delete these drafts first:") + " " + " · ".join(lines))


class SessionSold(ForbiddenMove, code="session_sold"):
    """Tickets of the sessions are sold or reserved, so they cannot be taken back."""

    def __init__(self, sessions: Sequence[Any]) -> None:
        self.sessions = list(sessions)
        named = "; ".join(str(session) for session in self.sessions[:10])
        super().__init__(
            _("Tickets are sold or reserved: %(sessions)s. Cancel such a screening instead.") % {"sessions": named}
        )


class ImpossibleHall(Refused, code="hall_invalid"):
    """The plan, name or cleaning time of the hall is not valid; the text says which."""


class ImpossibleOutage(Refused, code="outage_invalid"):
    """The seats or the dates of the outage are not valid; the text says which."""


class SeatAlreadyOut(ImpossibleOutage, code="seat_out_already"):
    """The seats are already out of use at that time."""

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


class SeatBroken(Refused, code="seat_out_of_use"):
    """One of the seats is out of use during the session."""


class ChoiceRefused(Refused, code="seat_choice_not_allowed"):
    """The shop does not sell these seats or ticket types together."""

    @classmethod
    def of_type(cls, seat: Any, ticket_type: Any) -> "ChoiceRefused":
        return cls(
            _("“%(type)s” tickets aren’t available for this seat: %(seat)s. Choose another ticket type.")
            % {"type": with_inner_quotes(ticket_type), "seat": seat}
        )


class SeatLeftAlone(Refused, code="single_seat_left"):
    """The choice leaves single free seats between taken ones.

    `seats`: those that would be left; `instead`: choices as large that leave none, the nearest first; `why`: the text
    without these.
    """

    def __init__(self, seats: Sequence[Any], *, instead: Sequence[Sequence[Any]] = ()) -> None:
        self.seats, self.instead = list(seats), [list(choice) for choice in instead]
        self.why = ngettext(
            "A single seat would be left between taken ones: %(seats)s. Select it too, or move along by one seat.",
            "Single seats would be left between taken ones: %(seats)s. Select them too, or move along by one seat.",
            len(self.seats),
        ) % {"seats": "; ".join(str(seat) for seat in self.seats)}
        texts = [self.why]
        for choice in self.instead:
            texts.append(
                _("You can take these instead: %(seats)s.") % {"seats": "; ".join(str(seat) for seat in choice)}
            )
        super().__init__(" ".join(texts))


class OutageAlreadyEnded(ForbiddenMove, code="seat_back_already"):
    """The seat is already back on sale, or its outage has ended."""

    def __init__(self, outage: Any) -> None:
        super().__init__(_("%(seat)s is already back on sale.") % {"seat": capfirst(str(outage.seat))})


def _shown(time: datetime) -> str:
    return f"{date_format(time, 'SHORT_DATE_FORMAT')} {time:%H:%M}"


class PictureRefused(Refused, code="picture_refused"):
    """The file is not a picture, is too small or too large, or is one too many; the text says which."""

    @classmethod
    def too_many(cls, most: int) -> "PictureRefused":
        return cls(
            ngettext(
                "The film has %(most)d still already. Remove one first.",
                "The film has %(most)d stills already. Remove one first.",
                most,
            )
            % {"most": most}
        )


class TrailerRefused(Refused, code="trailer_refused"):
    """The file is not a video in MP4 or WebM, or is too large."""

    def __init__(self) -> None:
        super().__init__(_("This file is not an MP4 or WebM video of up to 20 MB. Save it so and upload it again."))


class PictureGone(Refused, code="picture_gone"):
    """The picture was removed or replaced in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("The picture is no longer there: somebody has removed or replaced it."))
