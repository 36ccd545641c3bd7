"""What somebody who knows the database well would write by hand to close a business day: one statement a table, and the
same rows as `close_business_day`, but for the balances of points, stock and cash. The chain has no shifts.
"""

from typing import Any

from reports.models import (
    TOTALS,
    ActionFigures,
    BarFigures,
    BusinessDay,
    CashFigures,
    Figures,
    GiftCardFigures,
    MoneyFigures,
    OrderFigures,
    PointsFigures,
    ReceiptFigures,
    StockFigures,
    TicketFigures,
)

#: The rows that each table counts, with the columns of its key and one column for each measure.
COUNTED: dict[type[Figures], str] = {}


def close(cursor: Any, day: BusinessDay) -> None:
    """Book the day and what changed about earlier ones, its advances and its checks. Inside a transaction."""
    given = {"day": day.pk, "cinema": day.cinema_id, "date": day.date, "start": day.starts_at, "end": day.ends_at}
    cursor.execute("SELECT id FROM reports_businessday WHERE id = %(day)s FOR UPDATE", given)
    cursor.execute(DAYS, given)
    cursor.execute("ANALYZE day_to_count")
    cursor.execute(SCREENINGS, given)
    cursor.execute("ANALYZE screening_to_count")
    # The planner expects a ninth of a table in each range of instants: it would read the tables whole.
    cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    for table, counted in COUNTED.items():
        cursor.execute(_booked(table, counted), given)
    for table, totals in TOTALS.items():
        for each in totals:
            cursor.execute(_added_up(each, table), given)
    for statement in (SESSIONS, CHECKS, CLOSED):
        cursor.execute(statement, given)
    cursor.execute("DROP TABLE day_to_count, screening_to_count")


def _booked(table: type[Figures], counted: str) -> str:
    name, key, measures = table._meta.db_table, ["about", *table.KEY], table.MEASURES
    sums = [f"sum({measure})" for measure in measures]
    return f"""
        INSERT INTO {name} (day_id, cinema_id, {", ".join([*key, *measures])})
        SELECT %(day)s, %(cinema)s, {", ".join([*key, *sums])} FROM (
            {counted}
            UNION ALL
            SELECT {", ".join([*key, *(f"-{measure}" for measure in measures)])} FROM {name}
            WHERE cinema_id = %(cinema)s AND about IN (SELECT date FROM day_to_count)
        ) found
        GROUP BY {", ".join(key)} HAVING {" OR ".join(f"{each} <> 0" for each in sums)}"""


def _added_up(totals: type[Figures], lines: type[Figures]) -> str:
    key, sums = ", ".join(["about", *totals.KEY]), [f"sum({measure})" for measure in totals.MEASURES]
    return f"""
        INSERT INTO {totals._meta.db_table} (day_id, cinema_id, {key}, {", ".join(totals.MEASURES)})
        SELECT %(day)s, %(cinema)s, {key}, {", ".join(sums)} FROM {lines._meta.db_table} WHERE day_id = %(day)s
        GROUP BY {key} HAVING {" OR ".join(f"{each} <> 0" for each in sums)}"""


DAYS = """
CREATE TEMPORARY TABLE day_to_count AS
WITH line AS (
    SELECT line.ticket_id, line.preorder_id, refund.order_id
    FROM payments_refund refund JOIN orders_refundline line ON line.refund_id = refund.id
    JOIN orders_order bought ON bought.id = refund.order_id
    WHERE requested_at >= %(start)s - interval '8 days' AND requested_at < %(end)s AND cinema_id = %(cinema)s
), affected AS (
    SELECT order_id FROM line WHERE preorder_id IS NOT NULL
    UNION SELECT preorder.order_id FROM concessions_concessionpreorder preorder
          JOIN orders_order bought ON bought.id = preorder.order_id
          WHERE preorder.status = 'EXPIRED' AND collection_deadline >= %(start)s AND collection_deadline < %(end)s
            AND cinema_id = %(cinema)s
), instant AS (
    SELECT start_datetime AS at FROM line JOIN orders_ticket ticket ON ticket.id = line.ticket_id
    JOIN screenings_session session ON session.id = session_id
    UNION SELECT start_datetime FROM affected JOIN orders_ticket ticket USING (order_id)
          JOIN screenings_session session ON session.id = session_id
    UNION SELECT paid_at FROM line JOIN orders_order bought ON bought.id = line.order_id
)
SELECT date, starts_at, ends_at FROM reports_businessday
WHERE cinema_id = %(cinema)s AND starts_at <= %(start)s AND (
    starts_at = %(start)s OR ends_at > %(start)s - interval '8 days' OR recount
    OR EXISTS (SELECT FROM instant WHERE at >= starts_at AND at < ends_at))
"""

