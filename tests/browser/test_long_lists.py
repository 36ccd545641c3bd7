"""Finding rows in lists that are too long to page through."""

import pytest
from playwright.sync_api import expect

from backoffice.framework import scoped_choices
from tests.helpers import factories
from tests.helpers.pages.axe import barriers
from tests.helpers.pages.browser_windows import Screen
from tests.helpers.sampling import sample
from tests.helpers.users import someone


@pytest.mark.proofs
@pytest.mark.parametrize("phone", sample([False, True], turn=1, of=2))
def test_one_of_many_halls_is_found_by_its_name(screen: Screen, phone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoped_choices, "MOST_LISTED", 1)
    cinema = factories.a_cinema()
    first, _second = (factories.a_hall(cinema, rows=["ss"]) for _number in range(2))
    page = screen(someone("owner", cinema), language="ru", phone=phone)

    page.goto("/admin/screenings/seat/?kind__exact=STANDARD")
    page.locator('[x-on\\:click="filterOpen = true"], [role=button]:has-text("Фильтр")').first.click()
    page.locator("#changelist-filter .select2-selection").click()
    page.locator(".select2-search__field").fill(first.name)
    page.get_by_role("option", name=str(first)).click()
    assert barriers(page, title="Места") == []
    page.get_by_role("button", name="Применить").click()

    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    assert "kind__exact=STANDARD" in page.url
