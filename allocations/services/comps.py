"""Complimentary tickets: each order that has some names a reason, and counts towards the limit of whoever gave them."""

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from accounts.models import User
from accounts.services import accounts_of, require_approval_above_limit
from allocations.errors import CompReasonNeeded
from allocations.models import Comp, CompReason
from cinema.money import ZERO
from orders.models import Order, Ticket
from screenings.models import Session, TicketType
from screenings.ticket_price import full_price, sold_online, terms_of

AT_TILL = TicketType.SoldTo.TILL
STANDARD = [_("Press and partners"), _("Prize or promotion"), _("Apology"), _("Staff"), _("Inspection")]


def is_complimentary(ticket_type: TicketType, price: Decimal) -> bool:
    """Whether such a ticket is given away: it costs nothing, and its type is sold at the till only. Reads only."""
    return not price and ticket_type.sold_to == AT_TILL


def give(order: Order, *, reason: CompReason | None, at: datetime, actor: User) -> Comp | None:
    """Record why tickets of a new order are complimentary, if some are.

    What they would cost, also before that person made it less, counts towards the same limit of whoever decides it as
    refunds. Raises `CompReasonNeeded`, also for a reason that is out of use, and `ApprovalRequired`. Must be called
    inside a transaction (the one that makes the order, so that a refusal undoes it).
    """
    given = list(_complimentary(order))
    if not given:
        return None
    if reason is None or not reason.is_active:
        raise CompReasonNeeded
    value = worth(given, despite=accounts_of(actor, at=at))
    comp = Comp.objects.create(order=order, reason=reason, value=value, at=at, actor=actor)
    require_approval_above_limit("orders.refund", comp.value, actor=actor, approver=None, at=at)
    return comp


def carry_over(order: Order, *, tickets: Iterable[Ticket], former: Order, at: datetime, actor: User) -> Decimal:
    """Copy the reason of a former order to the one that takes the place of these tickets of it. Returns what the new
    complimentary tickets would cost more than the old ones: that much more is given away.

    Raises `CompReasonNeeded` if there are more of them than before. Must be called inside a transaction (that of the
    exchange).
    """
    given = list(_complimentary(order))
    if not given:
        return ZERO
    before = list(_complimentary(former).filter(pk__in=[each.pk for each in tickets]))
    if len(given) > len(before):
        raise CompReasonNeeded
    own = accounts_of(actor, at=at)
    value = worth(given, despite=own)
    if (known := Comp.objects.filter(order=former).first()) is not None:
        Comp.objects.create(order=order, reason=known.reason, value=value, at=known.at, actor=known.actor)
    return max(ZERO, value - worth(before, despite=own))


def given_anew(tickets: Iterable[Ticket], *, former: Iterable[Ticket]) -> Decimal:
    """What the complimentary ones of these tickets would cost more than those of the former ones: what `carry_over`
    returns, also before the tickets are there. At most eight queries. Reads only.
    """
    new, old = (
        worth([each for each in some if is_complimentary(each.ticket_type, each.price)]) for some in (tickets, former)
    )
    return max(ZERO, new - old)


def worth(tickets: Collection[Ticket], *, despite: Collection[int] = ()) -> Decimal:
    """What the seats of these tickets cost everybody at the till: now, or before one of the accounts `despite` made
    their session cheaper, if that is more. At most six queries. Reads only.
    """
    sessions = _without_cuts(despite, {each.session_id: each.session for each in tickets})
    terms, types = terms_of(sessions.values(), Order.Channel.BOX_OFFICE), sold_online()
    return sum(
        (
            full_price(sessions[key], seat_kind=seat.kind, types=types, terms=terms[key])
            for key, seat in ((each.session_id, each.seat) for each in tickets)
        ),
        ZERO,
    )


def _without_cuts(accounts: Collection[int], sessions: Mapping[int, Session]) -> Mapping[int, Session]:
    """The sessions by primary key, each at the most that it cost before a change by one of these accounts."""
    found, former = dict(sessions), dict.fromkeys(sessions, ZERO)
    changes = Session.history.filter(id__in=sessions if accounts else ()).order_by("history_id")
    for key, price, account in changes.values_list("id", "ticket_price", "history_user"):
        if account in accounts and former[key] > found[key].price:
            found[key] = copy(found[key])
            found[key].ticket_price, found[key].quoted_price = former[key], None
        former[key] = price
    return found


def create_standard_reasons() -> Iterable[CompReason]:
    """Create the usual reasons, in the language of the installation, if there is none at all. Owns its transaction."""
    with transaction.atomic(), override(settings.LANGUAGE_CODE):
        if CompReason.objects.exists():
            return []
        return [CompReason.objects.create(name=gettext(name)) for name in STANDARD]


def _complimentary(order: Order) -> QuerySet[Ticket]:
    given = Ticket.objects.filter(order=order, price=ZERO, ticket_type__sold_to=AT_TILL)
    return given.select_related("session__film", "session__hall", "seat").order_by()
