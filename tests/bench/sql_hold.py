"""A hold of seats as somebody who knows the database well would write it by hand: the same checks, statements and rows
as `orders.services.hold` for a guest with full-price tickets and no snacks.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.validators import validate_email
from django.db import transaction

from orders.models.codes import new_number, new_token
from screenings.models import Seat, TicketType

OFFER = """
    SELECT session.start_datetime, coalesce(session.quoted_price, session.ticket_price), session.price_quote_id,
           session.price_row_id, session.status, session.is_private, session.archived_at, session.hall_id,
           hall.cinema_id, film.age_rating, surcharge.kind, surcharge.amount,
           EXISTS (SELECT 1 FROM screenings_seatoutage out WHERE out.seat_id = ANY(%(seats)s)
                   AND out.since < session.end_datetime AND (out.until IS NULL OR out.until > session.start_datetime)),
           EXISTS (SELECT 1 FROM orders_ticket ticket WHERE ticket.session_id = session.id
                   AND ticket.seat_id = ANY(%(seats)s)
                   AND ticket.status IN ('RESERVED', 'PAID', 'USED', 'EXPIRED'))
    FROM screenings_session session JOIN screenings_hall hall ON hall.id = session.hall_id
    JOIN screenings_film film ON film.id = session.film_id
    LEFT JOIN screenings_seatsurcharge surcharge ON surcharge.cinema_id = hall.cinema_id
    WHERE session.id = %(session)s"""

RULES = "SELECT online_hold_minutes, refund_notice_minutes FROM house_rules_houserules WHERE id = 1"

SHARE = (
    "SELECT hall_id, start_datetime, is_private, status FROM screenings_session WHERE id = %(session)s FOR KEY SHARE"
)

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
    INSERT INTO orders_ticket (order_id, session_id, seat_id, ticket_type_id, price, base_price, percent, surcharge,
        price_quote_id, discount_share, bonus_share, status)
    SELECT %(order)s, %(session)s, seat, %(ticket_type)s, %(base)s + extra, %(base)s, 100, extra, %(quote)s, 0, 0,
        'RESERVED'
    FROM unnest(%(seats)s, %(extras)s) AS line (seat, extra)"""


def hold(
    cursor: Any,
    *,
    cinema: int,
    session: int,
    seats: Sequence[Seat],
    ticket_type: TicketType,
    email: str,
    at: datetime,
) -> None:
    """The ticket type is one at full price; amounts are in cents, as they are stored. Owns its transaction."""
    given: dict[str, Any] = {"session": session, "seats": [seat.pk for seat in seats]}
    cursor.execute(OFFER, given)
    rows = cursor.fetchall()
    start, base, quote, price_row, status, private, archived, hall, its_cinema, rating, *_surcharge, out, held = rows[0]
    if status != "SCHEDULED" or private or archived or start <= at or its_cinema != cinema or out or held or price_row:
        raise AssertionError("the seats cannot be sold")
    if not (ticket_type.is_active and ticket_type.suits(rating)) or any(seat.hall_id != hall for seat in seats):
        raise AssertionError("such tickets cannot be sold")
    surcharges = {kind: amount for *_same, kind, amount, _out, _held in rows}
    extras = [surcharges.get(seat.kind) or 0 for seat in seats]
    cursor.execute(RULES)
    minutes, notice = cursor.fetchone() or (15, 60)
    validate_email(email)
    given |= {
        "number": new_number(),
        "token": new_token(),
        "cinema": cinema,
        "email": email,
        "at": at,
        "deadline": min(at + timedelta(minutes=minutes), start),
        "notice": notice,
        "total": base * len(seats) + sum(extras),
        "ticket_type": ticket_type.pk,
        "base": base,
        "extras": extras,
        "quote": quote,
    }
    with transaction.atomic():
        cursor.execute(SHARE, given)
        if cursor.fetchone() != (hall, start, private, status):
            raise AssertionError("the session was changed")
        cursor.execute(ORDER, given)
        given["order"] = cursor.fetchone()[0]
        cursor.execute(EVENT, given)
        cursor.execute(TICKETS, given)
