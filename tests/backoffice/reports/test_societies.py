from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from reports.models import SocietyRate
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

ADD = "admin:reports_societyrate_add"
ENTERED = {"society": "RAO", "percent": "1.5", "base": "BOX_OFFICE", "valid_from": "2026-01-01"}


def test_a_rate_is_entered_and_changed_with_a_history():
    client = browser(someone("accountant", all_cinemas=True))

    client.post(reverse(ADD), ENTERED)
    rate = SocietyRate.objects.get()
    client.post(reverse("admin:reports_societyrate_change", args=[rate.pk]), {**ENTERED, "percent": "2"})

    rate.refresh_from_db()
    assert (rate.percent, rate.valid_from, rate.cinema) == (2, date(2026, 1, 1), None)
    assert [each.percent for each in SocietyRate.history.order_by("history_id")] == [Decimal("1.5"), 2]
    assert client.get(reverse("admin:reports_societyrate_history", args=[rate.pk])).status_code == 200
    assert client.get(reverse("admin:reports_societyrate_changelist")).status_code == 200


@pytest.mark.parametrize("role", ["cinema_manager", "floor_manager", "cashier"])
def test_others_enter_no_rate(role):
    assert browser(someone(role, all_cinemas=True)).post(reverse(ADD), ENTERED).status_code == 403
    assert not SocietyRate.objects.exists()


def test_a_percentage_over_100_is_refused_in_words():
    answer = browser(someone("owner", all_cinemas=True)).post(reverse(ADD), {**ENTERED, "percent": "101"})

    assert answer.context_data["adminform"].form.errors.keys() == {"percent"}
    assert not SocietyRate.objects.filter(percent__gt=Decimal(100)).exists()
