from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from cinema.db_functions import insert_from
from orders.models import Order, OrderChange


def claim_guest_orders(user: User, *, at: datetime) -> int:
    """Give a customer the orders that were bought as a guest with the same e-mail address; returns how many.

    The caller has verified that the address is the customer's own. The orders earn points like any other. A correction
    of the address takes such an order out of the account again. Not those that were sold at the box office, where the
    customer's code earns points, nor those whose address may be a seller's own: staff or a partner entered it. Two
    queries. Owns its transaction.
    """
    changes, kinds = OrderChange.objects.filter(order=OuterRef("pk")), OrderChange.Kind
    by_seller = changes.filter(Q(kind=kinds.ADDRESS, actor__isnull=False) | Q(kind=kinds.PARTNER))
    with transaction.atomic():
        sold = Order.objects.filter(~Exists(by_seller), user__isnull=True, email=user.email).exclude(email="")
        orders = sold.exclude(channel__in=[Order.Channel.BOX_OFFICE, Order.Channel.GROUP])
        insert_from(orders, OrderChange, order=F("pk"), kind=kinds.CLAIMED, at=at, actor=user.pk)
        return orders.update(user=user)
