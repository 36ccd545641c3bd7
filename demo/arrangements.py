"""What staff arranged in the first cinema: seats kept for the house, groups, a screening hired by one, an exchange, and
a goodwill voucher."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count

from accounts.models import User
from allocations.services import Agreed, book, keep, pay
from boxoffice.services.exchanges import choose, exchange
from boxoffice.services.printed_vouchers import give_goodwill_voucher
from boxoffice.services.sales import sell_for_cash
from boxoffice.services.seats import TillSeats
from orders.models import Order, Ticket
from payments.models import CashPlace, Gateway, Shift
from payments.services import count_and_close, open_shift, totals_of
from screenings.models import Cinema, Session

FLOAT = Decimal(3000)
KEPT, WHY_KEPT = 4, "Пресса и партнёры"
SCHOOL: dict[str, Any] = {
    "contact": "Марина Соколова",
    "payer": "ГБОУ Школа № 1534",
    "email": "school@example.com",
    "language": "ru",
}
CLUB: dict[str, Any] = {
    "contact": "Игорь Лебедев",
    "payer": "ООО «Северный ветер»",
    "email": "club@example.com",
    "language": "ru",
}
PUPILS, PAID_PUPILS, COLLEAGUES = 22, 11, 20
ROOM = 40  # seats of a hall
SHARE = Decimal("0.7")  # of the ticket price, a head
TROUBLE, WORTH = "Долго чинили звук", Decimal(300)
OTHER_DAY = "Гости перепутали день"


def add_arrangements(*, at: datetime) -> None:
    """Of the coming days, as far as screenings have room: the emptiest ones are taken. The shift is counted already."""
    cinema = Cinema.objects.order_by("pk")[0]
    person = User.objects.filter(cinemas=cinema, is_staff=True).order_by("pk")[0]
    sessions = _emptiest(cinema, at=at)
    if len(sessions) < 5:
        return
    hired, for_pupils, with_kept, sold, wanted = sessions[:5]
    _book_groups(hired, for_pupils, at=at, actor=person)
    seats = TillSeats(with_kept, at=at)
    keep(with_kept, seats=[seats.by_key[key] for key in seats.best(KEPT)], reason=WHY_KEPT, at=at, actor=person)
    drawer = CashPlace.objects.create(cinema=cinema, kind=CashPlace.Kind.DRAWER, name="Касса 2")
    shift = open_shift(drawer, opening_float=FLOAT, at=at - timedelta(minutes=30), actor=person)
    _exchange(_sell(sold, shift, at=at), wanted, shift, at=at)
    give_goodwill_voucher(_sell(sold, shift, at=at), amount=WORTH, reason=TROUBLE, at=at, actor=person)
    totals = totals_of(shift)
    count_and_close(shift, counted_cash=totals.expected_cash, counted_card=totals.expected_card, at=at, actor=person)


def _emptiest(cinema: Cinema, *, at: datetime) -> list[Session]:
    """The screenings in two days and later that have room for a school class, those with the fewest guests first."""
    later = Session.objects.in_shop(at).filter(hall__cinema=cinema, start_datetime__gt=at + timedelta(days=2))
    large = later.annotate(room=Count("hall__seats")).filter(room__gte=ROOM)
    rows = list(large.select_related("film", "hall__cinema").order_by("start_datetime", "pk"))
    busy = list(Ticket.objects.live().filter(session__in=rows).values_list("session", flat=True))
    return sorted(rows, key=lambda each: busy.count(each.pk))


def _book_groups(hired: Session, for_pupils: Session, *, at: datetime, actor: User) -> None:
    """A school, half of which has paid by bank transfer, and a company that has a screening for itself."""
    work: dict[str, Any] = {"until": at + timedelta(days=1), "at": at, "actor": actor}
    private = not hired.tickets.exists()
    people = hired.hall.seats.count() * 3 // 4 if private else COLLEAGUES  # for most of what the hall costs
    book(hired, Agreed(**CLUB, price=hired.ticket_price), people=people, private=private, **work)
    school = Agreed(**SCHOOL, price=_a_head(for_pupils), one_free_per=10)
    reserved = book(for_pupils, school, people=PUPILS, **work).group_orders.get().order
    transfer: dict[str, Any] = {"gateway": Gateway.BANK_TRANSFER, "reference": "117", "transferred_on": at.date()}
    pay(reserved, people=PAID_PUPILS, **transfer, at=at, actor=actor)


def _a_head(session: Session) -> Decimal:
    return (session.ticket_price * SHARE).quantize(Decimal(1))


def _sell(session: Session, shift: Shift, *, at: datetime) -> Order:
    """Two tickets of the first type, for cash."""
    seats = TillSeats(session, at=at)
    chosen = [seats.by_key[key] for key in seats.best(2)]
    places = [(session, seat, seats.types_for(seat)[0]) for seat in chosen]
    order, _change = sell_for_cash(shift, given=None, places=places, snacks=[], at=at, actor=shift.cashier)
    return order


def _exchange(order: Order, session: Session, shift: Shift, *, at: datetime) -> None:
    tickets = list(order.tickets.select_related("session__film", "seat", "ticket_type").order_by("pk"))
    choices = choose(TillSeats(session, at=at), tickets, wanted=[])
    exchange(
        order,
        tickets=tickets,
        places=[(session, each.seat, each.ticket_type) for each in choices],
        expected_total=sum((each.price for each in choices), Decimal(0)),
        way=Gateway.CASH,
        reason=OTHER_DAY,
        at_fault=False,
        shift=shift,
        at=at,
        actor=shift.cashier,
    )
