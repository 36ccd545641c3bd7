"""Two years of a chain's sales, written with `generate_series`: a million tickets in two or three minutes.

Twelve cinemas in three time zones, four halls each, four screenings a day in each hall. An order has two tickets, and
three in five orders something from the bar. Of ten orders, one is never paid; of a hundred, four are refunded before
the screening and one days after it. Every row is what the services would have written, as far as reports read it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

HALLS, SCREENINGS, SEATS = 4, 4, 100  # of a cinema; of a hall in a day; of a hall
ITEMS, STAFF, AHEAD = 30, 4, 7  # bar items and staff of a cinema; days with screenings on sale
#: Orders of a screening, against the mean of all: by its place in the day, and for Fridays to Sundays.
SLOTS, WEEKEND = (0.7, 0.9, 1.3, 1.1), 1.4


@dataclass(frozen=True)
class History:
    tickets: int
    cinemas: int = 12
    days: int = 730

    def create(self, at: datetime) -> None:
        """All of it, up to `at`, with screenings of today and on sale. Business days are still to be opened."""
        screenings = self.days * self.cinemas * HALLS * SCREENINGS
        first = at.astimezone(ZoneInfo("Europe/Moscow")).date() - timedelta(days=self.days)
        given = {
            "at": at,
            "first": first,
            "days": self.days,
            "cinemas": self.cinemas,
            "halls": HALLS,
            "screenings": SCREENINGS,
            "seats": SEATS,
            "items": ITEMS,
            "staff": STAFF,
            "ahead": AHEAD,
            "slots": list(SLOTS),
            "weekend": WEEKEND,
            "users": max(100, self.tickets // 10),
            "orders": self.tickets / 2 / screenings / ((4 + 3 * WEEKEND) / 7),
        }
        with transaction.atomic(), connection.cursor() as cursor:
            # The rows refer to each other as they should; asking for each of them takes longer than writing them.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in (VENUES + SALES + TICKETS_AND_GOODS + MONEY + SUMS).split(";\n"):
                if statement.strip():
                    cursor.execute(statement, given)
            cursor.execute(SEQUENCES)


VENUES = """
INSERT INTO screenings_cinema (id, name, city, address, postal_code, time_zone, adverts_minutes, day_ends_at,
                               week_starts_on, requires_certificates, phone, way_there, map_url, cash_register, texts)
SELECT n, 'Cinema ' || n, 'Town', '', '',
       (ARRAY['Europe/Moscow', 'Europe/Kaliningrad', 'Asia/Yekaterinburg'])[n %% 3 + 1], 10, '05:00', 3, false,
       '', '', '', '', '{}'
FROM generate_series(1, %(cinemas)s) n;

INSERT INTO screenings_hall (id, cinema_id, name, cleaning_minutes, texts, curve, stairs)
SELECT n, (n - 1) / %(halls)s + 1, 'Hall ' || n, 15, '{}', 0, '[]' FROM generate_series(1, %(cinemas)s * %(halls)s) n;

INSERT INTO screenings_seat (id, hall_id, row, number, kind, place)
SELECT (hall - 1) * %(seats)s + n + 1, hall, n / 10 + 1, n %% 10 + 1,
       CASE WHEN n < 20 THEN 'VIP' ELSE 'STANDARD' END, n %% 10
FROM generate_series(1, %(cinemas)s * %(halls)s) hall, generate_series(0, %(seats)s - 1) n;

INSERT INTO screenings_tickettype (id, name, price_percent, is_active, sold_to, highest_rating, texts)
VALUES (1, 'Adult', 100, true, 'ANYBODY', '', '{}'), (2, 'Child', 50, true, 'ANYBODY', '', '{}'),
       (3, 'Free', 0, true, 'ANYBODY', '', '{}');

INSERT INTO screenings_film (id, title, external_id, duration_minutes, age_rating, original_title, country,
                             certificate_number, imdb_id, tmdb_id, wikidata_id, kinopoisk_id, eais_id, culture_id,
                             description, director, starring, content_warnings, trailer_url, is_announced, texts)
SELECT n, 'Film ' || n, '', 100, '12+', '', '', '', '', '', '', '', '', '', '', '', '', '', '', false, '{}'
FROM generate_series(1, (%(days)s + %(ahead)s) / 7 * 2 + 26) n;

INSERT INTO screenings_session (id, film_id, hall_id, start_datetime, end_datetime, free_from, ticket_price, format,
                                language, subtitles, status, cancel_reason, refunds_held, no_certificate_reason)