SCREENINGS = """
CREATE TEMPORARY TABLE screening_to_count AS
SELECT date, session.id, film_id, hall_id
FROM day_to_count CROSS JOIN screenings_hall hall
JOIN screenings_session session ON hall_id = hall.id AND start_datetime >= starts_at AND start_datetime < ends_at
WHERE cinema_id = %(cinema)s
"""

COUNTED[TicketFigures] = """
SELECT date AS about, session.id AS session_id, film_id, session.hall_id, ticket_type_id, seat.kind AS seat_kind,
       channel, promocode_id, 1 AS sold, back AS refunded, (1 - back) * (price = 0)::int AS comps,
       (1 - back) * used AS used, (1 - back) * (1 - used) AS no_shows, price AS gross, discount_share AS discount,
       bonus_share AS points, back * (price - discount_share) AS refunded_value,
       back * COALESCE(line.amount, 0) AS refunded_money, 0 AS vat
FROM screening_to_count session
JOIN orders_ticket ticket ON session_id = session.id JOIN screenings_seat seat ON seat.id = seat_id
JOIN orders_order bought ON bought.id = ticket.order_id
LEFT JOIN orders_refundline line ON line.ticket_id = ticket.id
LEFT JOIN payments_refund refund ON refund.id = refund_id,
     LATERAL (SELECT COALESCE(requested_at < %(end)s, false)::int AS back,
                     COALESCE(used_at < %(end)s, false)::int AS used) AS facts
WHERE paid_at < %(end)s AND (ticket.status IN ('PAID', 'USED', 'EXPIRED') OR line.id IS NOT NULL)"""

COUNTED[BarFigures] = """
SELECT date AS about, concession_item_id AS item_id, channel, promocode_id, quantity AS sold,
       back * quantity AS refunded,
       (1 - back) * (preorder.status = 'EXPIRED' AND collection_deadline < %(end)s)::int * quantity AS uncollected,
       unit_price * quantity AS gross, discount_share AS discount, bonus_share AS points,
       back * (unit_price * quantity - discount_share) AS refunded_value,
       back * COALESCE(line.amount, 0) AS refunded_money,
       (1 - back) * ((unit_price * quantity - discount_share - bonus_share) * 2 * percent + percent + 100)
           / ((percent + 100) * 2) AS vat,
       COALESCE(cost, 0) AS cost, (1 - back) * (cost IS NULL)::int * quantity AS uncosted
FROM (
    SELECT date, bought.id, channel, promocode_id
    FROM (SELECT DISTINCT order_id
          FROM screening_to_count screening JOIN orders_ticket ON session_id = screening.id) near
    JOIN orders_order bought ON bought.id = near.order_id,
         LATERAL (SELECT min(start_datetime) AS first FROM orders_ticket JOIN screenings_session session
                  ON session.id = session_id WHERE order_id = bought.id) AS first
    JOIN day_to_count ON first >= starts_at AND first < ends_at
    WHERE paid_at < %(end)s
    UNION ALL
    SELECT date, bought.id, channel, promocode_id
    FROM day_to_count JOIN orders_order bought ON paid_at >= starts_at AND paid_at < ends_at
    WHERE cinema_id = %(cinema)s AND paid_at < %(end)s
      AND NOT EXISTS (SELECT FROM orders_ticket WHERE order_id = bought.id)
) sale
JOIN concessions_concessionpreorder preorder ON preorder.order_id = sale.id
LEFT JOIN orders_refundline line ON line.preorder_id = preorder.id
LEFT JOIN payments_refund refund ON refund.id = refund_id,
     LATERAL (SELECT COALESCE(requested_at < %(end)s, false)::int AS back,
                     CASE WHEN date < '2026-01-01' THEN 20 ELSE 22 END AS percent) AS facts,
     LATERAL (SELECT -sum(value) AS cost FROM concessions_stockmovement
              WHERE preorder_id = preorder.id AND at < %(end)s) AS moved
WHERE preorder.status IN ('PENDING', 'READY', 'COLLECTED', 'EXPIRED') OR line.id IS NOT NULL"""

