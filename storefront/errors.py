"""Refusals of the shop itself. A refusal changes nothing; its text is for customers."""

from django.utils.translation import gettext as _

from cinema.status import ConcurrentChange, ForbiddenMove, Refused
from concessions.errors import OutOfStock
from payments.errors import PaymentDisputed


class LinkRefused(Refused, code="sign_in_link_invalid"):
    """The sign-in link was used, has expired, or was not issued by this site."""

    def __init__(self) -> None:
        super().__init__(_("This link has expired or has already been used. Please request a new one."))


class RefundedBySeller(Refused, code="refund_by_seller"):
    """A partner sold it on account that may not refund: neither does the link, which the partner has, too."""

    def __init__(self) -> None:
        super().__init__(_("This order can’t be refunded online. Please ask whoever sold you the tickets."))


def message_for_customer(refusal: Exception) -> str:
    """The text of a refusal for customers; those written for staff, about statuses or stock, are replaced."""
    if isinstance(refusal, (ForbiddenMove, ConcurrentChange)):
        return _("This order has changed in the meantime. Open its page to see its current state.")
    if isinstance(refusal, OutOfStock):
        return _("Not enough left: %(items)s. Reduce the quantity.") % {"items": ", ".join(refusal.items)}
    if isinstance(refusal, PaymentDisputed):
        return _(
            "Your bank is still deciding about the payment for this order, so it can’t be refunded until then. "
            "Have a question? Ask at the cinema."
        )
    return str(refusal)
