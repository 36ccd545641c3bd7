"""What somebody who knows the database well would write by hand for each job: one statement a table, rows never
leave the server. The same batches, locks, second look at what is due, compare-and-set and rows as the jobs.

Each takes a cursor inside a transaction, the keys of a batch and the instant, and returns how many rows it did.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

Keys = list[int]


def cancel_expired_orders(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_orders(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM orders_order o
           WHERE id = ANY(%(keys)s) AND status IN ('PENDING_PAYMENT', 'PAYMENT_OVERDUE') AND expires_at <= %(at)s
             AND (expires_at <= %(at)s - interval '30 minutes' OR NOT EXISTS (
                 SELECT 1 FROM payments_payment p WHERE p.order_id = o.id AND p.status = 'PENDING'))""",
        {"keys": keys, "at": at, "reason": "EXPIRED"},
    )
    _cancel(cursor, given)
    return len(given["keys"])


def process_late_payment_orders(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_orders(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM orders_order WHERE id = ANY(%(keys)s) AND status = 'PENDING_PAYMENT'
             AND payment_deadline <= %(at)s AND expires_at > %(at)s""",
        {"keys": keys, "at": at},
    )
    _move(cursor, given, "PAYMENT_OVERDUE")
    _tell(
        cursor,
        "ORDER_OVERDUE",
        f"""SELECT number || ' ' || payment_deadline AS occasion, o.email, o.phone, o.language, o.cinema_id,
                   expires_at AS not_after, {ABOUT} || jsonb_build_object(
                      'amount', (final_amount / 100.0)::numeric(12, 2)::text,
                      'cancelled_at', (expires_at AT TIME ZONE cinema.time_zone)::text) AS context
            FROM orders_order o JOIN screenings_cinema cinema ON cinema.id = o.cinema_id WHERE o.id = ANY(%(keys)s)""",
        {**given, "site": "http://127.0.0.1:8000"},
    )
    return len(given["keys"])


def refund_cancelled_sessions(cursor: Any, keys: Keys, at: datetime) -> int:
    """Sold orders only, of which every ticket is lost: what the bench makes due."""
    _lock_sessions(cursor, keys)
    _lock_orders(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM orders_order WHERE id = ANY(%(keys)s) AND status <> 'REFUNDED' AND id IN (
               SELECT order_id FROM orders_ticket ticket JOIN screenings_session session ON session.id = session_id
               WHERE ticket.status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED') AND session.status = 'CANCELLED'
                 AND archived_at IS NULL AND session.cancelled_at <= %(at)s AND order_id = ANY(%(keys)s))
             AND id NOT IN (
                 SELECT order_id FROM payments_dispute dispute JOIN payments_payment payment ON payment.id = payment_id
                 WHERE dispute.status IN ('OPEN', 'ANSWERED') AND order_id = ANY(%(keys)s))""",
        {"keys": keys, "at": at, "reason": "SESSION_CANCELLED"},
    )
    cursor.execute(
        """INSERT INTO payments_refund (order_id, payment_id, amount, status, reason, external_id, handed_out,
                                        unallocated_amount, requested_at, uid, attempts, claimed_by, error,
                                        despite_dispute, rrn, is_void)
           SELECT line.order_id, paid.id, line.amount, 'REQUESTED', %(reason)s, '', false, 0, %(at)s,
                  gen_random_uuid(), 0, '', '', false, '', false
           FROM (SELECT order_id, sum(paid) AS amount FROM (
                     SELECT order_id, price - discount_share - bonus_share AS paid FROM orders_ticket ticket
                     WHERE order_id = ANY(%(keys)s) AND status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED')
                       AND NOT EXISTS (SELECT 1 FROM orders_refundline back WHERE back.ticket_id = ticket.id)
                     UNION ALL
                     SELECT order_id, unit_price * quantity - discount_share - bonus_share
                     FROM concessions_concessionpreorder snack
                     WHERE order_id = ANY(%(keys)s) AND status IN ('PENDING', 'READY')
                       AND NOT EXISTS (SELECT 1 FROM orders_refundline back WHERE back.preorder_id = snack.id)
                 ) lines GROUP BY 1) line
           JOIN LATERAL (SELECT id FROM payments_payment payment
                         WHERE payment.order_id = line.order_id AND status = 'SUCCEEDED' AND amount >= line.amount + (
                             SELECT COALESCE(sum(amount), 0) FROM payments_refund back
                             WHERE back.payment_id = payment.id)
                         ORDER BY id DESC LIMIT 1) paid ON true
           ORDER BY line.order_id RETURNING id""",
        given,
    )
    given["refunds"] = [key for [key] in cursor.fetchall()]
    _give_back(cursor, given, snacks="'PENDING', 'READY'")
    _move(cursor, given, "REFUNDED", ", refunded_at = %(at)s, refund_processed_at = %(at)s")
    _tell(
        cursor,
        "SESSION_CANCELLED",
        """SELECT number || ' ' || string_agg(session.id::text, ' ' ORDER BY session.id) AS occasion, o.email, o.phone,
                  o.language, o.cinema_id, NULL::timestamptz AS not_after,
                  jsonb_build_object(
                      'number', number, 'cinema', cinema.name,
                      'showings', jsonb_agg(jsonb_build_object(
                          'film', film.title, 'starts', (start_datetime AT TIME ZONE cinema.time_zone)::text)),
                      'amount', (min(refund.amount) / 100.0)::numeric(12, 2)::text,
                      'points', COALESCE(min(points.sum), 0)) AS context
           FROM orders_order o JOIN screenings_cinema cinema ON cinema.id = o.cinema_id
           JOIN (SELECT DISTINCT order_id, session_id FROM orders_ticket WHERE order_id = ANY(%(keys)s)) showing
                ON showing.order_id = o.id
           JOIN screenings_session session ON session.id = showing.session_id
           JOIN screenings_film film ON film.id = session.film_id
           JOIN payments_refund refund ON refund.order_id = o.id AND refund.id = ANY(%(refunds)s)
           LEFT JOIN (SELECT refund_id, sum(amount) FROM bonuses_bonustransaction WHERE refund_id = ANY(%(refunds)s)
                      GROUP BY 1) points ON points.refund_id = refund.id
           WHERE o.id = ANY(%(keys)s) GROUP BY o.id, cinema.name, cinema.time_zone""",
        given,
    )
    return len(given["keys"])


def update_completed_order_statuses(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_orders(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM orders_order o WHERE id = ANY(%(keys)s) AND status = 'PAID' AND paid_at <= %(at)s
             AND NOT EXISTS (
                 SELECT 1 FROM orders_ticket ticket JOIN screenings_session session ON session.id = session_id
                 WHERE order_id = o.id AND ticket.status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED')
                   AND (session.status = 'CANCELLED' OR end_datetime > %(at)s))
             AND (EXISTS (SELECT 1 FROM orders_ticket
                          WHERE order_id = o.id AND status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED'))
                  OR NOT EXISTS (SELECT 1 FROM concessions_concessionpreorder
                                 WHERE order_id = o.id AND status IN ('PENDING', 'READY')))""",
        {"keys": keys, "at": at},
    )
    _move(cursor, given, "COMPLETED", ", completed_at = %(at)s")
    cursor.execute(
        "UPDATE orders_ticket SET status = 'EXPIRED' WHERE order_id = ANY(%(keys)s) AND status = 'PAID'", given
    )
    return len(given["keys"])


def process_refunded_orders(cursor: Any, keys: Keys, at: datetime) -> int:
    """Orders refunded in full at the gateway by one refund, which the benchmark makes due."""
    _lock_sessions(cursor, keys)
    _lock_orders(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM orders_order WHERE id = ANY(%(keys)s) AND status = 'REFUNDED'
             AND refund_processed_at IS NULL AND refunded_at <= %(at)s""",
        {"keys": keys, "at": at},
    )
    cursor.execute(
        """SELECT max(refund.id), sum(refund.amount) = max(paid.amount) FROM payments_refund refund
           JOIN payments_payment paid ON paid.id = refund.payment_id AND paid.status = 'SUCCEEDED'
           WHERE refund.order_id = ANY(%(keys)s) GROUP BY refund.order_id""",
        given,
    )
    given["refunds"] = [key for key, whole in cursor.fetchall() if whole]
    _give_back(cursor, given, snacks="'PENDING', 'READY', 'COLLECTED', 'EXPIRED'")
    cursor.execute(
        "UPDATE payments_refund SET unallocated_amount = 0 WHERE order_id = ANY(%(keys)s) AND unallocated_amount > 0",
        given,
    )
    cursor.execute(
        """UPDATE orders_order SET refund_processed_at = %(at)s
           WHERE id = ANY(%(keys)s) AND refund_processed_at IS NULL""",
        given,
    )
    return len(given["keys"])


def accrue_bonus_for_completed_orders(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_orders(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM orders_order WHERE id = ANY(%(keys)s) AND status = 'COMPLETED' AND user_id IS NOT NULL
             AND bonus_accrued_at IS NULL AND completed_at <= %(at)s""",
        {"keys": keys, "at": at},
    )
    cursor.execute(
        "UPDATE orders_order SET bonus_accrued_at = %(at)s WHERE id = ANY(%(keys)s) AND bonus_accrued_at IS NULL", given
    )
    cursor.execute(
        """INSERT INTO bonuses_bonusaccount (user_id, balance, owed)
           SELECT DISTINCT user_id, 0, 0 FROM orders_order o WHERE id = ANY(%(keys)s) AND NOT EXISTS (
               SELECT 1 FROM bonuses_bonusaccount account WHERE account.user_id = o.user_id)
           ON CONFLICT DO NOTHING""",
        given,
    )
    cursor.execute(
        """SELECT id FROM bonuses_bonusaccount
           WHERE user_id IN (SELECT user_id FROM orders_order WHERE id = ANY(%(keys)s))
           ORDER BY id FOR NO KEY UPDATE""",
        given,
    )
    cursor.execute(
        """WITH earned AS (
               INSERT INTO bonuses_bonustransaction (bonus_account_id, order_id, transaction_type, amount,
                                                     transaction_date, description)
               SELECT account.id, o.id, 'ACCRUAL', points, %(at)s, ''
               FROM orders_order o JOIN bonuses_bonusaccount account ON account.user_id = o.user_id, LATERAL (
                   SELECT GREATEST(final_amount
                       - COALESCE((SELECT sum(line.amount) FROM orders_refundline line
                                   LEFT JOIN orders_ticket ticket ON ticket.id = line.ticket_id
                                   LEFT JOIN concessions_concessionpreorder snack ON snack.id = line.preorder_id
                                   JOIN payments_refund refund ON refund.id = line.refund_id
                                   WHERE refund.order_id = o.id), 0)
                       - COALESCE((SELECT sum(unallocated_amount) FROM payments_refund
                                   WHERE order_id = o.id AND unallocated_amount > 0), 0), 0) / 2000 AS points) worth
               WHERE o.id = ANY(%(keys)s) AND points > 0
               RETURNING bonus_account_id, amount)
           UPDATE bonuses_bonusaccount account
           SET balance = GREATEST(balance - owed + points.sum, 0), owed = GREATEST(owed - balance - points.sum, 0),
               last_accrual_date = %(at)s, expiry_warned_at = NULL
           FROM (SELECT bonus_account_id, sum(amount) FROM earned GROUP BY 1) points
           WHERE points.bonus_account_id = account.id""",
        given,
    )
    return len(given["keys"])


def expire_bonus_points(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_accounts(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM bonuses_bonusaccount account
           WHERE id = ANY(%(keys)s) AND balance > 0 AND last_accrual_date < %(before)s AND NOT EXISTS (
               SELECT 1 FROM orders_order o WHERE o.user_id = account.user_id AND status = 'COMPLETED'
                 AND bonus_accrued_at IS NULL AND completed_at <= %(at)s)""",
        {"keys": keys, "at": at, "before": at - timedelta(days=365)},
    )
    cursor.execute(
        """INSERT INTO bonuses_bonustransaction (bonus_account_id, transaction_type, amount, transaction_date,
                                                 description)
           SELECT id, 'EXPIRATION', -balance, %(at)s, '' FROM bonuses_bonusaccount WHERE id = ANY(%(keys)s)""",
        given,
    )
    cursor.execute("UPDATE bonuses_bonusaccount SET balance = 0 WHERE id = ANY(%(keys)s)", given)
    return len(given["keys"])


def update_tiers(cursor: Any, keys: Keys, at: datetime) -> int:
    """Accounts that gain a level: what the bench makes due."""
    _lock_accounts(cursor, keys)
    counted = """o.user_id = account.user_id AND o.status = 'COMPLETED' AND o.channel <> 'GROUP'
                 AND o.paid_at > %(since)s AND o.paid_at <= %(at)s"""
    cursor.execute(
        f"""WITH spent AS (
                SELECT account.id, COALESCE((
                    SELECT sum(payment.amount)
                    FROM payments_payment payment JOIN orders_order o ON o.id = payment.order_id
                    WHERE {counted} AND payment.status = 'SUCCEEDED' AND gateway <> 'GIFT_CARD'), 0) - COALESCE((
                    SELECT sum(refund.amount) FROM payments_refund refund JOIN orders_order o ON o.id = refund.order_id
                    LEFT JOIN payments_payment payment ON payment.id = payment_id
                    WHERE {counted} AND gateway IS DISTINCT FROM 'GIFT_CARD'), 0) AS amount
                FROM bonuses_bonusaccount account WHERE id = ANY(%(keys)s)),
            reached AS (
                SELECT spent.id, (SELECT id FROM bonuses_tier WHERE is_active AND threshold <= spent.amount
                                  ORDER BY threshold DESC LIMIT 1) AS tier FROM spent)
            UPDATE bonuses_bonusaccount account SET tier_id = tier, tier_until = NULL FROM reached
            WHERE reached.id = account.id AND tier IS DISTINCT FROM tier_id""",
        {"keys": keys, "at": at, "since": at - timedelta(days=365)},
    )
    return int(cursor.rowcount)


def warn_of_expiry(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_accounts(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM bonuses_bonusaccount
           WHERE id = ANY(%(keys)s) AND balance > 0 AND last_accrual_date < %(soon)s
             AND last_accrual_date >= %(before)s AND expiry_warned_at IS NULL""",
        {"keys": keys, "at": at, "before": at - timedelta(days=365), "soon": at - timedelta(days=335)},
    )
    cursor.execute("UPDATE bonuses_bonusaccount SET expiry_warned_at = %(at)s WHERE id = ANY(%(keys)s)", given)
    _tell(
        cursor,
        "POINTS_EXPIRING",
        """SELECT account.id || ' ' || last_accrual_date AS occasion, email, phone, preferred_language AS language,
                  NULL::bigint AS cinema_id, last_accrual_date + interval '365 days' AS not_after,
                  jsonb_build_object('points', balance, 'expires', ((last_accrual_date + interval '365 days')
                                     AT TIME ZONE 'Europe/Moscow')::text) AS context
           FROM bonuses_bonusaccount account JOIN accounts_user person ON person.id = user_id
           WHERE account.id = ANY(%(keys)s) AND is_active""",
        given,
    )
    return len(given["keys"])


def cancel_expired_concession_preorders(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_orders(cursor, keys)
    given = _still(
        cursor,
        """SELECT id FROM orders_order o WHERE id = ANY(%(keys)s) AND status IN ('PAID', 'COMPLETED')
             AND EXISTS (SELECT 1 FROM concessions_concessionpreorder
                         WHERE order_id = o.id AND status IN ('PENDING', 'READY') AND collection_deadline <= %(at)s)
             AND NOT EXISTS (
                 SELECT 1 FROM orders_ticket ticket JOIN screenings_session session ON session.id = session_id
                 WHERE order_id = o.id AND ticket.status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED')
                   AND session.status = 'CANCELLED')""",
        {"keys": keys, "at": at},
    )
    cursor.execute(
        """WITH old AS (
               SELECT snack.id, snack.status = 'READY' AND made_to_order AS wasted
               FROM concessions_concessionpreorder snack
               JOIN concessions_concessionitem item ON item.id = concession_item_id
               WHERE order_id = ANY(%(keys)s) AND snack.status IN ('PENDING', 'READY')
                 AND collection_deadline <= %(at)s)
           UPDATE concessions_concessionpreorder snack SET status = 'EXPIRED'
           FROM old WHERE old.id = snack.id RETURNING snack.id, wasted""",
        given,
    )
    snacks = cursor.fetchall()
    _put_back(cursor, [key for key, _wasted in snacks], at, wasted=[key for key, wasted in snacks if wasted])
    return len(given["keys"])


def cleanup_completed_sessions(cursor: Any, keys: Keys, at: datetime) -> int:
    cursor.execute("SELECT id FROM screenings_session WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [keys])
    given = _still(
        cursor,
        """SELECT id FROM screenings_session session
           WHERE id = ANY(%(keys)s) AND archived_at IS NULL AND status IN ('COMPLETED', 'CANCELLED')
             AND end_datetime < %(before)s AND NOT EXISTS (
                 SELECT 1 FROM orders_ticket ticket JOIN orders_order o ON o.id = ticket.order_id
                 WHERE ticket.session_id = session.id AND NOT (
                     o.status IN ('CANCELLED', 'COMPLETED')
                     OR (o.status = 'REFUNDED' AND refund_processed_at IS NOT NULL)))
             AND (status = 'COMPLETED' OR NOT EXISTS (
                 SELECT 1 FROM orders_ticket ticket WHERE ticket.session_id = session.id
                   AND ticket.status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED')))""",
        {"keys": keys, "at": at, "before": at - timedelta(days=30)},
    )
    cursor.execute(
        """INSERT INTO screenings_sessionsummary (session_id, capacity, sold, used, no_show, refunded, gross, net)
           SELECT session.id, (SELECT count(*) FROM screenings_seat seat WHERE seat.hall_id = session.hall_id),
                  COALESCE(sold, 0), COALESCE(used, 0), COALESCE(no_show, 0), COALESCE(refunded, 0),
                  COALESCE(gross, 0), COALESCE(gross - back, 0)
           FROM screenings_session session LEFT JOIN (
               SELECT session_id,
                      count(*) FILTER (WHERE status IN ('USED', 'PAID', 'EXPIRED') OR line.id IS NOT NULL) AS sold,
                      count(*) FILTER (WHERE status = 'USED') AS used,
                      count(*) FILTER (WHERE status IN ('PAID', 'EXPIRED')) AS no_show,
                      count(line.id) AS refunded,
                      COALESCE(sum(price - discount_share - bonus_share) FILTER (
                          WHERE status IN ('USED', 'PAID', 'EXPIRED') OR line.id IS NOT NULL), 0) AS gross,
                      COALESCE(sum(line.amount), 0) AS back
               FROM orders_ticket ticket LEFT JOIN orders_refundline line ON line.ticket_id = ticket.id
               WHERE session_id = ANY(%(keys)s) GROUP BY 1) figures ON figures.session_id = session.id
           WHERE session.id = ANY(%(keys)s)""",
        given,
    )
    cursor.execute("UPDATE screenings_session SET archived_at = %(at)s WHERE id = ANY(%(keys)s)", given)
    return len(given["keys"])


def send_ticket_usage_reminders(cursor: Any, keys: Keys, at: datetime) -> int:
    _lock_orders(cursor, keys)
    to_remind = """
        FROM orders_ticket ticket JOIN orders_order o ON o.id = ticket.order_id
        JOIN screenings_session session ON session.id = ticket.session_id
        WHERE o.id = ANY(%(keys)s) AND session.status = 'SCHEDULED' AND archived_at IS NULL
          AND start_datetime > %(at)s AND start_datetime <= %(soon)s AND ticket.status = 'PAID'
          AND reminder_sent_at IS NULL AND o.status = 'PAID' AND paid_at <= %(at)s
          AND paid_at < start_datetime - interval '2 hours' AND (email <> '' OR phone <> '')"""
    given = _still(
        cursor,
        f"SELECT DISTINCT o.id {to_remind}",
        {"keys": keys, "at": at, "soon": at + timedelta(hours=2)},
    )
    cursor.execute(f"SELECT ticket.id {to_remind}", given)
    given["tickets"] = [key for [key] in cursor.fetchall()]
    cursor.execute("UPDATE orders_ticket SET reminder_sent_at = %(at)s WHERE id = ANY(%(tickets)s)", given)
    _tell(
        cursor,
        "TICKET_REMINDER",
        """SELECT o.number || ' ' || session.id AS occasion, o.email, o.phone, o.language, o.cinema_id,
                  start_datetime AS not_after, jsonb_build_object(
                      'number', o.number, 'film', film.title,
                      'starts', (start_datetime AT TIME ZONE cinema.time_zone)::text, 'cinema', cinema.name,
                      'hall', hall.name, 'link', %(site)s || '/order/' || token || '/',
                      'seats', jsonb_agg(jsonb_build_array(seat.row, seat.number) ORDER BY seat.row, seat.number)
                  ) AS context
           FROM orders_ticket ticket JOIN orders_order o ON o.id = ticket.order_id
           JOIN screenings_seat seat ON seat.id = ticket.seat_id
           JOIN screenings_session session ON session.id = ticket.session_id
           JOIN screenings_film film ON film.id = session.film_id
           JOIN screenings_hall hall ON hall.id = session.hall_id
           JOIN screenings_cinema cinema ON cinema.id = hall.cinema_id
           WHERE ticket.id = ANY(%(tickets)s) GROUP BY o.id, session.id, film.title, cinema.id, hall.name""",
        {**given, "site": "http://127.0.0.1:8000"},
    )
    return len(given["keys"])


# --- What several of them share


def _still(cursor: Any, due: str, given: dict[str, Any]) -> dict[str, Any]:
    """What of the batch is due now that it is locked."""
    cursor.execute(due, given)
    return {**given, "keys": [key for [key] in cursor.fetchall()]}


def _lock_sessions(cursor: Any, orders: Keys) -> None:
    cursor.execute(
        """SELECT id FROM screenings_session
           WHERE id IN (SELECT session_id FROM orders_ticket WHERE order_id = ANY(%s)) ORDER BY id FOR NO KEY UPDATE""",
        [orders],
    )


def _lock_accounts(cursor: Any, keys: Keys) -> None:
    cursor.execute("SELECT id FROM bonuses_bonusaccount WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [keys])


def _give_back(cursor: Any, given: dict[str, Any], *, snacks: str) -> None:
    """Lines, seats, snacks and points of refunds that are for all that is left of their orders."""
    cursor.execute(
        f"""INSERT INTO orders_refundline (refund_id, ticket_id, preorder_id, amount)
            SELECT refund.id, ticket.id, NULL, price - discount_share - bonus_share
            FROM payments_refund refund JOIN orders_ticket ticket ON ticket.order_id = refund.order_id
            WHERE refund.id = ANY(%(refunds)s) AND ticket.status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED')
              AND NOT EXISTS (SELECT 1 FROM orders_refundline back WHERE back.ticket_id = ticket.id)
            UNION ALL
            SELECT refund.id, NULL, snack.id, unit_price * quantity - discount_share - bonus_share
            FROM payments_refund refund JOIN concessions_concessionpreorder snack ON snack.order_id = refund.order_id
            WHERE refund.id = ANY(%(refunds)s) AND snack.status IN ({snacks})
              AND NOT EXISTS (SELECT 1 FROM orders_refundline back WHERE back.preorder_id = snack.id)""",
        given,
    )
    cursor.execute(
        """UPDATE orders_ticket SET status = 'AVAILABLE'
           WHERE order_id = ANY(%(keys)s) AND status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED') RETURNING session_id""",
        given,
    )
    sessions = list({key for [key] in cursor.fetchall()})
    cursor.execute(
        """WITH old AS (
               SELECT snack.id, snack.status = 'READY' AND made_to_order AS wasted
               FROM concessions_concessionpreorder snack
               JOIN concessions_concessionitem item ON item.id = concession_item_id
               WHERE order_id = ANY(%(keys)s) AND snack.status IN ('PENDING', 'READY'))
           UPDATE concessions_concessionpreorder snack SET status = 'AVAILABLE'
           FROM old WHERE old.id = snack.id RETURNING snack.id, wasted""",
        given,
    )
    open_snacks = cursor.fetchall()
    if open_snacks:
        _put_back(
            cursor,
            [key for key, _wasted in open_snacks],
            given["at"],
            wasted=[key for key, wasted in open_snacks if wasted],
        )
    cursor.execute(
        """SELECT id FROM bonuses_bonusaccount WHERE id IN (
               SELECT bonus_account_id FROM bonuses_bonustransaction WHERE order_id = ANY(%(keys)s))
           ORDER BY id FOR NO KEY UPDATE""",
        given,
    )
    cursor.execute(
        """WITH back AS (
               INSERT INTO bonuses_bonustransaction (bonus_account_id, order_id, transaction_type, amount,
                                                     transaction_date, description, reverses_id, refund_id)
               SELECT bonus_account_id, entry.order_id, 'REVERSAL', left_over, %(at)s, '', entry.id, refund.id
               FROM bonuses_bonustransaction entry
               JOIN payments_refund refund ON refund.order_id = entry.order_id AND refund.id = ANY(%(refunds)s),
               LATERAL (SELECT -entry.amount - COALESCE((
                   SELECT sum(known.amount) FROM bonuses_bonustransaction known
                   WHERE known.reverses_id = entry.id), 0) AS left_over) rest
               WHERE transaction_type IN ('DEDUCTION', 'ACCRUAL') AND left_over <> 0
                 AND (transaction_type = 'DEDUCTION' OR transaction_date >= %(at)s - interval '365 days')
               RETURNING bonus_account_id, amount)
           UPDATE bonuses_bonusaccount account
           SET balance = GREATEST(balance - owed + points.sum, 0), owed = GREATEST(owed - balance - points.sum, 0),
               last_accrual_date = CASE WHEN points.given
                                        THEN GREATEST(last_accrual_date, %(at)s - interval '335 days')
                                        ELSE last_accrual_date END,
               expiry_warned_at = CASE WHEN NOT points.given OR last_accrual_date >= %(at)s - interval '335 days'
                                       THEN expiry_warned_at END
           FROM (SELECT bonus_account_id, sum(amount), bool_or(amount > 0) AS given FROM back GROUP BY 1) points
           WHERE points.bonus_account_id = account.id""",
        given,
    )
    cursor.execute("SELECT session_id FROM screenings_sessionsummary WHERE session_id = ANY(%s)", [sessions])
    if cursor.fetchall():
        raise NotImplementedError("The bench makes no refunds of archived sessions")


def _lock_orders(cursor: Any, keys: Keys) -> None:
    cursor.execute("SELECT id FROM orders_order WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [keys])


def _move(cursor: Any, given: dict[str, Any], to: str, stamps: str = "") -> None:
    """The event of each order and its new status, by compare-and-set."""
    cursor.execute(
        """INSERT INTO orders_orderevent (order_id, from_status, to_status, at, reason)
           SELECT id, status, %(to)s, %(at)s, %(reason)s FROM orders_order WHERE id = ANY(%(keys)s) ORDER BY id""",
        {"reason": "", **given, "to": to},
    )
    cursor.execute(
        f"UPDATE orders_order SET status = %(to)s {stamps} WHERE id = ANY(%(keys)s) AND status = ANY(%(sources)s)",
        {**given, "to": to, "sources": SOURCES[to]},
    )
    if cursor.rowcount != len(given["keys"]):
        raise RuntimeError("moved by somebody else")


SOURCES = {
    "CANCELLED": ["PENDING_PAYMENT", "PAYMENT_OVERDUE"],
    "PAYMENT_OVERDUE": ["PENDING_PAYMENT"],
    "COMPLETED": ["PAID"],
    "REFUNDED": ["PAID", "COMPLETED"],
}


def _cancel(cursor: Any, given: dict[str, Any]) -> None:
    _move(cursor, given, "CANCELLED", ", cancelled_at = %(at)s")
    cursor.execute(
        """UPDATE orders_ticket SET status = 'AVAILABLE'
           WHERE order_id = ANY(%(keys)s) AND status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED')""",
        given,
    )
    cursor.execute(
        """UPDATE concessions_concessionpreorder SET status = 'CANCELLED'
           WHERE order_id = ANY(%(keys)s) AND status IN ('PENDING', 'READY') RETURNING id""",
        given,
    )
    preorders = [key for [key] in cursor.fetchall()]
    cursor.execute(
        """SELECT id FROM orders_promocode
           WHERE id IN (SELECT promocode_id FROM orders_order WHERE id = ANY(%(keys)s))
           ORDER BY id FOR NO KEY UPDATE""",
        given,
    )
    cursor.execute(
        """UPDATE orders_promocode SET used_count = used_count - uses.count
           FROM (SELECT promocode_id, count(*) FROM orders_order WHERE id = ANY(%(keys)s) GROUP BY 1) uses
           WHERE uses.promocode_id = orders_promocode.id""",
        given,
    )
    _put_back(cursor, preorders, given["at"])
    cursor.execute(
        """SELECT id FROM bonuses_bonusaccount WHERE id IN (
               SELECT bonus_account_id FROM bonuses_bonustransaction
               WHERE order_id = ANY(%(keys)s) AND transaction_type = 'DEDUCTION') ORDER BY id FOR NO KEY UPDATE""",
        given,
    )
    cursor.execute(
        """WITH back AS (
               INSERT INTO bonuses_bonustransaction (bonus_account_id, order_id, transaction_type, amount,
                                                     transaction_date, description, reverses_id)
               SELECT bonus_account_id, order_id, 'REVERSAL', -amount, %(at)s, '', id
               FROM bonuses_bonustransaction spent
               WHERE order_id = ANY(%(keys)s) AND transaction_type = 'DEDUCTION' AND NOT EXISTS (
                   SELECT 1 FROM bonuses_bonustransaction known WHERE known.reverses_id = spent.id)
               RETURNING bonus_account_id, amount)
           UPDATE bonuses_bonusaccount account
           SET balance = GREATEST(balance - owed + points.sum, 0), owed = GREATEST(owed - balance - points.sum, 0)
           FROM (SELECT bonus_account_id, sum(amount) FROM back GROUP BY 1) points
           WHERE points.bonus_account_id = account.id""",
        given,
    )
    _tell(
        cursor,
        "ORDER_CANCELLED",
        f"""SELECT number AS occasion, o.email, o.phone, language, o.cinema_id, NULL::timestamptz AS not_after,
                   {ABOUT} || jsonb_build_object('points_used', bonus_amount > 0) AS context
            FROM orders_order o JOIN screenings_cinema cinema ON cinema.id = o.cinema_id
            WHERE o.id = ANY(%(keys)s) AND NOT EXISTS (
                SELECT 1 FROM storefront_onlinehold hold WHERE hold.order_id = o.id AND o.user_id IS NULL AND (
                    NOT hold.may_write OR EXISTS (
                        SELECT 1 FROM notifications_notification sent
                        WHERE sent.kind = 'ORDER_CANCELLED'
                          AND sent.recipient = COALESCE(NULLIF(o.email, ''), o.phone))))""",
        {**given, "site": "http://127.0.0.1:8000"},
    )


def _shown(row: str, column: str) -> str:
    """The text of a row in the language of the order `o`."""
    return f"COALESCE(NULLIF({row}.texts #>> ARRAY[o.language, '{column}'], ''), {row}.{column})"


#: What every message says of its order: number, link, cinema, screenings with their seats, and snacks.
ABOUT = f"""
    jsonb_build_object(
        'number', o.number, 'link', %(site)s || '/order/' || o.token || '/', 'cinema', {_shown("cinema", "name")},
        'address', concat_ws(', ', NULLIF({_shown("cinema", "city")}, ''), NULLIF({_shown("cinema", "address")}, '')),
        'showings', (
            SELECT COALESCE(jsonb_agg(jsonb_build_object('film', film, 'rating', rating, 'starts', starts, 'hall', hall,
                                                         'seats', seats) ORDER BY start_datetime, id), '[]')
            FROM (
                SELECT session.id, session.start_datetime, {_shown("film", "title")} AS film,
                       film.age_rating AS rating, {_shown("hall", "name")} AS hall,
                       (session.start_datetime AT TIME ZONE cinema.time_zone)::text AS starts,
                       jsonb_agg(jsonb_build_array(seat.row, seat.number) ORDER BY seat.row, seat.number) AS seats
                FROM orders_ticket ticket JOIN screenings_session session ON session.id = ticket.session_id
                JOIN screenings_film film ON film.id = session.film_id
                JOIN screenings_hall hall ON hall.id = session.hall_id
                JOIN screenings_seat seat ON seat.id = ticket.seat_id
                WHERE ticket.order_id = o.id GROUP BY session.id, film.id, hall.id) showing),
        'snacks', (
            SELECT COALESCE(jsonb_agg(jsonb_build_array({_shown("item", "name")}, preorder.quantity)
                                      ORDER BY preorder.id), '[]')
            FROM concessions_concessionpreorder preorder
            JOIN concessions_concessionitem item ON item.id = preorder.concession_item_id
            WHERE preorder.order_id = o.id))"""


def _put_back(cursor: Any, preorders: Keys, at: datetime, wasted: Sequence[int] = ()) -> None:
    """Movements that return what the preorders hold, and one that writes off what is wasted; then the stock."""
    given = {"preorders": preorders, "at": at, "wasted": list(wasted)}
    cursor.execute(
        """SELECT id FROM concessions_concessionitem WHERE id IN (
               SELECT concession_item_id FROM concessions_concessionpreorder WHERE id = ANY(%(preorders)s))
           ORDER BY id FOR NO KEY UPDATE""",
        given,
    )
    cursor.execute(
        """WITH held AS (
               SELECT id, concession_item_id AS item, preorder_id, quantity, unit_cost, value
               FROM concessions_stockmovement hold
               WHERE preorder_id = ANY(%(preorders)s) AND kind = 'HOLD' AND NOT EXISTS (
                   SELECT 1 FROM concessions_stockmovement known WHERE known.reverses_id = hold.id)
           ), back AS (
               INSERT INTO concessions_stockmovement (concession_item_id, quantity, unit_cost, value, cost_assumed,
                                                      kind, at, preorder_id, reverses_id, reason)
               SELECT item, -quantity, unit_cost, -value, false, 'RETURN', %(at)s, preorder_id, id, '' FROM held
               UNION ALL SELECT item, quantity, unit_cost, value, false, 'WRITE_OFF', %(at)s, preorder_id, NULL, ''
                         FROM held WHERE preorder_id = ANY(%(wasted)s::bigint[])
               RETURNING concession_item_id, quantity, value
           ), change AS (
               SELECT concession_item_id AS item, sum(quantity) AS quantity, sum(value) AS value FROM back
               GROUP BY 1 HAVING sum(quantity) <> 0)
           UPDATE concessions_concessionitem item
           SET stock_quantity = stock_quantity + quantity,
               stock_value = stock_value + value,
               average_cost = round((stock_value + value) / (stock_quantity + quantity)),
               low_since = CASE WHEN (stock_quantity + quantity) * 100 < max_stock_quantity * low_stock_percent
                                THEN COALESCE(low_since, %(at)s) END,
               low_alerted_at = CASE WHEN (stock_quantity + quantity) * 100 < max_stock_quantity * low_stock_percent
                                     THEN low_alerted_at END
           FROM change WHERE change.item = item.id""",
        given,
    )


def _tell(cursor: Any, kind: str, source: str, given: dict[str, Any]) -> None:
    """Queue a message for each row of `source` that has an address."""
    cursor.execute(
        f"""INSERT INTO notifications_notification (kind, recipient, occasion, language, cinema_id, context, uid,
                                                   status, attempts, created_at, not_after, next_attempt_at,
                                                   claimed_by, channel, error)
            SELECT %(kind)s, COALESCE(NULLIF(email, ''), phone), occasion, language, cinema_id, context,
                   gen_random_uuid(), 'QUEUED', 0, %(at)s, not_after, %(at)s, '', '', ''
            FROM ({source}) message WHERE email <> '' OR phone <> ''
            ON CONFLICT DO NOTHING""",
        {**given, "kind": kind},
    )
