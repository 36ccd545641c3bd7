"""Refusals of the services of prices."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class PriceListRefused(Refused, code="price_list_not_valid"):
    """The price list is published already, has no rows, or the version would be valid from a day that has passed."""

    @classmethod
    def published(cls) -> "PriceListRefused":
        return cls(_("This price list is published already. Make a new version of it."))
