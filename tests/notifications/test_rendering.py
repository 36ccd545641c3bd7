import re
from typing import Any

import pytest
from django.utils import timezone, translation

from notifications import rendering
from notifications.models import Kind, Notification
from tests.helpers.fake_mail import CONTEXTS, NOW

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
KINDS = pytest.mark.parametrize("kind", Kind)


def notification(kind: Kind, language: str, **changed: Any) -> Notification:
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
    letter = rendering.render_email(about)
    return "\n".join([letter.subject, letter.body, rendering.render_text(about)])


@KINDS
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_kind_has_its_words_with_every_gap_filled(kind: Kind, language: str) -> None:
    said = everything_said(notification(kind, language))

    assert not re.search(r"\{|\}|%\(|%%|None|&#|&amp;|T\d\d:", said)
    assert rendering.render_email(notification(kind, language)).subject
    for fact, value in CONTEXTS[kind].items():
        if isinstance(value, str) and fact not in {"amount", "starts", "cancelled_at", "expires"}:
            assert value in said


@KINDS
def test_a_russian_letter_holds_no_english_words_but_names(kind: Kind) -> None:
    names = r"https://\S+|A-1|QR|Horizon|Stalker|Mirror|Tom & Jerry|IMAX|Popcorn"

    said = re.sub(names, "", everything_said(notification(kind, "ru")))

    assert CYRILLIC.search(said)
    assert re.findall(r"[A-Za-z]+", said) == []


@KINDS
def test_an_english_letter_holds_no_russian_whatever_the_process_speaks(kind: Kind) -> None:
    with translation.override("ru"):
        said = everything_said(notification(kind, "en"))

        assert translation.get_language() == "ru"
    assert not CYRILLIC.search(said)


@pytest.mark.parametrize("language", ["", "xx", "klingon"])
def test_an_unknown_language_is_that_of_the_house(language: str, settings: Any) -> None:
    settings.LANGUAGE_CODE = "ru"

    assert rendering.render_email(notification(Kind.ORDER_CANCELLED, language)).subject == "Заказ A-1 отменён"


def test_people_read_the_clock_of_their_cinema_whatever_zone_the_server_is_in() -> None:
    with timezone.override("Asia/Vladivostok"):
        body = rendering.render_email(notification(Kind.TICKET_REMINDER, "ru")).body

    assert "23 ноября 2026 г. 19:00" in body


def test_a_letter_from_a_cinema_in_another_zone_says_which() -> None:
    far = notification(Kind.ORDER_OVERDUE, "ru", cancelled_at="2026-11-23T21:00:00+05:00")

    assert "23 ноября 2026 г. 21:00 (UTC+5)" in rendering.render_email(far).body
    assert "21:00 (UTC+5)" in rendering.render_text(far)


def test_a_midnight_session_keeps_its_own_day() -> None:
    body = rendering.render_email(notification(Kind.SESSION_CANCELLED, "ru")).body

    assert "«Mirror», 24 ноября 2026 г. 0:10" in body


def test_plain_text_is_not_escaped() -> None:
    assert "“Tom & Jerry” starts soon" in rendering.render_email(notification(Kind.TICKET_REMINDER, "en")).body


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
def test_points_are_counted_in_good_russian(points: int, words: str) -> None:
    assert words in rendering.render_email(notification(Kind.ORDER_REFUNDED, "ru", points=points)).body


def test_nothing_is_said_of_money_and_points_that_do_not_come_back() -> None:
    body = rendering.render_email(notification(Kind.SESSION_CANCELLED, "en", amount="0.00", points=0)).body

    assert "returning" not in body
    assert "account" not in body


@pytest.mark.parametrize(
    ("language", "amount", "words"),
    [("en", "1350.00", "We are returning 1,350 ₽ the way"), ("ru", "1350.50", "возвращаем 1 350,50 ₽ тем же")],
)
def test_money_is_written_as_the_language_writes_it_with_its_currency(language: str, amount: str, words: str) -> None:
    body = rendering.render_email(notification(Kind.ORDER_REFUNDED, language, amount=amount)).body

    assert words in body.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("breaker", ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_no_line_break_gets_into_a_subject(breaker: str) -> None:
    injected = notification(Kind.TICKET_REMINDER, "en", film=f"Jaws{breaker}Bcc: everybody@example.com")

    assert len(rendering.render_email(injected).subject.splitlines()) == 1
    assert len(rendering.render_text(injected).splitlines()) == 1
