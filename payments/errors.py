"""Errors of gateways, and refusals to pay out refunds. The texts are for people; `answer` is what a gateway said."""

from django.utils.translation import gettext as _

from cinema.status import ForbiddenMove, Refused


class GatewayError(Refused, code="gateway_error"):
    """A gateway did not do what it was asked.

    `answer`: what the gateway said in a few words, for staff and logs, without personal data.
    """

    def __init__(self, answer: str, text: str = "") -> None:
        self.answer = answer[:100]
        super().__init__(text or _("The payment provider is not responding. Nothing was charged. Please try again."))


class GatewayUnavailable(GatewayError, code="gateway_unavailable"):
    """The gateway gave no clear answer: whether it did what was asked is unknown."""


class GatewayRefused(GatewayError, code="gateway_refused"):
    """The gateway said no: nothing was done, and the same request will fail again."""


class NotPollable(GatewayError, code="gateway_by_hand"):
    """The payment was taken by hand: there is no gateway to ask."""


class UnverifiedWebhook(Refused, code="webhook_not_genuine"):
    """A webhook does not come from the gateway that it names."""


class RefundStillToSend(ForbiddenMove, code="refund_still_to_send"):
    """The gateway is still to send this refund: do not hand out money."""


class RefundedAlready(ForbiddenMove, code="refund_paid_already"):
    """The money of this refund has gone back."""
