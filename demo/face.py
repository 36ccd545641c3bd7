"""Gives the demo chain a name, logo, colours, a footer and pages in three languages, and its cinemas contacts."""

from datetime import datetime

from accounts.models import User
from demo.chain import ADMIN_EMAIL
from demo.posters import LOGO, MAP, draw
from house_rules import logo
from house_rules.models import ChainFace, ChainPage
from house_rules.pages import publish
from payments.models import LegalEntity
from screenings.models import Cinema
from screenings.services.map_pictures import prepared_map, set_map

NAME = "Аврора"
ACCENT_LIGHT, ACCENT_DARK = "#9a1f4b", "#f2a65a"
SOCIAL = "https://t.me/aurora_demo\nhttps://vk.com/aurora_demo"
FOOTER = {
    "ru": "Два города, пять залов и попкорн, который пахнет на весь квартал.",
    "en": "Two cities, five halls, and popcorn that you can smell all over the block.",
    "de": "Zwei Städte, fünf Säle und Popcorn, das man im ganzen Viertel riecht.",
}
SELLER_ADDRESS = "109028, Москва, ул. Покровская, 17"
CONTACTS = {
    # the cinema's name: its map, postal code, phone, way there in Russian, English, German
    "Аврора": (
        "pokrovskaya",
        "109028",
        "+74950000017",
        "Пять минут пешком от метро «Китай-город», вход со двора. Во двор можно заехать на коляске.",
        "Five minutes on foot from Kitay-Gorod underground station; the entrance is in the courtyard and has no steps.",
        "Fünf Minuten zu Fuß von der U-Bahn-Station Kitai-Gorod; der Eingang liegt im Hof und ist stufenlos.",
    ),
    "Горизонт": (
        "iset",
        "620014",
        "+73430000005",
        "Автобусы 25 и 50 до остановки «Набережная». Парковка во дворе — два часа бесплатно по билету.",
        "Buses 25 and 50 to Embankment. Parking in the courtyard is free for two hours with a ticket.",
        "Busse 25 und 50 bis Uferstraße. Im Hof parkt man mit einer Kinokarte zwei Stunden kostenlos.",
    ),
}
PAGES = [
    # kind, address, and by language the title and the text
    (
        ChainPage.Kind.TERMS,
        "terms",
        {
            "ru": (
                "Публичная оферта",
                "Оплачивая заказ, вы покупаете билеты на указанные места и сеанс.\n\n## Билеты\n\n- Билет действует на "
                "указанный сеанс и место.\n- Возрастное ограничение проверяют на входе.\n\n## Возврат\n\nБилеты можно "
                "вернуть на странице заказа за час до начала сеанса и раньше. Деньги приходят тем же способом, "
                "которым вы платили.",
            ),
            "en": (
                "Terms of sale",
                "By paying you buy tickets for the seats and the screening named in your order.\n\n## Tickets\n\n- A "
                "ticket is valid for that screening and seat.\n- Ages are checked at the entrance.\n\n## "
                "Refunds\n\nYou can return tickets on the page of your order until an hour before the start. The "
                "money goes back to your original payment method.",
            ),
            "de": (
                "Verkaufsbedingungen",
                "Mit der Zahlung kaufen Sie Karten für die genannten Plätze und die genannte Vorstellung.\n\n## "
                "Karten\n\n- Eine Karte gilt für diese Vorstellung und diesen Platz.\n- Das Alter wird am Eingang "
                "geprüft.\n\n## Rückgabe\n\nKarten können Sie bis eine Stunde vor Beginn auf der Seite Ihrer "
                "Bestellung zurückgeben. Das Geld geht auf demselben Weg zurück.",
            ),
        },
    ),
    (
        ChainPage.Kind.PRIVACY,
        "privacy",
        {
            "ru": (
                "Политика конфиденциальности",
                "Мы храним адрес почты и телефон, чтобы прислать билеты и сообщить о переменах в сеансе. Рекламу "
                "отправляем только тем, кто согласился.\n\nВ личном кабинете можно скачать свои данные или удалить их.",
            ),
            "en": (
                "Privacy policy",
                "We keep your email address and phone number to send your tickets and to tell you about changes of the "
                "screening. Only those who agreed get offers.\n\nYou can download or delete your data in your account.",
            ),
            "de": (
                "Datenschutz",
                "Wir speichern E-Mail-Adresse und Telefonnummer, um Karten zu senden und Änderungen der Vorstellung "
                "mitzuteilen. Angebote bekommt nur, wer zugestimmt hat.\n\nIm Konto können Sie Ihre Daten "
                "herunterladen oder löschen.",
            ),
        },
    ),
    (
        ChainPage.Kind.REFUNDS,
        "refunds",
        {
            "ru": (
                "Возврат билетов",
                "1. Откройте ссылку из письма с билетами.\n2. Нажмите «Вернуть билеты» и выберите, какие.\n3. "
                "Проверьте сумму и подтвердите.\n\nЕсли сеанс отменён, деньги вернутся автоматически.",
            ),
            "en": (
                "Refunds",
                "1. Open the link in the email with your tickets.\n2. Press “Refund tickets” and choose which.\n3. "
                "Check the sum and confirm.\n\nIf a screening is cancelled, you are refunded automatically.",
            ),
            "de": (
                "Rückgabe",
                "1. Öffnen Sie den Link in der E-Mail mit Ihren Karten.\n2. Wählen Sie, welche Karten Sie zurückgeben "
                "möchten.\n3. Prüfen Sie den Betrag und bestätigen Sie.\n\nFällt eine Vorstellung aus, erhalten Sie "
                "Ihr Geld automatisch zurück.",
            ),
        },
    ),
    (
        ChainPage.Kind.HELP,
        "help",
        {
            "ru": (
                "Помощь",
                "**Не пришло письмо?** Посмотрите в папке «Спам» или [найдите заказ по "
                "номеру](/find/).\n\n**Опоздали?** Пускаем весь сеанс: перед фильмом десять минут рекламы.\n\n**Нужна "
                "помощь в зале?** Позвоните: телефоны — на странице [контактов](/contacts/).",
            ),
            "en": (
                "Help",
                "**No email?** Look in your spam folder or [find your order by its number](/find/).\n\n**Running "
                "late?** You can come in at any time; the film follows ten minutes of adverts.\n\n**Need a hand in "
                "the hall?** Call us: see [contacts](/contacts/).",
            ),
            "de": (
                "Hilfe",
                "**Keine E-Mail?** Sehen Sie im Spam-Ordner nach oder [suchen Sie die Bestellung](/find/).\n\n**Zu "
                "spät?** Einlass ist jederzeit; vor dem Film läuft zehn Minuten Werbung.\n\n**Hilfe im Saal?** Rufen "
                "Sie an: siehe [Kontakt](/contacts/).",
            ),
        },
    ),
]


