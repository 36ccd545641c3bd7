"""The orders of the visitor who asks: what a browser or a signed-in customer holds, and what a form made before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.core import signing
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.models import normalise_email
from accounts.services import rate_limits
from accounts.services.rate_limits import fingerprint
from orders.models import OnlineHold, Order, OrderChange, RefundLine, Ticket
from payments.models import Gateway
from screenings.models import Film, Session
from storefront.request_identity import customer, known_visitor
from storefront.services.programme import time_zone_note

NEWEST = 50  # a browser's holds that are looked through
PRESSED_AGAIN = timedelta(minutes=10)  # within which a form that comes again is a second press of its button


@dataclass(frozen=True)
class HeldOrder:
    """An unpaid order whose seats are held, and until when in the cinema's time."""

    order: Order
    film: str
    seats: int
    until: datetime
    zone: str


def held_orders(request: HttpRequest, *, at: datetime) -> list[HeldOrder]:
    """What the visitor holds at `at`, and still has time to pay. No query for an unknown visitor. Reads only."""
    held = list(_held(request, at=at).select_related("cinema").order_by("expires_at", "pk"))
    if not held:
        return []
    seats = Ticket.objects.filter(order__in=held, status=Ticket.Status.RESERVED).order_by()
    of_order = {
        order: (film, count)
        for order, film, count in seats.values("order")
        .annotate(film=F("session__film"), n=Count("pk"))
        .values_list("order", "film", "n")
    }
    films = Film.objects.in_bulk({film for film, _count in of_order.values()})
    titles = {order: (films[film].shown.title, count) for order, (film, count) in of_order.items()}
    return [
        HeldOrder(order, *titles[order.pk], order.cinema.local(order.expires_at), time_zone_note(order.cinema, at))
        for order in held
        if order.pk in of_order
    ]


def held_seats(request: HttpRequest, session: Session, *, at: datetime) -> set[int]:
    """The primary keys of the seats of the session that the visitor holds. Reads only."""
    tickets = Ticket.objects.filter(order__in=_held(request, at=at), session=session, status=Ticket.Status.RESERVED)
    return set(tickets.order_by().values_list("seat", flat=True))


def order_made_before(request: HttpRequest, session: Session, seats: Collection[int], *, at: datetime) -> Order | None:
    """The visitor's order that has exactly these seats (primary keys) of the session: the same form was sent before.

    Only one made within the time that a hold can last, so that a later visitor of the browser does not get there.
    Reads only.
    """
    lately = _orders_of(request).filter(created_at__gt=at - settings.HOLD_CEILING)
    tickets = Ticket.objects.live().filter(order__in=lately, session=session).order_by()
    owners: dict[int, int] = dict(tickets.values_list("seat", "order"))
    key = owners.get(next(iter(seats), 0))
    if key is None or {seat for seat, owner in owners.items() if owner == key} != set(seats):
        return None
    return Order.objects.exclude(pk__in=Order.objects.expired(at).values("pk")).filter(pk=key).first()


def draft_of(request: HttpRequest, session: Session, *, at: datetime) -> Order | None:
    """What this browser holds of the session without having said yet for whom; None, without a query, for an unknown
    browser. Reads only.
    """
    drafts = _held(request, at=at).filter(user=None, email="", phone="", tickets__session=session)
    return drafts.order_by("-pk").first()


def order_of_draft(request: HttpRequest, draft: Order) -> Order | None:
    """The order that this browser or customer has made of the draft. Nobody else who has its link is led there.

    Reads only.
    """
    return _orders_of(request).filter(replaces=draft).first() if draft.is_draft else None


def refunded_lines(order: Order) -> set[str]:
    """The lines of the order that are refunded, as its forms name them: `ticket-1`. Reads only."""
    lines = RefundLine.objects.filter(refund__order=order).values_list("ticket", "preorder")
    return {f"ticket-{ticket}" if ticket else f"concessionpreorder-{preorder}" for ticket, preorder in lines}


def replacement(order: Order) -> Order | None:
    """The order that the customer changed this one into, and that one, and so on to the last. Reads only.

    Not one that has another address, from the start or by a correction: whoever has the link of the former order may be
    a stranger to whom it was sent. A query for each change, of which there is hardly ever more than one.
    """
    last = None
    corrected = OrderChange.objects.filter(order=OuterRef("pk"), kind=OrderChange.Kind.ADDRESS)
    same = Order.objects.filter(~Exists(corrected), email=order.email, phone=order.phone)
    while following := same.filter(replaces=last or order).first():
        last = following
    return last


def proof_of_link(order: Order) -> str:
    """Signed: this page was opened with the link that the order had then. Another one each time, so that it names one
    showing of the page. Reads only.
    """
    return signing.dumps([order.pk, token_urlsafe(8)], salt=f"link {order.token}")


def order_of_proof(proof: str, *, token: str) -> Order | None:
    """The order that had this link. Reads only."""
    try:
        [key, _showing] = signing.loads(proof, salt=f"link {token}")
    except signing.BadSignature:
        return None
    return Order.objects.filter(pk=key).first()


def note_correction(proof: str, *, at: datetime) -> None:
    """Remember that the order's address was corrected from this showing of its page. Owns its transaction."""
    rate_limits.allowed("corrected", person=proof, at=at)


def corrected_before(proof: str, *, token: str, email: str, at: datetime) -> Order | None:
    """The order that had this link, if its address was corrected to this one from the same showing of its page a moment
    ago: the button was pressed twice. Nobody else's page leads there, whoever has the former link. Reads only.
    """
    order = order_of_proof(proof, token=token)
    if order is None or order.email != normalise_email(email):
        return None
    return order if rate_limits.was_counted("corrected", person=proof, after=at - PRESSED_AGAIN) else None


def _held(request: HttpRequest, *, at: datetime) -> QuerySet[Order]:
    return _orders_of(request).filter(status__in=Order.UNPAID, expires_at__gt=at)


def _orders_of(request: HttpRequest) -> QuerySet[Order]:
    """The online orders of the customer and of the browser; none, without a query, if neither is known."""
    user, visitor = customer(request), known_visitor(request)
    if user is None and not visitor:
        return Order.objects.none()
    whose = Q(user=user) if user else Q()
    if visitor:
        holds = OnlineHold.objects.filter(visitor=fingerprint("visitor", visitor)).order_by("-pk")
        whose |= Q(pk__in=list(holds.values_list("order", flat=True)[:NEWEST]))
    return Order.objects.filter(whose, channel=Order.Channel.ONLINE)


def by_seller_alone(order: Order) -> bool:
    """Whether it was paid to a partner, and is refunded there alone: one that may not refund could do it by the order's
    link otherwise. Read through the order: partners are in an app beside this one. One query. Reads only.
    """
    return order.api_requests.filter(partner__may_refund=False, order__payments__gateway=Gateway.ACCOUNT).exists()
