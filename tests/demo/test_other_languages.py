import pytest
from django.utils.translation import override

from demo import sample_data
from demo.film_pages import COMING, PAGES, STILL_SHOWN, Page
from demo.other_languages import DESCRIPTIONS, NAMES, TEXTS, add_other_languages
from screenings.models import Film


def test_everything_that_is_on_sale_in_the_demo_has_a_name_in_each_language() -> None:
    halls = [hall.name for hall in sample_data.HALLS]
    goods = [name for name, *_rest in sample_data.BAR]
    places = [text for venue in sample_data.VENUES for text in venue[:3]]
    films = [page.title for page in (*PAGES, *STILL_SHOWN, COMING)]

    assert {*halls, *goods, *places, *films, *sample_data.TICKET_TYPES} <= TEXTS.keys()
    assert [*DESCRIPTIONS] == films
    assert NAMES.keys() == {*sample_data.FIRST_NAMES, *sample_data.LAST_NAMES}


@pytest.mark.django_db
def test_a_film_of_the_demo_is_read_in_the_language_of_the_visitor() -> None:
    page: Page = COMING
    Film.objects.create(
        title=page.title, description=page.description, director=page.director, starring=page.starring,
        country="Россия", duration_minutes=91,
    )  # fmt: skip

    add_other_languages()

    film = Film.objects.get()
    with override("de"):
        assert (film.shown.title, film.shown.country) == ("Der Kater, der alles wusste, kehrt zurück", "Russland")
        assert (film.shown.director, film.shown.starring) == ("Maria Zhivago", "Stimmen: Boris Nechai, Anna Lebed")
    with override("ru"):
        assert film.shown.title == page.title
