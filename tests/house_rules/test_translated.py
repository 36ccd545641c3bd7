from django.utils import translation

from house_rules.translated import text_in
from screenings.models import Cinema, Film

TEXTS = {"de": {"title": "Der Spiegel"}, "pt": {"title": "O Espelho"}}


def test_a_text_is_in_the_language_in_force_or_else_in_the_default_one() -> None:
    film = Film(title="Mirror", description="A memory.", texts=TEXTS)

    for language, title in (("de", "Der Spiegel"), ("de-at", "Der Spiegel"), ("ru", "Mirror"), ("en", "Mirror")):
        with translation.override(language):
            assert (film.shown.title, film.shown.description, film.title) == (title, "A memory.", "Mirror")


def test_a_variant_of_a_language_takes_the_texts_of_the_language() -> None:
    assert text_in("pt-br", TEXTS, "title", "Mirror") == "O Espelho"
    assert text_in("pt-br", TEXTS | {"pt-br": {"title": "Espelho"}}, "title", "Mirror") == "Espelho"


def test_an_address_is_written_in_the_language_in_force() -> None:
    cinema = Cinema(city="Казань", address="Кремлёвская, 1", texts={"en": {"city": "Kazan"}})

    with translation.override("en"):
        assert cinema.full_address == "Kazan, Кремлёвская, 1"
