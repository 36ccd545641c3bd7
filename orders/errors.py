"""Refusals of this app, and, re-exported, those of the apps below that its services raise.

Every text says what was refused, why, and what to do. A refusal changes nothing.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bonuses.errors import NotEnoughPoints as NotEnoughPoints
from cinema.local_time import format_local
from cinema.money import format_money
from cinema.status import ForbiddenMove as ForbiddenMove
from cinema.status import Refused as Refused
from cinema.typography import with_inner_quotes
from cinema.validators import ReasonNeeded as ReasonNeeded
from concessions.errors import OutOfStock as OutOfStock
from payments.errors import PaymentDisputed as PaymentDisputed
from screenings.errors import ChoiceRefused as ChoiceRefused
from screenings.errors import SeatBroken as SeatBroken
from screenings.errors import SeatLeftAlone as SeatLeftAlone
from screenings.models import Session


class BasketRefused(Refused, code="basket_invalid"):
    """The basket cannot become an order."""


class BasketEmpty(BasketRefused, code="basket_empty"):
    """The basket holds neither a seat nor a snack."""


class BasketTooLarge(BasketRefused, code="basket_too_large"):
    """The basket holds more tickets than one order may."""


class SeatChosenTwice(BasketRefused, code="seat_chosen_twice"):
    """The basket has the same seat of a session twice."""


class SnackQuantityRefused(BasketRefused, code="snack_quantity_invalid"):
    """The quantity of a snack is not from 1 to the maximum."""


class SnackNotSold(BasketRefused, code="snack_not_sold"):
    """This cinema does not sell the snack now."""


class DifferentCinemas(BasketRefused, code="different_cinemas"):
    """The basket holds sessions of another cinema."""


class SeatNotInHall(BasketRefused, code="seat_not_in_hall"):
    """The seat is not in the hall of the session."""


class SessionChanged(BasketRefused, code="session_changed"):
    """The session was moved or cancelled while the order was being placed."""

    def __init__(self) -> None:
        super().__init__(_("This screening has just been changed. Look at its time and hall, and choose again."))


class TicketTypeNotSold(BasketRefused, code="ticket_type_not_sold"):
    """The ticket type is not sold now."""


class TicketTypeNotForRating(TicketTypeNotSold, code="ticket_type_not_for_rating"):
    """The age rating of the film is too high for the ticket type."""

    def __init__(self, ticket_type: Any, rating: str) -> None:
        super().__init__(
            _("“%(type)s” tickets aren’t sold for films rated %(rating)s. Choose another ticket type.")
            % {"type": with_inner_quotes(ticket_type.shown.name), "rating": rating}
        )


class PointsRefused(BasketRefused, code="points_not_allowed"):
    """The number of points is not valid, or is more than this order allows."""


class DetailsRefused(BasketRefused, code="order_details_invalid"):
    """A detail of the order is not valid: address, phone number, language, channel or total."""


class SeatTaken(Refused, code="seat_taken"):
    """One of the seats was sold to, or is held for, someone else."""


class NotOnSale(Refused, code="not_on_sale"):
    """A session has started, is over or is cancelled, or snacks could not be collected any more."""

    @classmethod
    def any_more(cls, film: Any) -> "NotOnSale":
        text = _("%(film)s: tickets for this screening are no longer on sale. Choose another showtime.")
        return cls(text % {"film": film.shown.title})


class PriceChanged(Refused, code="price_changed"):
    """The total is no longer the one that the customer was shown.

    `expected`: the total shown; `total`: the total now.
    """

    def __init__(self, *, expected: Decimal, total: Decimal) -> None:
        self.expected, self.total = expected, total
        super().__init__(
            _("The price has changed from %(expected)s to %(total)s. Check the order and confirm it again.")
            % {"expected": format_money(expected), "total": format_money(total)}
        )


class TooMuchHeld(Refused, code="too_much_held"):
    """The visitor, or the address, would hold too many unpaid seats or snacks."""

    def __init__(self) -> None:
        super().__init__(
            _("That is more than we hold unpaid. Choose less, or first pay for what you hold or cancel it.")
        )


class HoldEnds(Refused, code="hold_not_extendable"):
    """The hold has been extended as far as possible."""

    def __init__(self) -> None:
        super().__init__(_("We can’t hold your order any longer. Please pay now, or choose again."))


class PromocodeRefused(Refused, code="promocode_not_accepted"):
    """The promo code cannot be used."""


class PromocodeUnknown(PromocodeRefused, code="promocode_unknown"):
    """There is no such promo code."""


class PromocodeNotValid(PromocodeRefused, code="promocode_not_valid_now"):
    """The promo code is inactive, or today is outside its dates."""


class PromocodeNotForOrder(PromocodeRefused, code="promocode_not_for_order"):
    """The order does not meet the conditions of the promo code: cinema, film, day, sum, or once for each customer."""


class PromocodeUsedUp(PromocodeRefused, code="promocode_used_up"):
    """The promo code has reached its usage limit."""


class WrongAmount(Refused, code="wrong_amount"):
    """The amount is not the price of the order."""


class AlreadyPaid(Refused, code="already_paid"):
    """Money was taken by hand for an order that does not wait for payment."""

    def __init__(self, order: Any) -> None:
        text = _("Order %(order)s is not awaiting payment, so no payment can be taken. Status: %(status)s.")
        super().__init__(text % {"order": order, "status": order.get_status_display()})


class NotPayable(Refused, code="order_not_payable"):
    """No payment can be started for this order."""


class PaidBefore(NotPayable, code="order_paid"):
    """The order has been paid, so that no other payment can be started."""


class NothingToPay(NotPayable, code="order_is_free"):
    """The order costs nothing and needs no payment."""


class TimeToPayOver(NotPayable, code="payment_time_over"):
    """The time to pay is over, or the order was cancelled."""


class PaymentInProgress(NotPayable, code="payment_in_progress"):
    """Another payment for the whole price was started and cannot be called back, so a part would be paid twice."""


class GatewayNotOffered(Refused, code="gateway_not_offered"):
    """Customers cannot pay through this gateway here."""


class NothingToRefund(Refused, code="nothing_to_refund"):
    """Nothing of the order is left to refund."""


class ScannedTicket(Refused, code="refund_of_scanned_ticket"):
    """A ticket was scanned (also if that was undone), and the cinema is not at fault, so it is not refunded."""

    def __init__(self) -> None:
        super().__init__(_("One of the tickets was scanned: it is refunded only if the cinema is at fault."))


class LinesNotRefundable(NothingToRefund, code="lines_not_refundable"):
    """A line is not part of the order, or was refunded before."""


class SoldTogether(NothingToRefund, code="tickets_sold_together"):
    """Other tickets of the order are not valid without the refunded ones, and were paid for.

    `tickets`: those, with their seats.
    """

    def __init__(self, tickets: Sequence[Any]) -> None:
        self.tickets = list(tickets)
        super().__init__(
            _("These seats are sold together only. Refund them too: %(seats)s.")
            % {"seats": "; ".join(str(ticket.seat) for ticket in self.tickets)}
        )


class BelowCodeSum(NothingToRefund, code="refund_below_promo_code_sum"):
    """Customers keep a part of the order that is worth less than the orders for which its promo code is given."""

    def __init__(self, least: Decimal) -> None:
        super().__init__(
            _(
                "The promo code of this order is for orders from %(least)s, and less than that would be left. Refund "
                "everything, or ask at the cinema before the screening."
            )
            % {"least": format_money(least)}
        )


class MoreThanLeft(NothingToRefund, code="refund_exceeds_payments"):
    """The amount is more than is left of one of the order's payments."""

    def __init__(self, order: Any, *, amount: Decimal, kept: Decimal) -> None:
        super().__init__(
            _("Can’t refund %(amount)s: only %(kept)s of order %(order)s is left to refund.")
            % {"amount": format_money(amount), "kept": format_money(kept), "order": order}
        )


