"""One customer, as the law means it: an account, or a guest who is known by an address alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db.models import Q, QuerySet

from accounts.models import User
from notifications.models import MessageKind, Notification
from orders.models import Order


@dataclass(frozen=True)
class Customer:
    """`address` is an e-mail address or, of a guest who left no other, a phone number."""

    address: str
    user: User | None = None

    @classmethod
    def known_by(cls, address: str) -> Self:
        address = address.strip()
        user = User.objects.filter(email=address.lower()).first() if address else None
        return cls(user.email if user else address, user)

    @classmethod
    def of(cls, order: Order) -> Self:
        """Who bought it; one without any address is nobody, and has no orders."""
        return cls(order.user.email, order.user) if order.user else cls.known_by(order.recipient)

    def orders(self) -> QuerySet[Order]:
        """What they bought, as a guest too. Others' orders that only name this address are not theirs."""
        if not self.address:
            return Order.objects.none()
        as_guest = Q(user__isnull=True) & (
            Q(email__in={self.address, self.address.lower()}) | Q(email="", phone=self.address)
        )
        return Order.objects.filter(as_guest | Q(user=self.user) if self.user else as_guest)

    def messages(self, orders: Iterable[Order]) -> list[Notification]:
        """What they were told: all that went to their own address, and to others' about these orders of theirs."""
        orders = list(orders)
        own = {self.address, self.address.lower()} - {""}
        others = {address for order in orders for address in (order.email, order.phone)} - own - {""}
        numbers = {order.number for order in orders}
        sent = Notification.objects.filter(kind__in=MessageKind.values, recipient__in=own | others).order_by("pk")
        return [each for each in sent if each.recipient in own or each.occasion.partition(" ")[0] in numbers]