COUNTED[MoneyFigures] = """
SELECT date AS about, gateway AS tender, channel, 1 AS payments, amount AS received, 0 AS refunds, 0 AS refunded,
       0 AS payouts, 0 AS paid_back
FROM day_to_count JOIN payments_payment payment ON succeeded_at >= starts_at AND succeeded_at < ends_at
JOIN orders_order bought ON bought.id = order_id
WHERE payment.status = 'SUCCEEDED' AND cinema_id = %(cinema)s AND succeeded_at < %(end)s
UNION ALL
SELECT date, gateway, channel, 0, 0, 1, refund.amount, 0, 0
FROM day_to_count JOIN payments_refund refund ON requested_at >= starts_at AND requested_at < ends_at
JOIN payments_payment payment ON payment.id = payment_id JOIN orders_order bought ON bought.id = refund.order_id
WHERE cinema_id = %(cinema)s AND requested_at < %(end)s AND refund.amount > 0
UNION ALL
SELECT date, CASE WHEN handed_out AND gateway NOT IN ('cash', 'card_terminal') THEN 'by_hand' ELSE gateway END, channel,
       0, 0, 0, 0, 1, refund.amount
FROM day_to_count JOIN payments_refund refund ON refund.succeeded_at >= starts_at AND refund.succeeded_at < ends_at
JOIN payments_payment payment ON payment.id = payment_id JOIN orders_order bought ON bought.id = refund.order_id
WHERE cinema_id = %(cinema)s AND refund.succeeded_at < %(end)s AND refund.status = 'SUCCEEDED' AND refund.amount > 0
UNION ALL
SELECT date, 'points', channel, 1, bonus_amount, 0, 0, 0, 0
FROM day_to_count JOIN orders_order bought ON paid_at >= starts_at AND paid_at < ends_at
WHERE cinema_id = %(cinema)s AND paid_at < %(end)s AND bonus_amount > 0
UNION ALL
SELECT date, 'points', channel, 0, 0, 1, share, 0, 0
FROM (
    SELECT date, channel, refund.id, sum(COALESCE(ticket.bonus_share, preorder.bonus_share)) AS share
    FROM day_to_count JOIN payments_refund refund ON requested_at >= starts_at AND requested_at < ends_at
    JOIN orders_order bought ON bought.id = refund.order_id JOIN orders_refundline line ON line.refund_id = refund.id
    LEFT JOIN orders_ticket ticket ON ticket.id = line.ticket_id
    LEFT JOIN concessions_concessionpreorder preorder ON preorder.id = line.preorder_id
    WHERE cinema_id = %(cinema)s AND requested_at < %(end)s AND bought.bonus_amount > 0
      AND COALESCE(ticket.bonus_share, preorder.bonus_share) > 0
    GROUP BY date, channel, refund.id
) back"""

COUNTED[OrderFigures] = """
SELECT date AS about, channel, 1 AS orders, seats AS with_tickets, snacks AS with_bar, seats * snacks AS with_both
FROM day_to_count JOIN orders_order bought ON paid_at >= starts_at AND paid_at < ends_at,
     LATERAL (SELECT EXISTS (SELECT FROM orders_ticket WHERE order_id = bought.id)::int AS seats,
                     EXISTS (SELECT FROM concessions_concessionpreorder WHERE order_id = bought.id)::int AS snacks)
     AS holds
WHERE cinema_id = %(cinema)s AND paid_at < %(end)s"""

