"""A chain with years behind it, written with `generate_series`: hundreds of thousands of orders in a minute or two.

Every row is what the services would have written, so `check_invariants` finds nothing. An order is two tickets of 300,
one snack of 200, a tenth of them with a promocode of 10 %, half of them with 8 points spent.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

CINEMAS = 4
ITEMS = 50  # a cinema
SEATS = 100  # a hall
ORDERS = SEATS // 2  # a session
OPENING_STOCK = 500_000
OPENING_POINTS = 10_000
CODES = 100

#: Tables whose rows get their keys here, and so need their sequences moved on.
TABLES = [
    "accounts_user",
    "screenings_cinema",
    "screenings_hall",
    "screenings_seat",
    "screenings_tickettype",
    "screenings_film",
    "screenings_session",
    "screenings_sessionsummary",
    "concessions_concessionitem",
    "concessions_concessionpreorder",
    "concessions_stockmovement",
    "bonuses_bonusaccount",
    "bonuses_bonustransaction",
    "payments_payment",
    "payments_refund",
    "notifications_notification",
    "orders_promocode",
    "orders_order",
    "orders_ticket",
    "orders_refundline",
    "orders_orderevent",
]


@dataclass(frozen=True)
class Kind:
    """What a group of orders went through. Instants are distances from the world's `at`."""

    path: tuple[str, ...]  # the order's statuses, the last one is what it is now
    ticket: str
    preorder: str
    starts: timedelta  # the first of their sessions; the others follow, or precede where it lies in the past
    session: str = "COMPLETED"
    archived: bool = False
    bought: timedelta = timedelta(days=-1)  # before the session's start
    deadline: timedelta = timedelta(minutes=15)  # after it was bought
    expires: timedelta = timedelta(minutes=15)  # after it was bought
    accrued: bool = False
    processed: bool = True  # when refunded: what it held has been given back


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SALE = ("PENDING_PAYMENT", "PAID", "COMPLETED")

OLD = [
    (6, Kind(path=SALE, ticket="USED", preorder="COLLECTED", starts=-60 * DAY, archived=True, accrued=True)),
    (
        3,
        Kind(
            path=("PENDING_PAYMENT", "CANCELLED"),
            ticket="AVAILABLE",
            preorder="CANCELLED",
            starts=-160 * DAY,
            archived=True,
        ),
    ),
    (
        1,
        Kind(
            path=("PENDING_PAYMENT", "PAID", "REFUNDED"),
            ticket="AVAILABLE",
            preorder="AVAILABLE",
            starts=-260 * DAY,
            archived=True,
        ),
    ),
]

#: What each job finds due.
DUE = {
    "cancel_expired_orders": Kind(
        path=("PENDING_PAYMENT",), ticket="RESERVED", preorder="PENDING", starts=DAY, session="SCHEDULED",
        bought=-60 * DAY,
    ),
    "process_late_payment_orders": Kind(
        path=("PENDING_PAYMENT",), ticket="RESERVED", preorder="PENDING", starts=41 * DAY, session="SCHEDULED",
        bought=-60 * DAY, expires=30 * DAY,
    ),
    "refund_cancelled_sessions": Kind(
        path=SALE[:2], ticket="PAID", preorder="PENDING", starts=20 * DAY, session="CANCELLED", bought=-40 * DAY
    ),
    "update_completed_order_statuses": Kind(path=SALE[:2], ticket="PAID", preorder="COLLECTED", starts=-DAY),
    "process_refunded_orders": Kind(
        path=(*SALE, "REFUNDED"), ticket="USED", preorder="COLLECTED", starts=-6 * DAY, accrued=True, processed=False
    ),
    "accrue_bonus_for_completed_orders": Kind(path=SALE, ticket="USED", preorder="COLLECTED", starts=-12 * DAY),
    "cancel_expired_concession_preorders": Kind(
        path=SALE, ticket="USED", preorder="PENDING", starts=-18 * DAY, accrued=True
    ),
    "send_ticket_usage_reminders": Kind(
        path=SALE[:2], ticket="PAID", preorder="PENDING", starts=HOUR, session="SCHEDULED"
    ),
}  # fmt: skip


