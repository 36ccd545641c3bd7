"""API keys in the admin: shown once, and kept nowhere."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.models import Partner
from integrations.services.keys import partner_of
from tests.helpers.database.text_columns import columns_with
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_new_key_is_shown_once_and_stands_in_no_column_of_any_table() -> None:
    partner = Partner.objects.create(name="Tickets Everywhere", all_cinemas=True)
    client = browser(someone("owner", all_cinemas=True))

    page = client.post(
        reverse("admin:integrations_partner_make_key", args=[partner.pk]), {"confirmed": "yes"}, follow=True
    )

    (key,) = set(re.findall(r"cine[0-9a-f]+_[\w-]+", page.text))
    assert partner_of(key, address=None, at=timezone.now()) == partner
    assert columns_with([key.partition("_")[2].lower()]) == set()
    assert (
        "A new API key was made." in client.get(reverse("admin:integrations_partner_history", args=[partner.pk])).text
    )
