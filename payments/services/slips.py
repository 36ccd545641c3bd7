"""The bank's numbers of card operations: what is printed on the slip of a terminal."""

from django.db.models import QuerySet

from payments.models import Gateway, Payment


def record_slip(payments: QuerySet[Payment], *, rrn: str, terminal: str) -> int:
    """Note the numbers of the slip on the card payment among these that has none yet; returns how many were changed.

    Owns its transaction.
    """
    paid_by_card = payments.filter(gateway=Gateway.CARD_TERMINAL, status=Payment.Status.SUCCEEDED)
    return paid_by_card.filter(rrn="", terminal="").update(rrn=rrn, terminal=terminal)
