from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password

from accounts.models import Pin
from cinema import clock
from tests.helpers.factories import a_cinema
from tests.helpers.users import PASSWORD, browser, someone

pytestmark = pytest.mark.django_db

PAGE = "/admin/accounts/user/pin/"


def test_a_person_sets_their_own_pin_after_the_password() -> None:
    person = someone("usher", a_cinema())
    client = browser(person, password_at=clock.now() - timedelta(hours=1))

    assert client.post(PAGE, {"pin": "4826"}).status_code == 200
    assert not Pin.objects.exists()
    client.post(PAGE, {"pin": "4826", "password_again": PASSWORD})

    assert check_password("4826", Pin.objects.get(user=person).digest)


def test_a_simple_pin_is_refused_on_the_page() -> None:
    page = browser(someone("usher", a_cinema())).post(PAGE, {"pin": "1111"})

    assert "at least 4 digits" in page.text
    assert not Pin.objects.exists()
