from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Sum

from payments.models import GiftCardMovement
from reports.days import Days, Row


def count(days: Days, as_of: datetime) -> Iterable[Row]:
    """Movements of gift cards by kind, of the cinema that sold the card: see `GiftCardFigures`. One query."""
    moved = GiftCardMovement.objects.filter(days.within("at", "card__cinema"), at__lt=as_of).order_by()
    rows = moved.annotate(cinema_id=F("card__cinema"), about=days.date_of("at", "card__cinema"))
    for row in rows.values("cinema_id", "about", "kind").annotate(total=Sum("amount")):
        yield {**row, "amount": row["total"]}  # a movement has a column of this name
