"""The words of a message, in its recipient's language, from templates/notifications."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

from notifications.models import Notification

EMPTY_LINES = re.compile(r"\n\s*\n")  # where a part of a template had nothing to say


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    body: str


def render_email(notification: Notification) -> RenderedEmail:
    """What an e-mail says."""
    with translation.override(_language(notification)):
        return RenderedEmail(
            subject=_one_line(_render(notification, "subject.txt")),
            body=EMPTY_LINES.sub("\n\n", _render(notification, "txt")).strip() + "\n",
        )


def render_text(notification: Notification) -> str:
    """What a text message says, in one line: the letter's subject where nothing was written for the phone."""
    with translation.override(_language(notification)):
        return _one_line(_render(notification, "sms.txt", "subject.txt"))


def _render(notification: Notification, *endings: str) -> str:
    name = notification.kind.lower()
    template = Engine.get_default().select_template([f"notifications/{name}.{ending}" for ending in endings])
    # Plain text: a film called "Tom & Jerry" is not escaped.
    return template.render(Context(notification.context, autoescape=False))


def _one_line(words: str) -> str:
    """Without line breaks of any alphabet, which could smuggle a header into the letter."""
    return " ".join(words.split())


def _language(notification: Notification) -> str:
    try:
        return translation.get_supported_language_variant(notification.language)
    except LookupError:  # a language since taken away, or none known
        return settings.LANGUAGE_CODE
