from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from integrations.telegram_bot import hook_secret
from notifications.channels.telegram import TelegramFailed, call
from notifications.services.telegram import is_offered


class Command(BaseCommand):
    help = (
        "Tell Telegram where to send what customers write to the bot. Once, and again after SITE_URL or a key changes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_offered():
            raise CommandError("Set TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_NAME first.")
        address = settings.SITE_URL + reverse("telegram_bot")
        try:
            answer = call("setWebhook", url=address, secret_token=hook_secret(), allowed_updates=["message"])
        except TelegramFailed as failure:
            raise CommandError(f"Telegram: {failure}") from None
        if answer.get("ok") is not True:
            raise CommandError(f"Telegram: {answer.get('description')}")
        self.stdout.write(f"Telegram sends to {address}")
