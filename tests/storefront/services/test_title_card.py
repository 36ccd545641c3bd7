import pytest

from screenings.models import Film
from storefront.services.title_card import HEIGHT, LETTER, LINE, MARGIN, WIDTH, title_card

TITLES = ["Up", "Дирижабль над Невой", "A word " * 28, "Х" * 200, "Кино-приключения", "Dr. Strangelove or: " * 10]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_of_any_length_fits_its_card(title: str) -> None:
    card = title_card(Film(pk=1, title=title))

    assert " ".join(line.text for line in card.lines).split() == title.split()
    assert max(len(line.text) for line in card.lines) * card.size * LETTER <= WIDTH - 2 * MARGIN
    assert card.lines[-1].y + card.size * (LINE - 1) <= HEIGHT - MARGIN
    assert card.size > 10


def test_a_film_always_has_the_same_card() -> None:
    film = Film(pk=7, title="Solaris")

    assert title_card(film) == title_card(film)
    assert title_card(Film(pk=8, title="Solaris")).colour != title_card(film).colour