@dataclass
class GatewayHarness:
    at: datetime
    halls: int
    users: int
    cinemas: int = CINEMAS
    sessions_of: dict[timedelta, int] = field(default_factory=dict)  # how many there are from each start on

    def found(self) -> None:
        """The chain itself: venues, people, goods. Nothing has been sold."""
        with transaction.atomic():
            self._run(VENUES)
            self._run(PEOPLE)
            self._run(GOODS)
            self._settle()

    def add(self, kind: Kind, orders: int) -> None:
        """So many orders of one kind, and the sessions they need."""
        sessions = -(-orders // ORDERS)
        seen = self.sessions_of.get(kind.starts, 0)
        self.sessions_of[kind.starts] = seen + sessions
        past = kind.starts < timedelta(0)
        given = {
            "sessions": sessions,
            "orders": orders,
            "starts": self.at + kind.starts,
            "slot": timedelta(hours=-3 if past else 3),
            "skipped": -(-seen // self.halls),  # slots in use
            "session_status": kind.session,
            "session_cancelled_at": self.at - 10 * MINUTE if kind.session == "CANCELLED" else None,
            "archived_at": self.at - DAY if kind.archived else None,
            "path": list(kind.path),
            "status": kind.path[-1],
            "ticket": kind.ticket,
            "preorder": kind.preorder,
            "bought": kind.bought,
            "deadline": kind.deadline,
            "expires": kind.expires,
            "paid": "PAID" in kind.path,
            "completed": "COMPLETED" in kind.path,
            "cancelled": kind.path[-1] == "CANCELLED",
            "refunded": kind.path[-1] == "REFUNDED",
            "processed": kind.path[-1] == "REFUNDED" and kind.processed,
            "accrued": kind.accrued,
            "returned": kind.path[-1] == "CANCELLED" or (kind.path[-1] == "REFUNDED" and kind.processed),
        }
        with transaction.atomic():
            self._run(SALES, **given)
            self._settle()

    def add_lapsing(self, accounts: int) -> None:
        """Accounts whose points lapse, and as many whose owners are to be warned."""
        with transaction.atomic():
            self._run(LAPSING, accounts=accounts)
            self._settle()

    def add_paperwork(self) -> None:
        """What lies about after years: receipts, gateway events, scans, seats out of use, and a month of jobs' runs."""
        with transaction.atomic():
            self._run(PAPERWORK)

    def reopen_sessions(self, sessions: int) -> None:
        """Old sessions that are still to be archived."""
        with transaction.atomic():
            self._run(REOPENED, sessions=sessions)

    def _run(self, script: str, **given: object) -> None:
        given |= {
            "at": self.at, "halls": self.halls, "users": self.users, "cinemas": self.cinemas, "items": ITEMS,
            "seats": SEATS, "per_session": ORDERS, "opening_stock": OPENING_STOCK,
            "opening_points": OPENING_POINTS, "codes": CODES,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SHOW is_superuser")
            if cursor.fetchone() == ("on",):
                # The rows refer to each other as they should; asking for each of them takes longer than writing them.
                cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in script.split(";\n"):
                if statement.strip():
                    cursor.execute(statement, given)

    def _settle(self) -> None:
        """Sums and sequences follow what was written."""
        with connection.cursor() as cursor:
            cursor.execute(SUMS)
            for table in TABLES:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), GREATEST(MAX(id), 1)) FROM {table}"
                )


def analyse() -> None:
    """What autovacuum would have done by now: statistics, and no dead rows from the loading."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


VENUES = """
INSERT INTO screenings_cinema (id, name, city, address, postal_code, phone, way_there, map_url, time_zone,
                              adverts_minutes, day_ends_at, week_starts_on, requires_certificates, cash_register,
                              texts)
SELECT n, 'Cinema ' || n, 'Town', '', '', '', '', '', 'Europe/Moscow', 10, '05:00', 3, false, '', '{}'
FROM generate_series(1, %(cinemas)s) n;

INSERT INTO screenings_hall (id, cinema_id, name, cleaning_minutes, texts, curve, stairs)
SELECT n, (n - 1) %% %(cinemas)s + 1, 'Hall ' || n, 15, '{}', 0, '[]' FROM generate_series(1, %(halls)s) n;