COUNTED[PointsFigures] = """
SELECT date AS about, transaction_type AS kind, amount AS points
FROM day_to_count JOIN bonuses_bonustransaction ON transaction_date >= starts_at AND transaction_date < ends_at
JOIN orders_order bought ON bought.id = order_id
WHERE cinema_id = %(cinema)s AND transaction_date < %(end)s"""

COUNTED[StockFigures] = """
SELECT date AS about, item.id AS item_id, movement.kind, quantity AS units, COALESCE(value, 0) AS value,
       (value IS NULL)::int * quantity AS uncosted
FROM day_to_count JOIN concessions_concessionitem item ON cinema_id = %(cinema)s
JOIN concessions_stockmovement movement ON concession_item_id = item.id AND at >= starts_at AND at < ends_at
WHERE at < %(end)s"""

COUNTED[CashFigures] = """
SELECT date AS about, place_id, movement.kind, amount
FROM payments_cashplace place JOIN payments_cashmovement movement ON movement.place_id = place.id
LEFT JOIN payments_shift shift ON shift.id = shift_id
JOIN day_to_count ON CASE movement.kind WHEN 'COUNT' THEN opened_at ELSE at END >= starts_at
                 AND CASE movement.kind WHEN 'COUNT' THEN opened_at ELSE at END < ends_at
WHERE place.cinema_id = %(cinema)s AND at < %(end)s"""

COUNTED[GiftCardFigures] = """
SELECT date AS about, movement.kind, amount
FROM payments_giftcard card JOIN payments_giftcardmovement movement ON movement.card_id = card.id
JOIN day_to_count ON at >= starts_at AND at < ends_at
WHERE card.cinema_id = %(cinema)s AND at < %(end)s"""

COUNTED[ReceiptFigures] = """
SELECT day_to_count.date AS about, (receipt.created_at AT TIME ZONE 'Europe/Moscow')::date AS date, kind, subject,
       vat AS vat_rate, 1 AS lines, price * quantity AS amount,
       (price * quantity * 2 * percent + percent + 100) / ((percent + 100) * 2) AS vat
FROM day_to_count JOIN payments_receipt receipt ON receipt.created_at >= starts_at AND receipt.created_at < ends_at
JOIN payments_receiptline line ON line.receipt_id = receipt.id,
     LATERAL (SELECT CASE vat WHEN '20' THEN 20 WHEN '22' THEN 22 ELSE 0 END AS percent) AS rate
WHERE cinema_id = %(cinema)s AND receipt.created_at < %(end)s"""

