"""Names, halls, films, prices and goods of the demo chain: plain tables that can be edited freely."""

from dataclasses import dataclass, field
from decimal import Decimal
from textwrap import dedent
from typing import Any

VENUES = [
    # name, city, address, time zone
    ("Аврора", "Москва", "ул. Покровская, 17", "Europe/Moscow"),
    ("Горизонт", "Екатеринбург", "наб. Исети, 5", "Asia/Yekaterinburg"),
]

LEGAL_ENTITY = {"name": "ООО «Киносеть»", "tax_number": "7700000016", "kpp": "770001001", "tax_system": "GENERAL"}


@dataclass(frozen=True)
class HallPlan:
    """A hall as `build_hall` reads it. `price_extra` is added to its prices in the price list; screenings in it draw
    `draw` times as many people as elsewhere."""

    venue: str
    name: str
    rows: str
    cleaning_minutes: int = 15
    curve: int = 0
    format: str = "2D"
    price_extra: int = 0
    draw: float = 1.0
    all_night: bool = False

    @property
    def places(self) -> list[str]:
        return dedent(self.rows).split()


HALLS = [
    HallPlan(
        "Аврора",
        "Большой зал",
        """
        ______ssssssss______
        ____ss_ssssss_ss____
        ssss=_ssssssss_=ssss
        ssss=_ssssssss_=ssss
        ssss=_ssssssss_=ssss
        wcwc____________cwcw
        ssss=_ssssssss_=ssss
        ssss=_ssssssss_=ssss
        ssss=_vvvvvvvv_=ssss
        ssss=_vvvvvvvv_=ssss
        ll_ll_ll_ll_ll_ll_ll
        """,
        cleaning_minutes=20,
        curve=1,
        format="IMAX",
        price_extra=150,
    ),
    HallPlan(
        "Аврора",
        "Малый зал",
        """
        wc__ssssss__cw
        ssss_ssss_ssss
        ssss_ssss_ssss
        ssss_ssss_ssss
        ssss_vvvv_ssss
        ll_ll_ll_ll_ll
        """,
    ),
    HallPlan(
        "Аврора",
        "Камерный зал",
        """
        wc_ss_ss
        vv_vv_vv
        vv_vv_vv
        ll_ll_ll
        """,
        price_extra=100,
        draw=3.5,  # it often sells out: what prices that follow demand have to follow
    ),
    HallPlan(
        "Горизонт",
        "Панорама",
        """
        __ssssss_ssssss__
        ss_ssss___ssss_ss
        ss_ssss___ssss_ss
        wc_ssss___ssss_cw
        ss_ssss___ssss_ss
        ss_vvvv___vvvv_ss
        ss_vvvv___vvvv_ss
        ll_ll_ll_ll_ll_ll
        """,
        format="3D",
        price_extra=80,
    ),
    HallPlan(
        "Горизонт",
        "Полуночник",
        """
        wcwc_ssss_cw
        ssss_ssss_ss
        ssss_ssss_ss
        ssss_vvvv_ss
        ll_ll_ll_ll_
        """,
        all_night=True,
    ),
]

FILMS = [
    # title, minutes, age rating, genres
    ("Тихий океан памяти", 118, "12+", "драма, фантастика"),
    ("Дирижабль над Невой", 104, "6+", "приключения, семейный"),
    ("Последний трамвай", 97, "16+", "триллер"),
    ("Кот, который знал всё", 88, "0+", "мультфильм, семейный"),
    ("Северный ветер", 131, "16+", "драма, исторический"),
    ("Двое на маяке", 101, "12+", "мелодрама"),
    ("Код «Снегирь»", 112, "16+", "боевик, триллер"),
    ("Бабушка едет на Марс", 94, "6+", "комедия, фантастика"),
    ("Подвал", 92, "18+", "ужасы"),
    ("Оркестр без дирижёра", 108, "12+", "комедия, музыкальный"),
    ("Хроники Медной горы", 142, "12+", "фэнтези, приключения"),
    ("Полночь в Самарканде", 99, "18+", "детектив"),
]

PAST_FILMS = [
    # as above; shown earlier in the past year, the latest first
    ("Зимний маршрут", 109, "12+", "приключения"),
    ("Мой дед — робот", 91, "6+", "комедия, семейный"),
    ("Фабрика тумана", 116, "16+", "триллер, детектив"),
    ("Ля минор", 105, "12+", "драма, музыкальный"),
    ("Барсук и звездочёт", 82, "0+", "мультфильм, семейный"),
    ("Дом на сваях", 95, "18+", "ужасы"),
    ("Переправа", 127, "16+", "драма, исторический"),
    ("Каникулы строгого режима", 98, "12+", "комедия"),
    ("Одиннадцатый маршрут", 101, "16+", "боевик"),
    ("Ключи от Байкала", 110, "6+", "приключения, семейный"),
    ("Тётя Зина против всех", 93, "12+", "комедия"),
    ("Станция «Полюс»", 124, "12+", "фантастика"),
    ("Письма с маяка", 103, "12+", "мелодрама"),
    ("Сомы", 90, "18+", "ужасы"),
    ("Ёжик в космосе", 79, "0+", "мультфильм, семейный"),
    ("Апрельский марш", 106, "12+", "драма"),
    ("Контрольный звонок", 99, "16+", "детектив, триллер"),
    ("Яблоневый спас", 112, "12+", "мелодрама"),
    ("Гром над степью", 138, "12+", "фэнтези, приключения"),
    ("Последняя смена", 97, "16+", "триллер"),
    ("Три кота и пароход", 84, "0+", "мультфильм, семейный"),
    ("Восьмое чудо Рязани", 96, "12+", "комедия"),
    ("Красная линия", 119, "16+", "боевик, триллер"),
    ("Снегурочка. Начало", 107, "6+", "фэнтези, семейный"),
    ("Ёлки на Луне", 92, "6+", "комедия, семейный"),
    ("Полярная экспедиция", 129, "12+", "приключения, исторический"),
    ("Ноябрьский дождь", 104, "16+", "драма"),
    ("Шахматист", 115, "12+", "драма, исторический"),
]

