"""What somebody who knows PostgreSQL well would write by hand to count customers anew: the same rows as
`refresh_engagement`, with what that database alone can do (`GROUPING SETS`, `DISTINCT ON`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.services.erasure import ERASED_DOMAIN
from house_rules.rules import rules

#: The tables that it fills, with the columns that are compared.
COLUMNS = {
    "reports_customerfigures": (
        "user_id, order_id, cinema_id, first_visit, last_visit, visits, year_visits, tickets, no_shows, refunds, spent,"
        " year_spent, favourite_cinema_id, genre_id, daypart, recency, frequency, value, customer_group"
    ),
    "reports_profilefigures": "cinema_id, kind, key, customers, best, visits, spent",
    "reports_cohortfigures": "cinema_id, cohort, month, customers, won_back, visits, tickets",
    "reports_reminderfigures": "cinema_id, month, kind, sold, refunded, refunded_late, used, no_shows",
    "reports_promocodefigures": "cinema_id, month, promocode_id, orders, first_orders, won_back, stayed, spent",
    "reports_campaignfigures": "cinema_id, month, campaign_id, orders, by_link, takings",
}


def refresh(cursor: Any, at: datetime) -> None:
    """Inside a transaction."""
    today = timezone.localdate(at)
    given = {
        "at": at,
        "today": today,
        "year_ago": today - timedelta(days=365),
        "year_ago_at": at - timedelta(days=365),
        "ahead": rules().reminder_ahead,
        "erased": f"%{ERASED_DOMAIN}",
    }
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            cursor.execute(statement, given)


STATEMENTS = """
CREATE TEMPORARY TABLE bought ON COMMIT DROP AS
SELECT sold.id, cinema_id, promocode_id, paid_at, final_amount - COALESCE(back.amount, 0) AS spent,
       COALESCE(back.tickets, 0) AS refunds,
       COALESCE(own.id, named.id, -max(sold.id) FILTER (WHERE user_id IS NULL) OVER (PARTITION BY lower(sold.email)))
           AS person
FROM orders_order sold
LEFT JOIN accounts_user own ON own.id = user_id
LEFT JOIN accounts_user named ON user_id IS NULL AND named.email = lower(sold.email)
LEFT JOIN (
    SELECT order_id, sum(line.amount) AS amount, count(ticket_id) AS tickets
    FROM payments_refund refund JOIN orders_refundline line ON refund_id = refund.id
    WHERE requested_at < %(at)s GROUP BY order_id
) back ON back.order_id = sold.id
WHERE paid_at < %(at)s AND sold.status IN ('PAID', 'COMPLETED', 'REFUNDED')
  AND (user_id IS NOT NULL OR sold.email <> '')
  AND NOT COALESCE(own.is_staff, named.is_staff, false) AND COALESCE(own.email, '') NOT LIKE %(erased)s;

CREATE TEMPORARY TABLE shown ON COMMIT DROP AS
SELECT session.id, film_id, cinema_id, start_datetime, day, date_trunc('month', day::timestamp)::date AS month,
       CASE WHEN hour NOT BETWEEN 5 AND 20 THEN 3 WHEN hour < 12 THEN 0 WHEN hour < 17 THEN 1 ELSE 2 END AS daypart
FROM screenings_session session JOIN screenings_hall hall ON hall.id = hall_id
JOIN screenings_cinema cinema ON cinema.id = cinema_id,
     LATERAL (SELECT start_datetime AT TIME ZONE time_zone AS local) AS clock,
     LATERAL (SELECT (local - day_ends_at::interval)::date AS day, extract(hour FROM local) AS hour) AS parts
WHERE status = 'COMPLETED' AND end_datetime < %(at)s;

ANALYZE bought, shown;

CREATE TEMPORARY TABLE seen ON COMMIT DROP AS
SELECT person, shown.cinema_id, film_id, day, month, daypart, count(*) AS tickets,
       count(*) FILTER (WHERE status <> 'USED') AS no_shows
FROM bought JOIN orders_ticket ON order_id = bought.id JOIN shown ON shown.id = session_id
WHERE status IN ('PAID', 'USED', 'EXPIRED')
GROUP BY person, shown.id, shown.cinema_id, film_id, day, month, daypart;

