"""How long staff wait for a page of the admin, in a chain with 1,000,000 orders and 6,000 halls."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from accounts.services import sync_roles
from concessions.models import ConcessionPreorder
from orders.models import Order, OrderEvent, Ticket
from payments.models import Payment, Receipt
from screenings.models import Cinema
from tests.bench.measuring import counted
from tests.bench.world import DAY, DUE, HOUR, GatewayHarness, Kind, analyse
from tests.helpers.users import someone

#: What is going on today, besides what is over: (orders, what they went through).
TODAY = [
    (500, DUE["send_ticket_usage_reminders"]),
    (2_000, Kind(path=("PENDING_PAYMENT", "PAID"), ticket="PAID", preorder="PENDING", starts=DAY, session="SCHEDULED")),
    (
        200,
        Kind(
            path=("PENDING_PAYMENT", "PAYMENT_OVERDUE"), ticket="RESERVED", preorder="PENDING", starts=3 * DAY,
            session="SCHEDULED", bought=-5 * DAY, deadline=HOUR, expires=6 * DAY,
        ),
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """What one page costs: the median of the visits in milliseconds, its queries, its size in kilobytes."""

    milliseconds: float
    queries: int
    kilobytes: float

    def __str__(self) -> str:
        return f"{self.milliseconds:.0f} ms, {self.queries} queries, {self.kilobytes:.0f} KB"


@dataclass(frozen=True)
class Page:
    name: str
    address: str
    milliseconds: float  # at most
    queries: int = 25
    kilobytes: float = 150

    @property
    def goal(self) -> str:
        return f"{self.milliseconds:.0f}, {self.queries}, {self.kilobytes:.0f}"

    def met_by(self, visit: Visit) -> bool:
        return (
            visit.milliseconds < self.milliseconds and visit.queries < self.queries and visit.kilobytes < self.kilobytes
        )


def create_rows_of_cinema(world: GatewayHarness, *, old: int, old_kinds: list[tuple[int, Kind]]) -> None:
    """A chain with so many orders behind it, and a working day under way."""
    world.found()
    for share, kind in old_kinds:
        world.add(kind, old * share // 10)
    for orders, kind in TODAY:
        world.add(kind, max(1, orders * old // 100_000))
    world.add_paperwork()
    analyse()


def staff() -> dict[str, Client]:
    """The staff who wait for pages: somebody who sees the whole chain, and somebody who sees one cinema of it."""
    sync_roles()
    people = {
        "owner": someone("owner", all_cinemas=True),
        "manager": someone("cinema_manager", Cinema.objects.order_by("pk").first()),
    }
    return {name: _browser(person) for name, person in people.items()}


def _browser(person: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def pages() -> Iterator[Page]:
    """The first page, every list, an order's page, and searches by what people read out."""
    yield Page("first page", reverse("admin:index"), 300)
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label_lower):
        meta = model._meta
        yield Page(f"list {meta.label_lower}", reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), 150)
    order = Order.objects.filter(status=Order.Status.PAID, cinema=Cinema.objects.order_by("pk").first()).latest("pk")
    yield Page("an order's page", reverse("admin:orders_order_change", args=[order.pk]), 150)
    orders = reverse("admin:orders_order_changelist")
    code = ConcessionPreorder.objects.filter(order=order).values_list("pickup_code", flat=True)[0]
    for what, word in (("number", order.number), ("e-mail", order.email), ("pick-up code", code)):
        yield Page(f"search by {what}", f"{orders}?q={word}", 100)
    for model in (OrderEvent, Payment, Receipt, Ticket):
        found = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query={"q": order.number})
        yield Page(f"search {model._meta.label_lower} by the order's number", found, 100)


def visit(client: Client, page: Page, *, times: int) -> Visit:
    client.get(page.address)
    with counted() as queries:
        answer = client.get(page.address, follow=True)
    if answer.status_code == 403:
        return Visit(0, 0, 0)
    if answer.status_code != 200:
        raise AssertionError(f"{page.name}: {answer.status_code}")
    took = []
    for _visit in range(times):
        begun = time.perf_counter()
        client.get(page.address, follow=True)
        took.append(time.perf_counter() - begun)
    return Visit(median(took) * 1000, len(queries), len(answer.content) / 1024)


def a_file_of_films(number: int) -> ContentFile:
    rows = "".join(f"Film number {each},{1900 + each % 100},x-{each},{60 + each % 100},12+\n" for each in range(number))
    content = f"Title,Year,External number,Running time (minutes),Age rating\n{rows}"
    return ContentFile(content.encode(), name="films.csv")
