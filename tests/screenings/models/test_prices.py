import pytest

from screenings.models import AgeRating, TicketType


@pytest.mark.parametrize(
    ("highest", "films"),
    [
        ("", ["0+", "6+", "12+", "16+", "18+"]),
        ("0+", ["0+"]),
        ("6+", ["0+", "6+"]),
        ("12+", ["0+", "6+", "12+"]),
        ("18+", ["0+", "6+", "12+", "16+", "18+"]),
    ],
)
def test_a_ticket_type_is_sold_up_to_its_highest_age_rating(highest: str, films: list[str]) -> None:
    assert [rating for rating in AgeRating.values if TicketType(highest_rating=highest).suits(rating)] == films


def test_an_unrated_film_suits_every_ticket_type() -> None:
    assert TicketType(highest_rating="0+").suits("")
