import io

import pytest
from PIL import Image

from demo.film_pages import COMING, PAGES, STILL_SHOWN, add_film_pages
from demo.posters import PALETTES, POSTER, draw
from demo.sample_data import FILMS, PAST_FILMS
from screenings.models import Film
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def test_each_film_of_the_demo_has_a_page_and_a_drawing_of_its_own() -> None:
    assert [page.title for page in PAGES] == [title for title, *_facts in FILMS]
    assert [page.title for page in STILL_SHOWN] == [title for title, *_facts in PAST_FILMS[: len(STILL_SHOWN)]]
    pages = [*PAGES, *STILL_SHOWN]
    assert len({page.motif for page in pages}) == len(pages)
    assert {page.motif for page in pages} < PALETTES.keys()  # the others are of the bar and the chain


def test_a_poster_is_drawn_the_same_each_time() -> None:
    poster = draw("door", size=POSTER, title="Подвал", credit="Режиссёр")

    assert Image.open(io.BytesIO(poster)).size == POSTER
    assert draw("door", size=POSTER, title="Подвал", credit="Режиссёр") == poster


def test_films_get_texts_and_pictures_and_one_is_announced() -> None:
    Film.objects.create(title=PAGES[0].title, duration_minutes=100)

    add_film_pages(at=NOON)

    shown, coming = Film.objects.order_by("pk")
    assert (shown.description, shown.featured, coming.title) == (PAGES[0].description, 1, COMING.title)
    assert list(shown.pictures.values_list("kind", flat=True)) == ["POSTER", "STILL"]
    assert list(coming.pictures.values_list("kind", flat=True)) == ["POSTER"]
    assert list(Film.objects.filter(Film.announced(NOON.date()))) == [coming]
