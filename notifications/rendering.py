"""Renders messages from templates/notifications in the recipient's language."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

from notifications.html_twin import html_of
from notifications.models import Notification

EMPTY_LINES = re.compile(r"\n\s*\n")  # left by template blocks that rendered nothing


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    body: str
    html: str


def render_email(notification: Notification) -> RenderedEmail:
    """The subject and body of an e-mail, as plain text and as HTML with the same words."""
    with translation.override(_language(notification)):
        subject = _one_line(_render(notification, "subject.txt"))
        body = EMPTY_LINES.sub("\n\n", _render(notification, "txt")).strip() + "\n"
        codes = [name for name, _code in notification.context.get("codes", [])]
        return RenderedEmail(subject, body, html_of(notification, subject=subject, body=body, codes=codes))


def render_chat(notification: Notification) -> str:
    """The words of the e-mail for a chat, where nothing is attached."""
    with translation.override(_language(notification)):
        subject = _one_line(_render(notification, "subject.txt"))
        body = EMPTY_LINES.sub("\n\n", _render(notification, "txt", codes=[])).strip()
    return f"{subject}\n\n{body}"


def render_text(notification: Notification) -> str:
    """The text of an SMS, in one line; the e-mail subject if there is no template for SMS."""
    with translation.override(_language(notification)):
        return _one_line(_render(notification, "sms.txt", "subject.txt"))


def _render(notification: Notification, *endings: str, **instead: Any) -> str:
    name = notification.kind.lower()
    template = Engine.get_default().select_template([f"notifications/{name}.{ending}" for ending in endings])
    # Plain text: a film called "Tom & Jerry" is not escaped.
    return template.render(Context({**notification.context, **instead}, autoescape=False))


def _one_line(text: str) -> str:
    """The text without line breaks, which could inject a header into the e-mail."""
    return " ".join(text.split())


def _language(notification: Notification) -> str:
    try:
        return translation.get_supported_language_variant(notification.language)
    except LookupError:  # the language is not, or no longer, supported
        return settings.LANGUAGE_CODE
