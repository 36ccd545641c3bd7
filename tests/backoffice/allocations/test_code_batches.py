"""Batches of promo codes in the admin."""

import pytest
from django.urls import reverse

from allocations.services import begin_export, make_codes
from cinema import clock
from orders.models import Promocode
from tests.helpers.factories import NOON, a_promocode
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_the_file_has_the_codes_for_whoever_exported_them_and_no_page_shows_them(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    owner, other = someone("owner"), someone("owner", email="other@example.org")
    batch = make_codes(a_promocode(), name="Mailing", size=2, at=NOON, actor=owner)
    begin_export(batch, at=NOON, actor=owner)
    address = reverse("admin:allocations_codebatch_file", args=[batch.pk])
    codes = list(Promocode.objects.filter(of_batch__batch=batch).order_by("code").values_list("code", flat=True))

    file, refused = browser(owner).get(address), browser(other).get(address)

    assert file.text.split() == ["code", *codes]
    assert "no-store" in file["Cache-Control"]
    assert refused.status_code == 302
    for name, args in [("orders_promocode_changelist", []), ("allocations_codebatch_change", [batch.pk])]:
        assert codes[0] not in browser(owner).get(reverse(f"admin:{name}", args=args)).text
