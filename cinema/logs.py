"""What must not reach the log, where disks and other people keep it for long, and what nobody would read there."""

import logging
import re

SECRET_PATHS = re.compile(r"(/(?:order|account/link|demo-bank)/)[^/\s?]+")


class WithoutSecrets(logging.Filter):
    """The secret part of an address (whoever has it has the order, or the account) is left out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = SECRET_PATHS.sub(r"\1***", text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True


class RefusalsInALine(logging.Filter):
    """Who may not, or asks for what is not there, is told of in one line: a trace is of what went wrong here."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True
