"""A partner of the API with a key, a receiver of webhooks, consents to news and a marketing list, a campaign, proposals
of a catalogue."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.services.consents import Channel, Place, record_consent
from integrations.models import ApiKey, Catalogue, FilmLookup, FilmProposal, MarketingList, Partner, WebhookEndpoint
from integrations.services.keys import issue_key
from integrations.webhooks.signing import new_secret
from orders.models import Order, Promocode
from payments.models import LegalEntity
from reports.models import Campaign, CampaignOrder, CampaignVisits, Segment
from screenings.models import Film

PARTNER, RECEIVER = "Билеты рядом", "Пробный получатель"
CAMPAIGN_DAYS, ONE_IN = 30, 25  # of the orders bought online in these days, one in so many came by the link
MAY_AGREE, AGREES = 120, 4  # of so many customers every fourth agreed to news
CONSENT_AGE = timedelta(days=9)
PAGE = "https://www.wikidata.org/wiki/Special:Search"


def create_partner(address: str, *, at: datetime) -> str:
    """Create both, or find them; returns a new key of the partner, whose former ones stop."""
    rights = {"all_cinemas": True, "may_sell": True, "may_refund": True}
    partner, _is_new = Partner.objects.get_or_create(name=PARTNER, defaults=rights)
    WebhookEndpoint.objects.get_or_create(name=RECEIVER, defaults={"url": address, "since": at, "secret": new_secret()})
    ApiKey.objects.filter(partner=partner, revoked_at=None).update(revoked_at=at)
    return issue_key(partner, at=at)[1]


def create_proposals(*, at: datetime) -> None:
    """What Wikidata would say of the first film, which is made up, unless it was asked already."""
    film = Film.objects.order_by("pk").first()
    if film is None or film.lookups.exists():
        return
    answered = {"status": FilmLookup.Status.FOUND, "answered_at": at, "attempts": 1}
    FilmLookup.objects.create(
        film=film, source=Catalogue.WIKIDATA, requested_at=at, next_attempt_at=at, answer=PAGE, **answered
    )
    values = {"original_title": "Тихий океан памяти", "duration_minutes": "121"}
    FilmProposal.objects.bulk_create(
        FilmProposal(film=film, source=Catalogue.WIKIDATA, field=name, value=value, link=PAGE, found_at=at)
        for name, value in values.items()
    )


def add_consents(*, at: datetime) -> None:
    """Some customers agreed to news by e-mail in their accounts."""
    customers = User.objects.filter(is_staff=False, is_active=True).order_by("pk")
    agreed: dict[str, Any] = {"channel": Channel.EMAIL, "is_given": True, "place": Place.ACCOUNT, "is_proved": True}
    for user in list(customers[:MAY_AGREE])[::AGREES]:
        record_consent(user.email, **agreed, language=user.preferred_language, user=user, at=at - CONSENT_AGE)


def create_marketing_list(*, at: datetime) -> None:
    """A list of all customers who agreed to news, at the double of UniSender; or find it. Russian, as it is at home."""
    entity = LegalEntity.objects.order_by("pk").first()
    if entity is None or MarketingList.objects.exists():
        return
    segment = Segment.objects.filter(cinema=None).first() or Segment.objects.create(name="Все покупатели")
    MarketingList.objects.create(
        name="Новости", partner="UNISENDER", legal_entity=entity, segment=segment, list_id="1", secret="demo",  # noqa: S106
        next_attempt_at=at,
    )  # fmt: skip


def add_campaign(*, at: datetime) -> None:
    """A newsletter with the first promo code: visits by its link in the last weeks, and some of the orders."""
    code = Promocode.objects.filter(printed_voucher__isnull=True).order_by("pk").first()
    campaign, is_new = Campaign.objects.get_or_create(
        key="autumn", defaults={"name": "Осенняя рассылка", "promocode": code}
    )
    if not is_new:
        return
    today, since = timezone.localdate(at), at - timedelta(days=CAMPAIGN_DAYS)
    CampaignVisits.objects.bulk_create(
        CampaignVisits(campaign=campaign, date=today - timedelta(days=ago), visits=12 + ago * 7 % 19)
        for ago in range(1, CAMPAIGN_DAYS + 1)
    )
    bought = Order.objects.filter(channel=Order.Channel.ONLINE, paid_at__gte=since, paid_at__lt=at, promocode=None)
    some = list(bought.order_by("pk").values_list("pk", flat=True))[::ONE_IN]
    CampaignOrder.objects.bulk_create(CampaignOrder(order_id=key, campaign=campaign) for key in some)
