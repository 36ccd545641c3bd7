"""What the process refuses, and, handed on, what the instruments below refuse to it.


Every text says what was refused, why, and what to do. A refusal changes nothing.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bonuses.errors import NotEnoughPoints as NotEnoughPoints
from cinema.money import format_money
from cinema.status import ConcurrentChange as ConcurrentChange
from cinema.status import ForbiddenMove as ForbiddenMove
from cinema.status import Refused as Refused
from cinema.typography import inside_quotes
from cinema.validators import ReasonNeeded as ReasonNeeded
from concessions.errors import OutOfStock as OutOfStock
from payments.errors import GatewayError as GatewayError
from payments.errors import GatewayRefused as GatewayRefused
from payments.errors import GatewayUnavailable as GatewayUnavailable


class BasketRefused(Refused):
    """The basket cannot become an order."""

    code = "basket_invalid"


class BasketEmpty(BasketRefused):
    """The basket holds neither a seat nor a snack."""

    code = "basket_empty"


class BasketTooLarge(BasketRefused):
    """The basket holds more tickets than one order may."""

    code = "basket_too_large"


class SeatChosenTwice(BasketRefused):
    """The basket names a seat of a session twice."""

    code = "seat_chosen_twice"


class SnackQuantityRefused(BasketRefused):
    """The quantity of a snack is not from 1 to the maximum of a line."""

    code = "snack_quantity_invalid"


class SnackNotSold(BasketRefused):
    """The snack is not sold in this cinema now."""

    code = "snack_not_sold"


class DifferentCinemas(BasketRefused):
    """The basket holds sessions of another cinema."""

    code = "different_cinemas"


class SeatNotInHall(BasketRefused):
    """The seat is not in the hall of the session."""

    code = "seat_not_in_hall"


class TicketTypeNotSold(BasketRefused):
    """The ticket type is not sold now."""

    code = "ticket_type_not_sold"


class PointsRefused(BasketRefused):
    """The number of points is not valid, or more than may pay for this order."""

    code = "points_not_allowed"


class DetailsRefused(BasketRefused):
    """A detail of the order is not valid: address, phone number, language, channel or total."""

    code = "order_details_invalid"


class SeatTaken(Refused):
    """One of the seats was sold or is held for somebody else."""

    code = "seat_taken"


class SeatBroken(Refused):
    """One of the seats is out of use during the session."""

    code = "seat_out_of_use"


class NotOnSale(Refused):
    """A session has started, is over or is cancelled, or snacks could not be collected any more."""

    code = "not_on_sale"

    @classmethod
    def any_more(cls, film: Any) -> "NotOnSale":
        return cls(
            _("%(film)s: tickets for this screening are no longer on sale. Choose another showtime.") % {"film": film}
        )


class PriceChanged(Refused):
    """The basket costs another sum than the customer was shown: `expected` then, `total` now."""

    code = "price_changed"

    def __init__(self, *, expected: Decimal, total: Decimal) -> None:
        self.expected, self.total = expected, total
        super().__init__(
            _("The price has changed from %(expected)s to %(total)s. Check the order and confirm it again.")
            % {"expected": format_money(expected), "total": format_money(total)}
        )


class ChoiceRefused(Refused):
    """These seats or ticket types are not sold together online."""

    code = "seat_choice_not_allowed"

    @classmethod
    def of_type(cls, seat: Any, ticket_type: Any) -> "ChoiceRefused":
        return cls(
            _("“%(type)s” tickets aren’t available for this seat: %(seat)s. Choose another ticket type.")
            % {"type": inside_quotes(ticket_type), "seat": seat}
        )


class SeatLeftAlone(Refused):
    """The choice leaves single free seats between others."""

    code = "single_seat_left"

    def __init__(self, seats: Sequence[Any]) -> None:
        self.seats = list(seats)
        super().__init__(
            ngettext(
                "A single seat would be left between taken ones: %(seats)s. Select it too, or move along by one seat.",
                "Single seats would be left between taken ones: %(seats)s. Select them too, or move along by one seat.",
                len(self.seats),
            )
            % {"seats": "; ".join(str(seat) for seat in self.seats)}
        )


class TooMuchHeld(Refused):
    """A visitor, or an address, holds more unpaid seats than are lent online at once."""

    code = "too_much_held"

    def __init__(self) -> None:
        super().__init__(_("You already have unpaid seats. Pay for them or cancel that order first."))


class HoldEnds(Refused):
    """The online hold has been extended as far as it goes."""

    code = "hold_not_extendable"

    def __init__(self) -> None:
        super().__init__(_("We can’t hold your order any longer. Please pay now, or choose again."))


class PromocodeRefused(Refused):
    """The promocode cannot be used."""

    code = "promocode_not_accepted"


class PromocodeUnknown(PromocodeRefused):
    """There is no promocode of this name."""

    code = "promocode_unknown"


class PromocodeNotValid(PromocodeRefused):
    """The promocode is switched off, or now is outside its dates."""

    code = "promocode_not_valid_now"


class PromocodeUsedUp(PromocodeRefused):
    """The promocode has been used as often as it may be."""

    code = "promocode_used_up"


class WrongAmount(Refused):
    """The amount is not what the order costs."""

    code = "wrong_amount"


class AlreadyPaid(Refused):
    """Money was taken by hand for an order that does not wait for payment."""

    code = "already_paid"


class NotPayable(Refused):
    """No payment of this order can be started."""

    code = "order_not_payable"


class PaidBefore(NotPayable):
    """The order has been paid, so that no other payment can be started."""

    code = "order_paid"


class NothingToPay(NotPayable):
    """The order costs nothing and needs no payment."""

    code = "order_is_free"


class TimeToPayOver(NotPayable):
    """The time to pay is over, or the order was cancelled."""

    code = "payment_time_over"


class GatewayNotOffered(Refused):
    """Customers cannot pay through this gateway here."""

    code = "gateway_not_offered"


class NothingToRefund(Refused):
    """Nothing of the order is left to refund."""

    code = "nothing_to_refund"


class LinesNotRefundable(NothingToRefund):
    """A line is not part of the order, or was refunded before."""

    code = "lines_not_refundable"


class MoreThanLeft(NothingToRefund):
    """The amount is more than is left of one of the order's payments."""

    code = "refund_exceeds_payments"


