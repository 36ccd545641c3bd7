"""The list of stock movements on the page of an item."""

import pytest

from backoffice.concessions.stock_movements import StockMovementInline
from tests.helpers.pages.admin_pages import admin_url
from tests.helpers.pages.page_forms import forms_on
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_forged_number_of_inline_rows_does_not_make_the_page_larger(cinema, item):
    client, where = browser(someone("cinema_manager", cinema)), admin_url(item, "change")
    [form] = [each for each in forms_on(client.get(where).text) if "movements-TOTAL_FORMS" in each.fields]

    answer = client.post(where, form.sent(**{"movements-TOTAL_FORMS": "1000000"}))

    assert answer.status_code == 200
    assert len(answer.context_data["inline_admin_formsets"][0].formset.forms) == StockMovementInline.per_page