SELECT (day * %(cinemas)s * %(halls)s + hall.id - 1) * %(screenings)s + slot + 1,
       day / 7 * 2 + (hall.id * 5 + slot * 7) %% 24 + 1, hall.id, start, start + interval '110 minutes',
       start + interval '125 minutes', 30000, CASE WHEN hall.id %% 4 = 0 THEN '3D' ELSE '2D' END, 'ru', '',
       CASE WHEN start + interval '110 minutes' <= %(at)s THEN 'COMPLETED' WHEN start <= %(at)s THEN 'ONGOING'
            ELSE 'SCHEDULED' END, '', false, ''
FROM generate_series(0, %(days)s + %(ahead)s - 1) day, screenings_hall hall
JOIN screenings_cinema cinema ON cinema.id = hall.cinema_id, generate_series(0, %(screenings)s - 1) slot,
     LATERAL (SELECT (%(first)s::date + day + time '12:00' + slot * interval '210 minutes') AT TIME ZONE time_zone
              AS start) AS starts;

INSERT INTO accounts_user (id, password, is_superuser, email, first_name, last_name, phone, preferred_language,
                           all_cinemas, is_staff, is_active, date_joined)
SELECT n, '!', false, 'person' || n || '@example.org', 'Person', n::text, '', 'ru', false,
       n <= %(cinemas)s * %(staff)s, true, %(first)s
FROM generate_series(1, %(cinemas)s * %(staff)s + %(users)s) n;

INSERT INTO bonuses_bonusaccount (id, user_id, balance, owed, last_accrual_date)
SELECT n, %(cinemas)s * %(staff)s + n, 0, 0, %(at)s - n %% 365 * interval '1 day' FROM generate_series(1, %(users)s) n;

INSERT INTO bonuses_bonustransaction (id, bonus_account_id, transaction_type, amount, transaction_date, description)
SELECT -n, n, 'ADJUSTMENT', 1000, %(first)s, 'Welcome' FROM generate_series(1, %(users)s) n;

INSERT INTO orders_promocode (id, code, discount_percent, max_uses, used_count, is_active)
SELECT n, 'CODE' || n, 10, 1000000, 0, true FROM generate_series(1, 20) n;

INSERT INTO concessions_concessionitem (id, cinema_id, name, price, stock_quantity, max_stock_quantity,
                                        low_stock_percent, made_to_order, is_active, texts)
SELECT n + 1, n / %(items)s + 1, 'Item ' || n %% %(items)s, 20000, 0, 900000, 20, false, true, '{}'
FROM generate_series(0, %(cinemas)s * %(items)s - 1) n;
"""

SALES = """
CREATE TEMPORARY TABLE sale ON COMMIT DROP AS
SELECT sold.*, start + interval '110 minutes' AS ends, bought + interval '5 minutes' AS paid,
       first_price - first_discount + second_price - second_discount + snack_price - snack_discount - points * 100
           AS final,
       CASE WHEN fate = 'REFUNDED' THEN bought + interval '15 minutes'
            WHEN fate = 'REFUNDED_LATE' THEN start + interval '1 day' * (2 + chance %% 4) END AS refunded,
       CASE WHEN online THEN 'yookassa' WHEN chance %% 3 = 0 THEN 'cash' ELSE 'card_terminal' END AS gateway,
       CASE WHEN NOT online THEN (cinema - 1) * %(staff)s + chance %% %(staff)s + 1 END AS seller,
       (cinema - 1) * %(staff)s + chance %% (%(staff)s - 1) + 1 AS somebody