INSERT INTO screenings_seat (id, hall_id, row, number, kind, place)
SELECT (hall - 1) * %(seats)s + n + 1, hall, n / 10 + 1, n %% 10 + 1, 'STANDARD', n %% 10
FROM generate_series(1, %(halls)s) hall, generate_series(0, %(seats)s - 1) n;

INSERT INTO screenings_tickettype (id, name, price_percent, is_active, sold_to, highest_rating, texts)
VALUES (1, 'Adult', 100, true, 'ANYBODY', '', '{}');

INSERT INTO screenings_film (id, title, external_id, duration_minutes, age_rating, original_title, country,
                             certificate_number, imdb_id, tmdb_id, wikidata_id, kinopoisk_id, eais_id, culture_id,
                             description, director, starring, content_warnings, trailer_url, is_announced, texts)
VALUES (1, 'A film', '', 100, '12+', '', '', '', '', '', '', '', '', '', '', '', '', '', '', false, '{}');
"""

PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, email, first_name, last_name, phone, preferred_language,
                           all_cinemas, is_staff, is_active, date_joined)
SELECT n, '!', false, 'person' || n || '@example.org', 'Person', n::text, '', 'ru', false, false, true,
       %(at)s - interval '300 days'
FROM generate_series(1, %(users)s) n;

INSERT INTO bonuses_bonusaccount (id, user_id, balance, owed, last_accrual_date)
SELECT n, n, 0, 0, %(at)s - interval '5 days' FROM generate_series(1, %(users)s) n;

INSERT INTO bonuses_bonustransaction (id, bonus_account_id, transaction_type, amount, transaction_date, description)
SELECT -n, n, 'ADJUSTMENT', %(opening_points)s, %(at)s - interval '300 days', 'Welcome'
FROM generate_series(1, %(users)s) n;

INSERT INTO orders_promocode (id, code, discount_percent, max_uses, used_count, is_active)
SELECT n, 'CODE' || n, 10, 1000000, 0, true FROM generate_series(1, %(codes)s) n;
"""

GOODS = """
INSERT INTO concessions_concessionitem (id, cinema_id, name, price, stock_quantity, max_stock_quantity,
                                        low_stock_percent, made_to_order, is_active, texts)
SELECT n + 1, n / %(items)s + 1, 'Popcorn ' || n, 20000, 0, 600000, 20, n %% 2 = 0, true, '{}'
FROM generate_series(0, %(cinemas)s * %(items)s - 1) n;

INSERT INTO concessions_stockmovement (id, concession_item_id, quantity, unit_cost, value, cost_assumed, kind, at,
                                       reason)
SELECT -n, n, %(opening_stock)s, 5000, %(opening_stock)s * 5000::bigint, false, 'OPENING',
       %(at)s - interval '300 days', ''
FROM generate_series(1, %(cinemas)s * %(items)s) n;
"""

