"""A hold of seats as somebody who knows the database well would write it by hand: the same checks, statements and rows
as `orders.services.hold` for a guest with full-price tickets and no snacks.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orders.models.codes import new_number, new_token

OFFER = """
    SELECT session.start_datetime, session.end_datetime, session.ticket_price, session.status, session.archived_at,
           session.hall_id, hall.cinema_id, surcharge.kind, surcharge.amount,
           EXISTS (SELECT 1 FROM screenings_seatoutage out WHERE out.seat_id = ANY(%(seats)s)
                   AND out.since < session.end_datetime AND (out.until IS NULL OR out.until > session.start_datetime)),
           EXISTS (SELECT 1 FROM orders_ticket ticket WHERE ticket.session_id = session.id
                   AND ticket.seat_id = ANY(%(seats)s)
                   AND ticket.status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED'))
    FROM screenings_session session JOIN screenings_hall hall ON hall.id = session.hall_id
    LEFT JOIN screenings_seatsurcharge surcharge ON surcharge.cinema_id = hall.cinema_id
    WHERE session.id = %(session)s"""

RULES = "SELECT online_hold_minutes, refund_notice_minutes FROM house_rules_houserules WHERE id = 1"

ORDER = """
    INSERT INTO orders_order (number, token, cinema_id, email, phone, language, status, channel, created_at,
        payment_deadline, expires_at, refund_notice_minutes, total_amount, discount_amount, bonus_amount, final_amount)
    VALUES (%(number)s, %(token)s, %(cinema)s, %(email)s, '', 'ru', 'PENDING_PAYMENT', 'ONLINE', %(at)s, %(deadline)s,
        %(deadline)s, %(notice)s, %(total)s, 0, 0, %(total)s)
    RETURNING id"""

EVENT = """
    INSERT INTO orders_orderevent (order_id, from_status, to_status, at, reason)
    VALUES (%(order)s, '', 'PENDING_PAYMENT', %(at)s, '')"""

TICKETS = """
    INSERT INTO orders_ticket (
        order_id, session_id, seat_id, ticket_type_id, price, discount_share, bonus_share, status)
    SELECT %(order)s, %(session)s, seat, %(ticket_type)s, price, 0, 0, 'RESERVED'
    FROM unnest(%(seats)s, %(prices)s) AS line (seat, price)"""


def hold(
    cursor: Any,
    *,
    cinema: int,
    session: int,
    seats: Sequence[tuple[int, str]],
    ticket_type: int,
    email: str,
    at: datetime,
) -> None:
    """`seats` are primary keys and kinds. Prices are in cents, as they are stored. Owns its transaction."""
    given: dict[str, Any] = {"session": session, "seats": [key for key, _kind in seats]}
    cursor.execute(OFFER, given)
    rows = cursor.fetchall()
    start, _end, price, status, archived, _hall, its_cinema, _kind, _amount, out, held = rows[0]
    if status != "SCHEDULED" or archived or start <= at or its_cinema != cinema or out or held:
        raise AssertionError("the seats cannot be sold")
    extra = {row[7]: row[8] for row in rows}
    prices = [price + (extra.get(kind) or 0) for _key, kind in seats]
    cursor.execute(RULES)
    minutes, notice = cursor.fetchone() or (15, 60)
    given |= {
        "number": new_number(),
        "token": new_token(),
        "cinema": cinema,
        "email": email,
        "at": at,
        "deadline": min(at + timedelta(minutes=minutes), start),
        "notice": notice,
        "total": sum(prices),
        "ticket_type": ticket_type,
        "prices": prices,
    }
    with transaction.atomic():
        cursor.execute(ORDER, given)
        given["order"] = cursor.fetchone()[0]
        cursor.execute(EVENT, given)
        cursor.execute(TICKETS, given)