class ExtensionRefused(Refused, code="deadline_invalid"):
    """The new payment deadline is not after now and before the session."""


class NotReminded(Refused, code="reminder_not_sent"):
    """The customer cannot be reminded to pay."""


class NoContact(NotReminded, code="no_contact"):
    """The order has neither an e-mail address nor a phone number."""


class RemindedLately(NotReminded, code="reminded_lately"):
    """The customer was reminded less than an hour ago."""


class NotAdmitted(Refused, code="not_admitted"):
    """The ticket is not admitted, or the snacks are not handed over."""


class TicketUsed(NotAdmitted, code="ticket_used"):
    """The ticket has been scanned before."""


class OrderNotPaid(NotAdmitted, code="order_not_paid"):
    """The order of the ticket or the snacks is not paid."""

    def __init__(self, order: Any) -> None:
        text = _("Order %(order)s is not paid. Status: %(status)s.")
        super().__init__(text % {"order": order, "status": order.get_status_display()})


class SessionNotHeld(NotAdmitted, code="ticket_session_cancelled"):
    """The session of the ticket was cancelled."""


class TicketNotValid(NotAdmitted, code="ticket_not_valid"):
    """The ticket was refunded or has expired."""


class OutsideAdmission(NotAdmitted, code="ticket_outside_admission"):
    """The ticket is for another time, or its screening is over."""

    text: str

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session

    def __str__(self) -> str:
        hall = self.session.hall
        return _(self.text) % {
            "time": format_local(self.session.start_datetime, hall.cinema.zone, named=False),
            "hall": hall.name,
        }


class TooEarly(OutsideAdmission, code="ticket_too_early"):
    """The doors of the session are not open yet."""

    text = gettext_noop("Too early: this ticket is for %(time)s, %(hall)s.")


class TooLate(OutsideAdmission, code="ticket_too_late"):
    """The session is over."""

    text = gettext_noop("Too late: this ticket was for %(time)s, %(hall)s, and that screening is over.")


class ScanNotUndoable(NotAdmitted, code="scan_not_undoable"):
    """The ticket is not scanned, or its order is completed."""


class SnacksNotOpen(NotAdmitted, code="snacks_not_open"):
    """The status of the snacks does not allow this step."""


class NotAwaitingPayment(ForbiddenMove, code="order_not_awaiting_payment"):
    """The order is not waiting for payment any more."""

    def __init__(self, order: Any) -> None:
        super().__init__(_("Order %(order)s is no longer awaiting payment. Look at it again.") % {"order": order})


class NotRefundable(ForbiddenMove, code="order_not_refundable"):
    """The order is not paid, so that there is nothing to refund."""


class NotTakenByHand(ForbiddenMove, code="payment_not_by_hand"):
    """The payment is not one in progress that staff took."""
