"""The invoice of a group: what is reserved for it, what that costs, whom to pay, and by when."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from allocations.models import GroupBooking
from cinema.local_time import format_local
from cinema.money import ZERO, format_money
from orders.models import Order
from reports.tables import Column, Kind, Table


def invoice(booking: GroupBooking, orders: Sequence[Order]) -> Table:
    """In the current language. A query for the tickets of each order."""
    zone = booking.cinema.zone
    rows: list[dict[str, Any]] = []
    for order in orders:
        tickets = list(order.tickets.select_related("session__film", "session__hall"))
        session = tickets[0].session
        what = f"{session.film.shown.title}, {format_local(session.start_datetime, zone)}, {session.hall.shown.name}"
        paying = [ticket for ticket in tickets if ticket.price]
        rows.append({"what": what, "people": len(paying), "price": booking.price, "sum": order.final_amount})
        if free := len(tickets) - len(paying):
            rows.append({"what": _("free of charge"), "people": free, "price": ZERO, "sum": ZERO})
    columns = [
        Column("what", _("Screening")),
        Column("people", _("People"), Kind.INTEGER, is_summed=True),
        Column("price", _("Price"), Kind.MONEY),
        Column("sum", _("Sum"), Kind.MONEY, is_summed=True),
    ]
    return Table(
        title=_("Invoice %(number)s") % {"number": orders[0].number},
        subtitle=booking.cinema.shown.name,
        columns=columns,
        rows=rows,
        notes=list(_notes(booking, orders)),
        zone=zone,
    )


def _notes(booking: GroupBooking, orders: Sequence[Order]) -> Iterable[str]:
    entity = booking.cinema.legal_entity
    if entity is not None:
        seller = ", ".join(filter(None, [entity.name, entity.tax_number, entity.kpp, entity.address]))
        yield _("To be paid to: %(seller)s") % {"seller": seller}
    yield _("Payer: %(payer)s") % {"payer": booking.payer or booking.contact}
    total = format_money(sum((order.final_amount for order in orders), ZERO))
    until = format_local(min(order.payment_deadline for order in orders), booking.cinema.zone)
    numbers = ", ".join(order.number for order in orders)
    yield _(
        "Please pay %(total)s by %(until)s, and name the number %(numbers)s. Until then the seats are reserved."
    ) % {
        "total": total,
        "until": until,
        "numbers": numbers,
    }
    yield _("Once it is paid, give this number at the entrance: it lets the whole group in, or a part of it.")