CREATE TEMPORARY TABLE visited ON COMMIT DROP AS
SELECT COALESCE(cinema_id, 0) AS scope, person, day, month, sum(tickets) AS tickets, sum(no_shows) AS no_shows
FROM seen GROUP BY GROUPING SETS ((person, day, month), (cinema_id, person, day, month));

ANALYZE seen, visited;

DELETE FROM reports_customerfigures;

INSERT INTO reports_customerfigures (user_id, order_id, cinema_id, first_visit, last_visit, visits, year_visits,
    tickets, no_shows, refunds, spent, year_spent, favourite_cinema_id, genre_id, daypart, recency, frequency, value,
    customer_group)
WITH cinema AS (
    SELECT DISTINCT ON (person) person, cinema_id FROM seen
    GROUP BY person, cinema_id ORDER BY person, count(*) DESC, max(day) DESC, cinema_id
), genre AS (
    SELECT DISTINCT ON (person) person, genre_id FROM seen JOIN screenings_film_genres USING (film_id)
    GROUP BY person, genre_id ORDER BY person, count(*) DESC, max(day) DESC, genre_id
), part AS (
    SELECT DISTINCT ON (person) person, daypart FROM seen
    GROUP BY person, daypart ORDER BY person, count(*) DESC, max(day) DESC, daypart
), came AS (
    SELECT scope, person, min(day) AS first_visit, max(day) AS last_visit, count(*) AS visits,
           count(*) FILTER (WHERE day > %(year_ago)s) AS year_visits, sum(tickets) AS tickets,
           sum(no_shows) AS no_shows
    FROM visited GROUP BY scope, person
), paid AS (
    SELECT COALESCE(cinema_id, 0) AS scope, person, sum(spent) AS spent, sum(refunds) AS refunds,
           COALESCE(sum(spent) FILTER (WHERE paid_at > %(year_ago_at)s), 0) AS year_spent
    FROM bought GROUP BY GROUPING SETS ((person), (cinema_id, person))
), known AS (
    SELECT *, %(today)s - last_visit AS ago, percent_rank() OVER (PARTITION BY scope ORDER BY year_spent) AS place
    FROM came JOIN paid USING (scope, person)
)
SELECT CASE WHEN person > 0 THEN person END, CASE WHEN person < 0 THEN -person END, NULLIF(scope, 0), first_visit,
       last_visit, visits, year_visits, tickets, no_shows, refunds, spent, year_spent, cinema.cinema_id, genre_id,
       part.daypart,
       CASE WHEN ago <= 30 THEN 5 WHEN ago <= 90 THEN 4 WHEN ago <= 180 THEN 3 WHEN ago <= 365 THEN 2 ELSE 1 END,
       CASE WHEN year_visits >= 12 THEN 5 WHEN year_visits >= 6 THEN 4 WHEN year_visits >= 3 THEN 3
            WHEN year_visits = 2 THEN 2 ELSE 1 END,
       CASE WHEN place < 0.2 THEN 1 WHEN place < 0.4 THEN 2 WHEN place < 0.6 THEN 3 WHEN place < 0.8 THEN 4 ELSE 5 END,
       CASE WHEN ago > 365 THEN 'LAPSED' WHEN year_visits >= 6 AND ago <= 90 THEN 'LOYAL'
            WHEN year_visits >= 3 AND ago > 90 THEN 'AT_RISK' WHEN %(today)s - first_visit <= 90 THEN 'NEW'
            ELSE 'OCCASIONAL' END
FROM known LEFT JOIN cinema USING (person) LEFT JOIN genre USING (person) LEFT JOIN part USING (person);

DELETE FROM reports_profilefigures;

INSERT INTO reports_profilefigures (cinema_id, kind, key, customers, best, visits, spent)
SELECT cinema_id, kind, COALESCE(key, ''), count(*), count(*) FILTER (WHERE value = 5), sum(year_visits),
       sum(year_spent)
FROM reports_customerfigures, LATERAL (VALUES
    ('GROUP', customer_group), ('SCORE', recency || '-' || frequency), ('CINEMA', favourite_cinema_id::text),
    ('GENRE', genre_id::text), ('DAYPART', daypart::text)
) AS in_common (kind, key)
GROUP BY cinema_id, kind, key;

DELETE FROM reports_cohortfigures;

