import unicodedata

import pytest

from screenings.models import Film
from storefront.services.search import search, sound

FILMS = [
    Film(pk=number, title=title, original_title=original, director=director, starring=starring)
    for number, (title, original, director, starring) in enumerate(
        [
            ("Дирижабль над Невой", "", "Лев Бондаренко", "Рита Лебедь"),
            ("Ёлки на Луне", "", "", ""),
            ("Код «Снегирь»", "Code Bullfinch", "", ""),
            ("Чайка", "", "", ""),
            ("Amélie", "Le Fabuleux Destin d’Amélie Poulain", "Jean-Pierre Jeunet", "Audrey Tautou"),
            ("Оркестр без дирижёра", "", "Анна Гончар", ""),
            ("Up", "", "", ""),
        ],
        start=1,
    )
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("chayka", "Чайка"),
        ("chaika", "Чайка"),
        ("snegir", "Код «Снегирь»"),
        ("dirizhabl", "Дирижабль над Невой"),
        ("yolki na lune", "Ёлки на Луне"),
        ("lebed", "Дирижабль над Невой"),
        ("буллфинч", "Код «Снегирь»"),
        ("амели", "Amélie"),
    ],
)
def test_what_is_typed_in_the_letters_of_another_alphabet_is_found_by_its_sound(text: str, found: str) -> None:
    assert titles(text)[:1] == [found]


@pytest.mark.parametrize(
    ("one", "other"),
    [("матрица", "matritsa"), ("щука", "shchuka"), ("хочу", "khochu"), ("юля", "yulia"), ("фикс", "phix")],
)
def test_spellings_of_one_sound_are_one(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def titles(text: str) -> list[str]:
    return [film.title for film in search(FILMS, text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("чайка", ["Чайка"]),
        ("ЧАЙКА", ["Чайка"]),
        (unicodedata.normalize("NFD", "Чайка"), ["Чайка"]),
        ("елки", ["Ёлки на Луне"]),
        ("ё", ["Ёлки на Луне"]),
        ("дири", ["Дирижабль над Невой", "Оркестр без дирижёра"]),
        ("невой дир", ["Дирижабль над Невой"]),
        ("amelie", ["Amélie"]),
        ("bull", ["Код «Снегирь»"]),
        ("лебедь", ["Дирижабль над Невой"]),
        ("up", ["Up"]),
    ],
)
def test_words_are_found_in_any_case_and_spelling_from_their_beginning(text: str, found: list[str]) -> None:
    assert titles(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("дережабль", "Дирижабль над Невой"),  # two wrong letters in a long word
        ("снгирь", "Код «Снегирь»"),  # one is missing
        ("чаайка", "Чайка"),  # one too many
        ("окрестр", "Оркестр без дирижёра"),  # swapped
        ("xfqrf", "Чайка"),  # under the other layout
        ("фьудшу", "Amélie"),
    ],
)
def test_typing_errors_are_forgiven(text: str, found: str) -> None:
    assert titles(text) == [found]


@pytest.mark.parametrize("text", ["", "  ", "«»", "барсук", "чайка луна", "ап", "%", "_", "x" * 5_000])
def test_what_is_not_there_is_not_found(text: str) -> None:
    assert titles(text) == []


def test_titles_come_before_people_and_whole_words_before_beginnings() -> None:
    films = [
        Film(pk=1, title="A film", director="Anna Gull"),
        Film(pk=2, title="Gullible"),
        Film(pk=3, title="The Gull"),
    ]

    assert [film.pk for film in search(films, "gull")] == [3, 2, 1]


def test_people_are_found_as_another_language_writes_them() -> None:
    texts = {"de": {"title": "Der stille Ozean", "director": "Wera Sedych", "starring": "Ilja Gontschar"}}
    film = Film(pk=1, title="Тихий океан", director="Вера Седых", texts=texts)

    assert [search([film], text) for text in ("sedych", "gontschar", "седых")] == [[film]] * 3
