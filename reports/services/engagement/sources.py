"""What the figures about customers are counted from: temporary tables, which only the job's connection sees.

Each is the text of a query for one dialect. `person` is the primary key of an account, or that of a guest's last order
as a negative number; `scope` that of a cinema, or 0 for the whole chain.
"""

from accounts.services.erasure import ERASED_DOMAIN
from jobs.invariants import sql_list
from orders.models import Order, Ticket
from reports.services.engagement.dialects import Dialect
from screenings.models import Session

BOUGHT = sql_list([*Order.SOLD, Order.Status.REFUNDED])
KEPT = sql_list([Ticket.Status.PAID, Ticket.Status.USED, Ticket.Status.EXPIRED])
#: Every row twice: for the chain, and for its cinema.
SCOPES = "(SELECT 1 AS whole UNION ALL SELECT 0) scopes"


def orders(_dialect: Dialect) -> str:
    """Paid orders of known customers: by account, and guests by the address. Staff and erased accounts are left out."""
    return f"""
        WITH paid AS (
            SELECT id, cinema_id, promocode_id, paid_at, final_amount, user_id, lower(email) AS email
            FROM orders_order
            WHERE paid_at < %(as_of)s AND status IN ({BOUGHT}) AND (user_id IS NOT NULL OR email <> '')
        ), guests AS (
            SELECT email, MAX(id) AS latest FROM paid WHERE user_id IS NULL GROUP BY email
        ), refunded AS (
            SELECT refund.order_id, SUM(line.amount) AS amount, COUNT(line.ticket_id) AS tickets
            FROM payments_refund refund JOIN orders_refundline line ON line.refund_id = refund.id
            WHERE refund.requested_at < %(as_of)s GROUP BY refund.order_id
        )
        SELECT paid.id AS order_id, paid.cinema_id, paid.promocode_id, paid.paid_at,
            paid.final_amount - COALESCE(refunded.amount, 0) AS spent, COALESCE(refunded.tickets, 0) AS refunds,
            COALESCE(own.id, named.id, -guests.latest) AS person
        FROM paid
        LEFT JOIN accounts_user own ON own.id = paid.user_id
        LEFT JOIN accounts_user named ON paid.user_id IS NULL AND named.email = paid.email
        LEFT JOIN guests ON paid.user_id IS NULL AND guests.email = paid.email
        LEFT JOIN refunded ON refunded.order_id = paid.id
        WHERE NOT COALESCE(own.is_staff, named.is_staff, FALSE) AND COALESCE(own.email, '') NOT LIKE '%%{ERASED_DOMAIN}'
    """


def screenings(dialect: Dialect) -> str:
    """Past screenings with their business date and part of the day (see `Daypart`)."""
    return f"""
        SELECT screening_id, film_id, cinema_id, day, {dialect.month("day")} AS month, start_datetime,
            CASE WHEN hour < 5 OR hour >= 21 THEN 3 WHEN hour < 12 THEN 0 WHEN hour < 17 THEN 1 ELSE 2 END AS daypart
        FROM (
            SELECT s.id AS screening_id, s.film_id, h.cinema_id, s.start_datetime,
                {dialect.business_date} AS day, {dialect.hour} AS hour
            FROM screenings_session s
            JOIN screenings_hall h ON h.id = s.hall_id
            JOIN screenings_cinema c ON c.id = h.cinema_id
            WHERE s.status = '{Session.Status.COMPLETED}' AND s.end_datetime < %(as_of)s
        ) past
    """


def attended(_dialect: Dialect) -> str:
    """The tickets of a customer for a past screening, without those refunded."""
    return f"""
        SELECT o.person, s.cinema_id, s.film_id, s.day, s.month, s.daypart, COUNT(*) AS tickets,
            COUNT(*) FILTER (WHERE t.status <> '{Ticket.Status.USED}') AS no_shows
        FROM engagement_orders o
        JOIN orders_ticket t ON t.order_id = o.order_id
        JOIN engagement_screenings s ON s.screening_id = t.session_id
        WHERE t.status IN ({KEPT})
        GROUP BY o.person, s.screening_id, s.cinema_id, s.film_id, s.day, s.month, s.daypart
    """


def visits(_dialect: Dialect) -> str:
    """The days on which a customer had tickets, in the chain and in each cinema."""
    return f"""
        SELECT CASE WHEN whole = 1 THEN 0 ELSE cinema_id END AS scope, person, day, month,
            SUM(tickets) AS tickets, SUM(no_shows) AS no_shows
        FROM engagement_attended CROSS JOIN {SCOPES}
        GROUP BY CASE WHEN whole = 1 THEN 0 ELSE cinema_id END, person, day, month
    """


def favourites(_dialect: Dialect) -> str:
    """What a customer chose most often, of the whole chain; among equals, what they chose last."""
    return f"""
        SELECT people.person, cinema.value AS cinema_id, genre.value AS genre_id, daypart.value AS daypart
        FROM (SELECT DISTINCT person FROM engagement_attended) people
        LEFT JOIN ({_most("a.cinema_id")}) cinema ON cinema.person = people.person
        LEFT JOIN ({_most("g.genre_id", "JOIN screenings_film_genres g ON g.film_id = a.film_id")}) genre
            ON genre.person = people.person
        LEFT JOIN ({_most("a.daypart")}) daypart ON daypart.person = people.person
    """


def _most(value: str, join: str = "") -> str:
    return f"""
        SELECT person, value FROM (
            SELECT person, value,
                ROW_NUMBER() OVER (PARTITION BY person ORDER BY number DESC, latest DESC, value) AS place
            FROM (
                SELECT a.person, {value} AS value, COUNT(*) AS number, MAX(a.day) AS latest
                FROM engagement_attended a {join} GROUP BY a.person, {value}
            ) counted
        ) ranked WHERE place = 1
    """


#: In this order: each may read those before it.
SOURCES = {
    "engagement_orders": orders,
    "engagement_screenings": screenings,
    "engagement_attended": attended,
    "engagement_visits": visits,
    "engagement_favourites": favourites,
}