COUNTED[ActionFigures] = """
WITH event AS (
    SELECT date, event.*, channel
    FROM day_to_count JOIN orders_orderevent event ON at >= starts_at AND at < ends_at
    JOIN orders_order bought ON bought.id = order_id
    WHERE cinema_id = %(cinema)s AND at < %(end)s AND actor_id IS NOT NULL AND actor_id IS DISTINCT FROM user_id
), refund AS (
    SELECT date, refund.*, bought.paid_at
    FROM day_to_count JOIN payments_refund refund ON requested_at >= starts_at AND requested_at < ends_at
    JOIN orders_order bought ON bought.id = order_id
    WHERE cinema_id = %(cinema)s AND requested_at < %(end)s AND actor_id IS NOT NULL
      AND actor_id IS DISTINCT FROM user_id
)
SELECT date AS about, actor_id AS person_id, 'handled' AS action, 1 AS number
FROM (SELECT date, actor_id, order_id FROM event UNION SELECT date, actor_id, order_id FROM refund) handled
UNION ALL
SELECT date, actor_id, 'voids', 1 FROM event
WHERE to_status = 'CANCELLED' AND channel <> 'HOUSE' AND reason NOT IN ('CHANGED', 'EXPIRED')
  AND (reason <> 'CUSTOMER' OR channel = 'BOX_OFFICE')
UNION ALL
SELECT date, actor_id, 'refunds', 1 FROM refund
WHERE reason NOT IN ('BY_CUSTOMER', 'SESSION_CANCELLED', 'SESSION_MOVED', 'VOUCHER')
UNION ALL
SELECT date, paid_out_by_id, 'late_voids', count(DISTINCT order_id) FROM refund
WHERE is_void AND paid_out_by_id IS NOT NULL AND (
    paid_at < requested_at - interval '30 minutes'
    OR EXISTS (SELECT FROM orders_ticket ticket JOIN screenings_session session ON session.id = session_id
               WHERE ticket.order_id = refund.order_id AND start_datetime <= requested_at))
GROUP BY date, paid_out_by_id
UNION ALL
SELECT date, shift.cashier_id, 'gift_cards', 1
FROM payments_giftcard card JOIN payments_giftcardmovement movement ON movement.card_id = card.id
JOIN day_to_count ON at >= starts_at AND at < ends_at JOIN payments_shift shift ON shift.id = shift_id
WHERE card.cinema_id = %(cinema)s AND at < %(end)s AND movement.kind = 'TAKEN_BACK'
UNION ALL
SELECT date, shift.cashier_id, 'gift_cards', 1
FROM payments_giftcard card JOIN payments_giftcardreplacement replacement ON replacement.card_id = card.id
JOIN day_to_count ON at >= starts_at AND at < ends_at JOIN payments_shift shift ON shift.id = shift_id
WHERE card.cinema_id = %(cinema)s AND at < %(end)s
UNION ALL
SELECT date, COALESCE(comp.actor_id, event.actor_id), 'free_tickets', 1
FROM day_to_count JOIN orders_order bought ON paid_at >= starts_at AND paid_at < ends_at
JOIN orders_ticket ticket ON ticket.order_id = bought.id AND price = 0
JOIN orders_orderevent event ON event.order_id = bought.id AND from_status = ''
LEFT JOIN allocations_comp comp ON comp.order_id = bought.id
WHERE cinema_id = %(cinema)s AND paid_at < %(end)s
  AND CASE WHEN comp.id IS NULL THEN event.actor_id IS NOT NULL AND event.actor_id IS DISTINCT FROM user_id
           ELSE NOT EXISTS (SELECT FROM boxoffice_exchange WHERE new_order_id = bought.id) END
UNION ALL
SELECT date, actor_id, 'groups', 1
FROM day_to_count JOIN allocations_groupbooking ON at >= starts_at AND at < ends_at
WHERE cinema_id = %(cinema)s AND at < %(end)s
UNION ALL
SELECT date, event.actor_id, 'group_parts', 1
FROM day_to_count JOIN orders_orderevent event ON at >= starts_at AND at < ends_at
JOIN orders_order bought ON bought.id = event.order_id
WHERE cinema_id = %(cinema)s AND at < %(end)s AND to_status = 'PAID' AND channel = 'GROUP'
  AND event.actor_id IS NOT NULL AND event.actor_id IS DISTINCT FROM user_id
  AND (SELECT count(*) FROM orders_ticket ticket WHERE ticket.order_id = bought.id) < 10
UNION ALL
SELECT date, scan.actor_id, 'overrides', 1
FROM day_to_count JOIN orders_scan scan ON at >= starts_at AND at < ends_at
JOIN orders_ticket ticket ON ticket.id = ticket_id JOIN orders_order bought ON bought.id = ticket.order_id
WHERE cinema_id = %(cinema)s AND at < %(end)s AND override <> '' AND NOT undone AND scan.actor_id IS NOT NULL
UNION ALL
SELECT date, voucher.actor_id, 'vouchers', 1
FROM day_to_count JOIN boxoffice_voucher voucher ON at >= starts_at AND at < ends_at
JOIN orders_order bought ON bought.id = voucher.order_id
WHERE cinema_id = %(cinema)s AND at < %(end)s
UNION ALL
SELECT date, event.actor_id, 'discounts', 1
FROM day_to_count JOIN orders_order bought ON paid_at >= starts_at AND paid_at < ends_at
JOIN orders_orderevent event ON event.order_id = bought.id AND from_status = ''
WHERE cinema_id = %(cinema)s AND paid_at < %(end)s AND channel = 'BOX_OFFICE' AND discount_amount > 0
  AND event.actor_id IS NOT NULL AND event.actor_id IS DISTINCT FROM user_id
UNION ALL
SELECT date, movement.actor_id, 'cash_out', 1
FROM payments_cashplace place JOIN payments_cashmovement movement ON movement.place_id = place.id
JOIN day_to_count ON at >= starts_at AND at < ends_at
WHERE place.cinema_id = %(cinema)s AND at < %(end)s AND movement.kind = 'CASH_OUT' AND movement.actor_id IS NOT NULL
UNION ALL
SELECT date, movement.actor_id, 'write_offs', 1
FROM day_to_count JOIN concessions_stockmovement movement ON at >= starts_at AND at < ends_at
JOIN concessions_concessionitem item ON item.id = concession_item_id
WHERE cinema_id = %(cinema)s AND at < %(end)s AND movement.kind = 'WRITE_OFF' AND movement.actor_id IS NOT NULL"""

