"""Delivery channels: e-mail and SMS. A channel sends a batch of messages over one connection."""

from typing import Protocol

from notifications.models import Channel, Notification


class DeliveryChannel(Protocol):
    name: Channel

    def send(self, notification: Notification) -> None:
        """Send the message. Any exception means that it was not sent and is retried later."""

    def close(self) -> None:
        """Close the connection; never raises."""


def is_email(recipient: str) -> bool:
    return "@" in recipient
