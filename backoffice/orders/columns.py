"""What the admin's pages of this room share."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from orders.models import OrderEvent
from orders.reasons import reason_label
from payments.models import Refund

# What the name of a row is made of, to be read with the page in one query.
TICKET = ["ticket__session__film", "ticket__session__hall__cinema", "ticket__seat"]
REFUNDED = [*TICKET, "preorder__concession_item"]

LINK = '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>'  # for format_html


class ReasonInWords:
    """A page of rows with a reason: a stored code is shown in words."""

    exclude = ["reason"]
    readonly_fields = ["why"]

    @admin.display(description=_("reason"))
    def why(self, row: Refund | OrderEvent) -> str:
        return reason_label(row.reason) or "–"
