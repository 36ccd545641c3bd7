"""Errors of gateways. The texts are for people; what exactly a gateway said is in `answer`."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class GatewayError(Refused):
    """A gateway did not do what it was asked."""

    # `answer`: what the gateway said in a few words, for staff and logs, without personal data.
    code = "gateway_error"

    def __init__(self, answer: str, text: str = "") -> None:
        self.answer = answer[:100]
        super().__init__(text or _("The payment provider is not responding. Nothing was charged. Please try again."))


class GatewayUnavailable(GatewayError):
    """The gateway gave no clear answer: whether it did what was asked is unknown."""

    code = "gateway_unavailable"


class GatewayRefused(GatewayError):
    """The gateway said no: nothing was done, and the same request will fail again."""

    code = "gateway_refused"


class NotPollable(GatewayError):
    """The payment was taken by hand: there is no gateway to ask."""

    code = "gateway_by_hand"


class UnverifiedWebhook(Refused):
    """A webhook does not come from the gateway that it names."""

    code = "webhook_not_genuine"
