"""Writes what customers read about the demo in English and German too."""

import re

from concessions.models import ConcessionItem
from screenings.models import Cinema, Film, Genre, Hall, TicketType

LANGUAGES = ("en", "de")

TEXTS = {
    # The text in Russian, in English, in German. Texts that are not here stay Russian.
    "Аврора": ("Aurora", "Aurora"),
    "Москва": ("Moscow", "Moskau"),
    "ул. Покровская, 17": ("17 Pokrovskaya St", "Pokrowskaja-Straße 17"),
    "Горизонт": ("Horizon", "Horizont"),
    "Екатеринбург": ("Yekaterinburg", "Jekaterinburg"),
    "наб. Исети, 5": ("5 Iset Embankment", "Isset-Ufer 5"),
    "Большой зал": ("Great Hall", "Großer Saal"),
    "Малый зал": ("Small Hall", "Kleiner Saal"),
    "Камерный зал": ("Chamber Hall", "Kammersaal"),
    "Панорама": ("Panorama", "Panorama"),
    "Полуночник": ("Night Owl", "Nachteule"),
    "Взрослый": ("Adult", "Erwachsene"),
    "Студенческий": ("Student", "Studierende"),
    "Детский": ("Child", "Kind"),
    "Сопровождающий": ("Carer", "Begleitperson"),
    "Пригласительный": ("Complimentary", "Freikarte"),
    "Попкорн солёный": ("Popcorn, salted", "Popcorn, salzig"),
    "Попкорн карамельный": ("Popcorn, caramel", "Popcorn, Karamell"),
    "Начос с сыром": ("Nachos with cheese", "Nachos mit Käse"),
    "Капучино": ("Cappuccino", "Cappuccino"),
    "Кола 0,5 л": ("Cola 0.5 l", "Cola 0,5 l"),
    "Вода без газа": ("Still water", "Stilles Wasser"),
    "Мороженое": ("Ice cream", "Eis"),
    "Шоколадный батончик": ("Chocolate bar", "Schokoriegel"),
    "драма": ("drama", "Drama"),
    "фантастика": ("science fiction", "Science-Fiction"),
    "приключения": ("adventure", "Abenteuer"),
    "семейный": ("family", "Familie"),
    "триллер": ("thriller", "Thriller"),
    "мультфильм": ("cartoon", "Trickfilm"),
    "исторический": ("historical", "Historienfilm"),
    "мелодрама": ("romance", "Liebesfilm"),
    "боевик": ("action", "Action"),
    "комедия": ("comedy", "Komödie"),
    "ужасы": ("horror", "Horror"),
    "музыкальный": ("musical", "Musikfilm"),
    "фэнтези": ("fantasy", "Fantasy"),
    "детектив": ("mystery", "Krimi"),
    "Зёрна кукурузы, масло подсолнечное, соль": ("Corn, sunflower oil, salt", "Mais, Sonnenblumenöl, Salz"),
    "Зёрна кукурузы, сахар, масло подсолнечное, сливки": (
        "Corn, sugar, sunflower oil, cream",
        "Mais, Zucker, Sonnenblumenöl, Sahne",
    ),
    "Кукурузные чипсы, сырный соус": ("Corn chips, cheese sauce", "Maischips, Käsesauce"),
    "Кофе, молоко": ("Coffee, milk", "Kaffee, Milch"),
    "Молоко, сливки, сахар": ("Milk, cream, sugar", "Milch, Sahne, Zucker"),
    "Молоко": ("milk", "Milch"),
    "Молоко, орехи": ("milk, nuts", "Milch, Nüsse"),
    "150 г": ("150 g", "150 g"),
    "180 г": ("180 g", "180 g"),
    "80 г": ("80 g", "80 g"),
    "50 г": ("50 g", "50 g"),
    "300 мл": ("300 ml", "300 ml"),
    "0,5 л": ("0.5 l", "0,5 l"),
    "Россия": ("Russia", "Russland"),
    "Сцены курения": ("Scenes of smoking", "Szenen mit Rauchen"),
    "Мерцающий свет": ("Flashing lights", "Flackerndes Licht"),
    "Сцены насилия": ("Scenes of violence", "Gewaltszenen"),
    "Страшные сцены, мерцающий свет": (
        "Frightening scenes, flashing lights",
        "Beängstigende Szenen, flackerndes Licht",
    ),
    "Зимний маршрут": ("Winter Route", "Winterroute"),
    "Мой дед — робот": ("My Grandpa Is a Robot", "Mein Opa ist ein Roboter"),
    "Тихий океан памяти": ("The Quiet Ocean of Memory", "Der stille Ozean der Erinnerung"),
    "Дирижабль над Невой": ("Airship over the Neva", "Luftschiff über der Newa"),
    "Последний трамвай": ("The Last Tram", "Die letzte Straßenbahn"),
    "Кот, который знал всё": ("The Cat Who Knew Everything", "Der Kater, der alles wusste"),
    "Северный ветер": ("North Wind", "Nordwind"),
    "Двое на маяке": ("Two at the Lighthouse", "Zwei am Leuchtturm"),
    "Код «Снегирь»": ("Code Bullfinch", "Code Gimpel"),
    "Бабушка едет на Марс": ("Granny Goes to Mars", "Oma fliegt zum Mars"),
    "Подвал": ("The Basement", "Der Keller"),
    "Оркестр без дирижёра": ("Orchestra without a Conductor", "Orchester ohne Dirigent"),
    "Хроники Медной горы": ("Chronicles of the Copper Mountain", "Die Chroniken des Kupferbergs"),
    "Полночь в Самарканде": ("Midnight in Samarkand", "Mitternacht in Samarkand"),
    "Кот, который знал всё. Возвращение": (
        "The Cat Who Knew Everything Returns",
        "Der Kater, der alles wusste, kehrt zurück",
    ),
}

