"""How each table of figures about customers is filled from the sources."""

from orders.models import Ticket
from reports.models import CustomerGroup
from reports.models.engagement import ProfileFigures, ReminderFigures
from reports.services.engagement.dialects import Dialect
from reports.services.engagement.sources import BOUGHT, KEPT, SCOPES

Kind, Reminder = ProfileFigures.Kind, ReminderFigures.Kind

#: In days. `reports.definitions.customers` says what follows from them.
A_YEAR, A_QUARTER, LONG_TIME = 365, 90, 180
REGULAR, FREQUENT = 6, 3  # visits in a year


def customers(dialect: Dialect) -> str:
    """One row for each customer, in the chain and in each cinema."""
    ago = dialect.days("last_visit", "%(today)s")
    return f"""
        INSERT INTO reports_customerfigures (user_id, order_id, cinema_id, first_visit, last_visit, visits, year_visits,
            tickets, no_shows, refunds, spent, year_spent, favourite_cinema_id, genre_id, daypart, recency, frequency,
            value, customer_group)
        WITH seen AS (
            SELECT scope, person, MIN(day) AS first_visit, MAX(day) AS last_visit, COUNT(*) AS visits,
                COUNT(*) FILTER (WHERE day > %(year_ago)s) AS year_visits,
                SUM(tickets) AS tickets, SUM(no_shows) AS no_shows
            FROM engagement_visits GROUP BY scope, person
        ), paid AS (
            SELECT CASE WHEN whole = 1 THEN 0 ELSE cinema_id END AS scope, person, SUM(spent) AS spent,
                SUM(CASE WHEN paid_at > %(year_ago_at)s THEN spent ELSE 0 END) AS year_spent, SUM(refunds) AS refunds
            FROM engagement_orders CROSS JOIN {SCOPES}
            GROUP BY CASE WHEN whole = 1 THEN 0 ELSE cinema_id END, person
        ), known AS (
            SELECT seen.*, paid.spent, paid.year_spent, paid.refunds, {ago} AS ago,
                PERCENT_RANK() OVER (PARTITION BY seen.scope ORDER BY paid.year_spent) AS place
            FROM seen JOIN paid ON paid.scope = seen.scope AND paid.person = seen.person
        )
        SELECT CASE WHEN known.person > 0 THEN known.person END, CASE WHEN known.person < 0 THEN -known.person END,
            NULLIF(scope, 0), first_visit, last_visit, visits, year_visits, tickets, no_shows, refunds, spent,
            year_spent, f.cinema_id, f.genre_id, f.daypart,
            CASE WHEN ago <= 30 THEN 5 WHEN ago <= 90 THEN 4 WHEN ago <= 180 THEN 3 WHEN ago <= 365 THEN 2 ELSE 1 END,
            CASE WHEN year_visits >= 12 THEN 5 WHEN year_visits >= {REGULAR} THEN 4
                WHEN year_visits >= {FREQUENT} THEN 3 WHEN year_visits = 2 THEN 2 ELSE 1 END,
            CASE WHEN place < 0.2 THEN 1 WHEN place < 0.4 THEN 2 WHEN place < 0.6 THEN 3 WHEN place < 0.8 THEN 4
                ELSE 5 END,
            CASE WHEN ago > {A_YEAR} THEN '{CustomerGroup.LAPSED}'
                WHEN year_visits >= {REGULAR} AND ago <= {A_QUARTER} THEN '{CustomerGroup.LOYAL}'
                WHEN year_visits >= {FREQUENT} AND ago > {A_QUARTER} THEN '{CustomerGroup.AT_RISK}'
                WHEN {dialect.days("first_visit", "%(today)s")} <= {A_QUARTER} THEN '{CustomerGroup.NEW}'
                ELSE '{CustomerGroup.OCCASIONAL}' END
        FROM known LEFT JOIN engagement_favourites f ON f.person = known.person
    """


def profiles(_dialect: Dialect) -> str:
    """Customers by each thing that they have in common, counted from their rows."""
    keys = {
        Kind.GROUP: "customer_group",
        Kind.SCORE: "CAST(recency AS varchar(4)) || '-' || CAST(frequency AS varchar(4))",
        Kind.CINEMA: "CAST(favourite_cinema_id AS varchar(20))",
        Kind.GENRE: "CAST(genre_id AS varchar(20))",
        Kind.DAYPART: "CAST(daypart AS varchar(4))",
    }
    counted = " UNION ALL ".join(
        f"""SELECT cinema_id, '{kind}', COALESCE({key}, ''), COUNT(*), COUNT(*) FILTER (WHERE value = 5),
            SUM(year_visits), SUM(year_spent) FROM reports_customerfigures GROUP BY cinema_id, {key}"""
        for kind, key in keys.items()
    )
    return f"INSERT INTO reports_profilefigures (cinema_id, kind, key, customers, best, visits, spent) {counted}"


def cohorts(dialect: Dialect) -> str:
    """Customers by the month of their first visit and by month."""
    return f"""
        INSERT INTO reports_cohortfigures (cinema_id, cohort, month, customers, won_back, visits, tickets)
        WITH months AS (
            SELECT scope, person, month, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(*) AS visits,
                SUM(tickets) AS tickets
            FROM engagement_visits GROUP BY scope, person, month
        ), lives AS (
            SELECT scope, month, visits, tickets, MIN(month) OVER (PARTITION BY scope, person) AS cohort,
                {dialect.days("LAG(last_day) OVER (PARTITION BY scope, person ORDER BY month)", "first_day")} AS away
            FROM months
        )
        SELECT NULLIF(scope, 0), cohort, month, COUNT(*), COUNT(*) FILTER (WHERE away > {LONG_TIME}), SUM(visits),
            SUM(tickets)
        FROM lives GROUP BY scope, cohort, month
    """


