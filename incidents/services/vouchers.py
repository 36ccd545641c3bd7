"""Vouchers instead of money: after a cancellation that offers them, each guest chooses one or the refund.

A voucher is a promo code for one order, worth what was paid in money; points that were spent go back. The money stays
with the order, whose tickets are given up in the same step: a line is given up once, so that it is never refunded too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from accounts.models import User
from cinema.codes import random_code
from cinema.money import ZERO
from incidents.errors import DecisionClosed
from incidents.models import ConcernedOrder, Incident
from notifications.models import MessageKind
from notifications.services import queue, was_queued
from orders import notifications
from orders.errors import PaymentDisputed
from orders.locks import lock_orders_with_sessions
from orders.models import Order, OrderChange, OrderLine, Promocode, RefundLine, Ticket
from orders.reasons import Reason
from orders.services.refunds.by_customer import RefundedAtCinema
from orders.services.refunds.by_hand import is_refunded_at_cinema
from orders.services.refunds.by_session import lines_lost
from orders.services.refunds.effects import RefundPlan, apply_refund_effects, remaining_lines
from orders.services.refunds.refund import refund_and_notify
from payments.models import Gateway, Payment, Refund
from payments.services import balances, disputed_orders, refunds_awaiting_lines, save_refunds, unsaved_refunds
from screenings.models import Session

CODE_LENGTH = 12  # 60 random bits


def new_voucher(amount: Decimal, *, at: datetime) -> Promocode:
    """A promo code of this amount for one order, until `VOUCHER_VALIDITY` is over. Must be called inside a transaction
    (the order that it is given for is locked)."""
    code = Promocode(code=random_code(CODE_LENGTH), discount_amount=amount, valid_until=at + settings.VOUCHER_VALIDITY)
    code.save(force_insert=True)
    return code


def open_choice(order: Order, *, at: datetime) -> ConcernedOrder | None:
    """The cancellation about which the guest of the order may still choose. At most eight queries. Reads only."""
    rows = order.incidents.filter(incident__kind=Incident.Kind.CANCELLED, incident__refund_until__gt=at, answer="")
    found = [row for row in rows.select_related("incident__cinema").order_by("pk") if lines_to_choose(row, at=at)]
    return found[0] if found else None


def lines_to_choose(row: ConcernedOrder, *, at: datetime) -> Sequence[OrderLine]:
    """What the guest may have money or a voucher for: valid tickets, scanned or not, for the cancelled screenings, and
    the open snacks if nothing else is left. None before a colleague has approved the refunds, and once they have begun.
    Six queries. Reads only.
    """
    order = row.order
    tickets = Ticket.objects.live().filter(
        order=order,
        session__in=row.incident.sessions.values("pk"),
        session__status=Session.Status.CANCELLED,
        session__refunds_held=False,
        session__refunds_from__gt=at,
    )
    lost = list(tickets.order_by("pk")) if order.status in Order.SOLD else []
    return lines_lost({order.pk: lost})[order.pk] if lost else []


def worth(lines: Sequence[OrderLine]) -> Decimal:
    """What was paid for these lines in money. No query. Reads only."""
    return sum((line.paid for line in lines), ZERO)


def has_voucher(order: Order, lines: Sequence[OrderLine]) -> bool:
    """Whether a voucher is offered for these lines: not for nothing, nor for money that a partner has, or that was sent
    back already. Two queries at most. Reads only."""
    if not worth(lines) or refunds_awaiting_lines([order.pk])[order.pk]:
        return False
    return not order.payments.filter(gateway=Gateway.ACCOUNT, status=Payment.Status.SUCCEEDED).exists()


def is_sent_to_buyer(row: ConcernedOrder, *, as_of: datetime | None = None) -> bool:
    """Whether its link gives a voucher: the code goes to the e-mail address with which the order was bought; or whether
    it was so at an earlier time.

    Money goes back to whoever paid, but a voucher belongs to whoever has the code. So the link gives none where there
    is no address, staff or a partner entered it, or it is newer than the cancellation. One query at most. Reads only.
    """
    entered = Q(actor__isnull=False) | Q(at__gte=row.incident.at)
    changes = row.order.changes.filter(Q(entered, kind=OrderChange.Kind.ADDRESS) | Q(kind=OrderChange.Kind.PARTNER))
    return bool(row.order.email) and not (changes.filter(at__lte=as_of) if as_of else changes).exists()


def take_refund(row: ConcernedOrder, *, at: datetime, actor: User | None = None, at_cinema: bool = False) -> Refund:
    """Refund now what the guest lost, who would otherwise be refunded when the time to choose is over.

    `at_cinema`: a member of staff does it for a guest. Raises `RefundedAtCinema`, `DecisionClosed` and
    `PaymentDisputed`. Owns its transaction.
    """
    with transaction.atomic():
        order, lines = _locked(row, at=at, at_cinema=at_cinema)
        done = refund_and_notify(order, lines=lines, reason=Reason.SESSION_CANCELLED, at=at, actor=actor)
        _answer(row, ConcernedOrder.Answer.REFUND, at=at)
        replace_vouchers([order], at=at)
        return done


def take_voucher(row: ConcernedOrder, *, at: datetime, actor: User | None = None, at_cinema: bool = False) -> Promocode:
    """Give the guest a voucher instead of the money. Its code is sent to the buyer's address, also at the cinema: only
    where `is_sent_to_buyer` is false it has to be printed there.

    Raises `RefundedAtCinema`, `DecisionClosed`, also where `has_voucher` is false, and `PaymentDisputed`. Owns its
    transaction.
    """
    with transaction.atomic():
        order, lines = _locked(row, at=at, at_cinema=at_cinema)
        is_sent = is_sent_to_buyer(row)
        if not (at_cinema or is_sent):
            raise RefundedAtCinema
        if not has_voucher(order, lines):
            raise DecisionClosed
        fields = {"reason": Reason.VOUCHER, "actor": actor}
        refunds = unsaved_refunds(order.pk, balances([order.pk])[order.pk], amount=ZERO, at=at, **fields)
        save_refunds(refunds)
        plan = RefundPlan(order, refunds[0], lines, remaining_lines([order.pk])[order.pk], money_stays=True)
        apply_refund_effects([plan], at=at)
        voucher = new_voucher(worth(lines) + _paid_by_voucher(order, lines), at=at)
        _answer(row, ConcernedOrder.Answer.VOUCHER, at=at, voucher=voucher)
        if is_sent:
            _send(order, voucher, points=plan.points_back, at=at)
        return voucher


def send_vouchers_again(order: Order, *, at: datetime) -> None:
    """Queue the codes of vouchers that its guest has not used once more, to whoever bought it: one in `LINK_AGAIN`.

    Owns its transaction.
    """
    if was_queued(MessageKind.VOUCHER, recipient=order.email, after=at - settings.LINK_AGAIN):
        return
    with transaction.atomic():
        for row, voucher in _unused(order, at=at):
            if is_sent_to_buyer(row):
                _send(order, voucher, points=0, at=at)


def unused_vouchers(order: Order, *, at: datetime) -> Sequence[Promocode]:
    """What its guest has instead of money, and can still use. One query. Reads only."""
    return [voucher for _row, voucher in _unused(order, at=at)]


def unsent_vouchers(order: Order, *, at: datetime) -> Sequence[Promocode]:
    """Those of them whose codes were sent to nobody, whatever became of the address since. One query, and one for each
    at most. Reads only."""
    if not order.recipient and order.channel != Order.Channel.BOX_OFFICE:  # erased: nobody knows where they were sent
        return []
    return [voucher for row, voucher in _unused(order, at=at) if not is_sent_to_buyer(row, as_of=row.answered_at)]


def vouchers_to_stop(at: datetime) -> QuerySet[Promocode]:
    """Vouchers whose money went back outside, at the guest's bank say: nobody gets both. Reads only."""
    return Promocode.objects.filter(instead_of_money__in=ConcernedOrder.objects.to_stop(at))