DESCRIPTIONS = {
    # by the title in Russian
    "Тихий океан памяти": (
        "An oceanographer returns to the island where his father’s expedition vanished twenty years ago. The device "
        "that records the voices of the water answers him in a voice he knows.\n\nUnhurried science fiction about what "
        "we remember, and what the sea remembers of us.",
        "Ein Ozeanograf kehrt auf die Insel zurück, auf der vor zwanzig Jahren die Expedition seines Vaters "
        "verschwand. Das Gerät, das die Stimmen des Wassers aufzeichnet, antwortet ihm mit einer vertrauten Stimme.\n\n"
        "Ruhig erzählte Science-Fiction über das, woran wir uns erinnern und was das Meer von uns behält.",
    ),
    "Дирижабль над Невой": (
        "Two schoolchildren find the plans of a flying ship in an attic and decide to finish it before the white "
        "nights. The clockmaker next door helps; the rest of the city gets in the way.",
        "Zwei Schulkinder finden auf dem Dachboden die Pläne eines Luftschiffs und wollen es bis zu den Weißen Nächten "
        "fertig bauen. Der Uhrmacher von nebenan hilft, der Rest der Stadt steht im Weg.",
    ),
    "Последний трамвай": (
        "The driver of a night tram notices that the same passenger gets on at every stop. It is forty minutes to the "
        "depot.",
        "Der Fahrer einer Nachtstraßenbahn bemerkt, dass an jeder Haltestelle derselbe Fahrgast einsteigt. Bis zum "
        "Depot sind es noch vierzig Minuten.",
    ),
    "Кот, который знал всё": (
        "Tikhon the cat knows the answer to every question but one: who ate the cake? A cartoon at which grown-ups "
        "laugh louder than children.",
        "Kater Tichon weiß auf alles eine Antwort, nur auf eine Frage nicht: Wer hat die Torte gegessen? Ein "
        "Trickfilm, bei dem die Großen lauter lachen als die Kinder.",
    ),
    "Северный ветер": (
        "1912. A mail convoy crosses the pass, and everyone in it carries a letter that must not be delivered.",
        "1912. Ein Postzug überquert den Pass, und jeder darin trägt einen Brief bei sich, der nicht zugestellt werden "
        "darf.",
    ),
    "Двое на маяке": (
        "The lighthouse keeper and the radio operator know only each other’s voices. A storm cancels the ferry, and "
        "the two shifts have to meet.",
        "Der Leuchtturmwärter und die Funkerin kennen voneinander nur die Stimmen. Ein Sturm hält die Fähre auf, und "
        "die beiden Schichten müssen sich begegnen.",
    ),
    "Код «Снегирь»": (
        "A cryptographer finds a message to herself in the weather forecast. She has one night to find out who sent "
        "it.",
        "Eine Kryptografin findet im Wetterbericht eine Nachricht an sich selbst. Ihr bleibt eine Nacht, um "
        "herauszufinden, wer sie geschickt hat.",
    ),
    "Бабушка едет на Марс": (
        "Nina Petrovna is seventy-two and has been chosen for the expedition. Now she has to tell her grandchildren, "
        "her vegetable garden and Mission Control.\n\nA comedy for the whole family.",
        "Nina Petrowna ist zweiundsiebzig und für die Expedition ausgewählt. Jetzt muss sie es nur noch den Enkeln, "
        "dem Gemüsegarten und der Bodenstation beibringen.\n\nEine Komödie für die ganze Familie.",
    ),
    "Подвал": (
        "The house has nine floors. The lift goes down to the tenth.",
        "Das Haus hat neun Stockwerke. Der Aufzug fährt hinunter in das zehnte.",
    ),
    "Оркестр без дирижёра": (
        "Three days before the jubilee, the conductor of a provincial orchestra walks out. The musicians decide to "
        "manage on their own, and hear each other for the first time.",
        "Drei Tage vor dem Jubiläum verlässt der Dirigent ein Provinzorchester. Die Musiker wollen es allein schaffen "
        "und hören einander zum ersten Mal.",
    ),
    "Хроники Медной горы": (
        "Danila the stonecutter goes down into the mountain for a flower that nobody has seen, and makes a pact with "
        "its mistress. Grand fantasy after the tales of the Urals.",
        "Der Steinschneider Danila steigt in den Berg hinab, um eine Blume zu finden, die noch niemand gesehen hat, "
        "und schließt einen Pakt mit dessen Herrin. Große Fantasy nach Sagen des Ural.",
    ),
    "Полночь в Самарканде": (
        "A star catalogue disappears from a locked observatory, and one star with it. An investigator who does not "
        "believe in miracles has until dawn.",
        "Aus einer verschlossenen Sternwarte verschwindet ein Sternkatalog und mit ihm ein Stern. Ein Ermittler, der "
        "nicht an Wunder glaubt, hat bis zum Morgengrauen Zeit.",
    ),
    "Зимний маршрут": (
        "The last run before the blizzard: a driver, a doctor, and somebody else’s parcel that must not be shaken.",
        "Die letzte Fahrt vor dem Schneesturm: ein Fahrer, eine Ärztin und ein fremdes Paket, das man nicht schütteln "
        "darf.",
    ),
    "Мой дед — робот": (
        "Misha’s grandpa mends television sets, knows every constellation and never sleeps. In his third year at "
        "school Misha begins to guess why.",
        "Mischas Opa repariert Fernseher, kennt alle Sternbilder und schläft nie. In der dritten Klasse ahnt Mischa, "
        "warum.",
    ),
    "Кот, который знал всё. Возвращение": (
        "Tikhon is back on the case: this time it is not the cake that is missing, but the confectioner.",
        "Tichon ermittelt wieder: Diesmal fehlt nicht die Torte, sondern der Konditor.",
    ),
}

