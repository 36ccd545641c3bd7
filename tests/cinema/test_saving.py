"""A page's form writes what was typed, and nothing that services moved meanwhile."""

import pytest
from django.urls import reverse

from concessions.models import ConcessionItem
from tests import scenes
from tests.accounts.people import browser, someone

pytestmark = pytest.mark.django_db


def test_a_sale_while_a_price_is_typed_is_not_undone(monkeypatch):
    item = scenes.an_item(stock=7)
    client = browser(someone("cinema_manager", item.cinema))
    save = ConcessionItem.save

    def sold_meanwhile(self, *args, **kwargs):
        ConcessionItem.objects.filter(pk=self.pk).update(stock_quantity=3)
        save(self, *args, **kwargs)

    monkeypatch.setattr(ConcessionItem, "save", sold_meanwhile)
    typed = {"name": item.name, "price": "150", "max_stock_quantity": 100, "low_stock_percent": 20, "is_active": "on"}
    client.post(
        reverse("admin:concessions_concessionitem_change", args=[item.pk]),
        {**typed, "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0},
    )

    item.refresh_from_db()
    assert (item.price, item.stock_quantity) == (150, 3)
