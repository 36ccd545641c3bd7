"""What is not left alone: tickets that need others (`screenings.seat_rules`), and less than a promo code asks for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil

from cinema.money import ZERO
from orders.errors import SoldTogether
from orders.models import Order, OrderLine, Ticket
from orders.services.refunds.effects import RemainingLines, remaining_lines
from screenings.seat_rules import halves_around, left_behind


def take_along(chosen: Mapping[int, list[OrderLine]], found: Mapping[int, RemainingLines]) -> None:
    """Add to the chosen lines the free tickets that go with them: of companions, and of a group beyond their share.

    Raises `SoldTogether` if others were paid for. None, one or two queries. Must be called inside a transaction (the
    orders are locked).
    """
    gone = {line.pk for lines in chosen.values() for line in lines if isinstance(line, Ticket)}
    kept = {ticket.pk: ticket for order in chosen for ticket in found[order].tickets if ticket.pk not in gone}
    if not (gone and kept):
        return
    visits: defaultdict[tuple[Order, int], list[Ticket]] = defaultdict(list)
    every = Ticket.objects.filter(order__in=chosen).select_related("order", "seat", "ticket_type")
    for ticket in every.order_by("pk"):
        visits[ticket.order, ticket.session_id].append(ticket)
    halves = halves_around(ticket.seat for tickets in visits.values() for ticket in tickets)
    for (order, _session), sold in visits.items():
        tickets = [ticket for ticket in sold if ticket.pk in gone or ticket.pk in kept]
        left = [ticket for ticket in tickets if ticket.pk in kept]
        before, after = ([(ticket.seat, ticket.ticket_type) for ticket in each] for each in (tickets, left))
        alone = {seat.pk for seat in left_behind(before, after, halves=halves)}
        along = [ticket for ticket in left if ticket.seat_id in alone]
        if any(ticket.paid for ticket in along):
            raise SoldTogether(along)
        if order.channel == Order.Channel.GROUP:
            along += _free_beyond_share(sold, [ticket for ticket in left if ticket not in along])
        chosen[order.pk].extend(kept[ticket.pk] for ticket in along)


def _free_beyond_share(sold: Sequence[Ticket], left: Sequence[Ticket]) -> list[Ticket]:
    """The free ones that are more, for the paying ones left, than were sold with all, rounded up. Used ones stay."""
    paying, still = (sum(ticket.price > 0 for ticket in tickets) for tickets in (sold, left))
    share = ceil(still * (len(sold) - paying) / paying) if paying else len(left)
    return sorted((each for each in left if not each.price), key=lambda each: each.status != Ticket.Status.USED)[share:]


def missed_code_sum(order: Order, *, without: Sequence[OrderLine] = ()) -> Decimal | None:
    """The sum from which the order's promo code is given, if what is left without these lines is worth less.

    None also if nothing is left. No query without a code, otherwise five. Reads only.
    """
    least = order.promocode.least_total if order.promocode else None
    left = [line for line in remaining_lines([order.pk])[order.pk].unrefunded if line not in without] if least else []
    return least if least and left and sum((line.amount for line in left), ZERO) < least else None
