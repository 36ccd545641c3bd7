"""Tells temporary failures from permanent ones, and describes both for the list of messages."""

import re
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused

from notifications.channels.sms import NoSmsProvider, SmsNotTaken, SmsRefused
from notifications.channels.telegram import TelegramFailed

ERROR_LENGTH = 200  # of Notification.error
#: Names a customer or opens an order: addresses, links, and words with a digit of eight or more characters (phone
#: numbers, and the numbers that servers give to messages, which would also make every error unique).
#: Tried only where a word begins: the words of a server may be long.
PRIVATE = re.compile(r"(?<!\S)\S*@\S*|https?://\S+|(?<![\w.-])\+?(?=[\w.-]*\d)[\w.-]{8,}")


def is_permanent(failure: Exception) -> bool:
    """Whether every further attempt would be refused too.

    A refused log-in or sender is not: the settings are wrong, and the message is tried again until they are corrected.
    """
    if isinstance(failure, NoSmsProvider | SMTPNotSupportedError):
        return True
    if isinstance(failure, SmsRefused):
        return not isinstance(failure, SmsNotTaken)
    if isinstance(failure, SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in failure.recipients.values())
    return isinstance(failure, SMTPDataError) and failure.smtp_code >= 500


def describe(failure: Exception, *, recipient: str) -> str:
    """The class of the error and, from a mail server, its code and words without anything that names the recipient.

    The text of other errors is left out: it may hold anything.
    """
    code, words = _answer(failure)
    if code is None:
        return type(failure).__name__
    user = recipient.rpartition("@")[0]
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    text = PRIVATE.sub("…", text.replace("\0", " "))
    if user:
        text = re.sub(rf"(?<!\w){re.escape(user)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return " ".join(f"{type(failure).__name__} {code} {text}".split())[:ERROR_LENGTH]


def _answer(failure: Exception) -> tuple[int | str | None, bytes | str]:
    if isinstance(failure, SMTPRecipientsRefused):  # an answer for each recipient; here there is one
        return next(iter(failure.recipients.values()), (None, ""))
    if isinstance(failure, SmsRefused | TelegramFailed):
        return failure.code, ""
    return getattr(failure, "smtp_code", None), getattr(failure, "smtp_error", "")
