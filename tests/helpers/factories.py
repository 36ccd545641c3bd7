"""Factories of test data, made through the services as people make them, and a snapshot of the business.

    session = a_session()
    order = an_order(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)], customer=a_customer(points=100))
    before = business_state()

Everything happens at NOON unless another instant is given. `business_state` shows the whole business by content: two
databases that went through the same events look the same, whatever keys their rows have.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, models
from simple_history.models import HistoricalChanges

from accounts.models import Attempt, User
from bonuses.models import BonusAccount
from bonuses.services import adjust
from concessions.models import ConcessionItem, StockMovement
from demo.bank import PREFIX, decide
from orders.models import Order, Promocode, Ticket
from orders.services import hold, mark_paid, settle_payment, start_payment
from payments.models import Dispute, Gateway, Payment
from reports.models import PayoutFile, PayoutLine
from screenings.models import Cinema, Film, Hall, Seat, Session, TicketType
from screenings.services import build_hall, schedule
from tests.helpers.database.statements import prepared, with_rows

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
PRICE = Decimal("350.00")
COST = Decimal("35.00")  # of one unit of a bar item
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_numbers = count(10_001)  # for names that must be unique; of five digits: rows sort by them as they were made


# --- Cinemas, sessions, items


def a_cinema(*, time_zone: str = "Europe/Moscow") -> Cinema:
    return Cinema.objects.create(name=f"Aurora {next(_numbers)}", time_zone=time_zone, adverts_minutes=10)


def a_hall(cinema: Cinema | None = None, *, rows: Sequence[str] = ("ssssssssss", "ssssssssss")) -> Hall:
    return build_hall(cinema=cinema or a_cinema(), name=f"Hall {next(_numbers)}", rows=rows)


def a_session(
    hall: Hall | None = None,
    *,
    start: datetime = NOON + timedelta(days=1),
    minutes: int = 110,
    price: Decimal = PRICE,
) -> Session:
    """A session of two hours, including adverts, scheduled a month before it starts, with a type of ticket to buy."""
    an_adult()
    solaris = {"title": f"Solaris, {minutes} minutes", "duration_minutes": minutes}
    film = Film.objects.filter(**solaris).first() or Film.objects.create(**solaris)
    return schedule(
        film=film, hall=hall or a_hall(), start=start, ticket_price=price, at=min(NOON, start) - timedelta(days=30)
    )


def an_item(
    cinema: Cinema | None = None,
    *,
    stock: int = 100,
    price: Decimal = Decimal("120.00"),
    cost: Decimal | None = COST,
    **fields: Any,
) -> ConcessionItem:
    """An item whose stock comes from one opening movement; `cost` is that of a unit, None if it is not known."""
    value = None if cost is None else stock * cost
    costs = {"stock_value": value, "average_cost": cost} if stock else {}
    item = ConcessionItem.objects.create(
        cinema=cinema or a_cinema(),
        name=f"Popcorn {next(_numbers)}",
        price=price,
        stock_quantity=stock,
        **costs,
        **fields,
    )
    if stock:
        StockMovement.objects.create(
            concession_item=item,
            quantity=stock,
            kind=StockMovement.Kind.OPENING,
            unit_cost=cost,
            value=value,
            at=NOON - timedelta(days=30),
        )
    return item


def a_promocode(*, max_uses: int = 100, **fields: Any) -> Promocode:
    """A tenth off, unless the fields say otherwise."""
    if "discount_amount" not in fields:
        fields.setdefault("discount_percent", 10)
    return Promocode.objects.create(code=f"AUTUMN{next(_numbers)}", max_uses=max_uses, **fields)


def an_adult() -> TicketType:
    return TicketType.objects.get_or_create(name="Adult")[0]


# --- Customers and orders


def a_customer(*, points: int = 0, at: datetime = NOON - timedelta(days=30)) -> User:
    """A user with an account, and with points that staff granted at `at`."""
    user = User.objects.create_user(f"viewer{next(_numbers)}@example.org")
    if points:
        adjust(BonusAccount.objects.create(user=user), amount=points, reason="Welcome", at=at)
    return user


def an_order(
    session: Session | None = None,
    *,
    seats: int = 1,
    snacks: Iterable[tuple[ConcessionItem, int]] = (),
    customer: User | None = None,
    at: datetime = NOON,
    **basket: Any,
) -> Order:
    """An unpaid order of the first free seats of the session, and of the snacks; without either, of one seat.

    A guest's order has an e-mail address. `basket` is passed to `hold`: promocode, points, channel, language ...
    """
    snacks = list(snacks)
    if session is None and not snacks:
        session = a_session()
    cinema = session.hall.cinema if session else snacks[0][0].cinema
    if customer is None:
        basket.setdefault("email", f"guest{next(_numbers)}@example.org")
    return hold(
        cinema=cinema,
        tickets=[(session, seat, an_adult()) for seat in free_seats(session)[:seats]] if session else [],
        snacks=snacks,
        user=customer,
        at=at,
        **basket,
    )


def a_paid_order(
    session: Session | None = None, *, paid_at: datetime | None = None, gateway: str = Gateway.CASH, **order: Any
) -> Order:
    """As `an_order`, and paid at the same instant unless told otherwise."""
    held = an_order(session, **order)
    return pay(held, at=paid_at or held.created_at, gateway=gateway)


def pay(order: Order, *, at: datetime = NOON, gateway: str = Gateway.CASH) -> Order:
    return mark_paid(order, gateway=gateway, amount=order.final_amount, at=at)


def a_payout_line(cinema: Cinema, *, actor: User, at: datetime = NOON) -> PayoutLine:
    """A line of a payout file, in which a payment of the cinema has another amount."""
    number = next(_numbers)
    file = PayoutFile.objects.create(
        gateway=Gateway.YOOKASSA, name=f"registry{number}.csv", digest=str(number), uploaded_by=actor, uploaded_at=at
    )
    return PayoutLine.objects.create(
        file=file,
        gateway=file.gateway,
        kind=PayoutLine.Kind.PAYMENT,
        identity=f"PAYMENT:{number}",
        reference=f"ref-{number}",
        amount=350,
        ours=700,
        outcome=PayoutLine.Outcome.OTHER_AMOUNT,
        cinema=cinema,
    )


def dispute(order: Order, *, at: datetime = NOON, status: str = Dispute.Status.OPEN) -> Dispute:
    """The customer's bank disputes the order's payment."""
    payment = order.payments.get(status=Payment.Status.SUCCEEDED)
    return Dispute.objects.create(
        payment=payment, external_id=f"dp_{next(_numbers)}", amount=payment.amount, status=status, heard_at=at
    )


def at_the_bank(order: Order, *, paid: bool | None = None, at: datetime = NOON) -> Payment:
    """A payment at the demonstration bank: paid, declined, or open if `paid` is None. It has not been polled yet."""
    payment = start_payment(order, gateway=Gateway.DEMO, return_url="http://testserver/back/", at=at).payment
    if paid is not None:
        decide(payment.external_id.removeprefix(PREFIX), paid=paid)
    return payment


def paid_at_the_bank(session: Session | None = None, *, at: datetime = NOON, **order: Any) -> Order:
    """As `an_order`, and paid at the demonstration bank."""
    held = an_order(session, at=at, **order)
    settle_payment(at_the_bank(held, paid=True, at=at), at=at)
    held.refresh_from_db()
    return held


def free_seats(session: Session) -> list[Seat]:
    taken = Ticket.objects.live().filter(session=session).values("seat")
    return list(Seat.objects.filter(hall=session.hall_id).exclude(pk__in=taken).order_by("row", "number"))


# --- Business state

BusinessState = dict[str, list[str]]

#: The natural key of a model, by which a row is shown where a foreign key points to it: lookups of fields, no ids.
NATURAL_KEYS: dict[str, tuple[str, ...]] = {
    "reports.Segment": ("name",),
    "reports.Campaign": ("name",),
    "allocations.CodeBatch": ("name",),
    "allocations.CompReason": ("name",),
    "allocations.GroupBooking": ("contact", "at"),
    "accounts.User": ("email",),
    "contenttypes.ContentType": ("model",),
    "bonuses.BonusAccount": ("user__email",),
    "bonuses.Tier": ("name",),
    "bonuses.BonusTransaction": ("order__number", "transaction_type", "amount", "transaction_date"),
    "concessions.ConcessionItem": ("name",),
    "concessions.ConcessionPreorder": ("order__number", "concession_item__name"),
    "concessions.StockMovement": ("preorder__order__number", "kind", "quantity", "at"),
    "integrations.MarketingList": ("name",),
    "integrations.Partner": ("name",),
    "integrations.WebhookEndpoint": ("url",),
    "integrations.WebhookEvent": ("type", "at", "data"),
    "notifications.Notification": ("kind", "recipient", "occasion"),
    "orders.Order": ("number",),
    "orders.Promocode": ("code",),
    "orders.Ticket": ("order__number", "session__start_datetime", "seat__hall__name", "seat__row", "seat__number"),
    "demo.DemoCharge": ("amount", "description"),
    "payments.Dispute": ("payment__order__number", "external_id"),
    "payments.LegalEntity": ("tax_number",),
    "reports.PayoutFile": ("digest",),
    "reports.PayoutLine": ("identity",),
    "payments.Payment": ("order__number", "amount", "created_at"),
    "payments.CashMovement": ("place__name", "kind", "amount", "at"),
    "payments.CashPlace": ("cinema__name", "name"),
    "payments.GiftCard": ("code_hash",),
    "payments.GiftCardMovement": ("card__code_hash", "kind", "at"),
    "payments.GiftCardReplacement": ("card__code_hash", "at"),
    "payments.Shift": ("drawer__name", "opened_at"),
    "payments.Receipt": ("order__number", "kind", "amount"),
    "payments.Refund": ("order__number", "amount", "reason", "requested_at"),
    "pricing.ForecastBasis": ("model", "history_hash"),
    "reports.BusinessDay": ("cinema__name", "date"),
    "reports.ReportFile": ("report", "first", "last", "status"),
    "reports.ReportSchedule": ("report", "rhythm", "since"),
    "screenings.Cinema": ("name",),
    "waiting.WatchedFilm": ("user__email", "film__title"),
    "waiting.WaitingEntry": ("user__email", "session__start_datetime"),
    "incidents.Incident": ("cinema__name", "kind", "at"),
    "incidents.ConcernedOrder": ("incident__kind", "order__number"),
    "film_hire.Contract": ("film__title", "starts_on"),
    "film_hire.GrossReturn": ("distributor__name", "cinema__name", "date"),
    "film_hire.Statement": ("distributor__name", "cinema__name", "last", "version"),
    "screenings.Distributor": ("name",),
    "screenings.Film": ("title",),
    "screenings.Genre": ("name",),
    "screenings.Hall": ("name",),
    "screenings.Seat": ("hall__name", "row", "number"),
    "screenings.Session": ("hall__name", "start_datetime"),
    "screenings.PriceList": ("cinema__name", "valid_from"),
    "screenings.PriceRow": ("price_list__cinema__name", "price_list__valid_from", "name"),
    "screenings.PriceQuote": ("session__start_datetime", "session__hall__name", "at"),
    "screenings.TicketType": ("name",),
    "accounts.Device": ("cinema__name", "name"),
}
APPS = (
    *("accounts", "screenings", "concessions", "bonuses", "payments"),
    *("orders", "allocations", "incidents", "waiting", "reports"),
    *("pricing", "film_hire", "notifications", "integrations", "demo"),
)
GIFT_CARD = "gift-card-"  # begins the references of payments and refunds by gift card
RANDOM_FIELDS = {"token", "pickup_code", "redirect_url", "uid", "digest"}
#: The fields of some models that are compared; those about attempts to send or make them are left out.
COMPARED_FIELDS = {
    "integrations.FilmLookup": ("film", "source", "status"),
    "integrations.PictureProposal": ("film", "source_link", "status"),
    "integrations.ListedSession": ("cinema", "starts_at", "ends_at", "price", "state"),
    "integrations.WebhookEndpoint": ("name", "url", "types", "since"),
    "integrations.WebhookEvent": ("type", "cinema", "at", "data"),
    "integrations.WebhookDelivery": ("event", "endpoint", "status"),
    "integrations.MarketingList": ("name", "partner", "segment", "is_active"),
    "integrations.ListMember": ("marketing_list", "email", "status"),
    "notifications.SmsDelivery": ("notification", "status"),
    "notifications.Notification": ("kind", "recipient", "occasion", "language", "not_after", "status"),
    "reports.ReportFile": ("report", "format", "first", "last", "person", "status", "rows_done", "problem"),
}


def business_state() -> BusinessState:
    """The rows of all business tables, a line of text each, sorted.

    Left out are ids, random fields, change history, rate limits, attempts to send, and all tables of `jobs`. Costs one
    query per table that has rows.
    """
    drafts = set(Order.objects.exclude(waiting_entry=None).values_list("number", flat=True))
    filled = with_rows(_tables())
    return {model._meta.label: sorted(_lines(model, drafts)) if model in filled else [] for model in _tables()}


@cache
def _tables() -> tuple[type[models.Model], ...]:
    every = [model for room in APPS for model in apps.get_app_config(room).get_models()]
    return tuple(model for model in every if not (model._meta.proxy or issubclass(model, (HistoricalChanges, Attempt))))


def _lines(model: type[models.Model], drafts: set[str]) -> list[str]:
    columns, compiler, sql = _query(model)
    with connection.cursor() as cursor:
        cursor.execute(prepared(f"lines_of_{model._meta.db_table}", sql))
        rows = compiler.results_iter(results=[cursor.fetchall()])
    return [
        ", ".join([f"{name}={_formatted(name, value, drafts)}" for name, value in zip(columns, row, strict=True)])
        for row in rows
    ]


@cache
def _query(model: type[models.Model]) -> tuple[list[str], Any, str]:
    """The columns of a model's lines, and their query, compiled once per process."""
    columns = [path for field in model._meta.concrete_fields for path in _paths(model, field)]
    compiler = model._default_manager.order_by().values_list(*columns).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, _no_params = compiler.as_sql()
    return columns, compiler, sql


def _paths(model: type[models.Model], field: Any) -> list[str]:
    if field.primary_key or field.name in RANDOM_FIELDS:
        return []
    if field.name not in COMPARED_FIELDS.get(model._meta.label, (field.name,)):
        return []
    if field.is_relation:
        return [f"{field.name}__{path}" for path in NATURAL_KEYS[field.related_model._meta.label]]
    return [field.name]


def _formatted(name: str, value: Any, drafts: set[str]) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if name.endswith("number") and value in drafts:
        return "draft"  # a job holds it for somebody who waited: its number is random
    if isinstance(value, memoryview):
        return str(bytes(value))
    if name == "occasion" and value.count(" ") == 1 and value.rpartition(" ")[2].isdecimal():
        return value.partition(" ")[0]  # "NUMBER 17": 17 is the id of a refund, payment or session
    if name == "external_id":  # what follows these is random
        return next((prefix for prefix in (PREFIX, GIFT_CARD) if value.startswith(prefix)), value)
    return str(value)