def stop_vouchers_locked(vouchers: Sequence[Promocode], *, at: datetime) -> None:
    """Stop these, also used ones: should their use be given back, they would pay once more. Two queries.

    Must be called inside a transaction (the vouchers are locked).
    """
    for voucher in vouchers:
        voucher.is_active = False
    Promocode.objects.bulk_update(vouchers, ["is_active"])
    Promocode.history.bulk_history_create(vouchers, update=True, default_date=at)


def replace_vouchers(orders: Iterable[Order], *, at: datetime) -> None:
    """Give new vouchers for what earlier ones had paid of lines that were refunded now, since the cinema cancelled that
    screening, too: no money goes back for it. Not for one that was stopped. One query if none had paid.

    Must be called inside a transaction (the orders are locked, and were refunded).
    """
    paid = [order.pk for order in orders if order.promocode_id]
    earlier = {"order__promocode__is_active": True, "order__promocode__instead_of_money__isnull": False}
    rows = ConcernedOrder.objects.filter(
        order__in=paid, incident__kind=Incident.Kind.CANCELLED, voucher=None, **earlier
    )
    latest = {row.order_id: row for row in rows.select_related("incident", "order__cinema").order_by("pk")}
    shares: dict[int, Decimal] = dict.fromkeys(latest, ZERO)
    now = {"refund__requested_at": at, "refund__reason": Reason.SESSION_CANCELLED}
    lines = RefundLine.objects.filter(refund__order__in=latest, **now) if latest else RefundLine.objects.none()
    for line in lines.select_related("refund", "ticket", "preorder"):
        thing = line.ticket or line.preorder
        shares[line.refund.order_id] += thing.discount_share if thing else ZERO
    for row in (latest[order] for order, share in shares.items() if share):
        voucher = new_voucher(shares[row.order_id], at=at)
        _answer(row, ConcernedOrder.Answer.VOUCHER, at=at, voucher=voucher)
        if is_sent_to_buyer(row):
            _send(row.order, voucher, points=0, at=at)


