from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest

from notifications.channels.sms import NoSmsProvider
from notifications.services.failures import ERROR_LENGTH, describe, is_permanent

ANNA = "anna.k@example.com"


def refused(code: int, words: bytes) -> SMTPRecipientsRefused:
    return SMTPRecipientsRefused({ANNA: (code, words)})


@pytest.mark.parametrize(
    "failure",
    [refused(550, b"no"), SMTPDataError(554, b"spam"), SMTPNotSupportedError("SMTPUTF8"), NoSmsProvider()],
)
def test_what_every_attempt_would_meet_again_is_permanent(failure: Exception) -> None:
    assert is_permanent(failure)


@pytest.mark.parametrize(
    "failure",
    [
        refused(450, b"greylisted"),
        SMTPDataError(451, b"later"),
        SMTPAuthenticationError(535, b"wrong password"),  # the installation's fault: no customer loses a letter by it
        SMTPSenderRefused(553, b"not yours", "tickets@cinema.example"),
        SMTPServerDisconnected("gone"),
        TimeoutError(),
    ],
)
def test_what_may_pass_or_is_the_installations_fault_is_not(failure: Exception) -> None:
    assert not is_permanent(failure)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (b"5.1.1 <anna.k@example.com>: no such user", "5.1.1 … no such user"),
        (b"5.1.1 mailbox ANNA.K unknown", "5.1.1 mailbox … unknown"),
        (b"5.7.1 see https://filter.example/?m=anna", "5.7.1 see …"),
        (b"over quota\r\n552 x - 4F3A9C21B0", "over quota 552 x - …"),
        ("нет такого ящика".encode(), "нет такого ящика"),
    ],
)
def test_the_servers_words_are_shown_without_the_recipient(words: bytes, shown: str) -> None:
    assert describe(refused(550, words), recipient=ANNA) == f"SMTPRecipientsRefused 550 {shown}"


def test_the_words_fit_the_column() -> None:
    assert len(describe(refused(550, b"no way " * 100), recipient=ANNA)) == ERROR_LENGTH


def test_the_text_of_other_errors_is_left_out() -> None:
    assert describe(ValueError(ANNA), recipient=ANNA) == "ValueError"


def test_long_words_of_a_server_are_searched_once() -> None:
    words = b"x" * 1_000_000  # a search from each character would take hours

    assert describe(SMTPDataError(450, words), recipient="anna@example.org").startswith("SMTPDataError 450 xxx")
