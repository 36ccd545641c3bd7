"""What is always true, as queries that name the rows where it is not: none, when the books balance.

Each is one statement of plain SQL, so that it sees one moment of a live database, and runs on both databases. Money is
in minor units there. `check_invariants` runs them nightly; the tests run them after whatever they do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from cinema.money import MINOR_UNITS
from jobs.overdue_rows import overdue_rows
from orders.models import Order, Ticket

PERIODS = 2  # that a job may take before what it leaves undone is a fault


@dataclass(frozen=True)
class Invariant:
    """`sql` yields the primary keys of the rows of `model` for which `statement` does not hold."""

    statement: str
    model: str
    sql: str


@dataclass(frozen=True)
class Violation:
    statement: str
    row: str


def violations(at: datetime) -> Iterator[Violation]:
    """Every row that breaks an invariant as of `at`, and every row that a job left undone for two periods."""
    instant = connection.ops.adapt_datetimefield_value
    parameters = {
        "two_periods_ago": instant(at - PERIODS * settings.JOB_SCHEDULE["refund_cancelled_sessions"].period),
        "validity_ago": instant(at - settings.BONUS_VALIDITY),
        "point_value": int(settings.BONUS_POINT_VALUE.scaleb(MINOR_UNITS)),
    }
    for invariant in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql, parameters)
            for [pk] in cursor.fetchall():
                yield Violation(invariant.statement, f"{invariant.model}:{pk}")
    for job, row in overdue_rows(at, periods=PERIODS):
        yield Violation(f"{job} has rows that have been due for more than two periods", row)


def _words(values: Iterable[str]) -> str:
    """Our own constants, capital letters all, as SQL."""
    return ", ".join(f"'{value}'" for value in values)


LIVE = _words(Ticket.LIVE)
UNPAID = _words(Order.UNPAID)
SOLD = _words(Order.SOLD)
EDGES = _words(f"{source}>{target}" for source, targets in Order.TRANSITIONS.items() for target in targets)

INVARIANTS = [
    Invariant(
        "The stock of an item is the sum of its movements, and not negative",
        "concessions.concessionitem",
        """
        SELECT item.id FROM concessions_concessionitem item
        LEFT JOIN (SELECT concession_item_id, SUM(quantity) AS moved FROM concessions_stockmovement
                   GROUP BY concession_item_id) movement ON movement.concession_item_id = item.id
        WHERE item.stock_quantity <> COALESCE(movement.moved, 0) OR item.stock_quantity < 0
        """,
    ),
    Invariant(
        "A balance less what is owed is the sum of its transactions; neither is negative, one of them is 0",
        "bonuses.bonusaccount",
        """
        SELECT account.id FROM bonuses_bonusaccount account
        LEFT JOIN (SELECT bonus_account_id, SUM(amount) AS points FROM bonuses_bonustransaction
                   GROUP BY bonus_account_id) entry ON entry.bonus_account_id = account.id
        WHERE account.balance - account.owed <> COALESCE(entry.points, 0)
           OR account.balance < 0 OR account.owed < 0 OR (account.balance > 0 AND account.owed > 0)
        """,
    ),
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
          AND ticket.status IN ({LIVE})
          AND NOT EXISTS (SELECT 1 FROM jobs_quarantinedrow held
                          WHERE held.job = 'refund_cancelled_sessions'
                            AND held.row = 'orders.order:' || ticket.order_id)
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
        "No payment is refunded beyond its amount",
        "payments.payment",
        """
        SELECT payment.id FROM payments_payment payment
        JOIN (SELECT payment_id, SUM(amount) AS back FROM payments_refund
              GROUP BY payment_id) refund ON refund.payment_id = payment.id
        WHERE refund.back > CASE payment.status WHEN 'SUCCEEDED' THEN payment.amount ELSE 0 END
        """,
    ),
    Invariant(
        "The money kept for an order is what its status says: what is sold and not refunded, otherwise nothing",
        "orders.order",
        f"""
        SELECT o.id FROM orders_order o
        LEFT JOIN (SELECT order_id, SUM(amount) AS amount FROM payments_payment WHERE status = 'SUCCEEDED'
                   GROUP BY order_id) paid ON paid.order_id = o.id
        LEFT JOIN (SELECT order_id, SUM(amount) AS amount,
                          SUM(unallocated_amount) AS awaiting
                   FROM payments_refund GROUP BY order_id) back ON back.order_id = o.id
        LEFT JOIN (SELECT refund.order_id, SUM(line.amount) AS amount FROM orders_refundline line
                   JOIN payments_refund refund ON refund.id = line.refund_id
                   GROUP BY refund.order_id) line ON line.order_id = o.id
        WHERE COALESCE(paid.amount, 0) - COALESCE(back.amount, 0) <>
              CASE WHEN o.status IN ({SOLD})
                   THEN o.final_amount - COALESCE(line.amount, 0) - COALESCE(back.awaiting, 0) ELSE 0 END
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
        "The events of an order are an unbroken chain that ends at its status, by moves that its life allows",
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
        "An order earns points once",
        "orders.order",
        """
        SELECT order_id FROM bonuses_bonustransaction WHERE transaction_type = 'ACCRUAL'
        GROUP BY order_id HAVING COUNT(*) > 1
        """,
    ),
    Invariant(
        "Reversals never exceed what they reverse",
        "bonuses.bonustransaction",
        """
        SELECT original.id FROM bonuses_bonustransaction original
        JOIN (SELECT reverses_id, SUM(amount) AS amount FROM bonuses_bonustransaction
              WHERE reverses_id IS NOT NULL GROUP BY reverses_id) back ON back.reverses_id = original.id
        WHERE back.amount * original.amount > 0 OR ABS(back.amount) > ABS(original.amount)
        """,
    ),
    Invariant(
        "A movement of stock is returned by one movement of the same goods, in full",
        "concessions.stockmovement",
        """
        SELECT back.id FROM concessions_stockmovement back
        JOIN concessions_stockmovement original ON original.id = back.reverses_id
        WHERE back.quantity <> -original.quantity OR back.concession_item_id <> original.concession_item_id
        """,
    ),
    Invariant(
        "One message goes to a recipient about an occasion",
        "notifications.notification",
        """
        SELECT MIN(id) FROM notifications_notification GROUP BY kind, recipient, occasion HAVING COUNT(*) > 1
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
    Invariant(
        "No two sessions that are not cancelled hold one hall at a time, cleaning included",
        "screenings.session",
        """
        SELECT id FROM (
            SELECT id, start_datetime, MAX(free_from) OVER (
                PARTITION BY hall_id ORDER BY start_datetime, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS taken_until FROM screenings_session WHERE status <> 'CANCELLED') showing
        WHERE taken_until > start_datetime
        """,
    ),
]