FROM (
    SELECT priced.*, code * first_price / 10 AS first_discount, code * second_price / 10 AS second_discount,
           code * snack_price / 10 AS snack_discount,
           LEAST(start - interval '1 minute' * (25 + CASE WHEN chance %% 2 = 0 THEN chance %% 180
                                                       ELSE chance %% 10080 END),
                 %(at)s - interval '1 minute' * (25 + chance %% 1440)) AS bought,
           CASE WHEN chance %% 10 = 9 THEN 'CANCELLED' WHEN chance %% 100 < 4 THEN 'REFUNDED'
                WHEN chance %% 100 = 4 AND start < %(at)s - interval '7 days' THEN 'REFUNDED_LATE'
                ELSE 'SOLD' END AS fate
    FROM (
        SELECT row_number() OVER (ORDER BY session.id, n) AS id, session.id AS session, hall.cinema_id AS cinema,
               session.start_datetime AS start, end_datetime <= %(at)s AS past, chance,
               (hall.id - 1) * %(seats)s + n * 2 + 1 AS seat, chance %% 10 < 7 AS online,
               CASE WHEN chance %% 10 < 6 THEN 1 + chance %% %(users)s END AS buyer,
               CASE WHEN chance %% 20 = 3 THEN 1 + chance %% 19 END AS promocode, (chance %% 20 = 3)::int AS code,
               CASE WHEN chance %% 10 = 2 THEN 50 ELSE 0 END AS points,
               CASE chance %% 7 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END AS second_type,
               30000 AS first_price, CASE chance %% 7 WHEN 0 THEN 15000 WHEN 1 THEN 0 ELSE 30000 END AS second_price,
               CASE WHEN chance %% 5 < 3 THEN (hall.cinema_id - 1) * %(items)s + chance %% %(items)s + 1 END AS item,
               CASE WHEN chance %% 5 < 3 THEN 20000 ELSE 0 END AS snack_price
        FROM screenings_session session JOIN screenings_hall hall ON hall.id = session.hall_id,
             LATERAL (SELECT %(orders)s * (%(slots)s::float[])[(session.id - 1) %% %(screenings)s + 1]
                             * CASE WHEN extract(isodow FROM start_datetime) >= 5 THEN %(weekend)s ELSE 1 END
                             * CASE WHEN start_datetime > %(at)s THEN 0.3 ELSE 1 END AS mean) AS expected,
             generate_series(0, LEAST(49, floor(mean + (hashint8(session.id) & 1023) / 1024.0)::int - 1)) n,
             LATERAL (SELECT hashint8(session.id * 64 + n) & 1073741823 AS chance) AS random
    ) priced
) sold;

INSERT INTO orders_order (id, number, token, cinema_id, user_id, email, phone, language, status, channel, created_at,
                          payment_deadline, expires_at, paid_at, completed_at, cancelled_at, refunded_at,
                          refund_processed_at, bonus_accrued_at, total_amount, discount_amount, bonus_amount,
                          final_amount, promocode_id)
SELECT id, lpad(to_hex(id), 8, '0'), md5(id::text), cinema, %(cinemas)s * %(staff)s + buyer,
       'person' || id || '@example.org', '', 'ru',
       CASE WHEN refunded IS NOT NULL THEN 'REFUNDED' WHEN fate = 'CANCELLED' THEN 'CANCELLED'
            WHEN past THEN 'COMPLETED' ELSE 'PAID' END,
       CASE WHEN online THEN 'ONLINE' ELSE 'BOX_OFFICE' END, bought, bought + interval '15 minutes',
       bought + interval '15 minutes', CASE WHEN fate <> 'CANCELLED' THEN paid END,
       CASE WHEN past AND fate IN ('SOLD', 'REFUNDED_LATE') THEN ends END,
       CASE WHEN fate = 'CANCELLED' THEN bought + interval '15 minutes' END, refunded, refunded,
       CASE WHEN past AND fate <> 'CANCELLED' THEN ends END, first_price + second_price + snack_price,
       first_discount + second_discount + snack_discount, points * 100, final, promocode
FROM sale;

INSERT INTO orders_orderevent (id, order_id, from_status, to_status, at, actor_id, reason)
SELECT id * 8, id, '', 'PENDING_PAYMENT', bought, seller, '' FROM sale
UNION ALL SELECT id * 8 + 1, id, 'PENDING_PAYMENT', 'CANCELLED', bought + interval '15 minutes',
                 CASE WHEN chance %% 400 < 10 THEN somebody END,
                 CASE WHEN chance %% 400 < 10 THEN 'STAFF' ELSE 'EXPIRED' END
          FROM sale WHERE fate = 'CANCELLED'
UNION ALL SELECT id * 8 + 1, id, 'PENDING_PAYMENT', 'PAID', paid, seller, '' FROM sale WHERE fate <> 'CANCELLED'
UNION ALL SELECT id * 8 + 2, id, 'PAID', 'COMPLETED', ends, NULL, ''
          FROM sale WHERE past AND fate IN ('SOLD', 'REFUNDED_LATE')
UNION ALL SELECT id * 8 + 3, id, CASE WHEN fate = 'REFUNDED' THEN 'PAID' ELSE 'COMPLETED' END, 'REFUNDED', refunded,
                 CASE WHEN chance %% 2 = 0 THEN somebody END, '' FROM sale WHERE refunded IS NOT NULL;
"""

TICKETS_AND_GOODS = """
INSERT INTO orders_ticket (id, order_id, session_id, seat_id, ticket_type_id, price, discount_share, bonus_share,
                           status, used_at)
