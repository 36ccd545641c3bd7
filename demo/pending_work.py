"""Leaves rows due for every job, so that the first run of each has something to do."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import QuerySet

from backoffice.framework.import_export.background import receive
from concessions.models import ConcessionItem, ConcessionPreorder
from concessions.services import write_off
from demo.chain import Chain
from demo.showtimes import Showtimes
from demo.simulation import past_payments
from demo.simulation.bookings import Channel, Outcome
from demo.simulation.outcomes import BookingSimulator, minutes
from demo.simulation.timeline import Timeline
from demo.simulation.visitors import BookingGenerator
from incidents.causes import Cause
from incidents.services import Explanation, cancel
from orders import services
from orders.models import Order
from reports.services import ask
from screenings.models import Session

LEFT = 40  # pieces of a spoiled item: below the low-stock threshold, and more than the next hour sells
CRON_STOPPED = minutes(150)  # before now; what became due since then is left to the jobs


def leave_pending_work(
    chain: Chain,
    generator: BookingGenerator,
    showtimes: Showtimes,
    simulator: BookingSimulator,
    timeline: Timeline,
    *,
    at: datetime,
) -> set[int]:
    """Add the bookings and events of the last hours. Returns the ids of sessions that must get no other bookings."""
    past = [session for session in showtimes.around_the_clock if session.start_datetime <= at]
    to_accrue, just_ended, running = past[-3:]
    starts_soon = showtimes.around_the_clock[len(past)]
    later = showtimes.around_the_clock[len(past) + 4 :]
    yesterday = at - timedelta(days=1)
    customers = iter(chain.customers)

    def book(session: Session, number: int, outcome: Outcome, **given: Any) -> None:
        for _number in range(number):
            booking = generator.for_session(
                session, **{"outcome": outcome, "channel": Channel.ONLINE, "promocode": None, "points": 0, **given}
            )
            if booking is not None:
                simulator.add(booking)

    # accrue_bonus_for_completed_orders: completed by the last past run, not credited yet
    for _number in range(5):
        book(to_accrue, 1, Outcome.ATTENDS, at=yesterday, customer=next(customers))
    # update_completed_order_statuses, cancel_expired_concession_preorders
    book(just_ended, 4, Outcome.ATTENDS, at=yesterday)
    book(just_ended, 4, Outcome.NO_SHOW, at=yesterday, snacks=_popcorn_and_cola(generator, just_ended))
    book(running, 3, Outcome.ATTENDS, at=yesterday)
    # send_ticket_usage_reminders
    book(starts_soon, 6, Outcome.STAYS_PAID, at=yesterday)
    # cancel_expired_orders; process_late_payment_orders: a reservation is to be paid within two days
    book(later[0], 4, Outcome.NEVER_PAYS, at=at - minutes(50))
    book(later[-1], 4, Outcome.NEVER_PAYS, at=at - timedelta(days=2, hours=1), channel=Channel.RESERVATION)
    book(later[-1], 3, Outcome.NEVER_PAYS, at=at - minutes(90), channel=Channel.RESERVATION)
    book(later[1], 3, Outcome.NEVER_PAYS, at=at - minutes(4))
    # process_refunded_orders, and a partial chargeback for which staff must pick the lines
    book(later[2], 5, Outcome.STAYS_PAID, at=yesterday)
    timeline.add(at - minutes(70), partial(_charge_back, session=later[2]))
    # refund_cancelled_sessions
    book(later[3], 6, Outcome.STAYS_PAID, at=yesterday)
    book(later[3], 3, Outcome.NEVER_PAYS, at=yesterday, channel=Channel.RESERVATION)
    timeline.add(at - minutes(20), partial(_cancel, chain=chain, session=later[3]))
    # deliver_notifications, execute_refunds: a refund just requested; reconcile_payments: recent payments
    book(later[0], 2, Outcome.STAYS_PAID, at=yesterday)
    book(later[1], 2, Outcome.STAYS_PAID, at=at - minutes(140))
    timeline.add(at - minutes(10), partial(_refund_one_order, session=later[0]))
    # check_low_stock_items, and prepared snacks that nobody collects
    timeline.add(at - minutes(100), partial(_write_off_spoiled, chain=chain))
    timeline.add(at - minutes(65), partial(_make_ready, session=just_ended))
    # for import_files: a list that a manager has uploaded
    timeline.add(at - minutes(5), partial(_upload_films, chain=chain))
    # for build_reports: a list of payments that the manager wants to have as a file
    timeline.add(at - minutes(2), partial(_ask_for_payments, chain=chain))
    return {session.pk for session in (to_accrue, just_ended, running, starts_soon, *later[:4], later[-1])}


def _popcorn_and_cola(generator: BookingGenerator, session: Session) -> list[tuple[ConcessionItem, int]]:
    bar = generator.venue_of(session).bar
    return [(bar[0], 1), (bar[4], 2)]


def _cancel(at: datetime, *, chain: Chain, session: Session) -> None:
    manager = chain.venues["Горизонт"].manager
    told = Explanation(Cause.EQUIPMENT, "Мастер приедет завтра утром.")
    cancel([session], reason="Сломался проектор", told=told, at=at, actor=manager)


def _ask_for_payments(at: datetime, *, chain: Chain) -> None:
    manager = chain.venues["Горизонт"].manager
    cinemas = list(manager.cinemas.all())
    last = cinemas[0].business_date(at)
    first = last - timedelta(days=6)
    ask(
        "payments",
        cinemas=cinemas,
        first=first,
        last=last,
        parameters={},
        format="xlsx",
        language="ru",
        person=manager,
        at=at,
    )


def _upload_films(at: datetime, *, chain: Chain) -> None:
    manager = chain.venues["Горизонт"].manager
    rows = "".join(f"Фестиваль короткого метра, программа {number};{70 + number};12+\n" for number in range(1, 7))
    content = f"название;продолжительность (минут);возрастное ограничение\n{rows}"
    receive(
        ContentFile(content.encode(), name="festival.csv"),
        model="screenings.film",
        person=manager,
        language="ru",
        at=at,
    )


def _paid_orders(session: Session) -> QuerySet[Order]:
    return (
        Order.objects.filter(tickets__session=session, status=Order.Status.PAID, final_amount__gt=0)
        .distinct()
        .order_by("pk")
    )


def _charge_back(at: datetime, *, session: Session) -> None:
    *whole, part = _paid_orders(session)
    for order in whole:
        past_payments.record_chargeback(order, amount=order.final_amount, at=at)
    past_payments.record_chargeback(part, amount=max(ticket.paid for ticket in part.tickets.all()), at=at)


def _refund_one_order(at: datetime, *, session: Session) -> None:
    services.refund(_paid_orders(session)[0], reason="Планы изменились", at=at)


def _make_ready(at: datetime, *, session: Session) -> None:
    pending = ConcessionPreorder.objects.filter(
        order__tickets__session=session, order__status=Order.Status.PAID, status=ConcessionPreorder.Status.PENDING
    ).distinct()
    for preorder in pending[:2]:
        services.make_ready(preorder, at=at)


def _write_off_spoiled(at: datetime, *, chain: Chain) -> None:
    for venue in chain.venues.values():
        for item in venue.bar[5:7]:
            item.refresh_from_db()
            write_off(
                item,
                quantity=item.stock_quantity - LEFT,
                reason="Отключали электричество",
                at=at,
                actor=venue.manager,
                approver=venue.cashier,  # so much needs a second person's approval
            )
