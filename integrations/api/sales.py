"""The part of the API with which trusted partners sell: seat maps, orders, payments and refunds."""

from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Sum
from django.http import Http404, HttpRequest
from ninja import Header, Query, Router, Status
from pydantic import StringConstraints

from accounts.services import rate_limits
from cinema import clock
from cinema.money import ZERO
from integrations.api import schemas
from integrations.api.keys import Key, partner_with
from integrations.api.problems import AT_GATEWAY, WITH_KEY
from integrations.api.programme import announced
from integrations.api.schemas import Id, money
from integrations.models import Partner
from integrations.services.selling import (
    Wanted,
    cancel_for_partner,
    held_before,
    hold_for_partner,
    pay_on_account,
    refund_for_partner,
)
from orders.availability.seat_map import SeatMap
from orders.models import Order, OrderChange, Ticket
from orders.services import code_of, customer_payment_state, mark_paid, start_payment
from payments.models import Gateway
from pricing.models import SessionForecast
from screenings.models import Seat
from screenings.seat_choice import FOR_ANYONE, best_seats

router = Router(tags=["Sales"], auth=Key())

ADMITTED = (Ticket.Status.PAID, Ticket.Status.USED)

IdempotencyKey = Annotated[
    str,
    StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$"),
    Header(alias="Idempotency-Key", description="Of your own choice; the same when you repeat a request."),
]
Number = Annotated[str, StringConstraints(min_length=1, max_length=8, pattern=r"^[A-Za-z0-9]+$")]


@router.get("/sessions/{session_id}/seats", response={200: schemas.SeatMapOut, **WITH_KEY}, summary="Seat map")
def seats(request: HttpRequest, session_id: Id) -> Any:
    seat_map = _seat_map(request, session_id)
    return {"session_id": session_id, "seats": [_seat_out(seat, seat_map) for seat in seat_map.seats]}


@router.get(
    "/sessions/{session_id}/seats/best", response={200: schemas.BestSeatsOut, **WITH_KEY}, summary="Best seats for N"
)
def best(request: HttpRequest, session_id: Id, given: Query[schemas.BestSeatsIn]) -> Any:
    """Free seats side by side, as the shop would select them. Nothing is held: send them with an order."""
    seat_map = _seat_map(request, session_id)
    chosen = best_seats(
        seat_map.seats,
        taken=seat_map.taken,
        party=given.party,
        kinds=FOR_ANYONE if given.kind is None else (given.kind,),
        **SessionForecast.objects.seat_hints(session_id, seats=len(seat_map.seats)),
    )
    by_key = {seat.pk: seat for seat in seat_map.seats}
    return {"session_id": session_id, "seats": [_seat_out(by_key[key], seat_map) for key in chosen]}


def _seat_map(request: HttpRequest, session_id: int) -> SeatMap:
    partner, at = partner_with(request, "may_sell"), clock.now()
    session = announced(session_id, at=at)
    if not partner.may_use(session.hall.cinema_id):
        raise Http404
    return SeatMap(session, at=at)


def _seat_out(seat: Seat, seat_map: SeatMap) -> dict[str, Any]:
    return {
        "id": seat.pk,
        "row": seat.row,
        "number": seat.number,
        "place": seat.across,
        "kind": seat.kind,
        "free": seat.pk not in seat_map.taken,
    }


@router.post("/orders", response={201: schemas.OrderOut, **WITH_KEY}, summary="Hold seats and snacks")
def hold(request: HttpRequest, given: schemas.OrderIn, idempotency_key: IdempotencyKey) -> Any:
    partner, at = partner_with(request, "may_sell"), clock.now()
    body = {"path": "orders", **given.dict()}
    if (known := held_before(partner, key=idempotency_key, body=body, at=at)) is not None:
        return Status(201, order_out(known))
    session = announced(given.session_id, at=at)
    if not partner.may_use(session.hall.cinema_id):
        raise Http404
    wanted = Wanted(
        session=session,
        seats=[(each.seat_id, each.ticket_type_id) for each in given.seats],
        snacks=[(each.item_id, each.quantity) for each in given.snacks],
        email=given.email,
        phone=given.phone,
        language=given.language,
        promocode=given.promocode.strip(),
        expected_total=None if given.expected_total is None else Decimal(given.expected_total),
    )
    return Status(201, order_out(hold_for_partner(partner, wanted, key=idempotency_key, body=body, at=at)))


@router.get("/orders/{number}", response={200: schemas.OrderOut, **WITH_KEY}, summary="An order of yours")
def order(request: HttpRequest, number: Number) -> Any:
    return order_out(_own(partner_with(request, "may_sell"), number))


