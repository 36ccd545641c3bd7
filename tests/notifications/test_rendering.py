import re
from typing import Any

import pytest
from django.utils import timezone, translation

from notifications import rendering
from notifications.models import MessageKind, Notification
from tests.helpers.fakes.mail import CONTEXTS, NOW

pytestmark = pytest.mark.django_db

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
KINDS = pytest.mark.parametrize("kind", MessageKind)


def notification(kind: MessageKind, language: str, **changed: Any) -> Notification:
    return Notification(
        kind=kind,
        recipient="guest@example.com",
        occasion="A-1",
        language=language,
        context=CONTEXTS[kind] | changed,
        created_at=NOW,
        next_attempt_at=NOW,
    )


def everything_said(about: Notification) -> str:
    email = rendering.render_email(about)
    return "\n".join([email.subject, email.body, rendering.render_text(about)])


@KINDS
@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_every_kind_is_rendered_without_gaps(kind: MessageKind, language: str) -> None:
    said = everything_said(notification(kind, language))

    assert not re.search(r"\{|\}|%\(|%%|None|&#|&amp;|T\d\d:", said)
    assert rendering.render_email(notification(kind, language)).subject
    for fact, value in CONTEXTS[kind].items():
        if isinstance(value, str) and fact not in {
            "amount",
            "before",
            "change",
            "refund_until",
            "until",
            "valid_until",
            "way",
            "starts",
            "cancelled_at",
            "expires",
            "handed_in_at",
            "found",
            "ends",
            "missing",
            "spent",
            "threshold",
        }:
            assert value in said


@KINDS
def test_a_russian_email_contains_no_english_words_except_names(kind: MessageKind) -> None:
    names = (
        r"https://\S+|A-1|QR|SMS|Telegram|Horizon|Paris, Rivoli|Stalker|Mirror|Tom & Jerry|IMAX|Popcorn|Anna Bell"
        "|Projector"
    )

    said = re.sub(names, "", everything_said(notification(kind, "ru")))

    assert CYRILLIC.search(said)
    assert re.findall(r"[A-Za-z]+", said) == []


@KINDS
def test_an_english_email_contains_no_russian_whatever_the_active_language(kind: MessageKind) -> None:
    with translation.override("ru"):
        said = everything_said(notification(kind, "en"))

        assert translation.get_language() == "ru"
    assert not CYRILLIC.search(said)


@pytest.mark.parametrize("language", ["", "xx", "klingon"])
def test_an_unknown_language_falls_back_to_the_default(language: str, settings: Any) -> None:
    settings.LANGUAGE_CODE = "ru"

    subject = rendering.render_email(notification(MessageKind.ORDER_CANCELLED, language)).subject

    assert subject == "Заказ A-1 отменён: «Stalker», 23 ноября, 19:00"


def test_times_are_shown_in_the_cinemas_time_zone_whatever_the_servers() -> None:
    with timezone.override("Asia/Vladivostok"):
        body = rendering.render_email(notification(MessageKind.TICKET_REMINDER, "ru")).body

    assert "23 ноября, 19:00" in body


def test_an_email_about_a_cinema_in_another_time_zone_shows_the_offset() -> None:
    far = notification(MessageKind.ORDER_OVERDUE, "ru", cancelled_at="2026-11-23T21:00:00+05:00")

    assert "до 21:00 (UTC+5) 23 ноября." in rendering.render_email(far).body
    assert "21:00 (UTC+5)" in rendering.render_text(far)


def test_a_session_at_midnight_is_shown_with_its_own_date() -> None:
    body = rendering.render_email(notification(MessageKind.SESSION_CANCELLED, "ru")).body

    assert "«Mirror»\n24 ноября, 00:10" in body


def test_plain_text_is_not_escaped() -> None:
    assert (
        "“Tom & Jerry”\N{NO-BREAK SPACE}6+ starts soon"
        in rendering.render_email(notification(MessageKind.TICKET_REMINDER, "en")).body
    )


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (1, "вернулся 1 балл."),
        (2, "вернулись 2 балла."),
        (5, "вернулось 5 баллов."),
        (11, "вернулось 11 баллов."),
        (21, "вернулся 21 балл."),
    ],
)
def test_points_use_the_russian_plural_forms(points: int, words: str) -> None:
    assert words in rendering.render_email(notification(MessageKind.ORDER_REFUNDED, "ru", points=points)).body


def test_amounts_of_zero_are_not_mentioned() -> None:
    body = rendering.render_email(notification(MessageKind.SESSION_CANCELLED, "en", amount="0.00", points=0)).body

    assert "refund" not in body
    assert "point" not in body


@pytest.mark.parametrize(
    ("language", "amount", "words"),
    [("en", "1350.00", "We’re refunding 1,350 ₽ to your"), ("ru", "1350.50", "Вернём 1 350,50 ₽ тем же")],
)
def test_money_is_formatted_for_the_language(language: str, amount: str, words: str) -> None:
    body = rendering.render_email(notification(MessageKind.ORDER_REFUNDED, language, amount=amount)).body

    assert words in body.replace("\N{NO-BREAK SPACE}", " ")


MONEY_KINDS = pytest.mark.parametrize("kind", [MessageKind.ORDER_REFUNDED, MessageKind.SESSION_CANCELLED])


