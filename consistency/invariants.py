"""Checks the invariants of all apps, and lists those that join the tables of several."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

import bonuses.invariants
import concessions.invariants
import film_hire.invariants
import notifications.invariants
import payments.invariants
import screenings.invariants
from cinema.money import MINOR_UNITS
from house_rules.rules import rules
from jobs.invariants import Invariant, Violation, broken, sql_list
from jobs.overdue_rows import overdue_rows
from orders.models import Order, Ticket
from payments.models import MANUAL_GATEWAYS, Dispute, Gateway
from reports.services import wrong_days
from screenings.models import Cinema

PERIODS = 2  # a job may leave rows undone for this many of its periods


def violations(at: datetime) -> Iterator[Violation]:
    """Every row that breaks an invariant as of `at`, and every row that a job left undone for two periods.

    `check_invariants` runs this every night. One query for each invariant and each step of a job, and about 20 for each
    month of closed business days of a cinema.
    """
    yield from broken(INVARIANTS, parameters(at))
    for cinema in Cinema.objects.order_by("pk"):
        for day, table in wrong_days(cinema, but_waiting=True):
            statement = f"The figures of a closed day are what its orders say: {table._meta.verbose_name}"
            yield Violation(statement, f"reports.businessday:{day.pk}")
    for job, row in overdue_rows(at, periods=PERIODS):
        yield Violation(f"{job} has rows that have been due for more than two periods", row)


def parameters(at: datetime) -> dict[str, Any]:
    """What the SQL of the invariants is asked with: instants as the database stores them, and the value of a point."""
    instant = connection.ops.adapt_datetimefield_value
    return {
        "two_periods_ago": instant(at - PERIODS * settings.JOB_SCHEDULE["refund_cancelled_sessions"].period),
        "validity_ago": instant(at - rules().bonus_validity),
        "point_value": int(settings.BONUS_POINT_VALUE.scaleb(MINOR_UNITS)),
    }


LIVE = sql_list(Ticket.LIVE)
UNDECIDED = sql_list(Dispute.UNDECIDED)
PARTS = sql_list(MANUAL_GATEWAYS | {Gateway.GIFT_CARD})  # by which a part of the price may be taken
UNPAID = sql_list(Order.UNPAID)
SOLD = sql_list(Order.SOLD)
EDGES = sql_list(f"{source}>{target}" for source, targets in Order.TRANSITIONS.items() for target in targets)

INVARIANTS = [
    *concessions.invariants.INVARIANTS,
    *bonuses.invariants.INVARIANTS,
    *payments.invariants.INVARIANTS,
    *notifications.invariants.INVARIANTS,
    *screenings.invariants.INVARIANTS,
    *film_hire.invariants.INVARIANTS,
    Invariant(
        "At most one live ticket holds a seat at a session",
        "screenings.session",
        f"""
        SELECT DISTINCT session_id FROM (
            SELECT session_id, seat_id FROM orders_ticket WHERE status IN ({LIVE})
            GROUP BY session_id, seat_id HAVING COUNT(*) > 1) doubled
        """,
    ),
    Invariant(
        "No ticket of a session that was cancelled two periods ago is live",
        "orders.ticket",
        f"""
        SELECT ticket.id FROM screenings_session session JOIN orders_ticket ticket ON ticket.session_id = session.id
        WHERE session.status = 'CANCELLED' AND session.cancelled_at <= %(two_periods_ago)s
          AND ticket.status IN ({LIVE}) AND NOT session.refunds_held
          AND (session.refunds_from IS NULL OR session.refunds_from <= %(two_periods_ago)s)
          AND NOT EXISTS (SELECT 1 FROM jobs_quarantinedrow held
                          WHERE held.job = 'refund_cancelled_sessions'
                            AND held.row = 'orders.order:' || ticket.order_id)
          AND NOT EXISTS (SELECT 1 FROM payments_dispute dispute JOIN payments_payment payment
                          ON payment.id = dispute.payment_id
                          WHERE payment.order_id = ticket.order_id AND dispute.status IN ({UNDECIDED}))
        """,
    ),
    Invariant(
        "An order's amounts are the sums of its lines and of their shares",
        "orders.order",
        """
        SELECT o.id FROM orders_order o
        LEFT JOIN (SELECT order_id, SUM(price) AS amount, SUM(discount_share) AS discount, SUM(bonus_share) AS bonus,
                          MIN(price - discount_share - bonus_share) AS least
                   FROM orders_ticket GROUP BY order_id) t ON t.order_id = o.id
        LEFT JOIN (SELECT order_id, SUM(unit_price * quantity) AS amount, SUM(discount_share) AS discount,
                          SUM(bonus_share) AS bonus, MIN(unit_price * quantity - discount_share - bonus_share) AS least
                   FROM concessions_concessionpreorder GROUP BY order_id) p ON p.order_id = o.id
        WHERE o.total_amount <> COALESCE(t.amount, 0) + COALESCE(p.amount, 0)
           OR o.discount_amount <> COALESCE(t.discount, 0) + COALESCE(p.discount, 0)
           OR o.bonus_amount <> COALESCE(t.bonus, 0) + COALESCE(p.bonus, 0)
           OR o.final_amount <> o.total_amount - o.discount_amount - o.bonus_amount
           OR o.final_amount < 0 OR t.least < 0 OR p.least < 0
        """,
    ),
    Invariant(
        "A ticket's price is its share of the base price, rounded half up, plus the surcharge; a quoted one has its "
        "base from a quote of its session",
        "orders.ticket",
        """
        SELECT t.id FROM orders_ticket t LEFT JOIN screenings_pricequote q ON q.id = t.price_quote_id
        WHERE t.price <> (t.base_price * t.percent + 50) / 100 + t.surcharge
           OR (t.percent = 0 AND t.surcharge <> 0)
           OR (t.price_quote_id IS NOT NULL
               AND (t.base_price IS NULL OR t.base_price <> q.price OR t.session_id <> q.session_id))
        """,
    ),
    Invariant(
        "The money kept for an order is what its status says: what is sold and not refunded, parts taken by hand that "
        "are less than the price while it is unpaid, otherwise nothing",
        "orders.order",
        f"""
        SELECT o.id FROM orders_order o
        LEFT JOIN (SELECT order_id, SUM(amount) AS amount,
                          SUM(amount) FILTER (WHERE gateway IN ({PARTS})) AS by_hand
                   FROM payments_payment WHERE status = 'SUCCEEDED'
                   GROUP BY order_id) paid ON paid.order_id = o.id
        LEFT JOIN (SELECT order_id, SUM(amount) AS amount,
                          SUM(unallocated_amount) AS awaiting
                   FROM payments_refund GROUP BY order_id) back ON back.order_id = o.id
        LEFT JOIN (SELECT refund.order_id, SUM(line.amount) AS amount FROM orders_refundline line
                   JOIN payments_refund refund ON refund.id = line.refund_id
                   GROUP BY refund.order_id) line ON line.order_id = o.id
        WHERE CASE
            WHEN o.status IN ({SOLD}) THEN COALESCE(paid.amount, 0) - COALESCE(back.amount, 0) <>
                o.final_amount - COALESCE(line.amount, 0) - COALESCE(back.awaiting, 0)
            WHEN o.status IN ('PENDING_PAYMENT', 'PAYMENT_OVERDUE') AND paid.amount > COALESCE(back.amount, 0)
                THEN paid.amount - COALESCE(back.amount, 0) >= o.final_amount
                  OR paid.amount - COALESCE(back.amount, 0) > COALESCE(paid.by_hand, 0)
            ELSE COALESCE(paid.amount, 0) <> COALESCE(back.amount, 0) END
        """,
    ),
    Invariant(
        "A receipt is of the cinema of its order or gift card",
        "payments.receipt",
        """
        SELECT receipt.id FROM payments_receipt receipt
        LEFT JOIN orders_order o ON o.id = receipt.order_id
        LEFT JOIN payments_giftcardmovement movement ON movement.id = receipt.gift_card_movement_id
        LEFT JOIN payments_giftcard card ON card.id = movement.card_id
        WHERE receipt.cinema_id <> COALESCE(o.cinema_id, card.cinema_id)
        """,
    ),
    Invariant(
        "A cancelled order, and a refunded one that is processed, holds no seat and no snack",
        "orders.order",
        f"""
        SELECT o.id FROM orders_order o
        WHERE (o.status = 'CANCELLED' OR (o.status = 'REFUNDED' AND o.refund_processed_at IS NOT NULL))
          AND (EXISTS (SELECT 1 FROM orders_ticket t WHERE t.order_id = o.id AND t.status IN ({LIVE}))
               OR EXISTS (SELECT 1 FROM concessions_concessionpreorder p
                          WHERE p.order_id = o.id AND p.status IN ('PENDING', 'READY')))
        """,
    ),
    Invariant(
        "A cancelled order keeps no points spent on it",
        "orders.order",
        """
        SELECT o.id FROM bonuses_bonustransaction entry JOIN orders_order o ON o.id = entry.order_id
        WHERE o.status = 'CANCELLED' GROUP BY o.id HAVING SUM(entry.amount) <> 0
        """,
    ),
    Invariant(
        "A refunded order that is processed keeps no points spent on it, and earned none that could be taken back",
        "orders.order",
        """
        SELECT DISTINCT o.id FROM bonuses_bonustransaction entry
        JOIN orders_order o ON o.id = entry.order_id
        LEFT JOIN (SELECT reverses_id, SUM(amount) AS amount FROM bonuses_bonustransaction
                   WHERE reverses_id IS NOT NULL GROUP BY reverses_id) back ON back.reverses_id = entry.id
        WHERE o.status = 'REFUNDED' AND o.refund_processed_at IS NOT NULL
          AND entry.transaction_type IN ('DEDUCTION', 'ACCRUAL')
          AND entry.amount + COALESCE(back.amount, 0) <> 0
          AND (entry.transaction_type = 'DEDUCTION' OR entry.transaction_date >= %(validity_ago)s)
        """,
    ),
    Invariant(
        "An unpaid order holds the points that it is to be paid with",
        "orders.order",
        f"""
        SELECT o.id FROM orders_order o
        LEFT JOIN (SELECT order_id, SUM(amount) AS points FROM bonuses_bonustransaction
                   GROUP BY order_id) spent ON spent.order_id = o.id
        WHERE o.status IN ({UNPAID}) AND o.bonus_amount <> -COALESCE(spent.points, 0) * %(point_value)s
        """,
    ),
    Invariant(
        "The events of an order are an unbroken chain of allowed transitions that ends at its status",
        "orders.order",
        f"""
        SELECT DISTINCT o.id FROM orders_order o
        LEFT JOIN (SELECT order_id, from_status, to_status,
                          LAG(to_status, 1, '') OVER (PARTITION BY order_id ORDER BY id) AS came_from,
                          LEAD(to_status) OVER (PARTITION BY order_id ORDER BY id) AS goes_to
                   FROM orders_orderevent) event ON event.order_id = o.id
        WHERE event.order_id IS NULL
           OR event.from_status <> event.came_from
           OR (event.goes_to IS NULL AND event.to_status <> o.status)
           OR (event.from_status = '' AND event.to_status <> 'PENDING_PAYMENT')
           OR (event.from_status <> '' AND event.from_status || '>' || event.to_status NOT IN ({EDGES}))
        """,
    ),
    Invariant(
        "A promocode's uses are the orders that use it, within its limit",
        "orders.promocode",
        """
        SELECT promocode.id FROM orders_promocode promocode
        LEFT JOIN (SELECT promocode_id, COUNT(*) AS uses FROM orders_order
                   WHERE promocode_id IS NOT NULL AND status <> 'CANCELLED' GROUP BY promocode_id) o
               ON o.promocode_id = promocode.id
        WHERE promocode.used_count <> COALESCE(o.uses, 0) OR promocode.used_count > promocode.max_uses
        """,
    ),
]