@router.post("/orders/{number}/payment", response={200: schemas.PaymentOut, **AT_GATEWAY}, summary="Have it paid")
def pay(request: HttpRequest, number: Number, given: schemas.PaymentIn) -> Any:
    """Starts a payment, or goes on with the one that is open. An order that costs nothing is paid at once, and so is
    one with the gateway `account`, which needs the right to pay on account: you take the money and get an invoice."""
    partner, at = partner_with(request, "may_sell"), clock.now()
    found = _own(partner, number)
    if not partner.may_use(found.cinema_id):  # taken from the partner since; what is sold already can be refunded
        raise Http404
    back = given.return_url or _link(found)
    if not found.final_amount:
        if found.status not in Order.SOLD:
            mark_paid(found, gateway="", amount=ZERO, at=at)
        return {"gateway": given.gateway, "amount": "0.00", "status": "SUCCEEDED", "redirect_url": back}
    if given.gateway == Gateway.ACCOUNT:
        partner_with(request, "may_pay_on_account")
        owed = money(pay_on_account(found, at=at))
        return {"gateway": given.gateway, "amount": owed, "status": "SUCCEEDED", "redirect_url": back}
    started = start_payment(found, gateway=given.gateway, return_url=back, at=at)
    return {
        "gateway": started.payment.gateway,
        "amount": money(started.payment.amount),
        "status": started.payment.status,
        "redirect_url": started.redirect_url,
    }


@router.post(
    "/orders/{number}/check", response={200: schemas.OrderOut, **WITH_KEY}, summary="Ask the gateway whether it is paid"
)
def check(request: HttpRequest, number: Number) -> Any:
    """For when the customer comes back from the gateway. A job asks as well, so that nothing depends on this call; the
    gateway is asked twenty times a minute at most.
    """
    found, at = _own(partner_with(request, "may_sell"), number), clock.now()
    if rate_limits.allowed("ask_gateway", person=f"order {found.pk}", at=at):
        customer_payment_state(found, at=at)
    return order_out(found)


@router.post("/orders/{number}/cancel", response={200: schemas.OrderOut, **WITH_KEY}, summary="Cancel an unpaid order")
def cancel(request: HttpRequest, number: Number) -> Any:
    found = _own(partner_with(request, "may_sell"), number)
    cancel_for_partner(found, at=clock.now())
    found.refresh_from_db()
    return order_out(found)


@router.post("/orders/{number}/refunds", response={201: schemas.RefundOut, **WITH_KEY}, summary="Refund tickets")
def refund(request: HttpRequest, number: Number, given: schemas.RefundIn, idempotency_key: IdempotencyKey) -> Any:
    """By the rules for customers: unused tickets, until the refund limit of the order."""
    partner = partner_with(request, "may_refund")
    found = _own(partner, number)
    body = {"path": f"orders/{found.number}/refunds", **given.dict()}
    done = refund_for_partner(partner, found, tickets=given.ticket_ids, key=idempotency_key, body=body, at=clock.now())
    return Status(201, {"order_number": found.number, "amount": money(done.amount), "status": done.status})


def _own(partner: Partner, number: str) -> Order:
    """The order, if the partner made it; that of somebody else is not found."""
    found = Order.objects.filter(number=number.upper(), api_requests__partner=partner).distinct().first()
    if found is None:
        raise Http404
    return found


def order_out(order: Order) -> dict[str, Any]:
    link = _link(order)
    has_codes = order.status in Order.SOLD and link
    tickets = list(order.tickets.select_related("seat", "session", "order").order_by("pk"))
    snacks = order.preorders.order_by("pk").first()
    refunded = order.refunds.aggregate(sum=Sum("amount"))["sum"] or ZERO
    return {
        "number": order.number,
        "status": order.status,
        "cinema_id": order.cinema_id,
        "created_at": order.created_at,
        "pay_until": order.expires_at,
        "total": money(order.total_amount),
        "discount": money(order.discount_amount),
        "to_pay": money(order.final_amount),
        "refunded": money(refunded),
        "pickup_code": snacks.pickup_code if snacks and has_codes else "",
        "tickets": [
            {
                "id": ticket.pk,
                "session_id": ticket.session_id,
                "seat_id": ticket.seat_id,
                "row": ticket.seat.row,
                "number": ticket.seat.number,
                "ticket_type_id": ticket.ticket_type_id,
                "price": money(ticket.price),
                "status": ticket.status,
                "code": code_of(ticket) if has_codes and ticket.status in ADMITTED else "",
            }
            for ticket in tickets
        ],
        "url": link,
    }


def _link(order: Order) -> str:
    """The order's link, for the partner that sold it; empty once the guest has corrected the address: then link and
    codes were made again for the guest alone."""
    is_guests = order.changes.filter(kind=OrderChange.Kind.ADDRESS, actor=None).exists()
    return "" if is_guests else order.link