SALES = """
CREATE TEMPORARY TABLE first ON COMMIT DROP AS SELECT GREATEST(
    (SELECT MAX(id) FROM orders_order), (SELECT MAX(id) / 2 FROM orders_ticket),
    (SELECT MAX(id) / 4 FROM bonuses_bonustransaction), (SELECT MAX(id) / 2 FROM concessions_stockmovement),
    (SELECT MAX(id) / 4 FROM orders_refundline), (SELECT MAX(id) / 8 FROM orders_orderevent),
    (SELECT MAX(id) FROM payments_refund), (SELECT MAX(id) FROM concessions_concessionpreorder),
    (SELECT MAX(id) FROM notifications_notification), 0) + 1 AS "order",
    (SELECT COALESCE(MAX(id), 0) + 1 FROM screenings_session) AS session;

INSERT INTO screenings_session (id, film_id, hall_id, start_datetime, end_datetime, free_from, ticket_price, format,
                                language, subtitles, status, cancelled_at, cancel_reason, archived_at, refunds_held,
                                no_certificate_reason)
SELECT first.session + n, 1, n %% %(halls)s + 1, start, start + interval '110 minutes', start + interval '125 minutes',
       30000, '2D', 'ru', '', %(session_status)s, %(session_cancelled_at)s::timestamptz, '',
       %(archived_at)s::timestamptz, false, ''
FROM first, generate_series(0, %(sessions)s - 1) n,
     LATERAL (SELECT %(starts)s::timestamptz + %(slot)s * (n / %(halls)s + %(skipped)s) AS start) slot;

CREATE TEMPORARY TABLE sale ON COMMIT DROP AS
SELECT first."order" + n AS id, n, session.id AS session, session.end_datetime AS ends, hall.cinema_id AS cinema,
       (hall.id - 1) * %(seats)s + n %% %(per_session)s * 2 + 1 AS seat,
       (hall.cinema_id - 1) * %(items)s + n %% %(items)s + 1 AS item,
       CASE WHEN n %% 10 NOT IN (3, 7) THEN n %% %(users)s + 1 END AS buyer,
       CASE WHEN n %% 10 = 0 THEN n / 10 %% %(codes)s + 1 END AS promocode,
       CASE WHEN n %% 10 = 0 THEN 1 ELSE 0 END AS discount,
       CASE WHEN n %% 2 = 0 THEN 8 ELSE 0 END AS points,
       LEAST(session.start_datetime + %(bought)s, %(at)s - interval '1 day') AS bought
FROM first CROSS JOIN generate_series(0, %(orders)s - 1) n
JOIN screenings_session session ON session.id = first.session + n / %(per_session)s
JOIN screenings_hall hall ON hall.id = session.hall_id;

INSERT INTO orders_order (id, number, token, cinema_id, user_id, email, phone, language, status, channel, created_at,
                          payment_deadline, expires_at, paid_at, completed_at, cancelled_at, refunded_at,
                          refund_processed_at, bonus_accrued_at, total_amount, discount_amount, bonus_amount,
                          final_amount, promocode_id)
SELECT id, lpad(to_hex(id), 8, '0'), md5(id::text), cinema, buyer, 'person' || n || '@example.org', '', 'ru',
       %(status)s, 'ONLINE', bought, bought + %(deadline)s, bought + %(expires)s,
       CASE WHEN %(paid)s THEN bought + interval '5 minutes' END,
       CASE WHEN %(completed)s THEN ends END,
       CASE WHEN %(cancelled)s THEN bought + %(expires)s END,
       CASE WHEN %(refunded)s THEN ends + interval '1 hour' END,
       CASE WHEN %(processed)s THEN ends + interval '1 hour' END,
       CASE WHEN %(accrued)s THEN ends + interval '10 minutes' END,
       80000, discount * 8000, points * 100, 80000 - discount * 8000 - points * 100, promocode
FROM sale;

INSERT INTO orders_orderevent (id, order_id, from_status, to_status, at, reason)
SELECT sale.id * 8 + step.number, sale.id, COALESCE((%(path)s::text[])[step.number - 1], ''), step.status,
       bought + step.number * interval '5 minutes', ''
FROM sale, unnest(%(path)s::text[]) WITH ORDINALITY AS step (status, number);

INSERT INTO orders_ticket (id, order_id, session_id, seat_id, ticket_type_id, price, discount_share, bonus_share,
                           status, used_at)
SELECT id * 2 + place, id, session, seat + place, 1, 30000, discount * 3000, points * 300 / 8, %(ticket)s,
       CASE WHEN %(ticket)s = 'USED' THEN ends - interval '100 minutes' END
FROM sale, generate_series(0, 1) place;

INSERT INTO concessions_concessionpreorder (id, order_id, concession_item_id, quantity, unit_price, discount_share,
                                            bonus_share, status, pickup_code, collection_deadline, ready_at,
                                            collected_at)
SELECT id, id, item, 1, 20000, discount * 2000, points * 200 / 8,
       CASE WHEN %(preorder)s = 'PENDING' AND %(paid)s AND n %% 5 = 0 THEN 'READY' ELSE %(preorder)s END,
       upper(substr(md5(id::text), 1, 6)), ends, NULL,
       CASE WHEN %(preorder)s = 'COLLECTED' THEN ends - interval '100 minutes' END
FROM sale;

INSERT INTO concessions_stockmovement (id, concession_item_id, quantity, unit_cost, value, cost_assumed, kind, at,
                                       preorder_id, reverses_id, reason)
SELECT id * 2, item, -1, 5000, -5000, false, 'HOLD', bought, id, NULL::bigint, '' FROM sale
UNION ALL SELECT id * 2 + 1, item, 1, 5000, 5000, false, 'RETURN', ends, id, id * 2, '' FROM sale WHERE %(returned)s;

INSERT INTO payments_payment (id, order_id, gateway, external_id, amount, status, created_at, succeeded_at, uid,
                              return_url, redirect_url, discrepancy, rrn, terminal, is_part)
SELECT id, id, 'demo', 'paid ' || id, 80000 - discount * 8000 - points * 100, 'SUCCEEDED', bought,
       bought + interval '5 minutes', gen_random_uuid(), '', '', '', '', '', false
FROM sale WHERE %(paid)s;

INSERT INTO payments_refund (id, order_id, payment_id, amount, status, reason, external_id, handed_out,
                             unallocated_amount, requested_at, succeeded_at, uid, attempts, claimed_by, error,
                             despite_dispute, rrn, is_void)
SELECT id, id, id, 80000 - discount * 8000 - points * 100, 'SUCCEEDED', '', 'back ' || id, false, 0, ends, ends,
       gen_random_uuid(), 0, '', '', false, '', false
FROM sale WHERE %(refunded)s;

INSERT INTO orders_refundline (id, refund_id, ticket_id, preorder_id, amount)
SELECT id * 4 + place, id, id * 2 + place, NULL::bigint, 30000 - discount * 3000 - points * 300 / 8
FROM sale, generate_series(0, 1) place WHERE %(processed)s
UNION ALL SELECT id * 4 + 2, id, NULL, id, 20000 - discount * 2000 - points * 200 / 8 FROM sale WHERE %(processed)s;

INSERT INTO bonuses_bonustransaction (id, bonus_account_id, order_id, transaction_type, amount, transaction_date,
                                      description, reverses_id, refund_id)
SELECT id * 4, buyer, id, 'DEDUCTION', -points, bought, '', NULL::bigint, NULL::bigint FROM sale WHERE points > 0
UNION ALL SELECT id * 4 + 1, buyer, id, 'REVERSAL', points, ends, '', id * 4, CASE WHEN %(refunded)s THEN id END
          FROM sale WHERE points > 0 AND %(returned)s
UNION ALL SELECT id * 4 + 2, buyer, id, 'ACCRUAL', (800 - discount * 80 - points) / 20, ends, '', NULL, NULL
          FROM sale WHERE %(accrued)s AND buyer IS NOT NULL;

INSERT INTO notifications_notification (id, kind, recipient, occasion, language, context, uid, status, attempts,
                                        created_at, next_attempt_at, claimed_by, sent_at, channel, error)
SELECT id, 'ORDER_CANCELLED', 'person' || n || '@example.org', lpad(to_hex(id), 8, '0'), 'ru',
       jsonb_build_object('number', lpad(to_hex(id), 8, '0'), 'cinema', 'Cinema'), gen_random_uuid(), 'SENT', 1,
       bought, bought, '', bought, 'EMAIL', ''
FROM sale WHERE %(cancelled)s;

INSERT INTO screenings_sessionsummary (session_id, capacity, sold, used, no_show, refunded, gross, net)
SELECT session, %(seats)s, count(*) * 2 * %(paid)s::int, count(*) * 2 * %(completed)s::int, 0,
       count(*) * 2 * %(refunded)s::int,
       sum(60000 - discount * 6000 - points * 600 / 8) * %(paid)s::int,
       sum(60000 - discount * 6000 - points * 600 / 8) * %(completed)s::int
FROM sale WHERE %(archived_at)s::timestamptz IS NOT NULL GROUP BY session;
"""