SELECT id * 2 + place, id, session, seat + place, CASE WHEN place = 0 THEN 1 ELSE second_type END,
       CASE WHEN place = 0 THEN first_price ELSE second_price END,
       CASE WHEN place = 0 THEN first_discount ELSE second_discount END, (1 - place) * points * 100,
       CASE WHEN fate <> 'SOLD' THEN 'AVAILABLE' WHEN NOT past THEN 'PAID' WHEN chance %% 14 = 0 THEN 'EXPIRED'
            ELSE 'USED' END,
       CASE WHEN past AND chance %% 14 <> 0 AND fate IN ('SOLD', 'REFUNDED_LATE') THEN start END
FROM sale, generate_series(0, 1) place;

INSERT INTO orders_scan (id, ticket_id, undone, at, actor_id, override)
SELECT id * 2 + place, id * 2 + place, false, start, somebody, CASE WHEN chance %% 500 = 1 THEN 'EARLY' ELSE '' END
FROM sale, generate_series(0, 1) place WHERE past AND chance %% 14 <> 0 AND fate IN ('SOLD', 'REFUNDED_LATE');

INSERT INTO concessions_concessionpreorder (id, order_id, concession_item_id, quantity, unit_price, discount_share,
                                            bonus_share, status, pickup_code, collection_deadline, collected_at)
SELECT id, id, item, 1, snack_price, snack_discount, 0,
       CASE fate WHEN 'CANCELLED' THEN 'CANCELLED' WHEN 'SOLD' THEN
            CASE WHEN NOT past THEN 'PENDING' WHEN chance %% 25 = 2 THEN 'EXPIRED' ELSE 'COLLECTED' END
            ELSE 'AVAILABLE' END,
       upper(substr(md5(id::text), 1, 6)), ends, CASE WHEN past AND fate = 'SOLD' AND chance %% 25 <> 2 THEN start END
FROM sale WHERE item IS NOT NULL;

INSERT INTO concessions_stockmovement (id, concession_item_id, quantity, unit_cost, value, cost_assumed, kind, at,
                                       preorder_id, reverses_id, actor_id, reason)
SELECT id * 2, item, -1, 5000, -5000, false, 'HOLD', bought, id, NULL::bigint, NULL::bigint, ''
FROM sale WHERE item IS NOT NULL
UNION ALL SELECT id * 2 + 1, item, 1, 5000, 5000, false, 'RETURN',
                 CASE WHEN fate = 'CANCELLED' THEN bought + interval '15 minutes'
                      WHEN fate = 'SOLD' THEN ends ELSE refunded END, id, id * 2, NULL, ''
          FROM sale WHERE item IS NOT NULL AND (fate <> 'SOLD' OR past AND chance %% 25 = 2)
UNION ALL SELECT -(item.id * 1000 + week), item.id, -1, 5000, -5000, false,
                 CASE WHEN week %% 4 = 0 THEN 'COUNT' ELSE 'WRITE_OFF' END,
                 %(first)s + week * interval '7 days' + interval '18 hours', NULL, NULL,
                 (item.cinema_id - 1) * %(staff)s + 1 + week %% %(staff)s, 'Broken'
          FROM concessions_concessionitem item, generate_series(0, %(days)s / 7 - 1) week
UNION ALL SELECT -item.id, item.id, 1000000, 5000, 5000000000, false, 'OPENING', %(first)s - interval '9 days', NULL,
                 NULL, NULL, ''
          FROM concessions_concessionitem item;
"""

MONEY = """
INSERT INTO payments_payment (id, order_id, gateway, external_id, amount, status, created_at, succeeded_at,
                              receipted_at, uid, return_url, redirect_url, discrepancy, actor_id, rrn, terminal,
                              is_part)
SELECT id, id, gateway, 'paid ' || id, final, 'SUCCEEDED', bought, paid, paid, gen_random_uuid(), '', '', '',
       seller, '', '', false
FROM sale WHERE fate <> 'CANCELLED';

INSERT INTO payments_refund (id, order_id, payment_id, amount, status, reason, external_id, handed_out,
                             unallocated_amount, requested_at, succeeded_at, receipted_at, uid, attempts, claimed_by,
                             error, despite_dispute, actor_id, rrn, is_void)
SELECT id, id, id, final, 'SUCCEEDED', CASE WHEN chance %% 2 = 0 THEN 'STAFF' ELSE 'BY_CUSTOMER' END, 'back ' || id,
       false, 0, refunded, refunded, refunded, gen_random_uuid(), 0, '', '', false,
       CASE WHEN chance %% 2 = 0 THEN somebody END, '', false
