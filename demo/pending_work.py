"""What the demo leaves undone, so that every job finds something that is due now."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet

from concessions.models import ConcessionItem, ConcessionPreorder
from concessions.services import write_off
from orders import services
from orders.demo import bank
from orders.demo.chain import Chain
from orders.demo.crowd import Crowd
from orders.demo.diary import Diary
from orders.demo.fates import Life, minutes
from orders.demo.programme import Programme
from orders.demo.visits import Channel, Fate
from orders.models import Order
from screenings.models import Session
from screenings.services import cancel_session

LEFT = 40  # of what spoiled: too little, and still more than is sold within the hour
CRON_STOPPED = minutes(150)  # so long ago: what became due since then is left to the jobs


def leave(chain: Chain, crowd: Crowd, programme: Programme, life: Life, diary: Diary, *, at: datetime) -> set[int]:
    """Note the visits and events of the last hours. Returns the sessions, by their keys, that are to have no others."""
    past = [session for session in programme.night if session.start_datetime <= at]
    to_accrue, just_over, running = past[-3:]
    soon = programme.night[len(past)]
    later = programme.night[len(past) + 4 :]
    yesterday = at - timedelta(days=1)
    customers = iter(chain.customers)

    def expect(session: Session, number: int, fate: Fate, **given: Any) -> None:
        for _visit in range(number):
            visit = crowd.to(
                session, **{"fate": fate, "channel": Channel.ONLINE, "promocode": None, "points": 0, **given}
            )
            if visit is not None:
                life.expect(visit)

    # accrue_bonus_for_completed_orders: completed when cron last ran, credited after that
    for _visit in range(5):
        expect(to_accrue, 1, Fate.COMES, at=yesterday, customer=next(customers))
    # update_completed_order_statuses, cancel_expired_concession_preorders
    expect(just_over, 4, Fate.COMES, at=yesterday)
    expect(just_over, 4, Fate.STAYS_AWAY, at=yesterday, snacks=_popcorn_and_cola(crowd, just_over))
    expect(running, 3, Fate.COMES, at=yesterday)
    # send_ticket_usage_reminders
    expect(soon, 6, Fate.WAITS, at=yesterday)
    # cancel_expired_orders; process_late_payment_orders: the deadline of a reservation is two days off
    expect(later[0], 4, Fate.NEVER_PAYS, at=at - minutes(50))
    expect(later[-1], 4, Fate.NEVER_PAYS, at=at - timedelta(days=2, hours=1), channel=Channel.RESERVATION)
    expect(later[-1], 3, Fate.NEVER_PAYS, at=at - minutes(90), channel=Channel.RESERVATION)
    expect(later[1], 3, Fate.NEVER_PAYS, at=at - minutes(4))
    # process_refunded_orders, and a part that waits for staff to say which
    expect(later[2], 5, Fate.WAITS, at=yesterday)
    diary.note(at - minutes(70), partial(_charge_back, session=later[2]))
    # refund_cancelled_sessions
    expect(later[3], 6, Fate.WAITS, at=yesterday)
    expect(later[3], 3, Fate.NEVER_PAYS, at=yesterday, channel=Channel.RESERVATION)
    diary.note(at - minutes(20), partial(_cancel, chain=chain, session=later[3]))
    # deliver_notifications, execute_refunds: somebody has just been refunded; reconcile_payments: what was paid of late
    expect(later[0], 2, Fate.WAITS, at=yesterday)
    diary.note(at - minutes(10), partial(_refund_paid, session=later[0]))
    # check_low_stock_items; snacks that stand ready and that nobody collects
    diary.note(at - minutes(100), partial(_spoil, chain=chain))
    diary.note(at - minutes(65), partial(_make_ready, session=just_over))
    return {session.pk for session in (to_accrue, just_over, running, soon, *later[:4], later[-1])}


def _popcorn_and_cola(crowd: Crowd, session: Session) -> list[tuple[ConcessionItem, int]]:
    bar = crowd.venue_of(session).bar
    return [(bar[0], 1), (bar[4], 2)]


def _cancel(at: datetime, *, chain: Chain, session: Session) -> None:
    manager = chain.venues["Горизонт"].manager
    cancel_session(session, reason="Сломался проектор", at=at, actor=manager)


def _paid_for(session: Session) -> QuerySet[Order]:
    return (
        Order.objects.filter(tickets__session=session, status=Order.Status.PAID, final_amount__gt=0)
        .distinct()
        .order_by("pk")
    )


def _charge_back(at: datetime, *, session: Session) -> None:
    *whole, part = _paid_for(session)
    for order in whole:
        bank.takes_back(order, amount=order.final_amount, at=at)
    bank.takes_back(part, amount=max(ticket.paid for ticket in part.tickets.all()), at=at)


def _refund_paid(at: datetime, *, session: Session) -> None:
    services.refund(_paid_for(session)[0], reason="Планы изменились", at=at)


def _make_ready(at: datetime, *, session: Session) -> None:
    pending = ConcessionPreorder.objects.filter(
        order__tickets__session=session, order__status=Order.Status.PAID, status=ConcessionPreorder.Status.PENDING
    ).distinct()
    for preorder in pending[:2]:
        services.make_ready(preorder, at=at)


def _spoil(at: datetime, *, chain: Chain) -> None:
    for venue in chain.venues.values():
        for item in venue.bar[5:7]:
            item.refresh_from_db()
            write_off(
                item,
                quantity=item.stock_quantity - LEFT,
                reason="Отключали электричество",
                at=at,
                actor=venue.manager,
                second=venue.cashier,  # a fridge full is more than one person writes off
            )
