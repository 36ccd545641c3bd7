import pytest
from django.core.management import call_command

from accounts.models import MarketingConsent, User
from demo.connections import add_campaign, add_consents
from reports.models import Campaign, CampaignFigures, CampaignOrder, CampaignVisits
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_promocode


@pytest.mark.django_db
def test_the_demo_has_a_campaign_that_brought_visits_and_orders() -> None:
    a_promocode()
    a_paid_order(at=NOON)
    call = NOON.replace(day=NOON.day + 1)

    for _again in range(2):
        add_campaign(at=call)
    call_command("refresh_engagement", at=call.isoformat(), verbosity=0)

    assert (Campaign.objects.count(), CampaignVisits.objects.count(), CampaignOrder.objects.count()) == (1, 30, 1)
    assert CampaignFigures.objects.get().takings == PRICE


@pytest.mark.django_db
def test_some_customers_of_the_demo_agreed_to_news() -> None:
    for number in range(5):
        User.objects.create_user(f"guest{number}@example.org", "a long password")

    add_consents(at=NOON)

    agreed = MarketingConsent.objects.order_by("recipient").values_list("recipient", "is_given", "is_proved")
    assert list(agreed) == [("guest0@example.org", True, True), ("guest4@example.org", True, True)]
