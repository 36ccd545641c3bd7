"""The ticket type at whose price seats are set aside."""

from allocations.errors import NoFullTicket
from screenings.models import Session, TicketType
from screenings.ticket_price import terms_of


def full_ticket(session: Session, channel: str) -> TicketType:
    """The dearest ticket type that is open to everybody. Raises `NoFullTicket`. At most four queries. Reads only."""
    terms = terms_of([session], channel)[session.pk]
    open_to_all = TicketType.objects.filter(is_active=True, sold_to=TicketType.SoldTo.ANYBODY)
    for each in open_to_all.order_by("-price_percent", "name"):
        if each.suits(session.film.age_rating) and terms.sells(each):
            return each
    raise NoFullTicket