FROM sale WHERE refunded IS NOT NULL;

INSERT INTO orders_refundline (id, refund_id, ticket_id, preorder_id, amount)
SELECT id * 4, id, id * 2, NULL::bigint, first_price - first_discount - points * 100
FROM sale WHERE refunded IS NOT NULL
UNION ALL SELECT id * 4 + 1, id, id * 2 + 1, NULL, second_price - second_discount FROM sale WHERE refunded IS NOT NULL
UNION ALL SELECT id * 4 + 2, id, NULL, id, snack_price - snack_discount
          FROM sale WHERE refunded IS NOT NULL AND item IS NOT NULL;

INSERT INTO payments_receipt (id, kind, cinema_id, order_id, payment_id, refund_id, uid, amount, is_prepayment,
                              awaits_settlement, status, created_at, sent_at, external_id, attempts, error, is_advance,
                              printed)
SELECT id * 2, 'SALE', cinema, id, id, NULL::bigint, gen_random_uuid(), final, false, false, 'SENT', paid, paid,
       'receipt ' || id, 1, '', false, '{}'::jsonb
FROM sale WHERE fate <> 'CANCELLED'
UNION ALL SELECT id * 2 + 1, 'REFUND', cinema, id, id, id, gen_random_uuid(), final, false, false, 'SENT', refunded,
                 refunded, 'return ' || id, 1, '', false, '{}'::jsonb
          FROM sale WHERE refunded IS NOT NULL;

INSERT INTO payments_receiptline (receipt_id, name, subject, quantity, price, vat)
SELECT id, name, subject, 1, price, vat FROM (
    SELECT receipt.id, 'Ticket' AS name, 'TICKETS' AS subject, 'none' AS vat,
           final - snack_price + snack_discount AS price
    FROM sale JOIN payments_receipt receipt ON receipt.order_id = sale.id
    UNION ALL SELECT receipt.id, 'Popcorn', 'GOODS', CASE WHEN bought < '2026-01-01' THEN '20' ELSE '22' END,
                     snack_price - snack_discount
              FROM sale JOIN payments_receipt receipt ON receipt.order_id = sale.id WHERE item IS NOT NULL
) lines WHERE price > 0;

INSERT INTO bonuses_bonustransaction (id, bonus_account_id, order_id, transaction_type, amount, transaction_date,
                                      description, reverses_id, refund_id)
SELECT id * 4, buyer, id, 'DEDUCTION', -points, bought, '', NULL::bigint, NULL::bigint FROM sale WHERE points > 0
UNION ALL SELECT id * 4 + 1, buyer, id, 'REVERSAL', points, COALESCE(refunded, bought + interval '15 minutes'), '',
                 id * 4, CASE WHEN refunded IS NOT NULL THEN id END
          FROM sale WHERE points > 0 AND fate <> 'SOLD'
UNION ALL SELECT id * 4 + 2, buyer, id, 'ACCRUAL', final / 2000, ends, '', NULL, NULL
          FROM sale WHERE past AND fate = 'SOLD' AND buyer IS NOT NULL;
"""

SUMS = """
UPDATE concessions_concessionitem item SET stock_quantity = moved.sum, stock_value = moved.value, average_cost = 5000
FROM (SELECT concession_item_id, sum(quantity), sum(value) AS value FROM concessions_stockmovement GROUP BY 1) moved
WHERE moved.concession_item_id = item.id;

UPDATE bonuses_bonusaccount account SET balance = GREATEST(entry.sum, 0), owed = GREATEST(-entry.sum, 0)
FROM (SELECT bonus_account_id, sum(amount) FROM bonuses_bonustransaction GROUP BY 1) entry
WHERE entry.bonus_account_id = account.id;

UPDATE orders_promocode SET used_count = uses.count
FROM (SELECT promocode_id, count(*) FROM orders_order WHERE status <> 'CANCELLED' GROUP BY 1) uses
WHERE uses.promocode_id = orders_promocode.id
"""

SEQUENCES = """
DO $$
DECLARE
    sequence record;
    highest bigint;
BEGIN
    FOR sequence IN
        SELECT table_name AS of, pg_get_serial_sequence(quote_ident(table_name), 'id') AS name
        FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'
    LOOP
        EXECUTE format('SELECT max(id) FROM %I', sequence.of) INTO highest;
        PERFORM setval(sequence.name, GREATEST(highest, 1));
    END LOOP;
END $$
"""
