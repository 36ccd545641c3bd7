import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from integrations.models import WebhookEndpoint
from tests.helpers.factories import NOON, a_paid_order
from tests.helpers.fakes.webhook_receiver import a_webhook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

LINE = re.compile(r"(# (HELP|TYPE) cinema_\w+ .+|cinema_\w+(\{\w+=\"[^\"]*\"\})? -?[\d.e+]+)")


@pytest.fixture
def page(settings: Any) -> Any:
    settings.METRICS_TOKEN = "watching"
    return lambda token="watching": Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def test_gauges_come_from_the_database(page: Any) -> None:
    a_paid_order(at=NOON - timedelta(minutes=10))  # its tickets wait to be sent
    a_webhook(status="QUEUED", at=NOON - timedelta(minutes=20))
    left = a_webhook("A receiver that nobody wants any more", status="QUEUED", at=NOON - timedelta(days=9))
    WebhookEndpoint.objects.filter(pk=left.endpoint_id).update(is_active=False)
    call_command("announce_sessions", at=NOON.isoformat(), verbosity=0)

    lines = page().text.splitlines()

    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert 'cinema_unsent_oldest_seconds{kind="message"} 600' in lines
    assert 'cinema_unsent_oldest_seconds{kind="webhook"} 1200' in lines
    assert 'cinema_unsent{kind="refund"} 0' in lines
    assert "cinema_webhook_receivers_off 1" in lines
    assert 'cinema_job_last_success_seconds{job="announce_sessions"} 0' in lines


def test_the_page_is_protected_and_off_without_a_token(page: Any, settings: Any) -> None:
    assert page("guess").status_code == 401
    settings.METRICS_TOKEN = ""
    assert page("").status_code == 404
