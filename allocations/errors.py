"""Refusals of this app. Each text tells people what was refused, why, and what to do."""

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.money import format_money
from cinema.status import Refused
from orders.models import Order


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


class GroupPriceTooLow(Refused, code="group_price_too_low"):
    """A group would pay less than it has to, by more than one person may give away in a day."""

    def __init__(self, given: Decimal, *, smallest: int) -> None:
        text = _(
            "The group would pay %(amount)s less than it has to: half of what these seats cost, or all of it for fewer "
            "than %(smallest)d people. That is above your limit for a day. Raise the price a head, or let fewer people "
            "come free. A colleague who has enough left of the limit can book it too."
        )
        super().__init__(text % {"amount": format_money(given), "smallest": smallest})


class TransferReferenceNeeded(Refused, code="transfer_reference_needed"):
    """A bank transfer was recorded without its number, or without a day up to today, so nobody could find it."""

    def __init__(self) -> None:
        super().__init__(_("A bank transfer needs its number and its date, today or earlier. Enter both."))


class TransferBooked(Refused, code="transfer_booked"):
    """The bank transfer has already paid for another booking of the cinema."""

    def __init__(self, order: Order) -> None:
        text = _(
            "This transfer was already recorded for order %(order)s of another group. If it is a different one, write "
            "the payer’s name after the number."
        )
        super().__init__(text % {"order": order})


class CompReasonNeeded(Refused, code="comp_reason_needed"):
    """Complimentary tickets were asked for without a reason from the list, or with one that is out of use."""

    def __init__(self) -> None:
        super().__init__(_("Complimentary tickets need a reason from the list. Choose one, then sell again."))


class NoFullTicket(Refused, code="no_full_ticket"):
    """The session sells no ticket type that is open to everybody, so a held seat has no price."""

    def __init__(self) -> None:
        super().__init__(_("No ticket type is on sale for this screening. Put one on sale, then keep the seats."))


class BatchSizeRefused(Refused, code="batch_size_refused"):
    """A batch would have no promo code, or more than are made at once."""

    def __init__(self, most: int) -> None:
        super().__init__(_("Enter a number of codes from 1 to %(most)d. Nothing was made.") % {"most": most})


class PatternIsSecret(Refused, code="pattern_is_secret"):
    """Codes would be made like one that belongs to a single guest: a voucher's, or another batch's."""

    def __init__(self) -> None:
        super().__init__(_("This code belongs to one guest. Choose a promo code for everybody, or make one first."))


class CodesExported(Refused, code="codes_exported"):
    """The codes of a batch were exported before: they are shown to one person, once."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "These codes were already exported, and they are shown only once. If the file is lost, stop the codes "
                "that are left and make a new batch."
            )
        )


class CodeNotStopped(Refused, code="code_not_stopped"):
    """There is no code in the batch that could be stopped: it is used, stopped already, or of another batch."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to stop: the code was used or stopped before, or is not in this batch."))


class SessionNotEmpty(Refused, code="session_not_empty"):
    """A session would become private while others have seats of it, or the house keeps some."""

    def __init__(self, taken: int) -> None:
        text = _(
            "Others have %(taken)d seats of this screening. Choose one that nobody has booked, or move these guests "
            "and release what the house keeps."
        )
        super().__init__(text % {"taken": taken})


class SessionOfAnotherGroup(Refused, code="session_of_another_group"):
    """Seats of a private session were asked for, which another group has hired."""

    def __init__(self) -> None:
        super().__init__(_("Another group has hired this screening. Choose another one."))


class ReservedForGroup(Refused, code="reserved_for_group"):
    """Somebody who may not book groups would release seats of a group, or keep them for longer."""

    def __init__(self, order: Order) -> None:
        text = _(
            "The seats of order %(order)s are reserved for a group, so they stay as they are. To release them or to "
            "keep them for longer, ask a colleague who books groups."
        )
        super().__init__(text % {"order": order})


class KeptTooLong(Refused, code="kept_too_long"):
    """Somebody who may not keep seats for the house would extend an unpaid order by more than two days."""

    def __init__(self, longest: timedelta) -> None:
        text = ngettext(
            "Seats stay unpaid for another day at most. To keep them for longer, ask a colleague who keeps seats for "
            "the house.",
            "Seats stay unpaid for another %(count)d days at most. To keep them for longer, ask a colleague who keeps "
            "seats for the house.",
            longest.days,
        )
        super().__init__(text % {"count": longest.days})


class SessionIsPublic(Refused, code="session_is_public"):
    """A session would be opened to everybody that already is."""

    def __init__(self) -> None:
        super().__init__(_("This screening is already on sale for everybody."))
