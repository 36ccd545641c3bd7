import pytest
from django.core.management import call_command
from django.urls import reverse

from cinema import clock
from tests.helpers.factories import a_cinema
from tests.helpers.users import browser, someone
from tests.helpers.visits import a_visit

pytestmark = pytest.mark.django_db

PAGES = ("customers", "cohorts", "groups", "favourites", "reminders", "winback", "campaigns")


@pytest.mark.parametrize("name", PAGES)
def test_who_works_for_some_cinemas_sees_one_of_them_at_a_time(name):
    own, second, other = sorted((a_cinema() for _ in range(3)), key=str)  # as the form lists them
    client = browser(someone("cinema_manager", own, second))

    form = client.get(reverse(f"admin:reports_{name}")).context_data["form"]
    refused = client.get(reverse(f"admin:reports_{name}"), {"cinema": other.pk})

    assert [key for key, _label in form.fields["cinema"].choices] == [str(own.pk), str(second.pk)]
    assert [list(form.period().cinemas), list(refused.context_data["form"].period().cinemas)] == [[own], [own]]
    assert list(refused.context_data["form"].errors) == ["cinema"]


@pytest.mark.parametrize("name", PAGES)
def test_each_page_says_what_its_figures_mean_and_how_old_they_are(name, django_assert_max_num_queries):
    now, cinema = clock.now(), a_cinema()
    for days_ago in (200, 40, 10):
        a_visit("viewer@example.org", to=cinema, days_ago=days_ago, now=now)
    client = browser(someone("owner", all_cinemas=True))
    before = client.get(reverse(f"admin:reports_{name}"), headers={"Accept-Language": "en"}).content.decode()
    call_command("refresh_engagement")

    with django_assert_max_num_queries(15):
        text = client.get(reverse(f"admin:reports_{name}"), headers={"Accept-Language": "en"}).content.decode()

    assert "have not been counted yet" in before
    assert "As of " in text
    assert "Formula: " in text
    assert "Source: " in text