def reminders(dialect: Dialect) -> str:
    """Tickets of past screenings by what became of the reminder. A ticket counts as refunded late if its customer would
    have been reminded before."""
    due = dialect.before("s.start_datetime", "%(ahead)s")
    late = f"back.requested_at >= {due}"
    return f"""
        INSERT INTO reports_reminderfigures (cinema_id, month, kind, sold, refunded, refunded_late, used, no_shows)
        WITH tickets AS (
            SELECT s.cinema_id, s.month, t.status, back.requested_at IS NOT NULL AS is_back,
                COALESCE({late}, FALSE) AS is_late,
                CASE WHEN t.reminder_sent_at IS NOT NULL THEN '{Reminder.REMINDED}'
                    WHEN o.email = '' AND o.phone = '' THEN '{Reminder.NO_ADDRESS}'
                    WHEN o.paid_at >= {due} THEN '{Reminder.LATE}' ELSE '{Reminder.OTHER}' END AS kind
            FROM engagement_screenings s
            JOIN orders_ticket t ON t.session_id = s.screening_id
            JOIN orders_order o ON o.id = t.order_id
            LEFT JOIN (
                SELECT line.ticket_id, refund.requested_at FROM orders_refundline line
                JOIN payments_refund refund ON refund.id = line.refund_id
                WHERE line.ticket_id IS NOT NULL AND refund.requested_at < %(as_of)s
            ) back ON back.ticket_id = t.id
            WHERE o.paid_at < %(as_of)s AND (t.status IN ({KEPT}) OR back.ticket_id IS NOT NULL)
        )
        SELECT cinema_id, month, kind, COUNT(*), COUNT(*) FILTER (WHERE is_back), COUNT(*) FILTER (WHERE is_late),
            COUNT(*) FILTER (WHERE NOT is_back AND status = '{Ticket.Status.USED}'),
            COUNT(*) FILTER (WHERE NOT is_back AND status <> '{Ticket.Status.USED}')
        FROM tickets GROUP BY cinema_id, month, kind
    """


def promocodes(dialect: Dialect) -> str:
    """Orders with a promo code, and how many were the first ones after a long time."""
    return f"""
        INSERT INTO reports_promocodefigures (cinema_id, month, promocode_id, orders, first_orders, won_back, stayed,
            spent)
        WITH lives AS (
            SELECT cinema_id, promocode_id, paid_at, spent, LAG(paid_at) OVER life AS before,
                LEAD(paid_at) OVER life AS after
            FROM engagement_orders WINDOW life AS (PARTITION BY person ORDER BY paid_at, order_id)
        ), used AS (
            SELECT l.cinema_id, l.promocode_id, l.before, l.after, l.spent,
                {dialect.month(dialect.local_date("l.paid_at"))} AS month,
                {dialect.days_between("l.before", "l.paid_at")} AS away
            FROM lives l JOIN screenings_cinema c ON c.id = l.cinema_id WHERE l.promocode_id IS NOT NULL
        )
        SELECT cinema_id, month, promocode_id, COUNT(*), COUNT(*) FILTER (WHERE before IS NULL),
            COUNT(*) FILTER (WHERE away > {LONG_TIME}),
            COUNT(*) FILTER (WHERE away > {LONG_TIME} AND after IS NOT NULL),
            SUM(CASE WHEN away > {LONG_TIME} THEN spent ELSE 0 END)
        FROM used GROUP BY cinema_id, month, promocode_id
    """


def campaigns(dialect: Dialect) -> str:
    """Paid orders that campaigns brought, of anybody: by their links, the others by their promo codes."""
    return f"""
        INSERT INTO reports_campaignfigures (cinema_id, month, campaign_id, orders, by_link, takings)
        WITH brought AS (
            SELECT order_id, campaign_id, 1 AS by_link FROM reports_campaignorder
            UNION ALL
            SELECT bought.id, campaign.id, 0 FROM reports_campaign campaign
            JOIN orders_order bought ON bought.promocode_id = campaign.promocode_id
            LEFT JOIN reports_campaignorder linked ON linked.order_id = bought.id
            WHERE linked.order_id IS NULL
        ), refunded AS (
            SELECT refund.order_id, SUM(line.amount) AS amount
            FROM brought JOIN payments_refund refund ON refund.order_id = brought.order_id
            JOIN orders_refundline line ON line.refund_id = refund.id
            WHERE refund.requested_at < %(as_of)s GROUP BY refund.order_id
        ), paid AS (
            SELECT o.cinema_id, {dialect.month(dialect.local_date("o.paid_at"))} AS month, brought.campaign_id,
                brought.by_link, o.final_amount - COALESCE(refunded.amount, 0) AS takings
            FROM brought JOIN orders_order o ON o.id = brought.order_id
            JOIN screenings_cinema c ON c.id = o.cinema_id
            LEFT JOIN refunded ON refunded.order_id = o.id
            WHERE o.paid_at < %(as_of)s AND o.status IN ({BOUGHT})
        )
        SELECT cinema_id, month, campaign_id, COUNT(*), SUM(by_link), SUM(takings)
        FROM paid GROUP BY cinema_id, month, campaign_id
    """


#: In this order: profiles are counted from customers.
STATEMENTS = {
    "reports_customerfigures": customers,
    "reports_profilefigures": profiles,
    "reports_cohortfigures": cohorts,
    "reports_reminderfigures": reminders,
    "reports_promocodefigures": promocodes,
    "reports_campaignfigures": campaigns,
}
