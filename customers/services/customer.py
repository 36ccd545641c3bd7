"""A customer for data protection: an account, a guest with an address, or the unproved customer of one order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.phones import stored_form
from notifications.models import MessageKind, Notification
from notifications.services.chosen_phones import of_phones
from orders.models import Order, OrderChange


@dataclass(frozen=True)
class Customer:
    """`address` is an e-mail address, or the phone number of a guest who left nothing else.

    With `only`, this is the customer of that order and of nothing else: anybody can type anybody's address at a
    checkout, so the address proves nothing about other orders or an account.
    """

    address: str
    user: User | None = None
    only: Order | None = None

    @classmethod
    def known_by(cls, address: str) -> Self:
        """The customer with this address. The caller has verified that it belongs to the person who asks."""
        address = stored_form(address)
        user = User.objects.filter(email=address.lower()).first() if address else None
        return cls(user.email if user else address, user)

    @classmethod
    def of(cls, order: Order) -> Self:
        """The customer of an order: the account that bought it, otherwise whoever bought this order alone, also when it
        joined an account later: anybody could have typed its address. Never a member of staff. An order without any
        address has a customer without orders. At most one query.
        """
        claims = order.changes.filter(kind=OrderChange.Kind.CLAIMED)
        if order.user is not None and not order.user.is_staff and not claims.exists():
            return cls(order.user.email, order.user)
        return cls(order.recipient.strip(), only=order)

    def orders(self) -> QuerySet[Order]:
        """Their orders, including those bought as a guest, but not orders of others that mention this address."""
        if not self.address:
            return Order.objects.none()
        if self.only is not None:
            return Order.objects.filter(pk=self.only.pk)
        as_guest = Q(user__isnull=True) & (
            Q(email__in={self.address, self.address.lower()}) | Q(email="", phone=self.address)
        )
        return Order.objects.filter(as_guest | Q(user=self.user) if self.user else as_guest)

    def messages(self, orders: Iterable[Order]) -> list[Notification]:
        """Messages to their own address, and messages to others about these orders."""
        orders = list(orders)
        own = {self.address, self.address.lower()} - {""}
        others = {address for order in orders for address in (order.email, order.phone)} - own - {""}
        others |= OrderChange.objects.former_addresses(orders) - own
        about = {order.number for order in orders}
        if self.only is not None:
            own, others = set(), own | others
        found = Q(recipient__in=own | others)
        if self.user is not None:
            about.add(of_phones(self.user))
            found |= Q(kind=MessageKind.PHONE_CODE, occasion__startswith=f"{of_phones(self.user)} ")
        sent = Notification.objects.filter(found, kind__in=MessageKind.values).order_by("pk")
        return [each for each in sent if each.recipient in own or each.occasion.partition(" ")[0] in about]
