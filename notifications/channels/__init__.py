"""The ways a message reaches somebody. One channel serves a batch over one connection."""

from typing import Protocol

from notifications.models import Notification


class DeliveryChannel(Protocol):
    def send(self, notification: Notification) -> None:
        """Hand the message over, or raise whatever stood in the way: the message is then tried again later."""

    def close(self) -> None:
        """Let go of the connection; never raises."""


def is_email(recipient: str) -> bool:
    return "@" in recipient
