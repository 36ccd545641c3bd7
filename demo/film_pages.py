"""Fills the pages of the demo's films: texts, posters, stills, and who stands at the top of the first page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from concessions.models import ConcessionItem
from concessions.services.pictures import prepared, set_picture
from demo import sample_data
from demo.posters import POSTER, SNACK, STILL, draw
from screenings.models import Film, FilmPicture, Genre
from screenings.services import add_picture


@dataclass(frozen=True)
class Page:
    """`premiere` is in days from the day of the demo; `featured` the place at the top of the first page."""

    title: str
    motif: str
    director: str
    starring: str
    description: str
    premiere: int = -30
    warnings: str = ""
    featured: int | None = None


PAGES = [
    Page(
        "Тихий океан памяти",
        "ocean",
        "Вера Седых",
        "Илья Гончар, Ксения Мороз, Пётр Дорош",
        "Океанолог возвращается на остров, где двадцать лет назад пропала экспедиция его отца. Прибор, который "
        "записывает голоса воды, отвечает ему знакомым голосом.\n\nНеторопливая фантастика о том, что мы помним и "
        "что помнит о нас море.",
        premiere=-2,
        warnings="Сцены курения",
        featured=1,
    ),
    Page(
        "Дирижабль над Невой",
        "airship",
        "Лев Бондаренко",
        "Рита Лебедь, Егор Зимних",
        "Двое школьников находят на чердаке чертежи летучего корабля и решают достроить его до белых ночей. Помогает "
        "им сосед-часовщик, мешает — весь остальной город.",
    ),
    Page(
        "Последний трамвай",
        "tram",
        "Никита Венгер",
        "Семён Климович, Дарья Остапчук",
        "Водитель ночного трамвая замечает, что один и тот же пассажир садится к нему на каждой остановке. До депо "
        "остаётся сорок минут.",
        warnings="Мерцающий свет",
    ),
    Page(
        "Кот, который знал всё",
        "cat",
        "Мария Живаго",
        "Голоса: Борис Нечай, Анна Лебедь",
        "Кот Тихон знает ответы на все вопросы, кроме одного: кто съел торт. Мультфильм, на котором взрослые смеются "
        "громче детей.",
    ),
    Page(
        "Северный ветер",
        "mountains",
        "Глеб Мороз",
        "Пётр Дорош, Вера Гончар",
        "1912 год. Почтовый обоз идёт через перевал, и каждый в нём везёт письмо, которое нельзя вручать.",
        warnings="Сцены насилия",
    ),
    Page(
        "Двое на маяке",
        "lighthouse",
        "Ольга Климович",
        "Ксения Мороз, Илья Гончар",
        "Смотритель маяка и радистка знают друг о друге только голоса. Шторм отменяет паром — и обеим сменам "
        "приходится встретиться.",
        premiere=-6,
    ),
    Page(
        "Код «Снегирь»",
        "code",
        "Егор Венгер",
        "Семён Климович, Рита Лебедь",
        "Шифровальщица находит в прогнозе погоды сообщение, адресованное ей. У неё есть ночь, чтобы узнать, кто "
        "его отправил.",
        warnings="Сцены насилия",
    ),
    Page(
        "Бабушка едет на Марс",
        "planet",
        "Жанна Нечай",
        "Мария Остапчук, Никита Зимних",
        "Нине Петровне семьдесят два, и она прошла отбор в экспедицию. Теперь нужно сообщить об этом внукам, огороду "
        "и Центру управления полётами.\n\nКомедия для всей семьи.",
        premiere=-4,
        featured=2,
    ),
    Page(
        "Подвал",
        "door",
        "Борис Дорош",
        "Дарья Седых, Глеб Бондаренко",
        "В доме девять этажей. Лифт спускается на десятый.",
        warnings="Страшные сцены, мерцающий свет",
    ),
    Page(
        "Оркестр без дирижёра",
        "orchestra",
        "Анна Гончар",
        "Лев Живаго, Вера Климович",
        "За три дня до юбилея из провинциального оркестра уходит дирижёр. Музыканты решают, что справятся сами, — и "
        "впервые слышат друг друга.",
    ),
    Page(
        "Хроники Медной горы",
        "crystals",
        "Илья Остапчук",
        "Егор Зимних, Ольга Мороз",
        "Камнерез Данила спускается в гору за цветком, которого никто не видел, и заключает договор с её хозяйкой. "
        "Большое фэнтези по уральским сказам.",
        premiere=-1,
        featured=3,
    ),
    Page(
        "Полночь в Самарканде",
        "domes",
        "Рита Венгер",
        "Пётр Лебедь, Жанна Седых",
        "Из запертой обсерватории исчезает звёздный каталог, а вместе с ним — одна звезда. Следователь, который не "
        "верит в чудеса, ведёт дело до рассвета.",
        warnings="Сцены курения",
    ),
]
STILL_SHOWN = [  # the latest of the past films, which some cinemas keep for another week
    Page(
        "Зимний маршрут",
        "route",
        "Глеб Нечай",
        "Егор Венгер, Дарья Лебедь",
        "Последний рейс перед метелью: водитель, врач и чужая посылка, которую нельзя трясти.",
        premiere=-44,
    ),
    Page(
        "Мой дед — робот",
        "robot",
        "Мария Седых",
        "Борис Дорош, Семён Гончар",
        "Дед Миши чинит телевизоры, знает все созвездия и никогда не спит. В третьем классе Миша начинает "
        "догадываться почему.",
        premiere=-40,
    ),
]
COMING = Page(
    "Кот, который знал всё. Возвращение",
    "cat",
    "Мария Живаго",
    "Голоса: Борис Нечай, Анна Лебедь",
    "Тихон снова в деле: на этот раз пропал не торт, а сам кондитер.",
    premiere=40,
)


def add_film_pages(*, at: datetime) -> None:
    """Films that the demo does not have are left out."""
    coming = Film.objects.create(title=COMING.title, duration_minutes=91, age_rating="0+", is_announced=True)
    coming.genres.set(Genre.objects.filter(name__in=["мультфильм", "семейный"]))
    written = [*PAGES, *STILL_SHOWN, COMING]
    films = {film.title: film for film in Film.objects.filter(title__in=[page.title for page in written])}
    pages = [page for page in written if page.title in films]
    for page in pages:
        film = films[page.title]
        film.description, film.director, film.starring = page.description, page.director, page.starring
        film.content_warnings, film.featured, film.country = page.warnings, page.featured, "Россия"
        film.release_date = at.date() + timedelta(days=page.premiere)
        film.year = film.release_date.year
        film.save()
    for page in pages:
        credit = f"Режиссёр {page.director}"
        poster = draw(page.motif, size=POSTER, title=page.title, credit=credit)
        add_picture(films[page.title], content=poster, kind=FilmPicture.Kind.POSTER)
        if page.featured:
            add_picture(films[page.title], content=draw(page.motif, size=STILL), kind=FilmPicture.Kind.STILL)


def add_pictures_of_the_bar() -> None:
    """Owns its transactions."""
    pictures = {motif: prepared(draw(motif, size=SNACK)) for motif in {*sample_data.BAR_MOTIFS.values()}}
    for item in ConcessionItem.objects.filter(name__in=sample_data.BAR_MOTIFS):
        set_picture(item, pictures[sample_data.BAR_MOTIFS[item.name]])
