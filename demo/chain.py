"""The demo chain as it stands before it opens: venues, people, goods."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import Permission

from accounts.models import User
from bonuses.models import BonusAccount
from bonuses.services import adjust
from concessions.models import ConcessionItem
from concessions.services import receive
from orders.demo import script
from orders.models import Promocode
from screenings.models import Cinema, Film, Genre, Hall, Seat, SeatSurcharge, TicketType
from screenings.services import build_hall

MAIL = "demo.example"  # reserved for examples (RFC 2606): no letter ever leaves by mistake
ADMIN = f"admin@{MAIL}"


@dataclass
class Venue:
    """A cinema with its halls, its bar and the people who work in it."""

    cinema: Cinema
    manager: User
    cashier: User
    bar: list[ConcessionItem]
    halls: list[tuple[script.Plan, Hall]] = field(default_factory=list)


@dataclass
class Chain:
    """Everything that sales need. `points` is what each customer may still spend; `sleepers` never buy."""

    venues: dict[str, Venue]
    films: list[Film]
    ticket_types: dict[str, TicketType]
    promocodes: list[str]
    customers: list[User]
    sleepers: list[User]
    seats: dict[int, list[Seat]] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)


def found(chance: random.Random, *, at: datetime) -> Chain:
    """The chain opens long before `at`, so that there are points that lapse by now."""
    admin = User.objects.create_superuser(ADMIN, None, first_name="Алла", last_name="Королёва")
    chain = Chain(
        venues=_venues(at=at - timedelta(days=60)),
        films=_films(),
        ticket_types={
            name: TicketType.objects.create(name=name, price_percent=percent, sold_to=sold_to)
            for name, (percent, sold_to) in script.TICKET_TYPES.items()
        },
        promocodes=_promocodes(),
        customers=_customers("guest", range(120)),
        sleepers=_customers("sleeper", range(12)),
    )
    for seat in Seat.objects.order_by("hall", "row", "number"):
        chain.seats.setdefault(seat.hall_id, []).append(seat)
    lucky = chance.sample(chain.customers, 50)
    _grant(lucky, 400, "Подарок ко дню рождения", at=at - timedelta(days=55), actor=admin)
    chain.points = {user.pk: 400 for user in lucky}
    _grant(chain.sleepers[:6], 150, "Подарок к открытию", at=at - timedelta(days=400), actor=admin)
    _grant(chain.sleepers[6:], 250, "Подарок к открытию", at=at - timedelta(days=350), actor=admin)
    return chain


def _venues(*, at: datetime) -> dict[str, Venue]:
    venues = {}
    for number, (name, city, address, time_zone) in enumerate(script.VENUES, start=1):
        cinema = Cinema.objects.create(name=name, city=city, address=address, time_zone=time_zone)
        for kind, amount in script.SURCHARGES.items():
            SeatSurcharge.objects.create(cinema=cinema, kind=kind, amount=Decimal(amount))
        manager = _employee(cinema, f"manager{number}", may=["change_concessionitem", "view_concessionitem"])
        cashier = _employee(cinema, f"cashier{number}", may=["view_order", "view_ticket", "view_concessionitem"])
        venues[name] = Venue(cinema, manager, cashier, _bar(cinema, manager, at=at))
    for plan in script.HALLS:
        venue = venues[plan.venue]
        hall = build_hall(cinema=venue.cinema, name=plan.name, rows=plan.places, cleaning_minutes=plan.cleaning_minutes)
        venue.halls.append((plan, hall))
    return venues


def _employee(cinema: Cinema, login: str, *, may: Sequence[str]) -> User:
    number = cinema.pk % len(script.FIRST_NAMES)
    user = User.objects.create_user(
        f"{login}@{MAIL}",
        first_name=script.FIRST_NAMES[number],
        last_name=script.LAST_NAMES[(number + len(may)) % len(script.LAST_NAMES)],
        is_staff=True,
    )
    user.cinemas.add(cinema)
    user.user_permissions.add(*Permission.objects.filter(codename__in=may))
    return user


def _bar(cinema: Cinema, manager: User, *, at: datetime) -> list[ConcessionItem]:
    items = []
    for name, price, most, made_to_order in script.BAR:
        item = ConcessionItem.objects.create(
            cinema=cinema,
            name=name,
            price=Decimal(price),
            max_stock_quantity=most,
            made_to_order=made_to_order,
        )
        receive(item, quantity=most, at=at, actor=manager)
        items.append(item)
    return items


def _films() -> list[Film]:
    films = []
    for title, minutes, age_rating, genres in script.FILMS:
        film = Film.objects.create(title=title, duration_minutes=minutes, age_rating=age_rating)
        film.genres.set([Genre.objects.get_or_create(name=genre)[0] for genre in genres.split(", ")])
        films.append(film)
    return films


def _promocodes() -> list[str]:
    """Those that anybody may use are returned; the last is there for three quick customers."""
    for code, percent, money, most in script.PROMOCODES:
        Promocode.objects.create(
            code=code,
            discount_percent=percent,
            discount_amount=None if money is None else Decimal(money),
            max_uses=most,
        )
    return [code for code, _percent, _money, most in script.PROMOCODES if most > 100]


def _customers(login: str, numbers: Sequence[int]) -> list[User]:
    users = [
        User(
            email=f"{login}{number:03}@{MAIL}",
            first_name=script.FIRST_NAMES[number % len(script.FIRST_NAMES)],
            last_name=script.LAST_NAMES[number // len(script.FIRST_NAMES) % len(script.LAST_NAMES)],
            phone=f"+7000{number:07}",
            preferred_language="en" if number % 20 == 19 else "ru",
        )
        for number in numbers
    ]
    for user in users:
        user.set_unusable_password()
    return User.objects.bulk_create(users)


def _grant(users: Sequence[User], points: int, reason: str, *, at: datetime, actor: User) -> None:
    for user in users:
        account = BonusAccount.objects.create(user=user)
        adjust(account, amount=points, reason=reason, at=at, actor=actor)
