"""What a gateway, or the way to it, refuses. The texts are for people; what exactly a gateway said stays in `code`."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class GatewayError(Refused):
    """A gateway did not do what it was asked. `code` is a short word for staff and logs, without personal data."""

    def __init__(self, code: str, text: str = "") -> None:
        self.code = code[:100]
        super().__init__(text or _("The payment service does not answer. Nothing was charged; please try again."))


class GatewayUnavailable(GatewayError):
    """No answer, or none that says: whether it was done is unknown. To be asked before it is tried again."""


class GatewayRefused(GatewayError):
    """The gateway said no, so nothing was done; the same request will be refused again."""


class NotPollable(GatewayError):
    """Taken by hand: only a person knows how it stands."""


class UnverifiedWebhook(Refused):
    """A message that does not come from the gateway whose name it bears."""
