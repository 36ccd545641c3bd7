"""Asks people whose address or number was only typed to confirm that they want news and offers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import MarketingConsent
from accounts.services.consents import site_name
from notifications.models import MessageKind, Notification
from notifications.services.queueing import Message, queue

NOT_AFTER = timedelta(days=7)


def to_ask(at: datetime) -> QuerySet[MarketingConsent]:
    """Consents to be confirmed whose recipient was not asked within `ASK_FOR_NEWS_AGAIN`. Reads only."""
    asked = Notification.objects.filter(
        kind=MessageKind.NEWS_CONFIRMATION,
        recipient=OuterRef("recipient"),
        created_at__gt=at - settings.ASK_FOR_NEWS_AGAIN,
    )
    return MarketingConsent.objects.news().to_confirm(at).filter(~Exists(asked))


def ask(consents: Sequence[MarketingConsent], *, at: datetime) -> None:
    """Queue the link that confirms each consent, one message a recipient: of several consents the latest.

    Two queries. Must be called inside a transaction (the consents are locked).
    """
    latest = {each.recipient: each for each in consents}
    cinemas = dict(
        MarketingConsent.objects.filter(pk__in=[each.pk for each in latest.values()]).values_list("pk", "order__cinema")
    )
    queue(
        [
            Message(
                kind=MessageKind.NEWS_CONFIRMATION,
                recipient=each.recipient,
                occasion=f"{at:%Y-%m-%d}",
                language=each.language,
                context={"link": each.confirmation_link, "wording": each.wording, "site": site_name(each.language)},
                not_after=at + NOT_AFTER,
                cinema=cinemas[each.pk],
            )
            for each in latest.values()
        ],
        at=at,
    )
