import pytest

from film_hire.models import StatementAddress
from tests.helpers.factories import a_cinema
from tests.helpers.film_hire_rows import a_distributor
from tests.helpers.users import browser, someone


@pytest.mark.parametrize(("all_cinemas", "seen"), [(False, False), (True, True)])
def test_the_history_shows_addresses_for_statements_to_those_who_work_for_all_cinemas(db, all_cinemas, seen):
    distributor, own = a_distributor("Volga"), a_cinema()
    StatementAddress.objects.create(distributor=distributor, cinema=a_cinema(), email="gross@example.org")
    client = browser(someone("cinema_manager", own, all_cinemas=all_cinemas))

    page = client.get(f"/admin/screenings/distributor/{distributor.pk}/history/")

    assert page.status_code == 200
    assert ("gross@example.org" in page.text) is seen
