"""What the API sends and takes. Money is a decimal string; instants are ISO 8601 with an offset."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.conf import settings
from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from screenings.models import SeatKind

LARGEST_ID = 9_223_372_036_854_775_807

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Money = Annotated[str, StringConstraints(pattern=r"^\d{1,10}\.\d\d$"), Field(examples=["350.00"])]
Text = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")]


def offered_or_empty(language: str) -> str:
    if language and language not in dict(settings.LANGUAGES):
        raise ValueError(f"Write one of {', '.join(dict(settings.LANGUAGES))}.")
    return language


class CinemaOut(Schema):
    id: int
    name: str
    city: str
    address: str
    time_zone: str = Field(description="IANA name, such as Europe/Moscow.")


class HallOut(Schema):
    id: int
    cinema_id: int
    name: str
    seats: int


class FilmOut(Schema):
    id: int
    title: str
    original_title: str
    year: int | None
    duration_minutes: int
    age_rating: str
    genres: list[str]


class SessionOut(Schema):
    id: int
    state: Literal["ON_SALE", "STARTED", "CANCELLED", "WITHDRAWN"]
    version: int = Field(description="Grows with each change of the session.")
    changed_at: datetime
    cinema_id: int
    hall_id: int
    film_id: int
    starts_at: datetime
    starts_local: str = Field(description="By the cinema’s clock, with its offset.")
    ends_at: datetime
    format: str
    language: str
    subtitles: str
    price: Money = Field(description="A full ticket for a standard seat, before surcharges.")
    url: str = Field(description="Where a customer chooses seats.")


class SessionsOut(Schema):
    as_of: datetime = Field(description="Send it back as changed_since the next time.")
    sessions: list[SessionOut]
    next: str | None = Field(description="The value of `after` for the next page; null on the last one.")


class PriceOut(Schema):
    ticket_type_id: int
    ticket_type: str
    seat_kind: str
    price: Money


class AvailabilityOut(Schema):
    session_id: int
    on_sale: bool
    capacity: int
    free: int = Field(description="Seats that anybody may buy: no wheelchair spaces, nor the seats of companions.")
    free_wheelchair_spaces: int
    sold_out: bool = Field(description="Neither seats nor wheelchair spaces are left.")


class SeatOut(Schema):
    id: int
    row: int
    number: int
    place: int = Field(description="Position in the row from the left wall, so that aisles are gaps.")
    kind: str
    free: bool


class SeatMapOut(Schema):
    session_id: int
    seats: list[SeatOut]


class BestSeatsIn(Schema):
    party: int = Field(ge=1, le=50, description="How many people sit together.")
    kind: SeatKind | None = Field(
        default=None,
        description="Wheelchair, companion and love seats are chosen only if you ask for them. Without it: standard "
        "seats, or VIP seats where no row of standard seats has room.",
    )


class BestSeatsOut(Schema):
    session_id: int
    seats: list[SeatOut] = Field(description="Side by side, from left to right; empty if no row has room.")


class SeatIn(Schema):
    seat_id: Id
    ticket_type_id: Id


class SnackIn(Schema):
    item_id: Id
    quantity: int = Field(ge=1, le=99)


class OrderIn(Schema):
    session_id: Id
    seats: list[SeatIn] = Field(min_length=1, max_length=50)
    snacks: list[SnackIn] = Field(default=[], max_length=50)
    email: Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
    phone: Annotated[str, StringConstraints(max_length=32, pattern=r"^[^\x00]*$")] = ""
    language: Annotated[str, AfterValidator(offered_or_empty)] = ""
    promocode: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] = ""
    expected_total: Money | None = Field(
        default=None, description="What the customer was shown for seats and snacks, before a discount."
    )


class TicketOut(Schema):
    id: int
    session_id: int
    seat_id: int
    row: int
    number: int
    ticket_type_id: int
    price: Money
    status: str
    code: str = Field(
        description="What the door scans; empty until the order is paid, and once its guest has corrected the address."
    )


class OrderOut(Schema):
    number: str
    status: str
    cinema_id: int
    created_at: datetime
    pay_until: datetime
    total: Money
    discount: Money
    to_pay: Money
    refunded: Money
    pickup_code: str = Field(description="For the snacks; empty without snacks.")
    tickets: list[TicketOut]
    url: str = Field(
        description="The customer’s page of the order. Whoever has it can refund the order. Empty once its guest has "
        "corrected the address."
    )


class PaymentIn(Schema):
    gateway: Annotated[str, StringConstraints(min_length=1, max_length=16, pattern=r"^[a-z_]+$")]
    return_url: Annotated[str, StringConstraints(max_length=500, pattern=r"^(https?://[^\s\x00]+)?$")] = Field(
        default="", description="Where the customer goes afterwards; without it, to the page of the order here."
    )


class PaymentOut(Schema):
    gateway: str
    amount: Money
    status: str
    redirect_url: str = Field(description="Send the customer there.")


class RefundIn(Schema):
    ticket_ids: list[Id] | None = Field(
        default=None, max_length=50, description="Without it, everything that may be refunded."
    )


class RefundOut(Schema):
    order_number: str
    amount: Money
    status: str


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"