INSERT INTO reports_cohortfigures (cinema_id, cohort, month, customers, won_back, visits, tickets)
SELECT NULLIF(scope, 0), cohort, month, count(*), count(*) FILTER (WHERE away > 180), sum(visits), sum(tickets)
FROM (
    SELECT scope, month, count(*) AS visits, sum(tickets) AS tickets,
           first_value(month) OVER life AS cohort, min(day) - lag(max(day)) OVER life AS away
    FROM visited GROUP BY scope, person, month WINDOW life AS (PARTITION BY scope, person ORDER BY month)
) months
GROUP BY scope, cohort, month;

DELETE FROM reports_reminderfigures;

INSERT INTO reports_reminderfigures (cinema_id, month, kind, sold, refunded, refunded_late, used, no_shows)
SELECT shown.cinema_id, month, kind, count(*), count(requested_at),
       count(*) FILTER (WHERE requested_at >= start_datetime - %(ahead)s),
       count(*) FILTER (WHERE requested_at IS NULL AND ticket.status = 'USED'),
       count(*) FILTER (WHERE requested_at IS NULL AND ticket.status <> 'USED')
FROM shown JOIN orders_ticket ticket ON session_id = shown.id JOIN orders_order sold ON sold.id = order_id
LEFT JOIN (
    SELECT ticket_id, requested_at FROM orders_refundline line JOIN payments_refund refund ON refund.id = refund_id
    WHERE ticket_id IS NOT NULL AND requested_at < %(at)s
) back ON back.ticket_id = ticket.id,
     LATERAL (SELECT CASE WHEN reminder_sent_at IS NOT NULL THEN 'REMINDED'
                          WHEN sold.email = '' AND sold.phone = '' THEN 'NO_ADDRESS'
                          WHEN paid_at >= start_datetime - %(ahead)s THEN 'LATE' ELSE 'OTHER' END AS kind) AS reminder
WHERE paid_at < %(at)s AND (ticket.status IN ('PAID', 'USED', 'EXPIRED') OR back.ticket_id IS NOT NULL)
GROUP BY shown.cinema_id, month, kind;

DELETE FROM reports_promocodefigures;

INSERT INTO reports_promocodefigures (cinema_id, month, promocode_id, orders, first_orders, won_back, stayed, spent)
SELECT cinema_id, date_trunc('month', paid_at AT TIME ZONE time_zone)::date, promocode_id, count(*),
       count(*) - count(before), count(*) FILTER (WHERE came_back), count(*) FILTER (WHERE came_back AND after),
       COALESCE(sum(spent) FILTER (WHERE came_back), 0)
FROM (
    SELECT cinema_id, promocode_id, paid_at, spent, lag(paid_at) OVER life AS before,
           lead(paid_at) OVER life IS NOT NULL AS after,
           paid_at - lag(paid_at) OVER life > interval '180 days' AS came_back
    FROM bought WINDOW life AS (PARTITION BY person ORDER BY paid_at, id)
) lives JOIN screenings_cinema cinema ON cinema.id = cinema_id
WHERE promocode_id IS NOT NULL
GROUP BY 1, 2, 3;

DELETE FROM reports_campaignfigures;

INSERT INTO reports_campaignfigures (cinema_id, month, campaign_id, orders, by_link, takings)
SELECT cinema_id, date_trunc('month', paid_at AT TIME ZONE time_zone)::date, campaign_id, count(*), sum(by_link),
       sum(final_amount - COALESCE(back.amount, 0))
FROM (
    SELECT order_id, campaign_id, 1 AS by_link FROM reports_campaignorder
    UNION ALL
    SELECT sold.id, campaign.id, 0 FROM reports_campaign campaign JOIN orders_order sold USING (promocode_id)
    WHERE NOT EXISTS (SELECT FROM reports_campaignorder linked WHERE linked.order_id = sold.id)
) brought
JOIN orders_order sold ON sold.id = brought.order_id JOIN screenings_cinema cinema ON cinema.id = cinema_id
LEFT JOIN LATERAL (
    SELECT sum(line.amount) AS amount FROM payments_refund refund JOIN orders_refundline line ON refund_id = refund.id
    WHERE refund.order_id = sold.id AND requested_at < %(at)s
) back ON true
WHERE paid_at < %(at)s AND sold.status IN ('PAID', 'COMPLETED', 'REFUNDED')
GROUP BY 1, 2, 3;
"""