class ExtensionRefused(Refused):
    """The new payment deadline is not after now and before the session."""

    code = "deadline_invalid"


class NotReminded(Refused):
    """The customer cannot be reminded to pay."""

    code = "reminder_not_sent"


class NoContact(NotReminded):
    """The order has neither an e-mail address nor a phone number."""

    code = "no_contact"


class RemindedLately(NotReminded):
    """The customer was reminded less than an hour ago."""

    code = "reminded_lately"


class NotForgotten(Refused):
    """The customer's data cannot be erased."""

    code = "customer_not_erasable"


class NothingKept(NotForgotten):
    """Nothing that names the customer is stored any more."""

    code = "customer_erased_already"


class StaffNotForgotten(NotForgotten):
    """The person is staff: deactivate the account instead."""

    code = "customer_is_staff"


class OrdersStillOpen(NotForgotten):
    """An order of the customer is not settled yet."""

    code = "customer_has_open_orders"


class NotAdmitted(Refused):
    """The door or the bar does not accept the ticket or the snacks."""

    code = "not_admitted"


class TicketUsed(NotAdmitted):
    """The ticket has been scanned before."""

    code = "ticket_used"


class OrderNotPaid(NotAdmitted):
    """The order of the ticket or the snacks is not paid."""

    code = "order_not_paid"


class SessionNotHeld(NotAdmitted):
    """The session of the ticket was cancelled."""

    code = "ticket_session_cancelled"


class TicketNotValid(NotAdmitted):
    """The ticket was refunded or has expired."""

    code = "ticket_not_valid"


class ScanNotUndoable(NotAdmitted):
    """The ticket is not scanned, or its order is completed."""

    code = "scan_not_undoable"


class SnacksNotOpen(NotAdmitted):
    """The snacks are not in a status from which this step is possible."""

    code = "snacks_not_open"


class NotAwaitingPayment(ForbiddenMove):
    """The order is not waiting for payment any more."""

    code = "order_not_awaiting_payment"


class NotRefundable(ForbiddenMove):
    """The order is not paid, so that there is nothing to refund."""

    code = "order_not_refundable"


class NotTakenByHand(ForbiddenMove):
    """The payment is not an open one that was taken by hand."""

    code = "payment_not_by_hand"


class RefundStillToSend(ForbiddenMove):
    """The gateway is still to send this refund: do not hand out money."""

    code = "refund_still_to_send"


class RefundedAlready(ForbiddenMove):
    """The money of this refund has gone back."""

    code = "refund_paid_already"
