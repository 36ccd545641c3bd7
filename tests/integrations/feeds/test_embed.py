from datetime import timedelta

import pytest
from django.test import Client

from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def test_a_frame_shows_the_days_with_their_films_and_what_is_sold_out() -> None:
    hall = a_hall(rows=["ss"])
    gone = a_session(hall, start=NOON + timedelta(hours=2))
    a_session(hall, start=NOON + timedelta(days=2))
    a_session(hall, start=NOON + timedelta(days=8))
    a_paid_order(gone, seats=2)

    page = Client().get(f"/embed/{hall.cinema_id}/?language=en")

    assert [len(films) for _day, films in page.context["days"]] == [1, 1]
    assert page.text.count("Sold out") == 1
    assert page.text.count("<a href=") == page.text.count('<a class="sold-out" href=') == 1
    assert not page.cookies
    assert '<html lang="ru">' in Client().get(f"/embed/{hall.cinema_id}/?language=ru").text


def test_only_the_listed_sites_may_show_it(settings) -> None:
    hall = a_hall()
    address = f"/embed/{hall.cinema_id}/"

    assert "frame-ancestors 'none'" in Client().get(address)["Content-Security-Policy"]
    settings.EMBED_ON = ["https://www.cinema.example"]
    page = Client().get(address)

    assert "frame-ancestors https://www.cinema.example;" in page["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in page
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert Client().get("/embed/0/").status_code == 404
