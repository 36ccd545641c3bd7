"""What is not left alone: tickets that need others (`screenings.seat_rules`), and less than a promo code asks for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from cinema.money import ZERO
from orders.errors import SoldTogether
from orders.models import Order, OrderLine, Ticket
from orders.services.refunds.effects import RemainingLines, remaining_lines
from screenings.seat_rules import halves_around, left_behind


def take_along(chosen: Mapping[int, list[OrderLine]], found: Mapping[int, RemainingLines]) -> None:
    """Add to the lines chosen in each order the free tickets that are not valid without them, such as a companion's.

    Raises `SoldTogether` if others were paid for. None, one or two queries. Must be called inside a transaction (the
    orders are locked).
    """
    gone = {line.pk for lines in chosen.values() for line in lines if isinstance(line, Ticket)}
    kept = {ticket.pk: ticket for order in chosen for ticket in found[order].tickets if ticket.pk not in gone}
    if not (gone and kept):
        return
    visits: defaultdict[tuple[int, int], list[Ticket]] = defaultdict(list)
    for ticket in Ticket.objects.filter(pk__in=gone | kept.keys()).select_related("seat", "ticket_type").order_by("pk"):
        visits[ticket.order_id, ticket.session_id].append(ticket)
    halves = halves_around(ticket.seat for tickets in visits.values() for ticket in tickets)
    for (order, _session), tickets in visits.items():
        places = {ticket.pk: (ticket.seat, ticket.ticket_type) for ticket in tickets}
        left = [place for key, place in places.items() if key in kept]
        alone = {seat.pk for seat in left_behind(list(places.values()), left, halves=halves)}
        along = [ticket for ticket in tickets if ticket.pk in kept and ticket.seat_id in alone]
        if any(ticket.paid for ticket in along):
            raise SoldTogether(along)
        chosen[order].extend(kept[ticket.pk] for ticket in along)


def missed_code_sum(order: Order, *, without: Sequence[OrderLine] = ()) -> Decimal | None:
    """The sum from which the order's promo code is given, if what is left without these lines is worth less.

    None also if nothing is left. No query without a code, otherwise five. Reads only.
    """
    least = order.promocode.least_total if order.promocode else None
    if least is None:
        return None
    gone = {(type(line), line.pk) for line in without}
    left = [line for line in remaining_lines([order.pk])[order.pk].unrefunded if (type(line), line.pk) not in gone]
    return least if left and sum((line.amount for line in left), ZERO) < least else None
