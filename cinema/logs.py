"""Log filters: mask secrets in URLs, and omit tracebacks of denied and not found requests."""

import logging
import re

SECRET_PATHS = re.compile(r"(/(?:order|account/link|demo-bank)/)[^/\s?]+")


class MaskSecrets(logging.Filter):
    """Replaces the secret part of a URL, which gives access to an order or an account, by `***`."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = SECRET_PATHS.sub(r"\1***", text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True


class OmitTracebacks(logging.Filter):
    """Logs refused and not found requests (below ERROR) in one line; errors keep their traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True
