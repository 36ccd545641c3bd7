"""Telegram: messages of the bot. It knows no number of ours, so one whose answer was lost may come twice."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from notifications import rendering
from notifications.models import Channel, Notification

LONGEST = 4000  # characters; Telegram takes 4096


class TelegramFailed(Exception):
    """The bot could not send, or it is not known whether it did. `code` is what Telegram answered."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def call(method: str, *, session: Any = None, **data: Any) -> dict[str, Any]:
    """Telegram's answer, also a refusal; over the connection of `session`. Raises `TelegramFailed` if there is none."""
    import requests  # imported here, since every job imports this module but few call Telegram

    address = f"{settings.TELEGRAM_API}/bot{settings.TELEGRAM_BOT_TOKEN}/{method}"
    try:
        answer: Any = (session or requests).post(address, json=data, timeout=settings.GATEWAY_TIMEOUT).json()
    except (requests.RequestException, ValueError):
        raise TelegramFailed("no answer") from None  # its text has the token in it
    return answer if isinstance(answer, dict) else {}


class TelegramChannel:
    """Sends to the chats given by the key of the message. `lost` are those that have blocked the bot, or are gone.

    When Telegram asks to wait, the rest of the batch waits: the limit is the bot's, not the chat's.
    """

    name = Channel.TELEGRAM

    def __init__(self, chats: Mapping[int, int]) -> None:
        self._chats, self._busy = chats, ""
        self._session: Any = None  # one connection for the batch
        self.lost: set[int] = set()

    def send(self, notification: Notification) -> None:
        if self._busy:
            raise TelegramFailed(self._busy)
        text, chat = rendering.render_chat(notification)[:LONGEST], self._chats[notification.pk]
        if self._session is None:
            import requests

            self._session = requests.Session()
        said = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        answer = call("sendMessage", session=self._session, **said)
        if answer.get("ok") is True:
            return
        code = answer.get("error_code")
        if code == 429:
            self._busy = "429"
        if code == 403 or (code == 400 and "chat not found" in str(answer.get("description"))):
            self.lost.add(chat)
        raise TelegramFailed(str(code or "no answer"))

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
