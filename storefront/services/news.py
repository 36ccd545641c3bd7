"""Consent to news and offers in the shop: whom it asks, and what it records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from accounts.models import MarketingConsent, User
from accounts.services.consents import (
    Channel,
    Place,
    consented_by,
    is_proved_by_account,
    offered_channels,
    record_consent,
    wording,
)
from orders.models import Order
from storefront import request_identity


@dataclass(frozen=True)
class NewsChoice:
    """What somebody wants by one channel: `label` is the sentence of the consent, `withdrawal` that of the opposite."""

    channel: Channel
    recipient: str
    is_given: bool
    label: str
    withdrawal: str


def channels_to_ask(request: HttpRequest) -> list[Channel]:
    """The channels that the checkout asks about: not what a customer agreed to before, and nothing of colleagues, who
    may buy for somebody else. Two queries for customers who are signed in. Reads only.
    """
    if request_identity.is_colleague(request):
        return []
    user = request_identity.customer(request)
    known = consented_by(user, contacts(user)) if user is not None else set()
    return [channel for channel in offered_channels() if channel not in known]


def contacts(of: User | Order) -> dict[Channel, str]:
    """Where this account or order gets messages, by channel. Reads only."""
    known = {Channel.EMAIL: of.email, Channel.SMS: of.phone}
    return {channel: known[channel] for channel in offered_channels() if known[channel]}


def agree(
    order: Order, agreements: Mapping[Channel, str], *, user: User | None, language: str = "", at: datetime
) -> None:
    """Record what was agreed to at the checkout of this order. One query for each channel. Owns its transaction."""
    for channel, recipient in agreements.items():
        record_consent(
            recipient,
            channel=channel,
            is_given=True,
            place=Place.CHECKOUT,
            is_proved=is_proved_by_account(channel, recipient, user),
            language=language,
            user=user,
            order=order.pk,
            at=at,
        )


def agreed_in(order: Order) -> list[Channel]:
    """What was agreed to for this order, whether it counts yet or not. One query. Reads only."""
    rows = MarketingConsent.objects.filter(order=order, recipient__in=[order.email, order.phone]).order_by("pk")
    latest = dict(rows.values_list("channel", "is_given"))
    return [Channel(channel) for channel, is_given in latest.items() if is_given]


def choices_of_order(order: Order) -> list[NewsChoice]:
    """The choices on an order's page: only what was agreed to with this order, so that nobody learns what an address
    has agreed to by ordering with it. One query. Reads only.
    """
    return _choices(contacts(order), set(agreed_in(order)))


def choices_of_customer(user: User) -> list[NewsChoice]:
    """The choices of an account. Two queries. Reads only."""
    found = contacts(user)
    return _choices(found, consented_by(user, found))


def _choices(found: Mapping[Channel, str], given: set[Channel]) -> list[NewsChoice]:
    return [
        NewsChoice(channel, recipient, channel in given, wording(channel), wording(channel, is_given=False))
        for channel, recipient in found.items()
    ]


def choose(
    choice: NewsChoice,
    *,
    is_given: bool,
    user: User | None = None,
    order: Order | None = None,
    language: str = "",
    at: datetime,
) -> None:
    """Record another choice of an account (without `order`), or of whoever has an order's link. The same choice again
    records nothing. Owns its transaction.
    """
    if is_given == choice.is_given:
        return
    record_consent(
        choice.recipient,
        channel=choice.channel,
        is_given=is_given,
        place=Place.ACCOUNT if order is None else Place.ORDER,
        is_proved=order is None and is_proved_by_account(choice.channel, choice.recipient, user),
        language=language,
        user=user,
        order=order.pk if order else None,
        at=at,
    )
