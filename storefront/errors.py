"""What the shop refuses beyond what the process refuses. A refusal changes nothing; its text is for customers."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.status import Refused


class ChoiceRefused(Refused):
    """Seats or ticket types that the shop does not sell in this way: companions without a wheelchair place, too many,
    a type that is not for everybody."""

    @classmethod
    def of_type(cls, seat: Any, ticket_type: Any) -> "ChoiceRefused":
        return cls(
            _("A ticket “%(type)s” is not sold for %(seat)s here. Choose another type.")
            % {"type": ticket_type, "seat": seat}
        )


class SeatLeftAlone(Refused):
    """The choice would leave single seats that nobody takes. `seats` holds them."""

    def __init__(self, seats: Sequence[Any]) -> None:
        self.seats = list(seats)
        super().__init__(
            ngettext(
                "%(seats)s would be left alone between two others. Please take it too, or move by one seat.",
                "These seats would be left alone between others: %(seats)s. Please take them too, or move by one seat.",
                len(self.seats),
            )
            % {"seats": "; ".join(str(seat) for seat in self.seats)}
        )


class TooMuchHeld(Refused):
    """A visitor, or an address, holds more unpaid seats than the shop lends at once."""

    def __init__(self) -> None:
        super().__init__(_("You hold other seats that are not paid. Pay for them or let them go first."))


class HoldEnds(Refused):
    """The hold has been extended as far as it goes."""

    def __init__(self) -> None:
        super().__init__(_("The seats cannot be held any longer. Please pay now, or choose again."))


class LinkRefused(Refused):
    """A link to sign in is used, too old, or not ours."""

    def __init__(self) -> None:
        super().__init__(_("This link has been used or is too old. Ask for a new one."))
