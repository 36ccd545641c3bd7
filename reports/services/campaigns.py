"""What a link of a campaign brings: visits by date, and the orders of those who came by it."""

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from orders.models import Order
from reports.models import Campaign, CampaignOrder, CampaignVisits


def campaign_of_link(key: str) -> Campaign | None:
    """The campaign in whose link this code stands, if visits by it are counted. One query. Reads only."""
    return Campaign.objects.filter(key=key, is_active=True).first()


def count_visit(campaign: Campaign, *, at: datetime) -> None:
    """Count one visit of today. One query, three for the first visit of a date. Owns its transaction."""
    today = CampaignVisits.objects.filter(campaign=campaign, date=timezone.localdate(at))
    if not today.update(visits=F("visits") + 1):
        row = CampaignVisits(campaign=campaign, date=timezone.localdate(at))
        CampaignVisits.objects.bulk_create([row], ignore_conflicts=True)  # of two first visits at once, one makes it
        today.update(visits=F("visits") + 1)


def credit_order(order: Order, *, key: str) -> None:
    """Note which campaign brought a new order: that of the order which it replaces, else the one of the link, if any.

    An order that is credited keeps its campaign. Three queries at most, none without a link. Owns its transaction.
    """
    former = (
        CampaignOrder.objects.filter(order=order.replaces_id) if order.replaces_id else CampaignOrder.objects.none()
    )
    campaign = former.values_list("campaign", flat=True).first()
    if campaign is None and key and (found := campaign_of_link(key)):
        campaign = found.pk
    if campaign is not None:
        CampaignOrder.objects.bulk_create([CampaignOrder(order=order, campaign_id=campaign)], ignore_conflicts=True)
