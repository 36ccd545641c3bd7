"""The page on which a guest decides after a screening was changed.

Opening it decides nothing: mail programs open links.
"""

from collections import Counter
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cinema import clock
from cinema.status import Refused
from incidents.models import ConcernedOrder, Incident
from incidents.services import concerned, keep_tickets, return_tickets, returnable_lines
from incidents.services.alternatives import alternatives
from incidents.services.telling import former_sessions
from orders.models import Order, Ticket
from orders.services.refunds.by_hand import is_refunded_at_cinema
from storefront.errors import RefundedBySeller, message_for_customer
from storefront.request_identity import customer
from storefront.services import own_orders
from storefront.views.decorators import lead_to
from storefront.views.orders import of_order
from storefront.views.vouchers import choose


@require_http_methods(["GET", "HEAD", "POST"])
@of_order
def changed(request: HttpRequest, order: Order, incident: int) -> HttpResponse:
    """What it was and what it is now. `keep` or `refund` is posted; whoever does nothing keeps the tickets."""
    at = clock.now()
    row = concerned(order, incident)
    if row is None:
        raise Http404
    row.order = order
    if row.incident.kind == Incident.Kind.CANCELLED:
        return choose(request, row, at=at)
    refusal = ""
    if request.method == "POST":
        if "refund" not in request.POST:
            keep_tickets(row, at=at)
            messages.success(request, _("Thank you. We look forward to seeing you."))
            return redirect("shop:order", order.token)
        try:
            if own_orders.by_seller_alone(order):
                raise RefundedBySeller
            return_tickets(row, at=at, actor=customer(request))
        except Refused as refused:
            row.refresh_from_db(fields=["answer"])
            if row.answer == ConcernedOrder.Answer.REFUND:
                return lead_to(order)  # the button was pressed before
            refusal = message_for_customer(refused)
        else:
            messages.success(request, _("Refund confirmed. See the details below."))
            return redirect("shop:order", order.token)
    return render(
        request,
        "storefront/changed.html",
        {"order": order, "row": row, "refusal": refusal, **_facts(row, at=at)},
        status=409 if refusal else 200,
    )


def _facts(row: ConcernedOrder, *, at: datetime) -> dict[str, object]:
    """The sessions before and after, the present seats, and whether the tickets can be returned."""
    seats: dict[int, list[Ticket]] = {}
    live = row.order.tickets.live().select_related("seat").order_by("seat__row", "seat__number")
    for ticket in live:
        seats.setdefault(ticket.session_id, []).append(ticket)
    announced = former_sessions(row.incident)
    of_order = row.order.tickets.filter(session__in=announced).order_by("session")
    lost = Counter(of_order.values_list("session", flat=True))
    offered = alternatives([announced[key] for key in lost], at=at)
    former = {each.ticket_id: each.seat for each in row.moved.select_related("seat")}
    sessions = row.incident.changed.select_related("session__film", "session__hall", "hall").order_by("start_datetime")
    local = row.incident.cinema.local
    changes = [
        {
            "film": each.session.film,
            "was": (local(each.start_datetime), each.hall.shown.name),
            "now": (local(each.session.start_datetime), each.session.hall.shown.name),
            "seats": [(former.get(ticket.pk), ticket.seat) for ticket in seats[each.session_id]],
        }
        for each in sessions
        if each.session_id in seats
    ]
    by_seller = own_orders.by_seller_alone(row.order)
    lines = [] if by_seller else returnable_lines(row, at=at)
    until = row.incident.refund_until
    return {
        "changes": changes,
        "others": [each for key in lost for each in offered.local(announced[key], places=lost[key])],
        "may_return": bool(lines),
        "amount": sum(line.paid for line in lines),
        "points": any(line.bonus_share for line in lines),
        "by_seller": by_seller,
        "at_cinema": is_refunded_at_cinema(row.order),
        "until": local(until) if until else None,
    }