ADULT, CHILD, STUDENT, CARER, COMP = "Взрослый", "Детский", "Студенческий", "Сопровождающий", "Пригласительный"
TICKET_TYPES = {
    # percent of the price, whom the shop offers it to, and up to which age rating
    ADULT: (100, "ANYBODY", ""),
    STUDENT: (80, "ANYBODY", ""),
    CHILD: (60, "ANYBODY", "12+"),
    CARER: (0, "COMPANION", ""),
    COMP: (0, "TILL", ""),
}

SURCHARGES = {"VIP": 150, "LOVE_SEAT": 100}


@dataclass(frozen=True)
class PriceRowPlan:
    """A row of each price list: weekdays (0 is Monday) and hours of the start, and what is different then."""

    name: str
    price: int
    weekdays: str = ""
    since: int | None = None
    until: int | None = None
    on_holidays: bool = False
    last_week: int | None = None  # of the film
    types: dict[str, dict[str, Any]] = field(default_factory=dict)
    surcharges: dict[str, int] = field(default_factory=dict)


PRICE_ROWS = [
    PriceRowPlan("Праздники", 500, on_holidays=True),
    PriceRowPlan(
        "Утро",
        250,
        since=5,
        until=12,
        types={CHILD: {"fixed_price": Decimal(150)}},
        surcharges={"VIP": 100, "LOVE_SEAT": 50},
    ),
    PriceRowPlan("Будний день", 350, weekdays="01234", since=12, until=17, types={STUDENT: {"percent": 70}}),
    PriceRowPlan("Выходной день", 400, weekdays="56", since=12, until=17),
    PriceRowPlan("Вечер выходного", 500, weekdays="456"),
    PriceRowPlan("Вечер премьеры", 480, last_week=1),
    PriceRowPlan("Вечер", 450),
]

HOLIDAYS = {
    (1, 1): "Новый год",
    **{(1, day): "Новогодние каникулы" for day in range(2, 9) if day != 7},
    (1, 7): "Рождество",
    (2, 23): "День защитника Отечества",
    (3, 8): "Международный женский день",
    (5, 1): "Праздник Весны и Труда",
    (5, 9): "День Победы",
    (6, 12): "День России",
    (11, 4): "День народного единства",
}

TIERS = [
    # name, in English and German; spend of a year, and how many percent more points it brings
    ("Друг кино", {"en": {"name": "Friend of film"}, "de": {"name": "Filmfreund"}}, 3_000, 10),
    ("Первый ряд", {"en": {"name": "Front row"}, "de": {"name": "Erste Reihe"}}, 10_000, 25),
]

COST_SHARE = Decimal("0.31")  # what goods of the bar cost, as a share of their price

BAR = [
    # name, price, maximum stock, made to order
    ("Попкорн солёный", 290, 900, True),
    ("Попкорн карамельный", 340, 900, True),
    ("Начос с сыром", 360, 400, True),
    ("Капучино", 220, 500, True),
    ("Кола 0,5 л", 180, 900, False),
    ("Вода без газа", 110, 600, False),
    ("Мороженое", 160, 300, False),
    ("Шоколадный батончик", 120, 400, False),
]

BAR_FACTS = {
    # name: portion, composition, allergens
    "Попкорн солёный": ("150 г", "Зёрна кукурузы, масло подсолнечное, соль", ""),
    "Попкорн карамельный": ("180 г", "Зёрна кукурузы, сахар, масло подсолнечное, сливки", "Молоко"),
    "Начос с сыром": ("180 г", "Кукурузные чипсы, сырный соус", "Молоко"),
    "Капучино": ("300 мл", "Кофе, молоко", "Молоко"),
    "Кола 0,5 л": ("0,5 л", "", ""),
    "Вода без газа": ("0,5 л", "", ""),
    "Мороженое": ("80 г", "Молоко, сливки, сахар", "Молоко"),
    "Шоколадный батончик": ("50 г", "", "Молоко, орехи"),
}

BAR_MOTIFS = {
    "Попкорн солёный": "popcorn",
    "Попкорн карамельный": "popcorn",
    "Начос с сыром": "nachos",
    "Капучино": "coffee",
    "Кола 0,5 л": "cola",
    "Вода без газа": "water",
    "Мороженое": "ice",
    "Шоколадный батончик": "chocolate",
    "Попкорн со сливочным маслом": "popcorn",
    "Комбо: попкорн и вода": "popcorn",
}

STOLEN = "Шоколадный батончик"  # what counts of the shelf find missing

PROMOCODES = [
    # code, percent, money, maximum uses
    ("PREMIERE10", 10, None, 5_000),
    ("KINO200", None, 200, 5_000),
    ("STUDENT15", 15, None, 5_000),
    ("LAST50", 50, None, 3),
]

FIRST_NAMES = [
    "Анна",
    "Борис",
    "Вера",
    "Глеб",
    "Дарья",
    "Егор",
    "Жанна",
    "Илья",
    "Ксения",
    "Лев",
    "Мария",
    "Никита",
    "Ольга",
    "Пётр",
    "Рита",
    "Семён",
]
LAST_NAMES = [
    "Бондаренко",
    "Венгер",
    "Гончар",
    "Дорош",
    "Живаго",
    "Зимних",
    "Климович",
    "Лебедь",
    "Мороз",
    "Нечай",
    "Остапчук",
    "Седых",
]
