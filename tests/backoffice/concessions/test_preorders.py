"""The page of snack pre-orders: mark as ready and hand over."""

import pytest
from django.utils import timezone

from concessions.models import ConcessionPreorder
from tests.helpers.factories import a_paid_order, an_item
from tests.helpers.order_rows import upcoming_session
from tests.helpers.pages.admin_pages import admin_url, messages_of, run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def snacks(cinema):
    order = a_paid_order(upcoming_session(cinema), snacks=[(an_item(cinema), 2)], at=timezone.now())
    return order.preorders.get()


def test_a_preorder_is_marked_as_ready_and_handed_over_once(cinema, snacks):
    client = browser(someone("bar", cinema))

    run_action(client, snacks, "ready")
    done = run_action(client, snacks, "hand_over")
    again = run_action(client, snacks, "hand_over")

    snacks.refresh_from_db()
    assert snacks.status == ConcessionPreorder.Status.COLLECTED
    assert messages_of(done) == [f"{snacks}: handed over."]
    assert f"{snacks}. Status: Collected." in again.content.decode()


def test_ushers_cannot_hand_over_snacks(cinema, snacks):
    answer = browser(someone("usher", cinema)).post(admin_url(snacks, "hand_over"))

    snacks.refresh_from_db()
    assert answer.status_code == 403
    assert snacks.status == ConcessionPreorder.Status.PENDING
