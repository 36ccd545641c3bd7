"""Erases a customer's personal data; the accounts stay complete."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import (
    anonymise,
    delete_login_attempts,
    is_anonymous,
    redact_admin_log,
    redact_approvals,
    redact_column,
)
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import expire
from notifications.models import Notification
from orders.errors import CannotEraseStaff, ErasedAlready, OrdersStillOpen
from orders.locks import lock_orders
from orders.models import Order, OrderChange, OrderEvent, Scan
from orders.services.customers.customer import Customer
from payments.models import Dispute, Payment, Receipt, Refund

#: What people write in their own words about a customer's orders and points.
FREE_TEXT: list[tuple[type[Model], str, str]] = [
    (OrderEvent, "reason", "order__in"),
    (OrderChange, "reason", "order__in"),
    (Scan, "override", "ticket__order__in"),
    (Refund, "reason", "order__in"),
    (BonusTransaction, "description", "order__in"),
]


def still_open(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders about which the customer may still have to be contacted or refunded."""
    here = {"order": OuterRef("pk")}
    return orders.filter(
        Q(status__in=[*Order.UNPAID, Order.Status.PAID])
        | Q(status=Order.Status.COMPLETED, user__isnull=False, bonus_accrued_at__isnull=True)
        | Q(status=Order.Status.REFUNDED, refund_processed_at__isnull=True)
        | Exists(Payment.objects.filter(status=Payment.Status.PENDING, **here))
        | Exists(Refund.objects.exclude(status=Refund.Status.SUCCEEDED).filter(**here))
        | Exists(Refund.objects.awaiting_lines().filter(**here))
        | Exists(Dispute.objects.undecided().filter(payment__order=OuterRef("pk")))
        | Exists(Receipt.objects.filter(~Q(status=Receipt.Status.SENT) | Q(awaits_settlement=True), **here))
    )


def erase_customer(customer: Customer, *, at: datetime) -> None:
    """Erase the customer's name, addresses and phone number from every row that holds them, for good.

    Their orders, payments, refunds, receipts and points transactions stay, without a name. Remaining points expire;
    messages and failed log-ins are deleted; the account can no longer be used. Of a customer of one order (`only`) just
    what belongs to that order is erased. Raises `ErasedAlready`,
    `CannotEraseStaff`, and `OrdersStillOpen` while one of the orders is not settled. Owns its transaction.
    """
    with transaction.atomic():
        # Others' orders may be written to this address: it is as much the customer's there.
        whole = customer.only is None
        column = "email" if "@" in customer.address else "phone"
        mentioned = Q(**{f"{column}__in": {customer.address, customer.address.lower()} - {""}})
        own = Q(pk__in=customer.orders())
        named = Order.objects.filter(own | mentioned if whole else own)
        lock_orders(list(named.values_list("pk", flat=True)))
        orders = list(customer.orders().order_by("pk"))
        user = User.objects.select_for_update().get(pk=customer.user.pk) if customer.user else None
        erased = not whole and not any(order.recipient for order in orders)
        if not customer.address or erased or (user is not None and is_anonymous(user)):
            raise ErasedAlready(_("This customer’s personal data has already been deleted."))
        if user is not None and user.is_staff:
            raise CannotEraseStaff(_("Staff accounts can’t be erased. Deactivate the account instead."))
        waiting = list(still_open(named).order_by("pk").values_list("number", flat=True)[:5])
        if waiting:
            raise OrdersStillOpen(
                _(
                    "Nothing was deleted: orders %(orders)s are still open. Try again once they are completed, "
                    "refunded or cancelled."
                )
                % {"orders": ", ".join(waiting)}
            )
        messages = customer.messages(orders)
        addresses = {customer.address} | {each for order in orders for each in (order.email, order.phone)}
        names: set[str] = set()
        if user is not None:
            addresses |= {user.email, user.phone}
            names = {user.get_full_name(), user.first_name, user.last_name}
        addresses, names = addresses - {""}, names - {""}
        account = BonusAccount.objects.filter(user=user).first() if user else None

        Notification.objects.filter(pk__in=[message.pk for message in messages]).delete()
        if whole:
            delete_login_attempts({address.lower() for address in addresses})
        rows: list[Model] = [*orders, *filter(None, [user, account])]
        redact_admin_log(
            [*rows, *redact_approvals(rows)],
            words=names if whole else addresses,
            everywhere=addresses if whole else set(),
        )
        _redact_free_text(orders, account, words=addresses | names)
        keys = [order.pk for order in orders]
        others = list(named.exclude(pk__in=keys).values_list("pk", flat=True))
        Order.objects.filter(pk__in=others).update(**{column: ""})
        Order.objects.filter(pk__in=keys).update(email="", phone="")
        if account is not None:
            expire([account], at=at)
        if user is not None:
            anonymise(user)


def _redact_free_text(orders: list[Order], account: BonusAccount | None, *, words: set[str]) -> None:
    """Redact these words in free-text reasons."""
    written: list[tuple[type[Model], str, dict[str, object]]] = [
        (model, field, {path: [order.pk for order in orders]}) for model, field, path in FREE_TEXT
    ]
    if account is not None:
        written.append((BonusTransaction, "description", {"bonus_account": account.pk}))
    for model, field, of in written:
        redact_column(model._default_manager.filter(**of), field, words=words)
