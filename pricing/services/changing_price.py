"""Changes the ticket price of one session, sold or not."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.history import BASELINE
from cinema.money import MAX_AMOUNT, ZERO, rounded
from cinema.validators import clean_reason
from incidents.errors import NothingToChange, PreviewOutdated
from incidents.models import Incident
from incidents.services import record
from orders.models import Ticket
from pricing.errors import PriceTooLow
from pricing.services.quoting import end_quotes
from screenings.errors import ImpossibleSession
from screenings.models import Session
from screenings.services import refuse_over

#: Who has it sets prices anyway, and may go below the lowest price.
KEEPS_PRICES = "screenings.apply_pricelist"


@dataclass(frozen=True)
class PricePreview:
    """The former price, the one in force with demand, the new one, and how many tickets keep theirs."""

    session: Session
    price: Decimal
    tickets: int

    @property
    def digest(self) -> str:
        facts = [self.session.pk, self.session.ticket_price, self.session.price, self.session.status, self.price]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def lowest_price(session: Session, *, actor: User | None) -> Decimal:
    """How far down this person may change the session's price.

    It is half of what the session cost before it was first changed here, however often it was changed since, or half
    of its price list's price, if that list was published later. Zero for those who keep price lists. Three
    queries. Reads only.
    """
    if actor is None or actor.has_perm(KEEPS_PRICES):
        return ZERO
    changes = session.changes.filter(incident__kind=Incident.Kind.REPRICED)
    first = changes.order_by("incident__at", "pk").select_related("incident").first()
    if first is None:
        return rounded(session.ticket_price / 2)
    row = session.price_row
    listed_since = row is not None and row.price_list.published_at and row.price_list.published_at > first.incident.at
    return rounded((row.price if row is not None and listed_since else first.ticket_price) / 2)


def preview_price(session: Session, *, price: Decimal, at: datetime, actor: User | None = None) -> PricePreview:
    """Raises as `change_price`. Four queries. Reads only."""
    refuse_over(session, at=at)
    if not ZERO <= price <= MAX_AMOUNT:
        raise ImpossibleSession(_("This price is not possible. Enter another one."))
    if price == session.ticket_price:
        raise NothingToChange
    if price < (lowest := lowest_price(session, actor=actor)):
        raise PriceTooLow(lowest)
    return PricePreview(session, price, Ticket.objects.live().filter(session=session).count())


def change_price(
    session: Session, *, price: Decimal, reason: str, digest: str = "", at: datetime, actor: User | None = None
) -> Incident:
    """Sell further tickets at another price. Tickets that are sold or held keep theirs, and nobody is told.

    An adaptive price starts anew from the new one. Raises `ReasonNeeded`, `NothingToChange`, `PreviewOutdated`,
    `SessionAlreadyCancelled`, `SessionOver`, `ImpossibleSession` or, below the actor's `lowest_price`, `PriceTooLow`.
    Owns its transaction. A constant number of queries.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        locked = Session.objects.select_for_update(of=("self",), no_key=True).select_related("film", "hall__cinema")
        row = locked.get(pk=session.pk)
        shown = preview_price(row, price=price, at=at, actor=actor)
        if digest and shown.digest != digest:
            raise PreviewOutdated
        kind, cinema = Incident.Kind.REPRICED, row.hall.cinema
        incident = record(kind, cinema, [row], orders=(), reason=reason, at=at, actor=actor)
        history = {"update": True, "default_date": at}
        if not Session.history.filter(id=row.pk).exists():
            Session.history.bulk_history_create([row], default_change_reason=BASELINE, **history)
        row.ticket_price = price
        end_quotes([row], code="LIST_CHANGED", at=at)
        Session.objects.filter(pk=row.pk).update(ticket_price=price)
        Session.history.bulk_history_create([row], default_user=actor, **history)
    return incident
