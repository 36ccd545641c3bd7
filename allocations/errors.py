"""Refusals of this app. Each text tells people what was refused, why, and what to do."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class HoldTimeOver(Refused, code="hold_time_over"):
    """Seats would be kept until a time that is already over."""

    def __init__(self) -> None:
        super().__init__(_("The seats can’t be kept until then. Choose a time later than now, before the screening."))


class HeadcountRefused(Refused, code="headcount_refused"):
    """The number of people is not from 1 to what is possible."""

    def __init__(self, most: int | None) -> None:
        text = _("Enter a number of people from 1 to %(most)d.") if most else _("Enter at least one person.")
        super().__init__(text % {"most": most})


class NoRoomForGroup(Refused, code="no_room_for_group"):
    """The session has fewer free seats than the group has people."""

    def __init__(self, free: int) -> None:
        super().__init__(
            _("Only %(free)d seats are free at this screening. Choose another one, or fewer people.") % {"free": free}
        )


class CompReasonNeeded(Refused, code="comp_reason_needed"):
    """Complimentary tickets were asked for without a reason from the list, or with one that is out of use."""

    def __init__(self) -> None:
        super().__init__(_("Complimentary tickets need a reason from the list. Choose one, then sell again."))


class NoFullTicket(Refused, code="no_full_ticket"):
    """The session sells no ticket type that is open to everybody, so a held seat has no price."""

    def __init__(self) -> None:
        super().__init__(_("No ticket type is on sale for this screening. Put one on sale, then keep the seats."))