SESSIONS = """
UPDATE reports_sessionfigures SET counted_at = %(end)s + interval '15 minutes', sold = found.sold,
       refunded = found.refunded, used = found.used, no_shows = found.no_shows
FROM (
    SELECT session_id, count(*) AS sold, sum(back) AS refunded, sum((1 - back) * used) AS used,
           sum((1 - back) * (1 - used)) AS no_shows
    FROM orders_ticket ticket JOIN orders_order bought ON bought.id = ticket.order_id
    LEFT JOIN orders_refundline line ON line.ticket_id = ticket.id
    LEFT JOIN payments_refund refund ON refund.id = refund_id,
         LATERAL (SELECT COALESCE(requested_at < %(end)s + interval '15 minutes', false)::int AS back,
                         COALESCE(used_at < %(end)s + interval '15 minutes', false)::int AS used) AS facts
    WHERE session_id IN (SELECT session_id FROM reports_ticketfigures
                         WHERE day_id = %(day)s AND (about < %(date)s OR refunded > 0))
      AND paid_at < %(end)s + interval '15 minutes'
      AND (ticket.status IN ('PAID', 'USED', 'EXPIRED') OR line.id IS NOT NULL)
    GROUP BY session_id
) found
WHERE found.session_id = reports_sessionfigures.session_id
"""