SUMS = """
UPDATE concessions_concessionitem item SET stock_quantity = moved.sum, stock_value = moved.value, average_cost = 5000
FROM (SELECT concession_item_id, sum(quantity), sum(value) AS value FROM concessions_stockmovement GROUP BY 1) moved
WHERE moved.concession_item_id = item.id AND stock_quantity <> moved.sum;

UPDATE bonuses_bonusaccount account SET balance = entry.sum
FROM (SELECT bonus_account_id, sum(amount) FROM bonuses_bonustransaction GROUP BY 1) entry
WHERE entry.bonus_account_id = account.id AND balance - owed <> entry.sum;

UPDATE orders_promocode SET used_count = uses.count
FROM (SELECT promocode_id, count(*) FROM orders_order WHERE status <> 'CANCELLED' GROUP BY 1) uses
WHERE uses.promocode_id = orders_promocode.id AND used_count <> uses.count
"""

PAPERWORK = """
INSERT INTO payments_gatewayevent (gateway, event_id, payment_id, received_at, handled_at)
SELECT 'demo', 'event ' || id, id, created_at, created_at FROM payments_payment;

INSERT INTO payments_receipt (id, kind, cinema_id, order_id, payment_id, refund_id, uid, amount, is_prepayment,
                              awaits_settlement, status, created_at, sent_at, external_id, attempts, next_attempt_at,
                              error, is_advance, printed)
SELECT payment.id, 'SALE', cinema_id, order_id, payment.id, NULL, gen_random_uuid(), amount, false, false, 'SENT',
       payment.created_at, payment.created_at, 'receipt ' || payment.id, 1, NULL, '', false, '{}'
FROM payments_payment payment JOIN orders_order bought ON bought.id = order_id;

INSERT INTO payments_receiptline (receipt_id, name, subject, quantity, price, vat)
SELECT id, 'Ticket', 'SERVICE', 1, amount / 2, 'vat20' FROM payments_receipt, generate_series(1, 2);

INSERT INTO orders_scan (ticket_id, undone, at, actor_id, override)
SELECT id, false, used_at, NULL, '' FROM orders_ticket WHERE status = 'USED';

INSERT INTO screenings_seatoutage (seat_id, since, until, reason, actor_id)
SELECT id, %(at)s - interval '1 day', NULL, 'The back is broken', NULL FROM screenings_seat WHERE id %% 10 = 0;

INSERT INTO jobs_jobrun (job, started_at, finished_at, at, outcome, host, database, done, passed_over, failed, error)
SELECT 'cancel_expired_orders', at, at, at, 'SUCCEEDED', 'host', 'database', 1, 0, 0, ''
FROM generate_series(%(at)s - interval '30 days', %(at)s, interval '30 seconds') at
"""

