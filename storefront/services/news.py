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
    may_withdraw,
    offered_channels,
    record_consent,
    wording,
)
from orders.models import Order
from storefront import request_identity


@dataclass(frozen=True)
class NewsChoice:
    """What somebody wants by one channel: `label` is the sentence of the consent, `withdrawal` that of the opposite.
    It counts once it is confirmed, by a link that is sent to the recipient if nothing else proves it.
    """

    channel: Channel
    recipient: str
    is_given: bool
    is_confirmed: bool
    label: str
    withdrawal: str


def channels_to_ask(request: HttpRequest) -> list[Channel]:
    """The channels that the checkout asks about: not those for which a customer's consent counts already, and nothing
    of colleagues, who may buy for somebody else. Two queries for customers who are signed in. Reads only.
    """
    if request_identity.is_colleague(request):
        return []
    user = request_identity.customer(request)
    known = consented_by(user, contacts(user)) if user is not None else {}
    return [channel for channel in offered_channels() if not known.get(channel)]


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


def agreed_in(order: Order) -> dict[Channel, bool]:
    """What was agreed to for this order, each channel with whether it is confirmed. One query. Reads only."""
    rows = MarketingConsent.objects.news().filter(order=order, recipient__in=[order.email, order.phone]).order_by("pk")
    latest = {row.channel: row for row in rows}
    return {Channel(channel): row.is_proved for channel, row in latest.items() if row.is_given}


def choices_of_order(order: Order) -> list[NewsChoice]:
    """The choices on an order's page: only what was agreed to with this order, so that nobody learns what an address
    has agreed to by ordering with it. One query. Reads only.
    """
    return _choices(contacts(order), agreed_in(order))


def choices_of_customer(user: User) -> list[NewsChoice]:
    """The choices of an account. Two queries. Reads only."""
    found = contacts(user)
    return _choices(found, consented_by(user, found))


def _choices(found: Mapping[Channel, str], given: Mapping[Channel, bool]) -> list[NewsChoice]:
    return [
        NewsChoice(
            channel,
            recipient,
            is_given=channel in given,
            is_confirmed=given.get(channel, False),
            label=wording(channel),
            withdrawal=wording(channel, is_given=False),
        )
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
    records nothing. What was confirmed because of this account or order is withdrawn at once. Owns its transaction.
    """
    if is_given == choice.is_given:
        return
    key = order.pk if order else None
    is_proved = order is None and is_proved_by_account(choice.channel, choice.recipient, user)
    if not is_given and not is_proved:
        is_proved = may_withdraw(choice.channel, choice.recipient, user=user, order=key)
    record_consent(
        choice.recipient,
        channel=choice.channel,
        is_given=is_given,
        place=Place.ACCOUNT if order is None else Place.ORDER,
        is_proved=is_proved,
        language=language,
        user=user,
        order=key,
        at=at,
    )