def add_face(*, at: datetime) -> None:
    """Owns its transactions."""
    seller = LegalEntity.objects.order_by("pk").first()
    if seller is not None:
        seller.address = SELLER_ADDRESS
        seller.save()
    face, _is_new = ChainFace.objects.get_or_create(pk=ChainFace.ONE)
    face.name, face.accent_light, face.accent_dark = NAME, ACCENT_LIGHT, ACCENT_DARK
    face.footer, face.social, face.seller = FOOTER, SOCIAL, seller
    for name, value in logo.prepared(draw("logo", size=LOGO)).columns.items():
        setattr(face, name, value)
    face.full_clean()
    face.save()
    owner = User.objects.filter(email=ADMIN_EMAIL).first()
    for position, (kind, slug, texts) in enumerate(PAGES):
        page, _is_new = ChainPage.objects.get_or_create(kind=kind, defaults={"slug": slug, "position": position})
        publish(page, texts, at=at, actor=owner)
    for cinema in Cinema.objects.filter(name__in=CONTACTS):
        motif, cinema.postal_code, cinema.phone, cinema.way_there, *others = CONTACTS[cinema.name]
        for language, way in zip(("en", "de"), others, strict=True):
            cinema.texts = {**cinema.texts, language: {**cinema.texts.get(language, {}), "way_there": way}}
        cinema.save()
        set_map(cinema, prepared_map(draw(motif, size=MAP)))