LAPSING = """
CREATE TEMPORARY TABLE owner ON COMMIT DROP AS
SELECT n, (SELECT MAX(id) FROM accounts_user) + n AS person, (SELECT MAX(id) FROM bonuses_bonusaccount) + n AS account,
       %(at)s - CASE WHEN n <= %(accounts)s THEN interval '366 days' ELSE interval '340 days' END AS credited
FROM generate_series(1, 2 * %(accounts)s) n;

INSERT INTO accounts_user (id, password, is_superuser, email, first_name, last_name, phone, preferred_language,
                           all_cinemas, is_staff, is_active, date_joined)
SELECT person, '!', false, 'person' || person || '@example.org', 'Person', person::text, '', 'ru', false, false, true,
       credited
FROM owner;

INSERT INTO bonuses_bonusaccount (id, user_id, balance, owed, last_accrual_date)
SELECT account, person, 0, 0, credited FROM owner;

INSERT INTO bonuses_bonustransaction (bonus_account_id, transaction_type, amount, transaction_date, description)
SELECT account, 'ADJUSTMENT', 50, credited, 'Welcome' FROM owner;
"""

REOPENED = """
CREATE TEMPORARY TABLE reopened ON COMMIT DROP AS
SELECT id FROM screenings_session WHERE status = 'COMPLETED' AND archived_at IS NOT NULL ORDER BY id LIMIT %(sessions)s;

DELETE FROM screenings_sessionsummary WHERE session_id IN (SELECT id FROM reopened);

UPDATE screenings_session SET archived_at = NULL WHERE id IN (SELECT id FROM reopened);
"""