def _unused(order: Order, *, at: datetime) -> Sequence[tuple[ConcernedOrder, Promocode]]:
    unused = {"voucher__used_count": 0, "voucher__is_active": True, "voucher__valid_until__gt": at}
    rows = order.incidents.filter(**unused).select_related("incident", "voucher").order_by("voucher")
    return [(row, row.voucher) for row in rows if row.voucher]


def _paid_by_voucher(order: Order, lines: Sequence[OrderLine]) -> Decimal:
    """What an earlier voucher instead of money had paid for these lines, if it was not stopped. One query."""
    earlier = ConcernedOrder.objects.filter(voucher=order.promocode, voucher__is_active=True)
    return sum((line.discount_share for line in lines), ZERO) if earlier.exists() else ZERO


def _locked(row: ConcernedOrder, *, at: datetime, at_cinema: bool) -> tuple[Order, Sequence[OrderLine]]:
    """The order, locked, and what may be chosen about. Raises as the services above."""
    [order] = lock_orders_with_sessions([row.order_id])
    row.order = order
    if not at_cinema and is_refunded_at_cinema(order):
        raise RefundedAtCinema
    lines = lines_to_choose(row, at=at)
    if not lines:
        raise DecisionClosed
    if disputed_orders([order.pk]):
        raise PaymentDisputed(order)
    return order, lines


def _answer(row: ConcernedOrder, answer: str, *, at: datetime, voucher: Promocode | None = None) -> None:
    ConcernedOrder.objects.filter(pk=row.pk).update(answer=answer, answered_at=at, voucher=voucher)


def _send(order: Order, voucher: Promocode, *, points: int, at: datetime) -> None:
    if voucher.valid_until is None:
        return
    with translation.override(order.language):
        where = {"cinema": order.cinema.shown.name, "address": order.cinema.full_address}
    context = where | {
        "number": order.number,
        "link": order.link,
        "amount": str(voucher.discount_amount),
        "voucher_code": voucher.code,
        "valid_until": order.cinema.local(voucher.valid_until).isoformat(),
        "points": points,
    }
    about = {"recipient": order.email, "occasion": f"{order.number} voucher {voucher.pk} {at.isoformat()}"}
    queue([notifications.message_about(order, MessageKind.VOUCHER, **about, context=context)], at=at)
