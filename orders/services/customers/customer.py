"""A customer in the sense of data protection law: an account, or a guest known only by an address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db.models import Q, QuerySet

from accounts.models import User
from notifications.models import MessageKind, Notification
from orders.models import Order


@dataclass(frozen=True)
class Customer:
    """`address` is an e-mail address, or the phone number of a guest who left nothing else."""

    address: str
    user: User | None = None

    @classmethod
    def known_by(cls, address: str) -> Self:
        address = address.strip()
        user = User.objects.filter(email=address.lower()).first() if address else None
        return cls(user.email if user else address, user)

    @classmethod
    def of(cls, order: Order) -> Self:
        """The customer of an order. An order without any address has a customer without orders."""
        return cls(order.user.email, order.user) if order.user else cls.known_by(order.recipient)

    def orders(self) -> QuerySet[Order]:
        """Their orders, including those bought as a guest. Orders of others that only mention this address
        are not included.
        """
        if not self.address:
            return Order.objects.none()
        as_guest = Q(user__isnull=True) & (
            Q(email__in={self.address, self.address.lower()}) | Q(email="", phone=self.address)
        )
        return Order.objects.filter(as_guest | Q(user=self.user) if self.user else as_guest)

    def messages(self, orders: Iterable[Order]) -> list[Notification]:
        """Messages to their own address, and messages to others about these orders."""
        orders = list(orders)
        own = {self.address, self.address.lower()} - {""}
        others = {address for order in orders for address in (order.email, order.phone)} - own - {""}
        numbers = {order.number for order in orders}
        sent = Notification.objects.filter(kind__in=MessageKind.values, recipient__in=own | others).order_by("pk")
        return [each for each in sent if each.recipient in own or each.occasion.partition(" ")[0] in numbers]
