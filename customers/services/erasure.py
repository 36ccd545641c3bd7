"""Erases a customer's personal data; the accounts stay complete."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Approval, User
from accounts.phones import is_unmistakable
from accounts.services import (
    Words,
    admin_log,
    anonymise,
    delete_login_attempts,
    forget_customer,
    is_anonymous,
    redact_approvals,
    redact_everywhere,
    redact_rows,
    text_of_higher_apps,
)
from allocations.models import GroupBooking
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import expire
from concessions.models import StockMovement
from customers.errors import CannotEraseStaff, ErasedAlready, OrdersStillOpen
from customers.services.customer import Customer
from jobs.models import JobRun, QuarantinedRow
from notifications.models import Notification
from notifications.services.chosen_phones import is_of_another
from orders.locks import lock_orders
from orders.models import Order, OrderChange, OrderEvent, Scan
from orders.reasons import Reason
from payments.models import Dispute, Payment, Receipt, Refund
from screenings.models import SeatOutage, Session

#: What people write in their own words, and errors, which may quote anything; beside it the log of the admin.
FREE_TEXT: dict[type[Model], list[str]] = {
    OrderEvent: ["reason"],
    OrderChange: ["reason", "details"],
    Scan: ["override"],
    Refund: ["reason", "error"],
    Receipt: ["error"],
    Dispute: ["reason"],
    BonusTransaction: ["description"],
    StockMovement: ["reason"],
    Session: ["cancel_reason"],
    SeatOutage: ["reason"],
    Approval: ["about", "facts", "arguments", "why"],
    Notification: ["context", "error"],
    JobRun: ["error"],
    QuarantinedRow: ["error"],
}
LOG_TEXT = ["object_repr", "change_message"]


def ways_to_order(model: type[Model]) -> list[str]:
    """The lookups that lead from a row to an order: over a key of its own, or of a row that it points to."""
    keys = [(key.name, key.related_model) for key in foreign_keys(model)]
    others = [(name, target) for name, target in keys if target is not Order]
    further = [(f"{name}__{key.name}", key.related_model) for name, target in others for key in foreign_keys(target)]
    return [name for name, target in (*keys, *further) if target is Order]


def foreign_keys(model: type[Model]) -> list[ForeignKey[Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


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


def _of_strangers(user: User | None) -> Q:
    """Orders that others may have written to the customer's address, so that they keep nobody from being erased: those
    of other accounts, and what guests hold online and have not paid."""
    held = Q(user__isnull=True, channel=Order.Channel.ONLINE, status__in=Order.UNPAID)
    return held | (Q(user__isnull=False) & ~Q(user=user))


def erase_customer(customer: Customer, *, at: datetime) -> None:
    """Erase the customer's name, addresses and phone number from every row that holds them, for good.

    Their orders, payments, refunds, receipts and points transactions stay, without a name. Remaining points expire;
    messages and failed log-ins are deleted; the account cannot be used any more. With `only`, it is about that order
    alone. Raises `ErasedAlready`, `CannotEraseStaff`, `OrdersStillOpen` while one is not settled. Owns its transaction.
    """
    with transaction.atomic():
        whole = customer.only is None
        # Others' orders may be written to this address: it is as much the customer's there.
        column = "email" if "@" in customer.address else "phone"
        mentioned = Q(**{f"{column}__iexact": customer.address})
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
        theirs = named.exclude(_of_strangers(user)) if whole else named
        waiting = list(still_open(theirs).order_by("pk").values_list("number", flat=True)[:5])
        if waiting:
            text = _(
                "Nothing was deleted: orders %(orders)s are still open. Try again once they are completed, "
                "refunded or cancelled."
            )
            raise OrdersStillOpen(text % {"orders": ", ".join(waiting)})
        messages = customer.messages(orders)
        # Elsewhere than on their orders, only their own: anybody can order with anybody's address, or type a number.
        may_be_own = user is not None and not is_of_another(user)
        paid_with = {order.phone for order in orders if order.paid_at and order.user_id} if may_be_own else set()
        own_addresses = {customer.address, *((user.email, *(paid_with & {user.phone})) if user else ())}
        addresses = own_addresses | {each for order in orders for each in (order.email, order.phone)}
        addresses |= {user.phone} if user else set()
        addresses |= OrderChange.objects.former_addresses(orders)
        first, last = (user.first_name.strip(), user.last_name.strip()) if user else ("", "")
        account = BonusAccount.objects.filter(user=user).first() if user else None

        Notification.objects.filter(pk__in=[message.pk for message in messages]).delete()
        rows: list[Model] = [*orders, *filter(None, [user, account])]
        names = {f"{first} {last}", f"{last} {first}", last} if whole else set()
        known_as = {name for name in (*names, first if whole else "") if name.upper() not in Reason.values}
        about_them = Words(addresses=set(filter(is_unmistakable, addresses)), names=known_as)
        keys = [order.pk for order in orders]
        asked_about = [*rows, *Refund.objects.filter(order__in=keys)]
        redact_rows(admin_log([*rows, *redact_approvals(asked_about, at=at)]), LOG_TEXT, about_them)
        everything = {**FREE_TEXT, **text_of_higher_apps()}
        for model, columns in everything.items():
            if about_orders := [Q(**{f"{way}__in": keys}) for way in ways_to_order(model)]:
                redact_rows(model._base_manager.filter(reduce(or_, about_orders)), columns, about_them)
        if account is not None:
            redact_rows(account.transactions.all(), FREE_TEXT[BonusTransaction], about_them)
        forget_customer(own_addresses if whole else (), user=user, orders=keys)
        if whole:
            delete_login_attempts({customer.address.lower()})
            anywhere = Words(addresses=set(filter(is_unmistakable, own_addresses)), names=names, beside_addresses=True)
            redact_everywhere(everything, anywhere)
            others = Order.objects.filter(pk__in=list(named.exclude(pk__in=keys).values_list("pk", flat=True)))
            account_of_order = User.objects.filter(pk=OuterRef("user")).values("email")
            others.update(**{column: Coalesce(Subquery(account_of_order), Value("")) if column == "email" else ""})
            if user is not None and user.phone and user.phone in own_addresses:
                # Little proves whose number it is: an open order that has no other address keeps it.
                by_phone = Order.objects.filter(phone=user.phone).exclude(pk__in=keys)
                only_address = by_phone.filter(email="", user__isnull=True)
                by_phone.exclude(pk__in=still_open(only_address)).update(phone="")
        GroupBooking.objects.filter(group_orders__order__in=keys).update(contact="", payer="")
        Order.objects.filter(pk__in=keys).update(email="", phone="")
        if account is not None:
            expire([account], at=at)
        if user is not None:
            anonymise(user)
