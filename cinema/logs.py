"""Log filters: mask secrets and addresses, and omit tracebacks of denied and not found requests."""

import logging
import re

SECRET_PATHS = re.compile(r"(/(?:lists|order|ticket|account/link|set-password|(?:un)?subscribe|demo-bank)/)[^/\s?]+")
#: Tried only where a word begins, so that a long text without an address takes no longer than reading it.
EMAIL_ADDRESSES = re.compile(r"(?<![^\s<>()\"'=:,;@])[^\s<>()\"'=:,;@]+@[^\s<>()\"'=:,;@]+")
#: Keys of partners, secrets of webhooks, and telephone numbers.
KEYS_AND_PHONES = re.compile(r"\b(?:cine[0-9a-f]{8}_|whsec_)[\w+/=-]+|\+\d{10,15}\b")
#: What PostgreSQL adds to its message: values of the row, which may be tokens and addresses.
ROW_VALUES = re.compile(r"^[ \t]*(?:DETAIL|CONTEXT):.*$", re.MULTILINE)

_formatter = logging.Formatter()


def mask(text: str) -> str:
    """The text without the values of database rows, and with `***` for secrets, e-mail addresses and phones."""
    text = ROW_VALUES.sub("", text)
    return KEYS_AND_PHONES.sub("***", EMAIL_ADDRESSES.sub("***", SECRET_PATHS.sub(r"\1***", text)))


class MaskSecrets(logging.Filter):
    """Masks the message and the traceback of every record of its handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = mask(text)
        if masked != text:
            record.msg, record.args = masked, ()
        if record.exc_info and record.exc_info[0]:
            # Formatters write `exc_text` if it is there, rather than making the traceback themselves.
            record.exc_text = mask(record.exc_text or _formatter.formatException(record.exc_info))
        return True


class OmitTracebacks(logging.Filter):
    """Logs refused and not found requests (below ERROR) in one line; errors keep their traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True
