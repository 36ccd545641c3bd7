import threading
from typing import Any

import pytest
from django.db import connections

from reports.models import Campaign, CampaignVisits
from reports.services.campaigns import count_visit
from tests.helpers.factories import NOON

VISITORS = 8


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_first_visits_of_a_day_that_come_at_once_are_all_counted() -> None:
    campaign = Campaign.objects.create(name="Autumn", key="autumn")
    together, wrong = threading.Barrier(VISITORS), []

    def visit() -> None:
        try:
            together.wait(10)
            count_visit(campaign, at=NOON)
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads: list[Any] = [threading.Thread(target=visit) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (wrong, CampaignVisits.objects.get().visits) == ([], VISITORS)
