"""Refusals of the screens of till, door and bar."""

from decimal import Decimal

from django.utils.translation import gettext as _

from cinema.money import format_money
from cinema.status import Refused


class NoShift(Refused, code="no_open_shift"):
    """The cashier has no open shift, so nothing can be sold or given out."""

    def __init__(self) -> None:
        super().__init__(_("Open a shift first: without one nothing is sold or given out here."))


class GivenTooLittle(Refused, code="cash_given_too_little"):
    """The customer gave less cash than the order costs."""

    def __init__(self, *, given: Decimal, price: Decimal) -> None:
        text = _("%(given)s is less than %(price)s. Nothing was sold.")
        super().__init__(text % {"given": format_money(given), "price": format_money(price)})


class CardUnclear(Refused, code="card_unclear"):
    """Nobody knows yet whether the terminal took the money of this sale."""

    def __init__(self) -> None:
        super().__init__(_("Say first what the card terminal did: its journal tells whether the card was charged."))


class WrongPart(Refused, code="card_part_wrong"):
    """The card cannot be unclear about nothing, or about more than is left to pay."""

    def __init__(self, *, left: Decimal) -> None:
        text = _("Enter more than zero and at most %(left)s, which is left to pay. Nothing was recorded.")
        super().__init__(text % {"left": format_money(left)})


class ColleagueCode(Refused, code="customer_code_of_colleague"):
    """A guest's code belongs to somebody who has an open shift in this cinema."""

    def __init__(self) -> None:
        super().__init__(_("This is the code of a colleague at work, who earns no points on what is sold here now."))


class SellAgain(Refused, code="cancelled_long_ago"):
    """The order was cancelled a day ago or earlier, or its promo code is not valid any more."""

    def __init__(self, order: object) -> None:
        text = _(
            "Order %(order)s was cancelled more than a day ago, or its promo code isn’t valid any more. Sell the seats "
            "again, at the price of today; nothing was recorded."
        )
        super().__init__(text % {"order": order})


class CodeTooOften(Refused, code="customer_code_too_often"):
    """The account has as many orders from tills of the cinema today as earn points."""

    def __init__(self, orders: int) -> None:
        text = _("This account already has %(orders)d orders from the till today. Sell this one without the code.")
        super().__init__(text % {"orders": orders})


class AccountTooOften(Refused, code="account_too_often"):
    """Money would be taken by hand for one more order of an account that has as many today as earn points."""

    def __init__(self, orders: int) -> None:
        text = _(
            "%(orders)d orders of this account were paid at the till today, and it earns no points on more. Let its "
            "owner pay online, or cancel the order and sell the tickets without the account. Nothing was charged."
        )
        super().__init__(text % {"orders": orders})


class StaffOrder(Refused, code="order_of_staff_at_work"):
    """The order is in the account, or has the address, of whoever takes its money or of a colleague at work."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This order belongs to somebody at work here, and nobody earns points on what they sell. Its owner "
                "pays for it online; for a guest, make a new sale. No money was booked: return what was taken."
            )
        )


class VoucherTooLarge(Refused, code="voucher_above_order"):
    """The vouchers of an order would be worth more than it cost."""

    def __init__(self, left: Decimal) -> None:
        super().__init__(
            _(
                "The vouchers of an order are worth at most what it cost: %(left)s are left. For more, ask a manager "
                "for a promo code. Nothing was changed."
            )
            % {"left": format_money(left)}
        )


class VoucherUsed(Refused, code="voucher_used"):
    """The voucher was used for an order, so its code is not printed again."""

    def __init__(self) -> None:
        super().__init__(_("This voucher has been used. It is not printed again."))


class CashPlaceFull(Refused, code="cash_place_full"):
    """The drawer, the safe, the change fund or the bank would hold more cash than can be recorded."""

    def __init__(self) -> None:
        super().__init__(
            _("This is more cash than can be recorded in one place. Check the amount. Nothing was changed.")
        )


class RefundTooLate(Refused, code="refund_too_late_at_till"):
    """The screening has started, and the cinema is not at fault."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The screening has started. At the guest’s wish tickets are refunded until the start; later only if "
                "the cinema is at fault. Nothing was refunded."
            )
        )


class WrongQuantity(Refused, code="refund_quantity_wrong"):
    """Less than one, or more than are left, would be refunded of a line of snacks."""

    def __init__(self, line: object) -> None:
        text = _("Enter how many of %(line)s to refund: at least one, and at most so many. Nothing was refunded.")
        super().__init__(text % {"line": line})


class NotVoidable(Refused, code="sale_not_voidable"):
    """The sale is of another shift, was used or refunded, is too long ago, or was not paid at the till."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This sale can no longer be undone: something of it was used or refunded, its screening is over, or "
                "the snacks were sold too long ago. Refund the items instead."
            )
        )


class ScannedBefore(Refused, code="exchange_of_scanned_ticket"):
    """A ticket was scanned (also if that was undone), and the cinema is not at fault, so it is not exchanged."""

    def __init__(self) -> None:
        super().__init__(_("One of the tickets was scanned: it is exchanged only if the cinema is at fault."))


class ExchangeReturned(Refused, code="exchange_of_returned_money"):
    """The payment provider has returned the money for the tickets already, so no value is left to exchange."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The payment provider has already returned the money for these tickets. Refund them here, so that "
                "their seats are free, and sell new ones. Nothing was changed."
            )
        )


class ExchangeOnAccount(Refused, code="exchange_on_account"):
    """A partner sold the order on account and owes for it, so the till does not exchange it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A partner sold these tickets and took the guest’s money: the guest turns to the partner. "
                "Nothing was changed."
            )
        )


class ExchangeTooLate(Refused, code="exchange_too_late"):
    """The screening ended too long ago, so its tickets are not exchanged even if the cinema is at fault."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The screening ended too long ago to exchange its tickets. Refund them, if the cinema is at fault. "
                "Nothing was changed."
            )
        )


class SecondPersonNeeded(Refused, code="second_person_needed"):
    """This needs a second person who may decide it, and that person's PIN."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide this: choose a person who may, who then enters the PIN here."))


class SecondAccount(SecondPersonNeeded, code="second_person_not_independent"):
    """The second person may be the first one again, who lately created or changed that account, or the reverse."""

    def __str__(self) -> str:
        return _(
            "One of these two accounts was lately created or changed through the other, so they do not count as two "
            "people. Choose somebody else. Nothing was changed."
        )


class NotASubstitute(Refused, code="not_a_substitute"):
    """The item cannot be given to everybody who waits for what ran out: too few, cheaper, off sale, or made of it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This can’t be given instead: there may not be enough of it any more. Choose something else, or "
                "refund. Nothing was changed."
            )
        )


class PartTaken(Refused, code="part_taken"):
    """A part of the whole order's price was already taken, so none of its people pay by themselves."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A part of the price of the whole order was already taken. Take what is left, or cancel the sale. "
                "Nothing was changed."
            )
        )
