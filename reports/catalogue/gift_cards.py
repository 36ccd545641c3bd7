"""Gift cards on the sheets: what was sold, spent and refunded, and what is left on them."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cinema.money import ZERO
from payments.models import GiftCardMovement
from reports.models import GIFT_CARDS_SOLD
from reports.reading import Number
from reports.tables import Column, Kind, Table

Text = str | Promise


def movements(
    about: Text, *, moved: Mapping[str, Number], start: tuple[Text, Decimal], end: tuple[Text, Decimal]
) -> Table:
    """What moved the money on gift cards between two balances, by kind of movement."""
    kinds = [(label, moved[kind]) for kind, label in GiftCardMovement.Kind.choices if moved.get(kind)]
    return Table(
        title=_("Gift cards"),
        subtitle=about,
        columns=[
            Column("what", _("Money on gift cards that this cinema sold")),
            Column("amount", _("Amount"), Kind.MONEY),
        ],
        rows=[start, *kinds, end],
        notes=[
            _(
                "A gift card is an advance, not revenue: it is owed until it has paid for orders, in whichever cinema. "
                "What it pays there is received by the payment method “Gift card”."
            )
        ],
    )


def sold(moved: Mapping[str, Number]) -> Decimal:
    """What was taken for gift cards, less sales that were undone: it is no advance for a screening."""
    return sum((moved.get(kind, ZERO) for kind in GIFT_CARDS_SOLD), ZERO)