@MONEY_KINDS
@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("cash", "350 ₽ in cash is waiting for you at the box office. Give your order number there: A-1."),
        ("card_terminal", "Bring the card you paid with and give your order number: A-1."),
        ("account", "You’ll get 350 ₽ back from whoever sold you the tickets."),
        ("stripe", "We’re refunding 350 ₽ to your original payment method. Banks can take up to 10 days."),
    ],
)
def test_a_refund_is_promised_by_the_way_it_goes(kind: MessageKind, way: str, words: str) -> None:
    said = everything_said(notification(kind, "en", amount="350.00", way=way)).replace("\N{NO-BREAK SPACE}", " ")

    assert words in said
    assert ("anks" in said, "don’t have to do anything" in said) == (way == "stripe", way == "stripe")


@MONEY_KINDS
def test_money_that_went_back_before_is_not_promised_again(kind: MessageKind) -> None:
    message = notification(kind, "en", amount="0.00", way="", before="500.00")

    said = everything_said(message).replace("\N{NO-BREAK SPACE}", " ")

    assert "500 ₽ was returned to your original payment method earlier." in said
    assert "refunding" not in said


@MONEY_KINDS
def test_a_message_from_before_the_way_was_stored_is_still_sent(kind: MessageKind) -> None:
    old = notification(kind, "en")
    for fact in ("way", "before", "disputed"):
        old.context.pop(fact, None)

    assert "to your original payment method" in everything_said(old)


@pytest.mark.parametrize("breaker", ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_no_line_break_gets_into_a_subject(breaker: str) -> None:
    injected = notification(MessageKind.TICKET_REMINDER, "en", film=f"Jaws{breaker}Bcc: everybody@example.com")

    assert len(rendering.render_email(injected).subject.splitlines()) == 1
    assert len(rendering.render_text(injected).splitlines()) == 1


ABOUT_A_FILM = [
    MessageKind.ORDER_PAID,
    MessageKind.ORDER_LINK,
    MessageKind.ORDER_OVERDUE,
    MessageKind.ORDER_CANCELLED,
    MessageKind.SESSION_CANCELLED,
    MessageKind.SESSION_TIME_CHANGED,
    MessageKind.ORDER_REFUNDED,
    MessageKind.LATE_PAYMENT_REFUNDED,
    MessageKind.TICKET_REMINDER,
]


@pytest.mark.parametrize("kind", ABOUT_A_FILM)
def test_an_email_about_a_film_has_film_and_time_in_the_subject_and_the_address_in_the_text(
    kind: MessageKind,
) -> None:
    email = rendering.render_email(notification(kind, "en"))

    assert re.search("“(Stalker|Tom & Jerry)”.*23 November, 19:00", email.subject)
    assert "Where: Horizon, Paris, Rivoli 1" in email.body
    assert "row 5, seat 7" in email.body
    assert CONTEXTS[kind]["link"] in email.body


@pytest.mark.parametrize(
    "kind", [kind for kind in ABOUT_A_FILM if kind not in (MessageKind.SESSION_CANCELLED, MessageKind.TICKET_REMINDER)]
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_order_without_tickets_has_a_subject_and_its_snacks(kind: MessageKind, language: str) -> None:
    email = rendering.render_email(notification(kind, language, showings=[], codes=[]))

    assert "A-1" in email.subject
    assert "Popcorn × 2" in email.body


@pytest.mark.parametrize("kind", ABOUT_A_FILM)
def test_a_message_queued_by_an_older_version_is_still_rendered(kind: MessageKind) -> None:
    """A queued message keeps the context keys that were known when it was queued."""
    old = notification(kind, "en")
    old.context = {fact: value for fact, value in CONTEXTS[kind].items() if fact not in ("address", "snacks")}
    if kind not in (MessageKind.ORDER_PAID, MessageKind.SESSION_CANCELLED, MessageKind.TICKET_REMINDER):
        old.context = {
            fact: old.context[fact] for fact in ("number", "amount", "cancelled_at", "points") if fact in old.context
        }

    said = everything_said(old)

    assert "A-1" in said
    assert not re.search(r"None|: *$|, ,|“”", rendering.render_email(old).subject)


def test_quotation_marks_in_a_title_are_nested() -> None:
    title = "Код «Снегирь»"

    assert (
        "«Код „Снегирь“»" in rendering.render_email(notification(MessageKind.TICKET_REMINDER, "ru", film=title)).subject
    )
    assert (
        "“Код ‘Снегирь’”" in rendering.render_email(notification(MessageKind.TICKET_REMINDER, "en", film=title)).subject
    )


@pytest.mark.parametrize(("films", "words"), [(1, "пришлось отменить сеанс из"), (2, "пришлось отменить сеансы из")])
def test_one_cancelled_screening_is_worded_in_the_singular(films: int, words: str) -> None:
    showings = CONTEXTS[MessageKind.SESSION_CANCELLED]["showings"][:films]

    assert words in rendering.render_email(notification(MessageKind.SESSION_CANCELLED, "ru", showings=showings)).body


def test_no_email_has_two_empty_lines_in_a_row() -> None:
    for kind in MessageKind:
        assert "\n\n\n" not in rendering.render_email(notification(kind, "ru")).body
