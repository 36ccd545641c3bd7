"""Errors of payment gateways. The texts are shown to people; `answer` has what the gateway said."""

from decimal import Decimal

from django.utils.translation import gettext as _

from cinema.money import format_money
from cinema.status import ForbiddenMove, Refused


class GatewayError(Refused, code="gateway_error"):
    """A gateway did not carry out a request."""

    def __init__(self, answer: str, text: str = "") -> None:
        self.answer = answer[:100]
        super().__init__(text or self.default_text())

    @staticmethod
    def default_text() -> str:
        return _("The payment provider is not responding. Nothing was charged. Please try again.")


class GatewayUnavailable(GatewayError, code="gateway_unavailable"):
    """The gateway gave no clear answer, so it is unknown whether the request was carried out."""


class GatewayRefused(GatewayError, code="gateway_refused"):
    """The gateway rejected the request: nothing was done, and the same request would fail again."""

    @staticmethod
    def default_text() -> str:
        return _(
            "The payment provider didn’t accept this payment. Nothing was charged, and trying again won’t help. "
            "Check the e-mail address in your order, choose another payment method, or ask at the cinema."
        )


class NotPollable(GatewayError, code="gateway_by_hand"):
    """The payment was taken by staff (cash or card terminal), so there is no gateway to ask."""


class NotPrinted(GatewayRefused, code="receipt_not_printed"):
    """The receipt service took a receipt, and could not print it: it has to be sent under a new number.

    If `again`, nothing is wrong with it, and it is sent again without asking a person.
    """

    def __init__(self, answer: str, *, again: bool = False) -> None:
        super().__init__(answer)
        self.again = again


class NoReceiptPrinter(Refused, code="no_receipt_printer"):
    """Fiscal receipts are required, and nothing prints those of cash and card terminal in this cinema."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Fiscal receipts are required, but nothing prints them for cash and card terminal here. Ask a manager "
                "to connect a receipt service, or to enter the separate cash register on the page of the shift."
            )
        )


class ReceiptNumberNeeded(Refused, code="receipt_number_needed"):
    """No number of a receipt was given, or it cannot be one."""

    def __init__(self) -> None:
        super().__init__(_("Enter the number on the receipt of the cash register: up to 20 digits."))


class CorrectionNumberRefused(Refused, code="correction_number_refused"):
    """The number of the tax office's order is too long, or has signs that cannot be printed."""

    def __init__(self) -> None:
        super().__init__(_("The number of the order has at most 32 letters, digits and signs. Nothing was changed."))


class NoCorrection(Refused, code="no_correction"):
    """The service of receipts prints no correction of this receipt."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The receipt service prints no correction of this receipt: protocol v4 corrects no refunds. Make it in "
                "the service’s account."
            )
        )


class NoRegisterNumber(Refused, code="no_register_number"):
    """This cannot be the registration number of a cash register."""

    def __init__(self) -> None:
        super().__init__(_("Enter the registration number of the cash register: up to 20 letters, digits and hyphens."))


class UnverifiedWebhook(Refused, code="webhook_not_genuine"):
    """A webhook was not sent by the gateway that it claims to come from."""


class PaymentDisputed(Refused, code="payment_disputed"):
    """The customer's bank has not decided about a payment of the order, so a refund could be paid twice."""

    def __init__(self, order: object) -> None:
        super().__init__(
            _(
                "The customer’s bank is still deciding about a payment for order %(order)s. If it also takes the money "
                "back, a refund is paid twice. Wait for the decision, or confirm that you want to refund anyway."
            )
            % {"order": order}
        )


class RefundStillToSend(ForbiddenMove, code="refund_still_to_send"):
    """The gateway still has to send this refund: do not pay it out by hand."""


class RefundedAlready(ForbiddenMove, code="refund_paid_already"):
    """The money of this refund has been returned already."""


class ShiftNotOpen(Refused, code="shift_not_open"):
    """The shift has ended, so nothing is sold, taken or given out in it."""

    def __init__(self) -> None:
        super().__init__(_("This shift has ended. Open a new one to sell and to give out money. Nothing was changed."))


class DrawerBusy(Refused, code="drawer_busy"):
    """The drawer has a shift that is open or was not counted, or the cashier has another open shift."""


