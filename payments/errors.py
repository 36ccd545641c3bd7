"""Errors of payment gateways. The texts are shown to people; `answer` has what the gateway said."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class GatewayError(Refused):
    """A gateway did not carry out a request."""

    # `answer`: the gateway's error code or a short description, for staff and logs, without personal data.
    code = "gateway_error"

    def __init__(self, answer: str, text: str = "") -> None:
        self.answer = answer[:100]
        super().__init__(text or _("The payment provider is not responding. Nothing was charged. Please try again."))


class GatewayUnavailable(GatewayError):
    """The gateway gave no clear answer, so it is unknown whether the request was carried out."""

    code = "gateway_unavailable"


class GatewayRefused(GatewayError):
    """The gateway rejected the request: nothing was done, and the same request would fail again."""

    code = "gateway_refused"


class NotPollable(GatewayError):
    """The payment was taken by staff (cash or card terminal), so there is no gateway to ask."""

    code = "gateway_by_hand"


class UnverifiedWebhook(Refused):
    """A webhook was not sent by the gateway that it names."""

    code = "webhook_not_genuine"
