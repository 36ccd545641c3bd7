"""Creates the venues, staff, customers, films and goods of the demo chain, before any order."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import Permission

from accounts.models import User
from bonuses.models import BonusAccount, Tier
from bonuses.services import adjust
from cinema.money import rounded
from concessions.models import ConcessionItem
from concessions.services import receive
from demo import sample_data
from orders.models import Promocode
from payments.models import LegalEntity
from screenings.models import Cinema, Film, Genre, Hall, Seat, SeatSurcharge, TicketType
from screenings.services import build_hall

MAIL_DOMAIN = "demo.example"  # reserved for examples (RFC 2606): no e-mail can reach anybody
ADMIN_EMAIL = f"admin@{MAIL_DOMAIN}"


@dataclass
class Venue:
    """A cinema with its halls, its bar and the people who work in it."""

    cinema: Cinema
    manager: User
    cashier: User
    colleagues: list[User]  # who sold and admitted in the past, besides the cashier
    bar: list[ConcessionItem]
    halls: list[tuple[sample_data.HallPlan, Hall]] = field(default_factory=list)


@dataclass
class Chain:
    """What bookings are made of. `points` is what each customer may still spend; `inactive_customers` never buy."""

    venues: dict[str, Venue]
    films: list[Film]
    ticket_types: dict[str, TicketType]
    promocodes: list[str]
    customers: list[User]
    inactive_customers: list[User]
    seats: dict[int, list[Seat]] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)


def create_chain(rng: random.Random, *, at: datetime, opened: timedelta = timedelta(days=60)) -> Chain:
    """The chain opens so long before `at`; some points were granted over a year ago and have expired by `at`."""
    User.objects.create_superuser(ADMIN_EMAIL, None, first_name="Алла", last_name="Королёва")
    chain = Chain(
        venues=_venues(at=at - opened),
        films=create_films(sample_data.FILMS),
        ticket_types={
            name: TicketType.objects.create(name=name, price_percent=percent, sold_to=sold_to, highest_rating=rating)
            for name, (percent, sold_to, rating) in sample_data.TICKET_TYPES.items()
        },
        promocodes=_promocodes(),
        customers=create_customers("guest", range(120)),
        inactive_customers=create_customers("inactive", range(12)),
    )
    for name, texts, threshold, extra_percent in sample_data.TIERS:
        Tier.objects.create(name=name, texts=texts, threshold=threshold, extra_percent=extra_percent)
    for seat in Seat.objects.order_by("hall", "row", "number"):
        chain.seats.setdefault(seat.hall_id, []).append(seat)
    with_points = rng.sample(chain.customers, 50)
    _grant(with_points, 400, "Подарок ко дню рождения", at=at - timedelta(days=55))
    chain.points = {user.pk: 400 for user in with_points}
    _grant(chain.inactive_customers[:6], 150, "Подарок к открытию", at=at - timedelta(days=400))
    _grant(chain.inactive_customers[6:], 250, "Подарок к открытию", at=at - timedelta(days=350))
    return chain


def _venues(*, at: datetime) -> dict[str, Venue]:
    venues = {}
    legal_entity = LegalEntity.objects.create(**sample_data.LEGAL_ENTITY)
    for number, (name, city, address, time_zone) in enumerate(sample_data.VENUES, start=1):
        cinema = Cinema.objects.create(
            name=name, city=city, address=address, time_zone=time_zone, legal_entity=legal_entity
        )
        for kind, amount in sample_data.SURCHARGES.items():
            SeatSurcharge.objects.create(cinema=cinema, kind=kind, amount=Decimal(amount))
        manager = _employee(
            cinema, f"manager{number}", may=["change_concessionitem", "view_concessionitem", "view_payment"]
        )
        cashier = _employee(cinema, f"cashier{number}", may=["view_order", "view_ticket", "view_concessionitem"])
        colleagues = [_employee(cinema, f"cashier{number}.{each}", may=["view_order"]) for each in (2, 3)]
        venues[name] = Venue(cinema, manager, cashier, colleagues, _bar(cinema, manager, at=at))
    for plan in sample_data.HALLS:
        venue = venues[plan.venue]
        hall = build_hall(
            cinema=venue.cinema,
            name=plan.name,
            rows=plan.places,
            cleaning_minutes=plan.cleaning_minutes,
            curve=plan.curve,
        )
        venue.halls.append((plan, hall))
    return venues


def _employee(cinema: Cinema, login: str, *, may: Sequence[str]) -> User:
    number = User.objects.filter(is_staff=True).count()  # no two of the staff have one name
    user = User.objects.create_user(
        f"{login}@{MAIL_DOMAIN}",
        first_name=sample_data.FIRST_NAMES[number % len(sample_data.FIRST_NAMES)],
        last_name=sample_data.LAST_NAMES[number * 5 % len(sample_data.LAST_NAMES)],
        is_staff=True,
    )
    user.cinemas.add(cinema)
    user.user_permissions.add(*Permission.objects.filter(codename__in=may))
    return user


def _bar(cinema: Cinema, manager: User, *, at: datetime) -> list[ConcessionItem]:
    items = []
    for name, price, most, made_to_order in sample_data.BAR:
        portion, composition, allergens = sample_data.BAR_FACTS[name]
        item = ConcessionItem.objects.create(
            cinema=cinema,
            name=name,
            portion=portion,
            composition=composition,
            allergens=allergens,
            price=Decimal(price),
            max_stock_quantity=most,
            made_to_order=made_to_order,
        )
        receive(item, quantity=most, unit_cost=rounded(item.price * sample_data.COST_SHARE), at=at, actor=manager)
        items.append(item)
    return items


def create_films(table: Sequence[tuple[str, int, str, str]]) -> list[Film]:
    films = []
    for title, minutes, age_rating, genres in table:
        film = Film.objects.create(title=title, duration_minutes=minutes, age_rating=age_rating)
        film.genres.set([Genre.objects.get_or_create(name=genre)[0] for genre in genres.split(", ")])
        films.append(film)
    return films


def _promocodes() -> list[str]:
    """Creates all promo codes. Returns those for general use; `LAST50` works for three orders only."""
    for code, percent, money, most in sample_data.PROMOCODES:
        Promocode.objects.create(
            code=code,
            discount_percent=percent,
            discount_amount=None if money is None else Decimal(money),
            max_uses=most,
        )
    return [code for code, _percent, _money, most in sample_data.PROMOCODES if most > 100]


def create_customers(login: str, numbers: Sequence[int]) -> list[User]:
    users = [
        User(
            email=f"{login}{number:03}@{MAIL_DOMAIN}",
            first_name=sample_data.FIRST_NAMES[number % len(sample_data.FIRST_NAMES)],
            last_name=sample_data.LAST_NAMES[number // len(sample_data.FIRST_NAMES) % len(sample_data.LAST_NAMES)],
            phone=f"+7495{number:07}",  # no subscriber number of a Russian landline begins with 0
            preferred_language="en" if number % 20 == 19 else "ru",
        )
        for number in numbers
    ]
    for user in users:
        user.set_unusable_password()
    return User.objects.bulk_create(users)


def _grant(users: Sequence[User], points: int, reason: str, *, at: datetime) -> None:
    """As the system: so many points at once would need a second person's approval."""
    for user in users:
        account = BonusAccount.objects.create(user=user)
        adjust(account, amount=points, reason=reason, at=at)
