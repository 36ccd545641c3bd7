from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from accounts.models import User
from cinema.db_functions import insert_from
from orders.models import Order, OrderChange
from payments.models import Gateway, Payment


def claim_guest_orders(user: User, *, at: datetime) -> int:
    """Give a customer the orders that were bought as a guest with the same e-mail address; returns how many.

    The caller has verified that the address is the customer's own. The orders earn points like any other. A correction
    of the address takes such an order out of the account again. Not those that were sold at the box office, where the
    customer's code earns points, nor those whose address may be a seller's own: staff entered it, or a partner sold the
    order on account. Two queries. Owns its transaction.
    """
    by_staff = OrderChange.objects.filter(order=OuterRef("pk"), kind=OrderChange.Kind.ADDRESS, actor__isnull=False)
    on_account = Payment.objects.filter(order=OuterRef("pk"), gateway=Gateway.ACCOUNT)
    with transaction.atomic():
        sold = Order.objects.filter(
            ~Exists(by_staff), ~Exists(on_account), user__isnull=True, email=user.email
        ).exclude(email="")
        orders = sold.exclude(channel__in=[Order.Channel.BOX_OFFICE, Order.Channel.GROUP])
        insert_from(orders, OrderChange, order=F("pk"), kind=OrderChange.Kind.CLAIMED, at=at, actor=user.pk)
        return orders.update(user=user)