# Names of people are written in one way in both languages.
NAMES = {
    "Анна": "Anna",
    "Борис": "Boris",
    "Вера": "Vera",
    "Глеб": "Gleb",
    "Дарья": "Daria",
    "Егор": "Egor",
    "Жанна": "Zhanna",
    "Илья": "Ilya",
    "Ксения": "Ksenia",
    "Лев": "Lev",
    "Мария": "Maria",
    "Никита": "Nikita",
    "Ольга": "Olga",
    "Пётр": "Pyotr",
    "Рита": "Rita",
    "Семён": "Semyon",
    "Бондаренко": "Bondarenko",
    "Венгер": "Wenger",
    "Гончар": "Gonchar",
    "Дорош": "Dorosh",
    "Живаго": "Zhivago",
    "Зимних": "Zimnikh",
    "Климович": "Klimovich",
    "Лебедь": "Lebed",
    "Мороз": "Moroz",
    "Нечай": "Nechai",
    "Остапчук": "Ostapchuk",
    "Седых": "Sedykh",
}
VOICES = {"en": "Voices", "de": "Stimmen"}


def add_other_languages() -> None:
    for model in (Cinema, Hall, TicketType, ConcessionItem, Film, Genre):
        rows = list(model._default_manager.all())
        for row in rows:
            row.texts = {language: _texts_of(row, language) for language in LANGUAGES}
        model._default_manager.bulk_update(rows, ["texts"], batch_size=500)


def _texts_of(row: Cinema | Hall | TicketType | ConcessionItem | Film | Genre, language: str) -> dict[str, str]:
    number = LANGUAGES.index(language)
    texts = {name: TEXTS[text][number] for name in row.TRANSLATED if (text := getattr(row, name)) in TEXTS}
    if isinstance(row, Film) and row.title in DESCRIPTIONS:
        people = {"Голоса": VOICES[language], **NAMES}
        texts["description"] = DESCRIPTIONS[row.title][number]
        for name in ("director", "starring"):
            texts[name] = re.sub(r"\w+", lambda word: people.get(word[0], word[0]), getattr(row, name))
    return texts
