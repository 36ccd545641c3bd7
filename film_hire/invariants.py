"""What must hold of statements, checked every night."""

from jobs.invariants import Invariant

INVARIANTS = [
    Invariant(
        "A film hire statement adds up: its amounts are those of its lines",
        "film_hire.statement",
        """SELECT statement.id FROM film_hire_statement statement
           LEFT JOIN film_hire_statementline line ON line.statement_id = statement.id AND line.kind = 'WEEK'
           GROUP BY statement.id, statement.box_office, statement.base, statement.hire,
                    statement.advance
           HAVING statement.box_office <> COALESCE(SUM(line.box_office), 0)
               OR statement.base <> COALESCE(SUM(line.base), 0) OR statement.hire <> COALESCE(SUM(line.hire), 0)
               OR statement.advance <> COALESCE(SUM(line.advance), 0)""",
    ),
    Invariant(
        "The screenings of a week of a film hire statement add up to the week",
        "film_hire.statement",
        """SELECT DISTINCT statement_id FROM (
               SELECT statement_id, contract_id, week FROM film_hire_statementline
               GROUP BY statement_id, contract_id, week
               HAVING SUM(CASE WHEN kind = 'WEEK' THEN box_office ELSE -box_office END) <> 0
                   OR SUM(CASE WHEN kind = 'WEEK' THEN base ELSE -base END) <> 0) wrong""",
    ),
    Invariant(
        "A screening in a film hire statement has the box office of its business day, as booked when it was counted",
        "film_hire.statement",
        """SELECT DISTINCT line.statement_id FROM (
               SELECT statement_id, contract_id, session_id, SUM(box_office) AS box_office
               FROM film_hire_statementline WHERE kind = 'SESSION'
               GROUP BY statement_id, contract_id, session_id) line
           JOIN film_hire_statement statement ON statement.id = line.statement_id AND statement.is_latest
           JOIN (SELECT figures.session_id, MAX(day.date) AS last,
                        SUM(figures.gross - figures.discount - figures.refunded_value) AS box_office
                 FROM reports_ticketfigures figures JOIN reports_businessday day ON day.id = figures.day_id
                 GROUP BY figures.session_id) booked ON booked.session_id = line.session_id
           WHERE booked.last <= statement.counted_until AND booked.box_office <> line.box_office""",
    ),
]
