"""Invariants of sessions; see `jobs.invariants`."""

from jobs.invariants import Invariant

INVARIANTS = [
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