class NotEnoughCash(Refused, code="not_enough_cash"):
    """There is less cash in the place than is to be taken out of it."""

    def __init__(self, place: object) -> None:
        super().__init__(
            _("%(place)s: there is not so much cash in it. Bring some first. Nothing was changed.") % {"place": place}
        )


class ConfirmedBefore(Refused, code="handover_confirmed"):
    """What was dropped or handed in was confirmed before."""

    def __init__(self) -> None:
        super().__init__(_("A colleague has confirmed this before. Nothing was changed."))


class OwnHandover(Refused, code="handover_own"):
    """Whoever dropped or handed cash in does not confirm it, nor does another account of theirs."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to count and confirm what you handed in. Nothing was changed."))


class HandoversWait(Refused, code="handovers_wait"):
    """Cash that was put into the place is not confirmed yet, so that a count could not tell whose shift lacks some."""

    def __init__(self) -> None:
        super().__init__(_("Confirm first what was handed in: a difference belongs to its shift. Nothing was counted."))


class CashOutStopped(Refused, code="cash_out_stopped"):
    """More cash than there is was asked for too often in this shift, which would tell what the drawer should hold."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "More than there is was asked for too often in this shift. End the shift and count the drawer. Nothing "
                "was changed."
            )
        )


class WrongCashAmount(Refused, code="cash_amount_invalid"):
    """An amount of cash is not a sum of money above zero."""

    def __init__(self) -> None:
        super().__init__(_("Enter an amount of money above zero. Nothing was changed."))


class TerminalTotalNeeded(Refused, code="terminal_total_needed"):
    """A shift with card payments would be closed without the total of the terminal's own report."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Cards were taken or refunded in this shift. Print the total on the card terminal and enter it, or 0 "
                "if there is none. Nothing was closed."
            )
        )


class GiftCardUnknown(Refused, code="gift_card_unknown"):
    """No gift card that is valid here has this code."""

    def __init__(self) -> None:
        super().__init__(_("We have no gift card with this code. Check it and enter it again."))


class GiftCardBlocked(Refused, code="gift_card_blocked"):
    """The gift card was reported lost and has another code now."""

    def __init__(self) -> None:
        super().__init__(
            _("This gift card was reported lost and replaced. Use the code of the new one. Nothing was paid with it.")
        )


class GiftCardEmpty(Refused, code="gift_card_empty"):
    """No money is left on the gift card. One with less than the price pays its part."""

    def __init__(self) -> None:
        super().__init__(_("There is no money left on this gift card. Nothing was paid with it."))


class GiftCardExpired(Refused, code="gift_card_expired"):
    """The gift card was valid until a day that is over. Where cards expire is a setting."""

    def __init__(self) -> None:
        super().__init__(_("This gift card has expired. Nothing was paid with it; ask at the cinema for a new one."))


class GiftCardTooLittle(Refused, code="gift_card_too_little"):
    """The gift card covers less than the price, and the rest would be less than can be paid online."""

    def __init__(self, least: Decimal) -> None:
        text = _(
            "This gift card leaves less to pay than the %(least)s that can be paid online. Pay with it at the cinema, "
            "or pay the whole order in another way. Nothing was paid."
        )
        super().__init__(text % {"least": format_money(least)})


class GiftCardTooLarge(Refused, code="gift_card_too_large"):
    """A gift card is not sold for so much."""

    def __init__(self, largest: Decimal) -> None:
        text = _("A gift card is sold for at most %(largest)s. Sell several. Nothing was sold.")
        super().__init__(text % {"largest": format_money(largest)})


class GiftCardSoldBefore(Refused, code="gift_card_sold_before"):
    """The form was sent twice: its gift card was sold the first time."""

    def __init__(self) -> None:
        super().__init__(
            _("This gift card was sold already. If it was not printed, undo its sale in the list and sell a new one.")
        )


class GiftCardNotReturnable(Refused, code="gift_card_not_returnable"):
    """The gift card was used, or sold in another shift, so its sale cannot be undone."""

    def __init__(self) -> None:
        super().__init__(
            _("The sale of a gift card is undone only in its own shift, while nobody has used it. Nothing was changed.")
        )
