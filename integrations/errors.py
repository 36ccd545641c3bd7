"""Refusals of the public API. A refusal changes nothing."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class ApiKeyRefused(Refused, code="api_key_not_valid"):
    """The API key is unknown, has expired or was revoked."""

    def __init__(self) -> None:
        super().__init__(_("This API key is not valid."))


class RightMissing(Refused, code="api_right_missing"):
    """The partner of the API key may not do this."""

    def __init__(self) -> None:
        super().__init__(_("This API key does not allow that."))


class IdempotencyKeyReused(Refused, code="idempotency_key_reused"):
    """The Idempotency-Key was sent before with another request."""

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was used for another request. Send a new one."))


class HoldLapsed(Refused, code="hold_lapsed"):
    """The order of this Idempotency-Key was not paid in time, or was cancelled: its seats are free again."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            _("Order %(order)s was cancelled, or not paid in time. Start again with a new key.") % {"order": number}
        )


class RefundedAlready(Refused, code="refunded_already"):
    """All these tickets of the partner's order were refunded before, by another request or by the customer."""

    def __init__(self) -> None:
        super().__init__(_("These tickets were refunded already. The order says how much was given back."))


class PartnerHoldsTooMuch(Refused, code="api_seats_too_many"):
    """The partner would hold more unpaid seats, of the screening or in all, or more snacks than it may."""

    def __init__(self) -> None:
        super().__init__(_("That is more than you may hold unpaid. Have what you hold paid, or cancel it first."))


class TooManyKeys(Refused, code="api_keys_too_many"):
    """A partner has at most two valid keys: the one in use and the next."""

    def __init__(self) -> None:
        super().__init__(_("This partner has two valid keys already. Revoke the older one first."))


class KeyRevokedAlready(Refused, code="api_key_revoked_already"):
    """The API key is revoked already."""

    def __init__(self) -> None:
        super().__init__(_("This key is revoked already."))


class WebhooksOnAlready(Refused, code="webhooks_on_already"):
    """The receiver of webhooks is not switched off."""


class CatalogueNotSetUp(Refused, code="catalogue_not_set_up"):
    """No film catalogue is set up (`FILM_CATALOGUES` is empty)."""

    def __init__(self) -> None:
        super().__init__(_("No film catalogue is set up. The page “Connections” says how."))


class FilmFieldFilled(Refused, code="film_field_filled"):
    """The film has a value in the field for which a catalogue proposes another one."""

    def __init__(self, field: str, value: str) -> None:
        facts = {"field": field, "value": value}
        super().__init__(
            _("The film has “%(value)s” as its %(field)s. Change it on the page of the film if it is wrong.") % facts
        )


class ProposalNotValid(Refused, code="film_proposal_not_valid"):
    """The proposed value does not fit the field, or another film has it."""


class FilmHasPoster(Refused, code="film_has_poster"):
    """The film has a poster, and a proposal never replaces one."""

    def __init__(self) -> None:
        super().__init__(_("The film has a poster already. Remove it first if this one is better."))
