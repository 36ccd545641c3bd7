"""Refusals of this app. Every text says what was refused, why, and what to do. A refusal changes nothing."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class TooMuchWatched(Refused, code="too_much_watched"):
    """The customer watches as many films as one person may."""

    def __init__(self, most: int) -> None:
        super().__init__(_("You can watch up to %(most)d films. Remove one in your account first.") % {"most": most})


class TooMuchWaited(Refused, code="too_much_waited"):
    """The customer is on as many waiting lists as one person may be."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("You can be on up to %(most)d waiting lists. Leave one in your account first.") % {"most": most}
        )


class SeatsAreFree(Refused, code="seats_are_free"):
    """The session is not sold out: it has as many free seats as were asked for."""

    def __init__(self) -> None:
        super().__init__(_("There are free seats again. Choose yours now, before somebody else does."))


class HeldBefore(Refused, code="waiting_held_before"):
    """Seats of this session were held for the customer less than two hours ago, taken or not."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "We held seats of this screening for you less than two hours ago, so now it’s others’ turn. "
                "Join again a little later, or look at the seats yourself: some may become free."
            )
        )


class WaitingListClosed(Refused, code="waiting_list_closed"):
    """The session is not on sale any more, or starts within two hours."""

    def __init__(self) -> None:
        super().__init__(
            _("The waiting list closes two hours before the start. Look at the seats again: some may become free.")
        )


class QuantityNotPossible(Refused, code="waiting_quantity_not_possible"):
    """Nobody can wait for so many seats."""

    def __init__(self, most: int) -> None:
        super().__init__(_("Choose from 1 to %(most)d seats.") % {"most": most})
