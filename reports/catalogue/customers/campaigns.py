"""What campaigns brought: visits by their links, and paid orders by the links and by their promo codes."""

from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from reports import definitions
from reports.catalogue.customers.shared import as_of, bounds, columns_of, plain, subtitle_of_cinemas, values_of
from reports.code_names import code_names
from reports.models import Campaign, CampaignFigures, CampaignVisits
from reports.reading import Period
from reports.tables import Column, Table

NOTHING = dict.fromkeys(CampaignFigures.MEASURES, 0)


def campaigns(period: Period) -> Table:
    """Campaigns with a visit or an order in the months, by what they made. Five queries at most."""
    found: Any = CampaignFigures.objects.filter(cinema__in=period.cinemas, month__range=bounds(period)).order_by()
    sums = found.values("campaign").annotate(**{f"sum_{each}": Sum(each) for each in CampaignFigures.MEASURES})
    brought = {row["campaign"]: plain(row) for row in sums}
    by_date = CampaignVisits.objects.filter(date__range=bounds(period)).order_by()
    visits = dict(by_date.values_list("campaign").annotate(Sum("visits")))
    rows = [
        (campaign, {**NOTHING, **brought.get(campaign.pk, {}), "visits": visits.get(campaign.pk, 0)})
        for campaign in Campaign.objects.filter(Q(pk__in=brought) | Q(pk__in=visits)).order_by("name", "pk")
    ]
    codes = code_names([campaign.promocode_id for campaign, _sums in rows if campaign.promocode_id])
    return Table(
        title=_("What campaigns brought"),
        subtitle=subtitle_of_cinemas(period),
        columns=[
            Column("campaign", _("Campaign")),
            Column("code", _("Promo code")),
            *columns_of(definitions.BROUGHT_BY_CAMPAIGN),
        ],
        rows=[
            {
                "campaign": campaign.name,
                "code": codes[campaign.promocode_id] if campaign.promocode_id else "",
                **values_of(definitions.BROUGHT_BY_CAMPAIGN, row),
            }
            for campaign, row in sorted(rows, key=lambda each: -each[1]["takings"])
        ],
        notes=[
            _("Visits are those of the whole chain up to now: a link leads to the shop, not to one cinema."),
            _("Somebody who came by a link might have come without it, and may buy later in another browser."),
            as_of(),
        ],
    )
