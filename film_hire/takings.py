"""Which contracts hold for sessions, and the tickets of these sessions as the hire counts them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, ExpressionWrapper, F, Q
from django.db.models.fields import BooleanField

from film_hire.models import Contract
from film_hire.terms import Base, Terms, Tickets, base_of
from orders.models import Ticket
from payments.models import Rates, Subject, Vat
from reports.counting.tickets import SOLD
from reports.counting.vat import PERCENT
from screenings.models import Cinema, Session


@dataclass(frozen=True)
class Counted:
    """A session in a week of a contract, with its base."""

    contract: Contract
    week: int
    session: Session
    about: date
    base: Base


def contracts_of(cinema: Cinema, *, until: date) -> list[Contract]:
    """The contracts that hold in the cinema and have begun by the day. One query."""
    own = Contract.objects.filter(Q(cinema=cinema) | Q(cinema__isnull=True), starts_on__lte=until)
    return list(own.select_related("distributor", "film").order_by("pk"))


def shown(cinema: Cinema, contracts: Iterable[Contract], *, since: datetime, until: datetime) -> list[Session]:
    """The sessions of the contracts' films in the cinema that start in [since, until) and took place. One query."""
    films = {contract.film_id for contract in contracts}
    sessions = Session.objects.filter(
        film__in=films, hall__cinema=cinema, start_datetime__gte=since, start_datetime__lt=until
    )
    taken = sessions.exclude(status=Session.Status.CANCELLED).select_related("film", "hall")
    return list(taken.order_by("start_datetime", "pk"))


def fitting(session: Session, contracts: Iterable[Contract], cinema: Cinema) -> list[tuple[Contract, int]]:
    """The contracts that hold for the session, one of each distributor, with the session's week of each. No query."""
    clock = cinema.local(session.start_datetime).replace(tzinfo=None)
    best: dict[int, tuple[Contract, int]] = {}
    for contract in sorted(contracts, key=Contract.precision):
        if contract.film_id != session.film_id or contract.format not in ("", session.format):
            continue
        if (week := contract.week_of(clock, cinema)) is not None:
            best[contract.distributor_id] = contract, week
    return [best[distributor] for distributor in sorted(best)]


def tickets_of(sessions: Collection[Session], *, as_of: datetime) -> dict[int, list[Tickets]]:
    """Equal tickets of each session, as the figures of closed days count them. One query.

    A ticket that is refunded from the start of its session on is a goodwill refund: the session took place.
    """
    back = Q(refund_line__refund__requested_at__lt=as_of)
    goodwill = Q(refund_line__refund__requested_at__gte=F("session__start_datetime"))
    rows = (
        Ticket.objects.filter(SOLD, session__in=[each.pk for each in sessions], order__paid_at__lt=as_of)
        .order_by()
        .annotate(
            is_refunded=ExpressionWrapper(back & Q(refund_line__isnull=False), output_field=BooleanField()),
            is_goodwill=ExpressionWrapper(back & goodwill, output_field=BooleanField()),
        )
        .values("session", "price", "discount_share", "bonus_share", "is_refunded", "is_goodwill")
        .annotate(count=Count("pk"))
    )
    found: defaultdict[int, list[Tickets]] = defaultdict(list)
    for row in rows:
        found[row["session"]].append(
            Tickets(
                count=row["count"],
                price=row["price"],
                discount=row["discount_share"],
                points=row["bonus_share"],
                is_refunded=bool(row["is_refunded"]),
                is_goodwill=bool(row["is_goodwill"]),
            )
        )
    return found


def counted(
    cinema: Cinema,
    sessions: Sequence[Session],
    contracts: Sequence[Contract],
    tickets: Mapping[int, list[Tickets]],
    *,
    instead: Mapping[int, Terms] | None = None,
) -> list[Counted]:
    """Each session with each contract that holds for it; `instead` are terms to try, by contract. One query."""
    terms = {each.pk: each.terms() for each in contracts} | dict(instead or {})
    rates, found = Rates(), []
    for session in sessions:
        about = cinema.business_date(session.start_datetime)
        vat = PERCENT[Vat(rates.on(Subject.TICKETS, about))]
        for contract, week in fitting(session, contracts, cinema):
            base = base_of(tickets.get(session.pk, []), terms[contract.pk], vat_percent=vat)
            found.append(Counted(contract, week, session, about, base))
    return found
