"""What customers write to the Telegram bot: the token that links a chat, and the word that ends it.

Telegram sends it to a webhook with a secret that we chose. We answer in the response, so that no request is needed.
"""

import hmac
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import User
from cinema import clock
from notifications.services import telegram

#: One of these words alone ends it.
STOP = {"/stop", "stop", "стоп"}
LARGEST = 2**52  # Telegram's keys of chats are below it


def hook_secret() -> str:
    """What Telegram has to send along, so that nobody else can write to the webhook."""
    return salted_hmac("telegram webhook", settings.TELEGRAM_BOT_TOKEN, algorithm="sha256").hexdigest()


@csrf_exempt  # Telegram has no CSRF token; it sends the secret instead
@never_cache
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    if not telegram.is_offered():
        raise Http404
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not hmac.compare_digest(given.encode(), hook_secret().encode()):
        return HttpResponse(status=403)
    try:
        message = json.loads(request.body).get("message") or {}
        chat, text = message["chat"], str(message["text"]).strip()
        chat_id, is_private = int(chat["id"]), chat.get("type") == "private"
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return HttpResponse()  # a picture, a change in a group: nothing for us
    if not is_private or abs(chat_id) > LARGEST:  # in a group others would read it
        return HttpResponse()
    return JsonResponse({"method": "sendMessage", "chat_id": chat_id, "text": _answer(text, chat_id)})


def _answer(text: str, chat_id: int) -> str:
    command, _space, token = text.partition(" ")
    if command == "/start" and token.strip():
        chat = telegram.link(token.strip()[:64], chat_id=chat_id, at=clock.now())
        if chat is None:
            return _("This link is no longer valid. Get a new one in your profile on our site.")
        with _language_of(chat.user):
            return _("Done! Tickets and reminders come here now. Send “stop” to get them by email again.")
    if text.lower() in STOP:
        user = telegram.unlink(chat_id=chat_id)
        with _language_of(user):
            return _("Stopped. You’ll get messages about your orders by email.")
    return _("This bot sends tickets and reminders. Connect it in your profile on our site. Send “stop” to end it.")


def _language_of(user: User | None) -> Any:
    return translation.override(user.preferred_language if user and user.preferred_language else settings.LANGUAGE_CODE)