CHECKS = """
WITH touched AS (
    SELECT id FROM orders_order WHERE cinema_id = %(cinema)s AND paid_at >= %(start)s AND paid_at < %(end)s
    UNION SELECT order_id FROM payments_payment payment JOIN orders_order bought ON bought.id = order_id
          WHERE cinema_id = %(cinema)s AND succeeded_at >= %(start)s AND succeeded_at < %(end)s
    UNION SELECT order_id FROM payments_refund refund JOIN orders_order bought ON bought.id = order_id
          WHERE cinema_id = %(cinema)s AND requested_at >= %(start)s AND requested_at < %(end)s
), line AS (
    SELECT DISTINCT preorder.id, preorder.quantity, item.id AS item_id
    FROM concessions_concessionitem item JOIN concessions_stockmovement movement ON concession_item_id = item.id
    JOIN concessions_concessionpreorder preorder ON preorder.id = preorder_id
    WHERE cinema_id = %(cinema)s AND at >= %(start)s AND at < %(end)s AND preorder.concession_item_id = item.id
), moved AS (
    SELECT -sum(movement.quantity) AS units,
           sum(line.quantity) FILTER (WHERE kind = 'HOLD' AND NOT EXISTS (
               SELECT FROM concessions_stockmovement back WHERE back.reverses_id = movement.id)) AS ordered
    FROM line JOIN concessions_stockmovement movement
      ON preorder_id = line.id AND concession_item_id = item_id AND movement.kind IN ('HOLD', 'RETURN')
), spent AS (
    SELECT -sum(amount) AS points, sum(bonus_amount) AS paid
    FROM bonuses_bonustransaction JOIN orders_order bought ON bought.id = order_id
    WHERE transaction_date >= %(start)s AND transaction_date < %(end)s AND cinema_id = %(cinema)s
      AND transaction_type = 'DEDUCTION'
)
INSERT INTO reports_daycheck (day_id, name, "left", "right", note)
SELECT %(day)s, 'MONEY', (
    SELECT COALESCE(sum(amount), 0) FROM payments_payment
    WHERE order_id IN (SELECT id FROM touched) AND status = 'SUCCEEDED' AND succeeded_at < %(end)s
) - (
    SELECT COALESCE(sum(amount), 0) FROM payments_refund
    WHERE order_id IN (SELECT id FROM touched) AND requested_at < %(end)s
), (
    SELECT COALESCE(sum(final_amount), 0) FROM orders_order WHERE id IN (SELECT id FROM touched) AND paid_at < %(end)s
) - (
    SELECT COALESCE(sum(line.amount), 0)
    FROM payments_refund refund JOIN orders_refundline line ON refund_id = refund.id
    WHERE order_id IN (SELECT id FROM touched) AND requested_at < %(end)s
), ''
UNION ALL SELECT %(day)s, 'RECEIPTS', 0, 0, ''
UNION ALL SELECT %(day)s, 'STOCK', COALESCE(units, 0) * 100, COALESCE(ordered, 0) * 100, '' FROM moved
UNION ALL SELECT %(day)s, 'POINTS', COALESCE(points, 0) * 100, COALESCE(paid, 0), '' FROM spent
UNION ALL SELECT %(day)s, 'CASH', COALESCE(sum(counted_cash), 0), COALESCE(sum(expected_cash), 0), ''
          FROM payments_shift WHERE cinema_id = %(cinema)s AND counted_at >= %(start)s AND counted_at < %(end)s
UNION ALL SELECT %(day)s, 'TRANSFER', 0, COALESCE(sum(amount), 0), '' FROM (
    SELECT amount FROM payments_payment payment JOIN orders_order bought ON bought.id = order_id
    WHERE cinema_id = %(cinema)s AND succeeded_at >= %(start)s AND succeeded_at < %(end)s
      AND payment.status = 'SUCCEEDED' AND gateway = 'bank_transfer' AND moved_from_id IS NULL
    UNION ALL SELECT amount FROM payments_cashmovement movement JOIN payments_cashplace place ON place.id = place_id
    WHERE cinema_id = %(cinema)s AND at >= %(start)s AND at < %(end)s AND movement.kind = 'DEPOSIT' AND amount > 0
) banked
UNION ALL SELECT %(day)s, 'CARD', COALESCE(sum(counted_card), 0), COALESCE(sum(expected_card), 0), ''
          FROM payments_shift WHERE cinema_id = %(cinema)s AND counted_at >= %(start)s AND counted_at < %(end)s
"""

CLOSED = """
UPDATE reports_businessday today SET closed_at = %(end)s + interval '15 minutes', advances = COALESCE((
    SELECT advances FROM reports_businessday WHERE cinema_id = %(cinema)s AND starts_at < %(start)s
    ORDER BY starts_at DESC LIMIT 1
), 0) + (
    SELECT COALESCE(sum(received - refunded), 0) FROM reports_moneyfigures WHERE day_id = %(day)s AND tender <> 'points'
) - (
    SELECT COALESCE(sum(gross - discount - points - refunded_money), 0)
    FROM reports_ticketfigures WHERE day_id = %(day)s
) - (
    SELECT COALESCE(sum(gross - discount - points - refunded_money), 0) FROM reports_barfigures WHERE day_id = %(day)s
)
WHERE id = %(day)s
"""
